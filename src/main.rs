//! The `amiconfined` binary: arguments in, exit code out.

fn main() -> std::process::ExitCode {
    amiconfined::cli::main()
}

//! Seccomp: mode, method and verdicts.

use crate::confinement::{LetThrough, Seccomp, SeccompMethod};
use crate::report::page::Section;
use crate::report::{Options, show, syscall_lines};

pub(super) fn section(seccomp: &Seccomp, options: &Options) -> Section {
    let mut s = Section::new("Seccomp");
    s.add("seccomp", "mode", show::reading(&seccomp.mode, show::word));
    s.add(
        "seccomp",
        "filters",
        show::reading(&seccomp.filters, ToString::to_string),
    );
    s.plain("seccomp", "asked", method(&seccomp.method));
    for filter in &seccomp.dumped {
        s.plain(
            "seccomp",
            "dumped",
            format!(
                "{} instructions, sha256 {}",
                filter.instructions, filter.sha256
            ),
        );
    }
    for abi in &seccomp.abis {
        syscall_lines::add(&mut s, abi, options.syscalls);
    }
    s
}

/// How the verdicts were come by, in words.
pub(in crate::report) fn method(method: &SeccompMethod) -> String {
    match method {
        SeccompMethod::NoFilter => "nothing: there is no filter to ask".to_owned(),
        SeccompMethod::Strict => "nothing: strict mode has one fixed rule".to_owned(),
        SeccompMethod::Notify {
            allowed_may_be,
            trace_untold,
        } => format!(
            "every number, of the inherited filters; no syscall that they see ran for it{}",
            alike(allowed_may_be, trace_untold.as_deref())
        ),
        SeccompMethod::TraceWithoutTracer { why } => {
            format!("every number, with ENOSYS ambiguous: {why}")
        }
        SeccompMethod::Traced {
            why,
            allowed_may_be,
            trace_untold,
        } => format!(
            "every number, under a tracer: {why}{}",
            alike(allowed_may_be, trace_untold.as_deref())
        ),
        SeccompMethod::Dumped { pause_us } => {
            format!("nothing: the filters were dumped ({pause_us} µs stopped) and evaluated")
        }
        SeccompMethod::NotProbed { why } => format!("not probed: {why}"),
    }
}

/// What looks like allowed, in words.
fn alike(allowed_may_be: &[LetThrough], trace_untold: Option<&str>) -> String {
    let may_be = |one| allowed_may_be.contains(&one);
    let alike = match (may_be(LetThrough::Logged), may_be(LetThrough::Traced)) {
        (true, true) => "; allowed may be logged or traced, which look the same",
        (true, false) => "; allowed may be logged, which looks the same",
        (false, true) => "; allowed may be traced, which looks the same",
        (false, false) => "",
    };
    match trace_untold {
        Some(why) => format!("{alike} (traced could not be told: {why})"),
        None if may_be(LetThrough::Traced) => format!("{alike} (--tell-trace tells traced)"),
        None => alike.to_owned(),
    }
}

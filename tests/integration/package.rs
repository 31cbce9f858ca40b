//! The release binary and its image.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The most that the stripped binary may weigh: five megabytes, of a million bytes each.
const MAX_BYTES: usize = 5_000_000;

/// Builds the release binary, once for all tests of this run, and gives its path.
pub(crate) fn release_binary() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--release", "--quiet", "--bin", "amiconfined"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(
            built.status.success(),
            "{}",
            String::from_utf8_lossy(&built.stderr)
        );
        // target/<triple>/debug/amiconfined stands beside target/<triple>/release.
        let debug = PathBuf::from(env!("CARGO_BIN_EXE_amiconfined"));
        let triple = debug.parent().unwrap().parent().unwrap();
        // A copy, since the image is built in the same folder.
        let copy = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("amiconfined-release");
        std::fs::copy(triple.join("release/amiconfined"), &copy).unwrap();
        copy
    })
}

fn number(bytes: &[u8], at: usize, size: usize) -> usize {
    let field = bytes.get(at..at + size).unwrap();
    field.iter().rev().fold(0, |n, b| n << 8 | usize::from(*b))
}

/// Program headers `(type, offset, file size)` of a 64-bit little-endian ELF file, elf(5).
fn program_headers(elf: &[u8]) -> Vec<(usize, usize, usize)> {
    assert_eq!(&elf[..6], b"\x7fELF\x02\x01");
    let (start, size, count) = (number(elf, 32, 8), number(elf, 54, 2), number(elf, 56, 2));
    (0..count)
        .map(|i| start + i * size)
        .map(|at| {
            (
                number(elf, at, 4),
                number(elf, at + 8, 8),
                number(elf, at + 32, 8),
            )
        })
        .collect()
}

#[test]
fn the_binary_needs_no_interpreter_and_no_library_and_is_small() {
    const PT_DYNAMIC: usize = 2;
    const PT_INTERP: usize = 3;
    const DT_NEEDED: usize = 1;
    let elf = std::fs::read(release_binary()).unwrap();
    println!("{} bytes", elf.len());
    assert!(elf.len() <= MAX_BYTES, "{} bytes", elf.len());
    let headers = program_headers(&elf);
    assert!(!headers.is_empty());
    for (kind, offset, size) in headers {
        assert_ne!(kind, PT_INTERP, "an interpreter is named");
        if kind == PT_DYNAMIC {
            for entry in (offset..offset + size).step_by(16) {
                assert_ne!(number(&elf, entry, 8), DT_NEEDED, "a library is needed");
            }
        }
    }
    // Stripped: no symbol table (SHT_SYMTAB) among the sections.
    let (start, size, count) = (
        number(&elf, 40, 8),
        number(&elf, 58, 2),
        number(&elf, 60, 2),
    );
    for i in 0..count {
        assert_ne!(number(&elf, start + i * size + 4, 4), 2, "a symbol table");
    }
}

#[test]
fn the_dynamic_loader_finds_nothing_to_do() {
    let output = Command::new("ldd").arg(release_binary()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(
        said.contains("statically linked") || said.contains("not a dynamic executable"),
        "{said}"
    );
}

/// With nothing beside it: no /proc, no library, no user database, and the highest ids.
#[test]
fn an_empty_root_directory_is_enough_for_whoever_it_runs_as() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: root");
        return;
    }
    let root = tempfile::tempdir().unwrap();
    std::fs::set_permissions(root.path(), PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::copy(release_binary(), root.path().join("amiconfined")).unwrap();
    for ids in ["0:0", "1000:1000", "4294967294:4294967294"] {
        let output = Command::new("chroot")
            .arg(format!("--userspec=+{}", ids.replace(':', ":+")))
            .arg("--groups=")
            .arg(root.path())
            .args(["/amiconfined", "--format", "json"])
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{ids}: {stderr}");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let confinement = &report["confinement"];
        // What /proc alone tells is denied; what the kernel is asked it tells.
        let namespace = &confinement["namespaces"]["namespaces"][0]["inode"];
        assert_eq!(namespace["denied"]["errno"]["name"], "ENOENT");
        let uid = ids.split(':').next().unwrap();
        for which in ["real", "effective", "saved", "filesystem"] {
            let id = &confinement["identity"]["uid"]["known"][which];
            assert_eq!(id.to_string(), uid, "{which}");
        }
        let groups = &confinement["identity"]["groups"]["known"];
        assert_eq!(*groups, serde_json::json!([]));
        assert!(confinement["identity"]["dumpable"]["known"].is_string());
        let native = &confinement["seccomp"]["abis"][0]["syscalls"];
        assert!(native.as_array().unwrap().len() > 300, "{ids}");
    }
}

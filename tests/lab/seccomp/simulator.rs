//! libseccomp's own simulator, built from its source (tools/scmp_bpf_sim.c) where
//! `make install-test` puts that, with a loop around it for many calls.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;

use super::{ABIS, Abi, NUMBERS, words};

/// What one filter says to each number of each of [`ABIS`], with all arguments zero.
pub(super) type Decided = Rc<Vec<Vec<String>>>;

/// The program's file.
const NAME: &str = "simulator";

/// The built simulator, and what it has decided already: most containers of a runtime have
/// the same filter.
pub(super) struct Simulator {
    folder: PathBuf,
    decided: RefCell<HashMap<Vec<u8>, Decided>>,
}

impl Simulator {
    /// Builds it, where there is its source.
    pub(super) fn build(folder: &Path, compiler: &str) {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let source = std::env::var_os("AMICONFINED_LIBSECCOMP_SOURCE");
        let source = source.map_or(here.join("target/libseccomp"), PathBuf::from);
        let tools = source.join("tools");
        if !tools.join("scmp_bpf_sim.c").exists() {
            return;
        }
        let status = Command::new(compiler)
            .args(["-O1", "-w", "-o"])
            .arg(folder.join(NAME))
            .arg("-I")
            .arg(&tools)
            .arg(here.join("tests/lab/seccomp/simulator.c"))
            .arg(tools.join("util.c"))
            .status();
        assert!(status.unwrap().success(), "{compiler} simulator.c");
    }

    /// The one that is built in a folder.
    pub(super) fn at(folder: &Path) -> Option<Self> {
        folder.join(NAME).exists().then(|| Self {
            folder: folder.to_owned(),
            decided: RefCell::default(),
        })
    }

    /// What a program decides.
    pub(super) fn decide(&self, program: &[u8]) -> Decided {
        if let Some(known) = self.decided.borrow().get(program) {
            return known.clone();
        }
        let mut calls = String::new();
        for abi in &ABIS {
            for number in 0..NUMBERS {
                calls += &call(abi, number | abi.bit, [0; 6]);
            }
        }
        let lines = self.ask(program, calls);
        assert_eq!(lines.len(), ABIS.len() * NUMBERS as usize, "simulator");
        let parts = lines.chunks(NUMBERS as usize);
        let decided: Decided = Rc::new(parts.map(<[String]>::to_vec).collect());
        let known = decided.clone();
        self.decided.borrow_mut().insert(program.to_vec(), known);
        decided
    }

    /// What a program decides for each of these calls.
    pub(super) fn ask(&self, program: &[u8], calls: String) -> Vec<String> {
        let file = self.folder.join("program");
        std::fs::write(&file, readable(program)).unwrap();
        let mut simulator = Command::new(self.folder.join(NAME))
            .arg(&file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut input = simulator.stdin.take().unwrap();
        let writer = std::thread::spawn(move || input.write_all(calls.as_bytes()));
        let output = simulator.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(words::of_simulator).collect()
    }
}

/// A call in the simulator's words.
pub(super) fn call(abi: &Abi, number: u32, arguments: [u64; 6]) -> String {
    let mut line = format!("{:x} {number}", abi.arch);
    for argument in arguments {
        line += &format!(" {argument}");
    }
    line + "\n"
}

/// The program in words that the simulator has. It knows no `BPF_JSET`, with which runc's own
/// part tells x32 numbers: of numbers below 2^31, those with bit 30 are those from 2^30. It
/// has no name for `SECCOMP_RET_USER_NOTIF`, which stands here as a trace with
/// [`words::NOTIFIED`].
fn readable(program: &[u8]) -> Vec<u8> {
    const JSET: u16 = 0x45;
    const JGE: u16 = 0x35;
    const RET: u16 = 0x06;
    const X32: u32 = 0x4000_0000;
    const USER_NOTIF: u32 = 0x7fc0_0000;
    const TRACE: u32 = 0x7ff0_0000;
    let mut program = program.to_vec();
    for instruction in program.chunks_exact_mut(8) {
        let (head, operand) = instruction.split_at_mut(4);
        let value = u32::from_ne_bytes(operand.try_into().unwrap());
        match u16::from_ne_bytes([head[0], head[1]]) {
            JSET => {
                assert_eq!(
                    value, X32,
                    "a test of bits that the simulator does not know"
                );
                head[..2].copy_from_slice(&JGE.to_ne_bytes());
            }
            RET if value == USER_NOTIF => {
                let trace = TRACE | u32::from(words::NOTIFIED);
                operand.copy_from_slice(&trace.to_ne_bytes());
            }
            _ => {}
        }
    }
    program
}

//! Starts a guest, shows what it prints, and waits for its end.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::kernel::Fetched;
use super::machine::Machine;

/// The most that a guest may take.
const LONGEST: Duration = Duration::from_secs(3600);

/// Begins the line that tells how this program ended in the guest, see `init.sh`.
const ENDED: &str = "lab ended: ";

/// Begins a line of a file that the guest hands back, as base64.
const FILE: &str = "lab file: ";

/// A guest that ends with this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Boots it; the error says why it is not well. Gives the file that it hands back, which
/// may be empty.
pub(super) fn run(
    machine: &Machine,
    kernel: &Fetched,
    archive: &Path,
    parameters: &str,
) -> Result<Vec<u8>, String> {
    let mut command = machine.command();
    command
        .arg("-kernel")
        .arg(&kernel.image)
        .arg("-initrd")
        .arg(archive)
        .arg("-append")
        .arg(format!(
            "console={} panic=-1 quiet {parameters}",
            machine.console
        ));
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut guest = Running(child.map_err(|e| format!("{command:?}: {e}"))?);
    let console = BufReader::new(guest.0.stdout.take().unwrap());
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in console.split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            if sender.send(line.trim_end().to_owned()).is_err() {
                break;
            }
        }
    });
    let end = Instant::now() + LONGEST;
    let (mut ended, mut file) = (None, String::new());
    while let Ok(line) = lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
        if let Some(code) = line.strip_prefix(ENDED) {
            ended = Some(code == "0");
        } else if let Some(part) = line.strip_prefix(FILE) {
            file.push_str(part);
        } else {
            println!("{line}");
        }
    }
    match ended {
        Some(true) => STANDARD.decode(file).map_err(|e| e.to_string()),
        Some(false) => Err("differences in the guest".to_owned()),
        None => Err("the guest did not come to its end".to_owned()),
    }
}

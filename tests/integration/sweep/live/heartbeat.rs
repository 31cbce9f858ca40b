//! A process that looks at the clock every millisecond, and keeps the longest time that
//! it did not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};

/// Where it writes to; set in the containers alone.
const VARIABLE: &str = "AMICONFINED_HEARTBEAT";

/// What a container has to run: this very program, with this test alone.
pub(super) fn command(exe: &str, file: &str) -> Vec<String> {
    let name = "sweep::live::heartbeat::beats";
    let script =
        format!("{VARIABLE}={file} exec {exe} --exact {name} --nocapture --test-threads=1");
    ["/bin/sh", "-c", &script].map(str::to_owned).to_vec()
}

/// The beats of one container, seen from outside.
pub(super) struct Heartbeat(pub(super) PathBuf);

impl Heartbeat {
    /// The longest gap since the last time it was asked for.
    pub(super) fn longest(&self) -> Duration {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        let micros = text.trim().parse().unwrap_or(0);
        let _ = fs::write(self.0.with_extension("reset"), "");
        Duration::from_micros(micros)
    }
}

/// Hearts in no container, one on each processor, which beat before all others: how late
/// they are is the machine's doing, such as of a virtual processor that stood still.
pub(super) struct Machine(Vec<Arc<AtomicU64>>);

impl Machine {
    pub(super) fn start() -> Self {
        let count = std::thread::available_parallelism().unwrap().get();
        let hearts = (0..count).map(|processor| {
            let longest = Arc::new(AtomicU64::new(0));
            let own = longest.clone();
            std::thread::spawn(move || {
                let thread = nix::unistd::gettid().to_string();
                let pin = ["-c", "-p", &processor.to_string(), &thread];
                let _ = Command::new("taskset").args(pin).output();
                let _ = first(&["-f", "-p", "60", &thread]);
                loop {
                    let due = Instant::now() + Duration::from_millis(1);
                    std::thread::sleep(Duration::from_millis(1));
                    let late = u64::try_from(due.elapsed().as_micros()).unwrap();
                    own.fetch_max(late, Ordering::Relaxed);
                }
            });
            longest
        });
        Self(hearts.collect())
    }

    /// How late any of them was, at most, since the last time this was asked.
    pub(super) fn late(&self) -> Duration {
        // Who is late now is counted once it wakes.
        std::thread::sleep(Duration::from_millis(3));
        let late = self.0.iter().map(|late| late.swap(0, Ordering::Relaxed));
        Duration::from_micros(late.max().unwrap_or(0))
    }

    /// Whether none was late by so much that others will have been as well.
    pub(super) fn was_at_rest(&self) -> bool {
        self.late() < Duration::from_millis(2)
    }
}

/// Waits until a heartbeat has begun.
pub(super) fn wait(file: &Path) {
    for _ in 0..200 {
        if file.exists() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("no heartbeat in {}", file.display());
}

/// The process that beats into a file of this name.
pub(super) fn process(name: &str) -> Option<u32> {
    let start = format!("{VARIABLE}=");
    let end = format!("/{name}");
    fs::read_dir("/proc")
        .ok()?
        .filter_map(Result::ok)
        .find_map(|entry| {
            let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
            let environ = fs::read(entry.path().join("environ")).ok()?;
            let environ = String::from_utf8_lossy(&environ).into_owned();
            let mut entries = environ.split('\0');
            entries
                .any(|e| e.starts_with(&start) && e.ends_with(&end))
                .then_some(pid)
        })
}

/// Puts a process before all that only wants to compute: what is measured is the sweep,
/// not who else uses the machine. Gives whether that is so.
pub(super) fn favour(pid: u32) -> bool {
    super::groups::real_time(pid);
    let favoured = first(&["-a", "-f", "-p", "50", &pid.to_string()]);
    if !favoured {
        println!("SKIPPED: real-time priority for the heart of process {pid}");
    }
    favoured
}

/// Gives real-time priority, to all of a process with `-a`, else to one thread.
fn first(args: &[&str]) -> bool {
    let output = Command::new("chrt").args(args).output();
    output.is_ok_and(|output| output.status.success())
}

#[test]
fn beats() {
    let Some(file) = std::env::var_os(VARIABLE) else {
        return; // not in a container: nothing to do
    };
    let file = PathBuf::from(file);
    let reset = file.with_extension("reset");
    let mut longest = Duration::ZERO;
    fs::write(&file, "0").unwrap();
    let mut since_look = 0;
    let read_back = || {
        getrusage(UsageWho::RUSAGE_THREAD)
            .unwrap()
            .major_page_faults()
    };
    loop {
        let last = Instant::now();
        let faults = read_back();
        std::thread::sleep(Duration::from_millis(1));
        let gap = last.elapsed();
        // The machine may have taken pages of the program, and reads them back from its disk.
        if read_back() == faults && gap > longest {
            longest = gap;
            let _ = fs::write(&file, longest.as_micros().to_string());
        }
        since_look += 1;
        if since_look == 20 {
            since_look = 0;
            if fs::remove_file(&reset).is_ok() {
                longest = Duration::ZERO;
                let _ = fs::write(&file, "0");
            }
        }
    }
}

//! One cell: a container is started, seen inside and outside, and ended.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::expect::Tools;
use super::outside::{self, Filters};
use super::runtimes::Container;
use super::seccomp;
use super::tool::{held, held_pod, tool};
use super::truth::{self, Truth};
use super::{capture, guests};

/// The most that a container may take until its report is there, be the processor emulated.
const LONGEST: Duration = Duration::from_secs(180);

/// A report and what it is held against.
pub(crate) struct View {
    /// What others than the tool read.
    pub(crate) truth: Truth,
    /// The tool's report.
    pub(crate) report: Value,
}

/// One container, seen twice.
pub(crate) struct Seen {
    /// What the host's own tools say of its process.
    pub(crate) tools: Option<Tools>,
    /// From its own shell.
    pub(crate) inside: View,
    /// From the host by its pid; none where it has no process of its own there.
    pub(crate) outside: Option<View>,
    /// In a guest, whose only containers are the lab's: from a sweep of all.
    pub(crate) swept: Option<View>,
    /// The config.json that the low-level runtime was given.
    pub(crate) config: Option<Value>,
    /// What the engine says of it.
    pub(crate) inspected: Option<Value>,
    /// What the tool says of what is declared against what is enforced: by config.json,
    /// and by what the engine's `inspect` prints.
    pub(crate) compared: Vec<Value>,
    /// What it says of the Pod with one field that the container does not keep, and what it
    /// has to find.
    pub(crate) changed: Vec<(Value, Vec<&'static str>)>,
    /// What `compare` says of the Pod that declares it: by the pid, and by the report made
    /// inside, which alone has the filters' verdicts.
    pub(crate) manifest: Vec<Value>,
    /// What `check` says of the process, where a Pod declares it.
    pub(crate) checked: Option<Value>,
    /// Its seccomp filters; none where it has no process of its own on the host, or where
    /// nobody may trace.
    pub(crate) filters: Option<Filters>,
}

impl Seen {
    /// Whether the probe's time was up before it had asked everything; in a guest, which is
    /// slow by itself, before it had asked anything.
    pub(crate) fn hurried(&self) -> bool {
        let seccomp = self.inside.report["confinement"]["seccomp"].to_string();
        let some = guests::here().is_none() && seccomp.contains("time was up");
        some || seccomp.contains("got no time")
    }
}

/// Starts a container, looks, and ends it.
pub(crate) fn look(
    mut container: Container,
    id: &str,
    tools: &seccomp::Tools,
) -> Result<Seen, String> {
    let command = container.command.stdin(Stdio::piped());
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.map_err(|e| format!("{command:?}: {e}"))?;
    let seen = seen(&mut child, &mut container, id, tools);
    end(child, id);
    if let Some(mut after) = container.after {
        let _ = after.stdin(Stdio::null()).output();
    }
    seen
}

fn seen(
    child: &mut Child,
    container: &mut Container,
    id: &str,
    tools: &seccomp::Tools,
) -> Result<Seen, String> {
    let printed = printed(child)?;
    let (truth, report) = truth::split(&printed)?;
    let pid = process(id);
    if let (Some(pid), Some(file)) = (pid, std::env::var_os("CAPTURE")) {
        capture::take(pid, Path::new(&file))?;
    }
    let config = container
        .configs
        .as_deref()
        .and_then(|at| config(at, id, 0));
    let (mut compared, mut inspected) = (Vec::new(), None);
    if let Some((at, _)) = &config {
        compared.push(held(pid, &report, at, &[])?);
    }
    if let Some(inspect) = &mut container.inspect {
        let output = inspect.stdin(Stdio::null()).output().unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &output.stdout).unwrap();
        inspected = serde_json::from_slice(&output.stdout).ok();
        compared.push(held(pid, &report, file.path(), &[])?);
    }
    let mut changed = Vec::new();
    let (mut manifest, mut checked) = (Vec::new(), None);
    if let Some(pod) = &container.declared {
        compared.push(held_pod(pid, &report, pod)?);
        manifest.extend(compared.last().cloned());
        manifest.push(held_pod(None, &report, pod)?);
        if let Some(pid) = pid {
            let pid = pid.to_string();
            checked = Some(tool(&["check", "--pid", &pid, "--format", "json"])?);
        }
        for (pod, ids) in std::mem::take(&mut container.changed) {
            changed.push((held_pod(None, &report, &pod)?, ids));
        }
    }
    Ok(Seen {
        changed,
        manifest,
        checked,
        outside: pid.map(outside::view).transpose()?,
        swept: match (pid, guests::here()) {
            (Some(pid), Some(_)) => Some(outside::swept(pid)?),
            _ => None,
        },
        tools: pid.map(|pid| Tools::of(pid, &tools.ask)),
        config: config.map(|(_, config)| config),
        inspected,
        compared,
        filters: pid
            .filter(|_| outside::traceable())
            .map(|pid| outside::filters(pid, tools))
            .transpose()?,
        inside: View { truth, report },
    })
}

/// All that the container printed until it says that it is done.
fn printed(child: &mut Child) -> Result<String, String> {
    let (sender, lines) = mpsc::channel();
    let out = child.stdout.take().unwrap();
    let err = child.stderr.take().unwrap();
    let errors = sender.clone();
    std::thread::spawn(move || forward(out, |line| sender.send((line, true)).is_ok()));
    std::thread::spawn(move || forward(err, |line| errors.send((line, false)).is_ok()));
    let (mut printed, mut complained) = (String::new(), String::new());
    let end = Instant::now() + LONGEST;
    while let Ok((line, good)) = lines.recv_timeout(end.saturating_duration_since(Instant::now())) {
        if good && line == truth::DONE {
            return Ok(printed);
        }
        let text = if good { &mut printed } else { &mut complained };
        text.push_str(&line);
        text.push('\n');
    }
    Err(format!("{printed}{complained}"))
}

fn forward(from: impl std::io::Read, mut to: impl FnMut(String) -> bool) {
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line);
        if !to(line.trim_end_matches('\r').to_owned()) {
            break;
        }
    }
}

/// The host's pid of the container's shell, whose last argument is the container's name.
fn process(id: &str) -> Option<u32> {
    let entries = std::fs::read_dir("/proc").unwrap();
    let pids = entries.filter_map(|e| e.ok()?.file_name().to_str()?.parse::<u32>().ok());
    pids.into_iter().find(|pid| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words: Vec<&[u8]> = line.split(|b| *b == 0).filter(|w| !w.is_empty()).collect();
        words.len() == 4 && words[1] == b"-c" && words[3] == id.as_bytes()
    })
}

/// The config.json below a folder that starts this container.
fn config(below: &Path, id: &str, depth: u32) -> Option<(std::path::PathBuf, Value)> {
    const DEEPEST: u32 = 7;
    let file = below.join("config.json");
    if let Ok(bytes) = std::fs::read(&file)
        && let Ok(config) = serde_json::from_slice::<Value>(&bytes)
        && config["process"]["args"].as_array()?.last()? == id
    {
        return Some((file, config));
    }
    let entries = std::fs::read_dir(below).ok().filter(|_| depth < DEEPEST)?;
    let folders = entries
        .filter_map(Result::ok)
        .filter(|e| e.file_name() != "rootfs" && e.file_type().is_ok_and(|t| t.is_dir()));
    folders
        .into_iter()
        .find_map(|e| config(&e.path(), id, depth + 1))
}

/// Ends a container: its shell at the end of input, else by force.
fn end(mut child: Child, id: &str) {
    drop(child.stdin.take());
    for _ in 0..100 {
        if child.try_wait().is_ok_and(|ended| ended.is_some()) {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    if let Some(pid) = process(id) {
        let pid = nix::unistd::Pid::from_raw(pid.cast_signed());
        let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}

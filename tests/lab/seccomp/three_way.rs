//! The three held against each other.

use serde_json::Value;

use super::foreign;
use super::simulator::{self, Simulator};
use super::verdicts::Verdicts;
use super::{ABIS, Abi, Declared, Each, NUMBERS, Tools, declared, words};
use crate::guests;

/// One container's filters: how many numbers agreed, and those that did not.
#[derive(Default)]
pub(crate) struct Comparison {
    /// How many filters it has.
    pub(crate) filters: usize,
    /// For each of the ABIs the numbers on which all that was held agrees.
    pub(crate) agreed: Each<usize>,
    /// Where the profile was read; empty where there is none to read.
    pub(crate) declared: &'static str,
    /// Why the probe was not answered.
    pub(crate) unasked: Option<String>,
    /// Why there is no program to compare.
    pub(crate) undumped: Option<&'static str>,
    /// Numbers and arguments that the probe had no time for, on a machine too busy to count it
    /// as a difference.
    pub(crate) hurried: usize,
    /// The names that pass in each ABI and are stopped in the native one.
    pub(crate) passes: Each<Vec<String>>,
    /// Each number on which two of them differ.
    pub(crate) differences: Vec<Difference>,
}

/// A run of numbers that differ in the same way.
pub(crate) struct Difference {
    abi: &'static str,
    first: u32,
    last: u32,
    why: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            abi,
            first,
            last,
            why,
        } = self;
        write!(f, "{abi} {first} to {last}: {why}")
    }
}

pub(super) fn note(list: &mut Vec<Difference>, abi: &'static str, number: u32, why: String) {
    match list.last_mut() {
        Some(run) if run.abi == abi && run.last + 1 == number && run.why == why => {
            run.last = number;
        }
        _ => list.push(Difference {
            abi,
            first: number,
            last: number,
            why,
        }),
    }
}

/// Holds the report made inside, the kernel's programs, what the tool shows of them from
/// outside, and the profile against each other.
pub(crate) fn held(
    tools: &Tools,
    programs: &[Vec<u8>],
    declared: Option<&Declared>,
    inside: &Value,
    shown: &Value,
) -> Option<Comparison> {
    let simulator = tools.simulator.as_ref()?;
    let slow = slow();
    let kernel: Vec<_> = programs.iter().map(|p| simulator.decide(p)).collect();
    let asked: Vec<_> = declared
        .into_iter()
        .flat_map(|d| &d.filters)
        .map(|told| {
            let decided = simulator.decide(&told.bytes());
            let highest = told.stub.then(|| declared::highest(&told.profile));
            (decided, highest, told.elsewhere)
        })
        .collect();
    let mut comparison = Comparison {
        filters: programs.len(),
        declared: declared.map_or("", |d| d.by),
        unasked: inside["method"]["why"].as_str().map(str::to_owned),
        passes: match inside["method"]["why"].is_null() {
            true => foreign::passes(&kernel),
            false => Each::default(),
        },
        ..Comparison::default()
    };
    for (at, abi) in ABIS.iter().enumerate() {
        let probed = Verdicts::of(&inside["abis"], abi);
        let dumped = Verdicts::of(&shown["abis"], abi);
        for number in 0..NUMBERS {
            let place = number as usize;
            let wanted = words::strongest(kernel.iter().map(|k| k[at][place].as_str()));
            let mut wrong = Vec::new();
            if declared.is_some() && declared::compiles(number, abi) {
                let answers = asked.iter().map(|(decided, highest, elsewhere)| {
                    let highest = highest.and_then(|highest| highest[at]);
                    match (elsewhere[at], highest) {
                        (Some(answer), _) => answer,
                        (None, Some(highest)) if number | abi.bit > highest => "errno 38",
                        _ => decided[at][place].as_str(),
                    }
                });
                let told = words::strongest(answers);
                if told != wanted {
                    wrong.push(format!("the profile says {told}"));
                }
            }
            let unfiltered = abi.name == "x86_64" && UNFILTERED.contains(&number);
            let own = |answer: &str| unfiltered && answer == "never_filtered";
            // What these answer is told from a filter's answer by a second question.
            let unasked = |answer: &str| {
                answer.contains(TIME_UP) || unfiltered && answer.starts_with("inconclusive")
            };
            if comparison.unasked.is_none() {
                let answered = probed.at(number);
                if slow && answered.iter().all(|a| unasked(a)) {
                    comparison.hurried += 1;
                    continue;
                }
                let right = answered
                    .iter()
                    .all(|a| a == words::seen_by_probe(wanted) || own(a));
                if answered.len() != 1 || !right {
                    wrong.push(format!("the probe says {answered:?}"));
                }
            }
            let evaluated = dumped.at(number);
            if !evaluated.iter().any(|a| a == wanted || own(a)) {
                wrong.push(format!("the dump is shown as {evaluated:?}"));
            }
            if wrong.is_empty() {
                comparison.agreed[at] += 1;
            } else {
                let wrong = wrong.join(", ");
                let why = format!("the filters say {wanted}, {wrong}");
                note(&mut comparison.differences, abi.name, number, why);
            }
        }
    }
    if comparison.unasked.is_none() {
        for (at, abi) in ABIS.iter().enumerate() {
            arguments(
                &mut comparison,
                simulator,
                programs,
                abi,
                &inside["abis"][at],
            );
        }
    }
    Some(comparison)
}

/// The probe's verdicts for listed arguments, against the kernel's programs.
fn arguments(
    comparison: &mut Comparison,
    simulator: &Simulator,
    programs: &[Vec<u8>],
    abi: &Abi,
    reported: &Value,
) {
    let own = match abi.name {
        "i386" => amiconfined::syscalls::Abi::I386,
        "x32" => amiconfined::syscalls::Abi::X32,
        "aarch64" => amiconfined::syscalls::Abi::Aarch64,
        "arm" => amiconfined::syscalls::Abi::Arm,
        _ => amiconfined::syscalls::Abi::X86_64,
    };
    let mut calls = String::new();
    let mut told = Vec::new();
    for row in reported["syscalls"].as_array().into_iter().flatten() {
        let name = row["name"].as_str().unwrap();
        let listed = row["arguments"].as_array().into_iter().flatten();
        for (vector, verdict) in own.argument_vectors(name).iter().zip(listed) {
            let number = u32::try_from(row["number"].as_u64().unwrap()).unwrap();
            calls += &simulator::call(abi, number, vector.arguments(own, name));
            told.push((
                number,
                &verdict["label"],
                words::of_report(&verdict["verdict"]),
            ));
        }
    }
    let decided: Vec<_> = programs
        .iter()
        .map(|program| simulator.ask(program, calls.clone()))
        .collect();
    for (place, (number, label, told)) in told.into_iter().enumerate() {
        let wanted = words::strongest(decided.iter().map(|d| d[place].as_str()));
        if told.contains(TIME_UP) && slow() {
            comparison.hurried += 1;
        } else if told != words::seen_by_probe(wanted) {
            let why = format!("{label}: the filters say {wanted}, the probe says {told}");
            note(
                &mut comparison.differences,
                abi.name,
                number & !abi.bit,
                why,
            );
        }
    }
}

/// The probe's words where its two seconds were over.
const TIME_UP: &str = "time was up";

/// Whether there is no answer to compare where time was up: the processor is emulated, or more
/// than two tasks wait for each.
fn slow() -> bool {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap();
    let load: f64 = load.split(' ').next().unwrap().parse().unwrap();
    let processors = std::thread::available_parallelism().unwrap().get();
    guests::here().is_some() || load > 2.0 * f64::from(u32::try_from(processors).unwrap())
}

/// `uretprobe` and `uprobe` of x86_64: since Linux 6.14 and 6.17 the kernel answers them
/// before any filter.
const UNFILTERED: [u32; 2] = [335, 336];

//! What is printed: a line a cell, then the filters of all cells three ways.

use std::collections::BTreeMap;

use super::expect::{Coverage, Tally};
use super::seccomp::{ABIS, Comparison, NUMBERS};

/// The cells so far.
pub(crate) struct Table {
    filters: Vec<(String, Comparison)>,
    absent: BTreeMap<(String, &'static str), Vec<String>>,
    coverage: Coverage,
    wrong: usize,
}

/// The cell's name, as both tables begin their lines.
fn cell(runtime: &str, setting: &str) -> String {
    format!("{runtime:<15} {setting:<23}")
}

impl Table {
    /// Prints the first line.
    pub(crate) fn begin() -> Self {
        println!("{} facts verdicts differences", cell("runtime", "setting"));
        Self {
            filters: Vec::new(),
            absent: BTreeMap::new(),
            coverage: Coverage::default(),
            wrong: 0,
        }
    }

    /// Prints one cell, and each of its differences.
    pub(crate) fn add(&mut self, runtime: &str, setting: &str, tally: Tally) {
        let agreed = tally.filters.as_ref().map_or(0, |f| f.agreed.iter().sum());
        let name = cell(runtime, setting);
        let wrong = tally.differences.len();
        println!("{name} {:>5} {agreed:>8} {wrong:>11}", tally.facts);
        for difference in &tally.differences {
            println!("    {difference}");
        }
        self.wrong += wrong;
        self.coverage.join(tally.coverage);
        self.filters.extend(tally.filters.map(|f| (name, f)));
    }

    /// Notes a cell that there is none of, and why; a difference where nobody knows why.
    pub(crate) fn absent(&mut self, runtime: &str, setting: &str, why: Option<&'static str>) {
        match why {
            Some(why) => {
                let settings = self.absent.entry((runtime.to_owned(), why)).or_default();
                settings.push(setting.to_owned());
            }
            None => self.add(runtime, setting, Tally::failed("no such cell".to_owned())),
        }
    }

    /// Prints the filters of all cells and, where every cell ran, which facts none of them
    /// held; how many differences there are in all.
    pub(crate) fn end(self, every: bool) -> usize {
        if !self.filters.is_empty() {
            println!(
                "\nseccomp, numbers 0 to {}: probe = dumped filter = declared profile\n\
                {} filters{} differences declared by",
                NUMBERS - 1,
                cell("runtime", "setting"),
                ABIS.map(|abi| format!("{:>8}", abi.name)).concat()
            );
        }
        for (name, comparison) in &self.filters {
            let agreed = comparison.agreed.map(|count| format!("{count:>8}"));
            let declared = match comparison.declared {
                "" => "nothing: built in",
                place => place,
            };
            let hurried = match comparison.hurried {
                0 => String::new(),
                count => format!("; {count} had no time on this busy or emulated machine"),
            };
            println!(
                "{name} {:>7}{} {:>11} {declared}{}{hurried}",
                comparison.filters,
                agreed.concat(),
                comparison.differences.len(),
                match &comparison.unasked {
                    Some(why) => format!("; not asked: {why}"),
                    None => String::new(),
                }
            );
        }
        println!("\ncells that there are none of");
        for ((runtime, why), settings) in &self.absent {
            println!("{runtime:<15} {why}: {}", settings.join(" "));
        }
        let missed = self.coverage.print();
        self.wrong + if every { missed } else { 0 }
    }
}

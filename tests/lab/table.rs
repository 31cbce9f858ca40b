//! What is printed: a line a cell, then the filters of all cells three ways.

use super::expect::Tally;
use super::seccomp::{ABIS, Comparison, NUMBERS};

/// The cells so far.
pub(crate) struct Table {
    filters: Vec<(String, Comparison)>,
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
        self.filters.extend(tally.filters.map(|f| (name, f)));
    }

    /// Prints the filters of all cells; how many differences there are in all.
    pub(crate) fn end(self) -> usize {
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
            println!(
                "{name} {:>7}{} {:>11} {declared}{}",
                comparison.filters,
                agreed.concat(),
                comparison.differences.len(),
                match &comparison.unasked {
                    Some(why) => format!("; not asked: {why}"),
                    None => String::new(),
                }
            );
        }
        self.wrong
    }
}

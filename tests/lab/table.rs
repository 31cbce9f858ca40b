//! What is printed: a line a cell, then the filters of all cells three ways.

use std::collections::BTreeMap;

use super::expect::{Coverage, Tally};
use super::seccomp::{ABIS, Comparison, Each, NUMBERS};

/// The cells so far.
pub(crate) struct Table {
    filters: Vec<(String, String, Comparison)>,
    lacking: Vec<(String, String)>,
    absent: BTreeMap<(String, &'static str), Vec<String>>,
    coverage: Coverage,
    cells: usize,
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
            lacking: Vec::new(),
            absent: BTreeMap::new(),
            coverage: Coverage::default(),
            cells: 0,
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
        self.cells += 1;
        self.wrong += wrong;
        self.coverage.join(tally.coverage);
        let filters = tally.filters.map(|f| (runtime.to_owned(), name, f));
        self.filters.extend(filters);
    }

    /// Whether there is neither a cell so far nor a runtime that is not there.
    pub(crate) fn is_empty(&self) -> bool {
        self.cells == 0 && self.lacking.is_empty()
    }

    /// Notes a runtime that is not there.
    pub(crate) fn lacking(&mut self, runtime: &str, missing: String) {
        println!("{runtime:<15} SKIPPED: {missing}");
        self.lacking.push((runtime.to_owned(), missing));
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
        self.filters();
        println!("\ncells that there are none of");
        for ((runtime, why), settings) in &self.absent {
            println!("{runtime:<15} {why}: {}", settings.join(" "));
        }
        let missed = self.coverage.print();
        self.wrong + if every { missed } else { 0 }
    }

    /// Prints the filters: a line a cell, then the sums of each runtime.
    fn filters(&self) {
        if self.filters.is_empty() {
            return;
        }
        println!(
            "\nseccomp, numbers 0 to {}: probe = dumped filter = declared profile\n\
            {} filters{} differences declared by",
            NUMBERS - 1,
            cell("runtime", "setting"),
            ABIS.map(|abi| format!("{:>8}", abi.name)).concat()
        );
        for (_, name, comparison) in &self.filters {
            let hurried = match comparison.hurried {
                0 => String::new(),
                count => format!("; {count} had no time on this busy or emulated machine"),
            };
            let declared = match comparison.declared {
                "" => "nothing: built in",
                place => place,
            };
            let undumped = comparison
                .undumped
                .map(|why| format!("; not dumped: {why}"));
            let unasked = comparison.unasked.as_ref();
            let unasked = unasked.map(|why| format!("; not asked: {why}"));
            println!(
                "{name} {:>7}{} {:>11} {declared}{}{}{hurried}",
                comparison.filters,
                numbers(comparison.agreed),
                comparison.differences.len(),
                unasked.unwrap_or_default(),
                undumped.unwrap_or_default(),
            );
        }
        println!("\nof each runtime: cells with filters, numbers on which all agree");
        for (runtime, comparisons) in self.by_runtime() {
            let mut agreed = Each::default();
            for comparison in &comparisons {
                for (sum, count) in agreed.iter_mut().zip(comparison.agreed) {
                    *sum += count;
                }
            }
            let wrong: usize = comparisons.iter().map(|c| c.differences.len()).sum();
            let (count, agreed) = (comparisons.len(), numbers(agreed));
            println!("{} {count:>7}{agreed} {wrong:>11}", cell(runtime, ""));
        }
        for (runtime, missing) in &self.lacking {
            println!("{} none, SKIPPED: {missing}", cell(runtime, ""));
        }
    }

    fn by_runtime(&self) -> BTreeMap<&str, Vec<&Comparison>> {
        let mut all: BTreeMap<&str, Vec<&Comparison>> = BTreeMap::new();
        for (runtime, _, comparison) in &self.filters {
            all.entry(runtime).or_default().push(comparison);
        }
        all
    }
}

/// Counts in columns; none in an ABI that the container's kernel does not offer.
fn numbers(counts: Each<usize>) -> String {
    let column = |count| match count {
        0 => format!("{:>8}", "-"),
        count => format!("{count:>8}"),
    };
    counts.map(column).concat()
}

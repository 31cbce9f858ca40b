//! What a report says of each number.

use serde_json::Value;

use super::{Abi, words};

/// The verdicts that a report has for one ABI.
pub(super) struct Verdicts<'a> {
    bit: u32,
    syscalls: Vec<&'a Value>,
    unnamed: Vec<&'a Value>,
}

impl<'a> Verdicts<'a> {
    pub(super) fn of(abis: &'a Value, abi: &Abi) -> Self {
        let mut list = abis.as_array().into_iter().flatten();
        let found = list.find(|entry| entry["abi"] == abi.name);
        let rows = |key: &str| {
            let rows = found.and_then(|entry| entry[key].as_array());
            rows.into_iter().flatten().collect()
        };
        Self {
            bit: abi.bit,
            syscalls: rows("syscalls"),
            unnamed: rows("unnamed"),
        }
    }

    /// What is said of a number: one word, or one for each case of its arguments.
    pub(super) fn at(&self, number: u32) -> Vec<String> {
        let number = u64::from(number | self.bit);
        let within = |range: &&&Value| {
            let bound = |key: &str| range[key].as_u64().unwrap();
            (bound("first")..=bound("last")).contains(&number)
        };
        let row = self.syscalls.iter().find(|row| row["number"] == number);
        let Some(row) = row.or_else(|| self.unnamed.iter().find(within)) else {
            return Vec::new();
        };
        match row["cases"].as_array() {
            Some(cases) if row["verdict"] == "depends" => cases
                .iter()
                .map(|c| words::of_report(&c["verdict"]))
                .collect(),
            _ => vec![words::of_report(&row["verdict"])],
        }
    }
}

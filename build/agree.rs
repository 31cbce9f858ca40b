//! What the tables owe each other: one kernel release, and a row of semantics for each name.

use std::collections::BTreeMap;

use super::rows::{ArgumentsRow, Malformed, NumberTable, SemanticsRow};

/// Checks that the number tables are of one release, that `semantics` describes
/// exactly the names they have, and that `arguments` has no other name.
pub(crate) fn agree(
    numbers: &[(&str, NumberTable)],
    semantics: (&str, &[SemanticsRow]),
    arguments: (&str, &[ArgumentsRow]),
) -> Result<(), Malformed> {
    let wrong = |file: &str, line: usize, what: String| {
        Err(Malformed {
            file: file.to_owned(),
            line,
            what,
        })
    };
    for pair in numbers.windows(2) {
        if let [(_, before), (file, table)] = pair
            && before.kernel != table.kernel
        {
            let what = format!(
                "the tables are of {:?} and {:?}",
                before.kernel, table.kernel
            );
            return wrong(file, 1, what);
        }
    }
    let mut named = BTreeMap::new();
    for (file, table) in numbers {
        for row in &table.rows {
            named.entry(row.name.as_str()).or_insert((*file, row.line));
        }
    }
    for row in semantics.1 {
        if named.remove(row.name.as_str()).is_none() {
            let what = format!("no number table has {}", row.name);
            return wrong(semantics.0, row.line, what);
        }
    }
    if let Some((name, (file, line))) = named.first_key_value() {
        let what = format!("{name} has no row in {}", semantics.0);
        return wrong(file, *line, what);
    }
    let described = |name: &str| semantics.1.iter().any(|row| row.name == name);
    match arguments.1.iter().find(|row| !described(&row.name)) {
        Some(row) => {
            let what = format!("no number table has {}", row.name);
            wrong(arguments.0, row.line, what)
        }
        None => Ok(()),
    }
}

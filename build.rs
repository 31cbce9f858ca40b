//! Turns `syscall-tables/` into the constants that `src/syscalls/` includes.
//!
//! A malformed row ends the build with `file:line: what was expected`.
#![allow(clippy::disallowed_methods)] // the tables are the repository's own files

use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

#[path = "build/emit.rs"]
mod emit;
#[path = "build/fields.rs"]
mod fields;
#[path = "build/rows.rs"]
mod rows;

/// The number tables: file stem and the constant made of it.
const NUMBER_TABLES: &[(&str, &str)] = &[
    ("x86_64", "X86_64"),
    ("i386", "I386"),
    ("x32", "X32"),
    ("aarch64", "AARCH64"),
    ("arm", "ARM"),
    ("riscv64", "RISCV64"),
    ("ppc64le", "PPC64LE"),
    ("s390x", "S390X"),
    ("loongarch64", "LOONGARCH64"),
];

fn read(file: &str) -> Result<String, String> {
    println!("cargo::rerun-if-changed={file}");
    fs::read_to_string(file).map_err(|source| format!("{file}: {source}"))
}

/// The Rust text for all tables, which must agree on the release and name the same syscalls.
fn generate() -> Result<String, String> {
    let mut text = String::new();
    let mut kernel: Option<(String, String)> = None;
    let mut named: BTreeSet<(String, String)> = BTreeSet::new();
    for (stem, constant) in NUMBER_TABLES {
        let file = format!("syscall-tables/{stem}.tbl");
        let table = rows::numbers(&file, &read(&file)?).map_err(|wrong| wrong.to_string())?;
        let kernel = kernel.get_or_insert_with(|| table.kernel.clone());
        if *kernel != table.kernel {
            return Err(format!(
                "{file}:1: the tables are of {kernel:?} and {:?}",
                table.kernel
            ));
        }
        for row in &table.rows {
            named.insert((row.name.clone(), format!("{file}:{}", row.line)));
        }
        text += &emit::numbers(constant, &table.rows);
    }
    let file = "syscall-tables/semantics.tsv";
    let semantics = rows::semantics(file, &read(file)?).map_err(|wrong| wrong.to_string())?;
    let known: BTreeSet<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
    let described: BTreeSet<&str> = semantics.iter().map(|row| row.name.as_str()).collect();
    if let Some(row) = semantics
        .iter()
        .find(|row| !known.contains(row.name.as_str()))
    {
        return Err(format!(
            "{file}:{}: no number table has {}",
            row.line, row.name
        ));
    }
    if let Some((name, at)) = named
        .iter()
        .find(|(name, _)| !described.contains(name.as_str()))
    {
        return Err(format!("{at}: {name} has no row in {file}"));
    }
    text += &emit::semantics(&semantics);
    let file = "syscall-tables/arguments.tsv";
    let vectors = rows::arguments(file, &read(file)?).map_err(|wrong| wrong.to_string())?;
    if let Some(row) = vectors
        .iter()
        .find(|row| !known.contains(row.name.as_str()))
    {
        return Err(format!(
            "{file}:{}: no number table has {}",
            row.line, row.name
        ));
    }
    text += &emit::arguments(&vectors);
    let (release, date) = kernel.unwrap_or_default();
    text += &format!(
        "/// The kernel release that the tables are of.\n\
         pub const KERNEL_RELEASE: &str = {release:?};\n\
         /// When that release was made: month and year.\n\
         pub const KERNEL_DATE: &str = {date:?};\n"
    );
    Ok(text)
}

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    let written = generate().and_then(|text| {
        let out = env::var("OUT_DIR").map_err(|source| format!("OUT_DIR: {source}"))?;
        fs::write(Path::new(&out).join("tables.rs"), text).map_err(|source| source.to_string())
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            println!("cargo::error={message}");
            ExitCode::FAILURE
        }
    }
}

//! Turns `syscall-tables/` into the constants that `src/syscalls/` includes.
//!
//! A malformed row ends the build with `file:line: what was expected`.
#![allow(clippy::disallowed_methods)] // the tables are the repository's own files

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

#[path = "build/agree.rs"]
mod agree;
#[path = "build/emit.rs"]
mod emit;
#[path = "build/fields.rs"]
mod fields;
#[path = "build/rows.rs"]
mod rows;

/// The number tables: file and the constant made of it.
const NUMBER_TABLES: &[(&str, &str)] = &[
    ("syscall-tables/x86_64.tbl", "X86_64"),
    ("syscall-tables/i386.tbl", "I386"),
    ("syscall-tables/x32.tbl", "X32"),
    ("syscall-tables/aarch64.tbl", "AARCH64"),
    ("syscall-tables/arm.tbl", "ARM"),
    ("syscall-tables/riscv64.tbl", "RISCV64"),
    ("syscall-tables/ppc64le.tbl", "PPC64LE"),
    ("syscall-tables/s390x.tbl", "S390X"),
    ("syscall-tables/loongarch64.tbl", "LOONGARCH64"),
];

const SEMANTICS: &str = "syscall-tables/semantics.tsv";
const ARGUMENTS: &str = "syscall-tables/arguments.tsv";

fn read(file: &str) -> Result<String, String> {
    println!("cargo::rerun-if-changed={file}");
    fs::read_to_string(file).map_err(|source| format!("{file}: {source}"))
}

/// The Rust text for all tables.
fn generate() -> Result<String, String> {
    let mut tables = Vec::new();
    for (file, _) in NUMBER_TABLES {
        let table = rows::numbers(file, &read(file)?).map_err(|wrong| wrong.to_string())?;
        tables.push((*file, table));
    }
    let semantics = rows::semantics(SEMANTICS, &read(SEMANTICS)?);
    let semantics = semantics.map_err(|wrong| wrong.to_string())?;
    let vectors = rows::arguments(ARGUMENTS, &read(ARGUMENTS)?);
    let vectors = vectors.map_err(|wrong| wrong.to_string())?;
    agree::agree(&tables, (SEMANTICS, &semantics), (ARGUMENTS, &vectors))
        .map_err(|wrong| wrong.to_string())?;
    let mut text = emit::semantics(&semantics) + &emit::arguments(&vectors, &semantics);
    for ((_, constant), (_, table)) in NUMBER_TABLES.iter().zip(&tables) {
        text += &emit::numbers(constant, &table.rows, &semantics);
    }
    if let Some((_, table)) = tables.first() {
        text += &emit::kernel(&table.kernel);
    }
    Ok(text)
}

fn main() -> ExitCode {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rustc-link-arg-bins=-Wl,--no-eh-frame-hdr,-T,build/no_unwinding.ld");
        println!("cargo::rustc-link-arg-bins=-Wl,-T,build/apart.ld");
        // Relative relocations as a bitmap: a tenth of the space, and of what is read at start.
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
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

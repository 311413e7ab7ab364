//! A throw-away crate as a user would have it, in which cases are programs: what it depends on is built once for all tests.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A throw-away crate of a user's, with a program for each case.
pub(crate) struct Crate {
    at: PathBuf,
    target: PathBuf,
}

impl Crate {
    pub(crate) fn new(name: &str, dependencies: &[String], cases: &[PathBuf]) -> Self {
        let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        // What was built for the root's tests is built already: the same dependencies, the same profile.
        let target = scratch.parent().unwrap().to_owned();
        let at = scratch.join(name);
        fs::create_dir_all(&at).unwrap();
        let mut manifest = format!(
            "[workspace]\n\n[package]\nname = \"{name}\"\nedition = \"2024\"\npublish = false\nautobins = false\n\n\
             [dependencies]\n{}\n\n[profile.dev]\n{}\n",
            dependencies.join("\n"),
            section("[profile.dev]").join("\n"),
        );
        for case in cases {
            let path = fs::canonicalize(case).unwrap();
            manifest.push_str(&format!("\n[[bin]]\nname = \"{name}-{}\"\npath = {path:?}\n", program(case)));
        }
        fs::write(at.join("Cargo.toml"), manifest).unwrap();
        fs::copy(root().join("Cargo.lock"), at.join("Cargo.lock")).unwrap();
        Self { at, target }
    }

    pub(crate) fn cargo(&self, arguments: &[&str]) -> Output {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(arguments).arg("--offline").current_dir(&self.at).env("CARGO_TARGET_DIR", &self.target);
        cargo.output().unwrap()
    }
}

/// What the program of a case is called: cases of two rooms may have the same name.
fn program(case: &Path) -> String {
    let room = case.parent().and_then(Path::file_name).unwrap().to_string_lossy();
    format!("{room}-{}", case.file_stem().unwrap().to_string_lossy())
}

/// The dev-dependencies of the workspace's root, a line each, with absolute paths.
pub(crate) fn dependencies() -> Vec<String> {
    let root = format!("path = \"{}/", root().display());
    section("[dev-dependencies]").iter().map(|line| line.replace("path = \"", &root)).collect()
}

/// The lines of a section of the root's manifest.
fn section(header: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let lines = manifest.lines().skip_while(|line| *line != header).skip(1).take_while(|line| !line.starts_with('['));
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

pub(crate) fn root() -> PathBuf {
    fs::canonicalize(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).unwrap()
}

//! Starts another library's program and asks it everything at once.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use fastjwt::Algorithm;
use serde_json::{Value, json};

use crate::{
    mutants::{AUDIENCE, ISSUER, LEEWAY},
    signers::{LONG_SECRET, texts},
    support::NOW,
};

#[derive(Debug, Clone, Copy)]
pub enum Library {
    PyJwt,
    Jose,
}

impl Library {
    /// The program with the library, where Debian's packages put it first.
    fn command(self) -> Command {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interop");
        match self {
            Self::PyJwt => {
                let has_library = |python: &&str| {
                    let tried = Command::new(python).args(["-c", "import jwt, cryptography"]).output();
                    tried.is_ok_and(|tried| tried.status.success())
                };
                let python = ["/usr/bin/python3", "python3"].into_iter().find(has_library);
                let python = python.expect("PyJWT: apt-get install python3-jwt python3-cryptography");
                let mut command = Command::new(python);
                command.arg("-B").arg(folder.join("pyjwt.py"));
                command
            }
            Self::Jose => {
                let mut command = Command::new("node");
                command.arg(folder.join("jose.js")).env("NODE_PATH", "/usr/share/nodejs");
                command
            }
        }
    }
}

/// The key as the programs take it: base64 of a secret, else PEM.
pub fn key_text(algorithm: Algorithm, private: bool) -> String {
    match texts(algorithm) {
        None => BASE64_STANDARD.encode(LONG_SECRET),
        Some(texts) if private => texts.private[0].to_owned(),
        Some(texts) => texts.public[0].to_owned(),
    }
}

/// One process, and an answer for each question.
pub fn ask(library: Library, questions: &[Value]) -> Vec<Value> {
    let settings = json!({ "now": NOW, "leeway": LEEWAY, "issuer": ISSUER, "audience": AUDIENCE });
    let lines: String = [&settings].into_iter().chain(questions).map(|line| format!("{line}\n")).collect();
    let mut process = library
        .command()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{library:?} can't be started: {error}"));
    let mut stdin = process.stdin.take().unwrap();
    // Beside the reading, or both would wait for each other once a pipe is full.
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = process.wait_with_output().unwrap();
    writer.join().unwrap().unwrap_or_else(|error| panic!("{library:?} did not read: {error}"));
    assert!(output.status.success(), "{library:?} ended with {}", output.status);
    let answers: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), questions.len(), "{library:?} did not answer every case");
    answers
}

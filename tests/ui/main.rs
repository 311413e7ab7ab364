//! The macros, tested by what the compiler says: a file of fail/ is one mistake, of pass/ one form that must keep working.
//!
//! A `.stderr` is written anew with `SNAPSHOTS=overwrite cargo test -p fastjwt-ui`, and read before it is kept.

mod said;
mod user_crate;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use user_crate::{Crate, dependencies, root};

const FAIL: [&str; 3] = ["fail/claims", "fail/handler", "fail/scope"];
const PASS: &str = "pass";

/// The checklist's rows that are shown by cases whose names begin with them.
const ROWS: [&str; 7] = ["r_14_", "r_26_", "r_38_", "r_40_", "r_41_", "r_99_", "r_100_"];

#[test]
fn mistakes_are_refused_as_their_stderr_says() {
    refuse(|name| !ROWS.iter().any(|row| name.starts_with(row)));
}

#[test]
fn r_14_a_key_is_bound_to_its_algorithm() {
    refuse(|name| name.starts_with("r_14_"));
}

#[test]
fn r_26_secrets_do_not_print() {
    refuse(|name| name.starts_with("r_26_"));
}

#[test]
fn r_38_a_token_of_one_kind_does_not_stand_for_the_other() {
    refuse(|name| name.starts_with("r_38_"));
}

#[test]
fn r_40_a_refresh_token_is_never_fresh() {
    refuse(|name| name.starts_with("r_40_"));
}

#[test]
fn r_41_reserved_names_are_no_extra_claims() {
    refuse(|name| name.starts_with("r_41_"));
}

#[test]
fn r_99_an_unverified_token_leads_nowhere() {
    refuse(|name| name.starts_with("r_99_"));
}

#[test]
fn r_100_no_payload_and_no_handler_without_verification() {
    refuse(|name| name.starts_with("r_100_"));
}

/// The forms that must keep working: clippy takes each, and with the full counts each is compiled and run.
#[test]
fn forms_that_must_keep_working_compile_and_run() {
    let cases = sources(PASS);
    let forms = Crate::new("ui-pass", &dependencies(), &cases);
    if !full_counts() {
        let linted = forms.cargo(&["clippy", "--bins", "--keep-going"]);
        assert!(linted.status.success(), "{}", String::from_utf8_lossy(&linted.stderr));
        return;
    }
    let built = forms.cargo(&["build", "--bins", "--keep-going", "--message-format=json-render-diagnostics"]);
    let messages = String::from_utf8_lossy(&built.stdout);
    let programs: Vec<PathBuf> = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .collect();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    assert_eq!(programs.len(), cases.len(), "each form is a program");
    for program in programs {
        let run = Command::new(&program).output().unwrap();
        assert!(run.status.success(), "{}: {}", program.display(), String::from_utf8_lossy(&run.stderr));
    }
}

/// The forms that deny every warning in their first lines; with the full counts in a crate that has no dependency but fastjwt and
/// axum, which are compiled anew for it.
#[test]
fn generated_code_is_clean_in_a_users_crate() {
    const DENIED: &str = "#![deny(warnings, clippy::all, clippy::pedantic, missing_docs)]";
    let cases: Vec<PathBuf> = sources(PASS).into_iter().filter(|path| name(path).starts_with("clean_")).collect();
    assert!(cases.len() >= 2, "there are forms to look at");
    for case in &cases {
        assert!(fs::read_to_string(case).unwrap().contains(DENIED), "{} denies all", case.display());
    }
    let mut given = dependencies();
    if full_counts() {
        given.retain(|line| line.starts_with("fastjwt =") || line.starts_with("axum ="));
        assert_eq!(given.len(), 2, "fastjwt and axum, and no serde of the user's own");
    }
    let linted = Crate::new("ui-clean", &given, &cases).cargo(&["clippy", "--bins", "--keep-going"]);
    assert!(linted.status.success(), "{}", String::from_utf8_lossy(&linted.stderr));
    let said = String::from_utf8_lossy(&linted.stderr);
    assert!(!said.contains("warning: `ui-clean`"), "{said}");
}

/// `FASTJWT_LONG` asks for what takes minutes.
fn full_counts() -> bool {
    env::var_os("FASTJWT_LONG").is_some()
}

/// Each case gives one error, or says in its first line how many and why.
#[test]
fn a_mistake_is_one_error() {
    let mut wrong = Vec::new();
    for path in failures() {
        let source = fs::read_to_string(&path).unwrap();
        let expected = match announced(&source) {
            Ok(expected) => expected,
            Err(problem) => {
                wrong.push(format!("{}: {problem}", path.display()));
                continue;
            }
        };
        let Ok(said) = fs::read_to_string(path.with_extension("stderr")) else {
            wrong.push(format!("{}: has no .stderr", path.display()));
            continue;
        };
        let errors = said.lines().filter(|line| line.starts_with("error")).count();
        if errors != expected {
            wrong.push(format!("{}: {errors} errors, not {expected}", path.display()));
        }
        // Serde's own match warns of a name that stands twice, beside our error.
        let warns = |line: &str| line.starts_with("warning") && line != "warning: unreachable pattern";
        if said.lines().any(warns) {
            wrong.push(format!("{}: warns", path.display()));
        }
        if said.contains("proc-macro derive panicked") || said.contains("custom attribute panicked") {
            wrong.push(format!("{}: the macro panics", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_cases_enough_and_no_stale_ones() {
    let cases: BTreeSet<PathBuf> = failures().into_iter().collect();
    assert!(cases.len() >= 60, "{} mistakes", cases.len());
    assert!(sources(PASS).len() >= 25, "{} forms", sources(PASS).len());
    for room in FAIL.into_iter().chain([PASS]) {
        for path in files(room) {
            let kind = path.extension().and_then(|extension| extension.to_str());
            let known = match kind {
                Some("rs") => true,
                Some("stderr") => cases.contains(&path.with_extension("rs")),
                _ => false,
            };
            assert!(known, "{} belongs to no case", path.display());
        }
    }
    let directories = files("fail").into_iter().filter(|path| path.is_dir()).count();
    assert_eq!(directories, FAIL.len(), "every room is looked into");
    for row in ROWS {
        assert!(cases.iter().any(|path| name(path).starts_with(row)), "{row} is shown");
    }
}

/// What the compiler says of each mistake: all are compiled in one run, however many tests ask.
static SAID: LazyLock<BTreeMap<PathBuf, String>> = LazyLock::new(|| {
    let checked = Crate::new("ui-fail", &dependencies(), &failures()).cargo(&[
        "check",
        "--bins",
        "--keep-going",
        "--message-format=json",
    ]);
    let said = said::by_case(&String::from_utf8_lossy(&checked.stdout), &root());
    assert!(!said.is_empty(), "{}", String::from_utf8_lossy(&checked.stderr));
    said
});

/// Of the cases whose name is wanted, each is refused in the words of its `.stderr`.
fn refuse(wanted: impl Fn(&str) -> bool) {
    let overwrite = env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite");
    let mut wrong = Vec::new();
    for path in failures().into_iter().filter(|path| wanted(&name(path))) {
        let said = SAID.get(&fs::canonicalize(&path).unwrap()).map_or("", String::as_str);
        let written = path.with_extension("stderr");
        let expected = fs::read_to_string(&written).unwrap_or_default();
        if !said.lines().any(|line| line.starts_with("error")) {
            wrong.push(format!("{} is not refused; the compiler says:\n{said}", path.display()));
        } else if said != expected && overwrite {
            fs::write(&written, said).unwrap();
        } else if said != expected {
            wrong.push(format!("{}: expected\n{expected}\nbut the compiler says:\n{said}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{} of the mistakes:\n{}", wrong.len(), wrong.join("\n"));
}

/// How many errors a case is to give: `//~ 3 errors: the reason` in its first line, and one without.
fn announced(source: &str) -> Result<usize, &'static str> {
    let Some(line) = source.lines().next().and_then(|line| line.strip_prefix("//~")) else { return Ok(1) };
    let (number, reason) = line.split_once(" errors: ").ok_or("the first line is not `//~ 3 errors: the reason`")?;
    let number = number.trim().parse().map_err(|_| "the first line has no number")?;
    if reason.trim().len() < 10 {
        return Err("the first line has no reason");
    }
    if number < 2 {
        return Err("the first line says what needs no saying");
    }
    Ok(number)
}

fn failures() -> Vec<PathBuf> {
    FAIL.into_iter().flat_map(sources).collect()
}

fn sources(room: &str) -> Vec<PathBuf> {
    files(room).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

fn files(room: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(room).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

//! A person's way through the page: in, about, and out again.

use std::{
    env,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};

use crate::{
    servers::Server,
    webdriver::{Browser, ENTER, TAB},
};

/// The example as a user starts it, on a free port.
struct Program {
    process: Child,
    url: String,
    /// It goes on to talk; with nobody to listen it would end.
    _output: BufReader<ChildStdout>,
}

impl Program {
    fn start() -> Self {
        // Beside this test's own folder, where cargo puts both.
        let program: PathBuf = env::current_exe().unwrap().parent().unwrap().with_file_name("examples").join("cookies");
        let mut process = Command::new(&program)
            .env("PORT", "0")
            .env_remove("JWT_SECRET_KEY")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cargo build --example cookies: {} {error}", program.display()));
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let url =
            line.trim_end().strip_prefix("listening on ").unwrap_or_else(|| panic!("it said {line:?}")).to_owned();
        Self { process, url, _output: output }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// That nothing of a session is on the page, in its fields or behind it.
fn assert_logged_out(browser: &Browser) {
    browser.wait("!document.querySelector('#login').hidden && document.querySelector('#notes').hidden");
    assert_eq!(browser.notes(), Vec::<String>::new());
    let left = browser.run(
        "return document.querySelector('#user').textContent + document.querySelector('#password').value
            + document.querySelector('#text').value + document.querySelector('#username').value",
        &[],
    );
    assert_eq!(left, "");
    assert_eq!(browser.fetch("GET", "/notes", &json!({}), None).0, 401);
}

#[test]
fn r_61_the_program_from_login_to_logout_and_back() {
    let program = Program::start();
    let browser = Browser::start();
    browser.log_in(&program.url);
    assert_eq!(browser.text("#account"), "Logged in as test\nLog out");
    assert_eq!(browser.text("#empty"), "No notes yet.");
    browser.add_note("first");
    browser.add_note("<img src=x onerror=alert(1)> & \"second\"");
    let notes = ["<img src=x onerror=alert(1)> & \"second\"", "first"];
    assert_eq!(browser.notes(), notes);

    browser.reload();
    browser.wait("document.querySelectorAll('#list li').length === 2");
    assert_eq!(browser.notes(), notes);

    browser.log_out();
    assert_eq!(browser.cookies(), Vec::<Value>::new());
    assert_logged_out(&browser);
    browser.reload();
    assert_logged_out(&browser);
}

#[test]
fn r_61_after_the_logout_the_back_button_shows_nothing() {
    let server = Server::example(|it| it);
    let url = server.at("127.0.0.1");
    let elsewhere = Server::attacker(&[]);
    let browser = Browser::start();
    browser.log_in(&url);
    browser.add_note("private");
    browser.open(&elsewhere.at("localhost"));
    // It really brings the page back, and the session with it.
    browser.back();
    browser.wait("document.querySelectorAll('#list li').length === 1");
    browser.open(&elsewhere.at("localhost"));
    let left = browser.open_tab(&url);
    browser.wait("!document.querySelector('#notes').hidden");
    browser.log_out();
    browser.go_to(&left);
    browser.back();
    browser.wait("location.port !== given_port".replace("given_port", &format!("'{}'", port(&elsewhere))).as_str());
    assert_logged_out(&browser);
    browser.reload();
    assert_logged_out(&browser);
}

fn port(server: &Server) -> String {
    server.at("localhost").rsplit(':').next().unwrap().to_owned()
}

#[test]
fn the_page_works_with_the_keyboard_alone() {
    let server = Server::example(|it| it);
    let browser = Browser::start();
    browser.open(&server.at("127.0.0.1"));
    browser.wait("!document.querySelector('#login').hidden");
    let focus = || browser.run("return document.activeElement.id || document.activeElement.textContent", &[]);
    browser.press(TAB);
    assert_eq!(focus(), "username");
    browser.press(&format!("test{TAB}wrong{ENTER}"));
    browser.wait("document.querySelector('#status').textContent === 'The name or the password is wrong.'");
    assert_eq!(focus(), "password");
    // What was wrong is selected, and typed over.
    browser.press(&format!("test{TAB}"));
    assert_eq!(focus(), "Log in");
    browser.press(ENTER);
    browser.wait("document.querySelector('#status').textContent === 'You are logged in.'");
    assert_eq!(focus(), "text");
    browser.press(&format!("by hand{ENTER}"));
    browser.wait("document.querySelector('#status').textContent === 'The note is saved.'");
    assert_eq!(focus(), "text");
    browser.press(&format!("again{TAB}{ENTER}"));
    browser.wait("document.querySelectorAll('#list li').length === 2");
    assert_eq!(browser.notes(), ["again", "by hand"]);
    assert_eq!(focus(), "Add");
    browser.run("document.querySelector('#logout').focus()", &[]);
    browser.press(ENTER);
    browser.wait("document.querySelector('#status').textContent === 'You are logged out.'");
    assert_eq!(focus(), "username");
}

#[test]
fn r_54_notes_need_the_proof_in_the_header() {
    let server = Server::example(|it| it);
    let browser = Browser::start();
    browser.log_in(&server.at("127.0.0.1"));
    let proof = browser.value_of("__Host-csrf_access_token");
    // The cookie with the proof comes along with every one of them; that counts for nothing.
    for wrong in [None, Some(""), Some("x"), Some(&proof[1..]), Some(&format!("{proof}A")), Some(&proof.to_lowercase())]
    {
        let (status, body) = browser.post_note("forged", wrong);
        assert_eq!((status, &body["error"]), (403, &json!("csrf_failed")), "{wrong:?}");
    }
    let (status, body) = browser.post_note("  mine ", Some(&proof));
    assert_eq!((status, body), (201, json!({ "text": "mine" })));
    assert_eq!(browser.fetch("GET", "/notes", &json!({}), None), (200, json!([{ "text": "mine" }])));
    assert_eq!(browser.fetch("GET", "/me", &json!({}), None), (200, json!({ "username": "test" })));
    for bad in ["", "   ", &"x".repeat(501)] {
        assert_eq!(browser.post_note(bad, Some(&proof)).0, 422);
    }
}

#[test]
fn r_56_a_refresh_keeps_the_proof_so_that_another_tab_still_works() {
    let server = Server::example(|it| it);
    let url = server.at("127.0.0.1");
    let browser = Browser::start();
    browser.log_in(&url);
    let proof = browser.value_of("__Host-csrf_access_token");
    let first = browser.open_tab(&url);
    browser.wait("!document.querySelector('#notes').hidden");
    let before = browser.value_of("__Host-access_token");
    assert_eq!(browser.fetch("POST", "/refresh", &json!({}), None).0, 403, "the refresh needs it, too");
    assert_eq!(browser.fetch("POST", "/refresh", &json!({ "X-CSRF-TOKEN": &proof }), None).0, 204);
    assert_ne!(browser.value_of("__Host-access_token"), before);
    assert_eq!(browser.value_of("__Host-csrf_access_token"), proof);
    assert_eq!(browser.value_of("__Host-csrf_refresh_token"), proof);
    browser.go_to(&first);
    // With what it read before the refresh.
    assert_eq!(browser.post_note("from the first tab", Some(&proof)).0, 201);
    // A login begins another session, and ends what the proof of this one is good for.
    browser.log_out();
    browser.log_in(&url);
    assert_ne!(browser.value_of("__Host-csrf_access_token"), proof);
    assert_eq!(browser.post_note("forged", Some(&proof)).0, 403);
}

#[test]
fn the_page_gets_the_next_access_token_by_itself() {
    let server = Server::example(|it| it);
    let browser = Browser::start();
    browser.log_in(&server.at("127.0.0.1"));
    let forget = |kind: &str| {
        for name in [format!("__Host-{kind}_token"), format!("__Host-csrf_{kind}_token")] {
            browser.devtools("Network.deleteCookies", &json!({ "name": name, "url": server.at("127.0.0.1") }));
        }
    };
    // As they go when their time has come.
    forget("access");
    assert_eq!(browser.cookies().len(), 2);
    browser.add_note("after a while");
    assert_eq!(browser.notes(), ["after a while"]);
    assert_eq!(browser.cookies().len(), 4);
    forget("access");
    forget("refresh");
    browser.fill("#text", "too late");
    browser.click("#add button");
    browser.wait("document.querySelector('#status').textContent === 'Your session has ended. Please log in again.'");
    assert_logged_out(&browser);
}

#[test]
fn tabs_hear_of_each_other() {
    let server = Server::example(|it| it);
    let url = server.at("127.0.0.1");
    let browser = Browser::start();
    browser.log_in(&url);
    let first = browser.open_tab(&url);
    browser.wait("!document.querySelector('#notes').hidden");
    // Its WebSocket was opened with the cookie and the proof.
    server.seen_until(|seen| seen.iter().filter(|it| it.is_websocket && it.status == 101).count() >= 2);
    browser.add_note("said here");
    browser.go_to(&first);
    browser.wait("document.querySelector('#list').textContent === 'said here'");
    browser.log_out();
    let second = browser.open_tab(&url);
    browser.log_in(&url);
    browser.go_to(&second);
    browser.wait("document.querySelector('#list').textContent === 'said here'");
    browser.log_out();
    assert_logged_out(&browser);
}

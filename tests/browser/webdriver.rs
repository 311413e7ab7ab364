//! A browser that does what a test says: Chromium over WebDriver (W3C), with a profile of its own that ends with the test.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

/// The member that holds an element's id (WebDriver section 12.2).
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Keys as WebDriver names them (section 17.4.2).
pub const TAB: &str = "\u{E004}";
pub const ENTER: &str = "\u{E007}";

/// So long that only what would never happen is given up.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(50);

/// A Chromium and the chromedriver that leads it. Both end with it, also when a test panics.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    process: Option<u64>,
    /// Its profile, and all else that it writes.
    folder: PathBuf,
}

impl Browser {
    pub fn start() -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("browser-{}-{number}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        // It takes a free port of `::1` and wants the same of 127.0.0.1, which can be another's: then it ends.
        let (driver, port) = (0..20)
            .find_map(|_| start_driver(&folder))
            .expect("chromedriver never said its port: run it by hand to see why");
        let mut browser = Self { driver, port, session: String::new(), process: None, folder };
        browser.open_session();
        browser
    }

    fn open_session(&mut self) {
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1000,800",
            &format!("--user-data-dir={}", self.folder.join("profile").display()),
        ];
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "browserName": "chrome",
            // Cookies travel to other sites, too, as their own attributes say: some Chromiums begin with a stricter rule.
            "goog:chromeOptions": { "args": arguments, "prefs": { "profile.cookie_controls_mode": 0 } },
            "goog:loggingPrefs": { "browser": "ALL" },
            // A page that asks before it is left would block what follows.
            "unhandledPromptBehavior": "accept",
            "timeouts": { "script": 60_000, "pageLoad": 60_000 },
        } } });
        let opened = self.ask("POST", "/session", &wanted).unwrap_or_else(|error| panic!("no session: {error}"));
        self.session = format!("/session/{}", opened["sessionId"].as_str().unwrap());
        self.process = opened["capabilities"]["goog:processID"].as_u64();
    }

    // --- Pages ---------------------------------------------------------------------------------------------------------

    pub fn open(&self, url: &str) {
        self.command("POST", "/url", &json!({ "url": url }));
    }

    pub fn back(&self) {
        self.command("POST", "/back", &json!({}));
    }

    pub fn reload(&self) {
        self.command("POST", "/refresh", &json!({}));
    }

    /// Opens another tab, and goes to it; the one that it came from can be returned to.
    pub fn open_tab(&self, url: &str) -> Tab {
        let before = self.command("GET", "/window", &Value::Null);
        let tab = self.command("POST", "/window/new", &json!({ "type": "tab" }))["handle"].clone();
        self.go_to(&Tab(tab));
        self.open(url);
        Tab(before)
    }

    pub fn go_to(&self, tab: &Tab) {
        self.command("POST", "/window", &json!({ "handle": tab.0 }));
    }

    /// Runs a script's body in the page, waits for what it promises, and gives what it returns.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Value {
        let script = format!("return (async (...given) => {{ {script} }})(...arguments)");
        self.command("POST", "/execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// Waits until an expression is true in whatever page is then open.
    pub fn wait(&self, expression: &str) {
        let body = json!({ "script": format!("return Boolean({expression})"), "args": [] });
        for _ in 0..PATIENCE.as_millis() / PAUSE.as_millis() {
            // A page that is just being left can't run a script.
            if self.ask("POST", &format!("{}/execute/sync", self.session), &body) == Ok(Value::Bool(true)) {
                return;
            }
            thread::sleep(PAUSE);
        }
        let page = self.run("return location.href + ': ' + document.body.innerText", &[]);
        panic!("it never came to `{expression}`; the page is {page}");
    }

    // --- Hands and eyes ------------------------------------------------------------------------------------------------

    pub fn click(&self, selector: &str) {
        let path = self.element(selector);
        self.command("POST", &format!("{path}/click"), &json!({}));
    }

    /// Types into a field, in place of what is there.
    pub fn fill(&self, selector: &str, text: &str) {
        let path = self.element(selector);
        self.command("POST", &format!("{path}/clear"), &json!({}));
        self.command("POST", &format!("{path}/value"), &json!({ "text": text }));
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub fn press(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key.to_string() })))
            .collect();
        self.command(
            "POST",
            "/actions",
            &json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] }),
        );
    }

    /// What a person reads in an element.
    pub fn text(&self, selector: &str) -> String {
        let path = self.element(selector);
        self.command("GET", &format!("{path}/text"), &Value::Null).as_str().unwrap().to_owned()
    }

    pub fn picture(&self, file: &Path) {
        let picture = self.command("GET", "/screenshot", &Value::Null);
        fs::write(file, BASE64_STANDARD.decode(picture.as_str().unwrap()).unwrap()).unwrap();
    }

    fn element(&self, selector: &str) -> String {
        let found = self.command("POST", "/element", &json!({ "using": "css selector", "value": selector }));
        format!("/element/{}", found[ELEMENT].as_str().unwrap())
    }

    // --- What the browser knows ----------------------------------------------------------------------------------------

    /// Every cookie of the profile as the browser's own store has it, whatever page is open, by name.
    pub fn cookies(&self) -> Vec<Value> {
        let mut cookies = match self.devtools("Storage.getCookies", &json!({}))["cookies"].take() {
            Value::Array(cookies) => cookies,
            other => panic!("no list of cookies: {other}"),
        };
        cookies.sort_by_key(|cookie| cookie["name"].as_str().unwrap().to_owned());
        cookies
    }

    pub fn cookie(&self, name: &str) -> Option<Value> {
        self.cookies().into_iter().find(|cookie| cookie["name"] == name)
    }

    /// What the pages, and the browser about them, wrote to the console since it was last asked.
    pub fn console(&self) -> Vec<String> {
        let lines = self.command("POST", "/se/log", &json!({ "type": "browser" }));
        lines.as_array().unwrap().iter().map(|line| line["message"].as_str().unwrap().to_owned()).collect()
    }

    /// A command of the Chrome DevTools Protocol, which says more than WebDriver does.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        self.command("POST", "/goog/cdp/execute", &json!({ "cmd": command, "params": parameters }))
    }

    // --- The wire ------------------------------------------------------------------------------------------------------

    fn command(&self, method: &str, path: &str, body: &Value) -> Value {
        self.ask(method, &format!("{}{path}", self.session), body)
            .unwrap_or_else(|error| panic!("{method} {path} {body}: {error}"))
    }

    /// One request in HTTP/1.1: the value of the answer, or what chromedriver says is wrong.
    fn ask(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).map_err(|error| error.to_string())?;
        stream.set_read_timeout(Some(PATIENCE * 2)).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            self.port,
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).map_err(|error| error.to_string())?;
        let mut answer = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            answer.read_line(&mut line).map_err(|error| error.to_string())?;
            match line.trim_end().split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().map_err(|_| format!("chromedriver answered {line}"))?;
                }
                None if line.trim_end().is_empty() => break,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        answer.read_exact(&mut body).map_err(|error| error.to_string())?;
        let mut answer: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        let value = answer["value"].take();
        match (value["error"].as_str(), value["message"].as_str()) {
            (Some(error), Some(message)) => Err(format!("{error}: {message}")),
            _ => Ok(value),
        }
    }
}

/// A chromedriver and its port, if it has got one.
fn start_driver(folder: &Path) -> Option<(Child, u16)> {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        .env("TMPDIR", folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver: apt-get install chromium chromium-driver");
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = lines.find_map(|line| {
        line.unwrap().strip_prefix("ChromeDriver was started successfully on port ")?.strip_suffix('.')?.parse().ok()
    });
    let Some(port) = port else {
        driver.wait().unwrap();
        return None;
    };
    // Nobody reads on, and a full pipe would stop it.
    thread::spawn(move || lines.for_each(drop));
    Some((driver, port))
}

/// A tab of a browser.
pub struct Tab(Value);

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            // Chromium ends itself, and chromedriver waits for it. If either hangs, both are ended all the same.
            let is_closed = self.ask("DELETE", &self.session, &Value::Null).is_ok();
            if let (false, Some(process)) = (is_closed, self.process) {
                let _ = Command::new("kill").args(["-KILL", &process.to_string()]).status();
            }
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        // Chromium's helpers may write for a moment more.
        for _ in 0..100 {
            if fs::remove_dir_all(&self.folder).is_ok() || !self.folder.exists() {
                return;
            }
            thread::sleep(PAUSE);
        }
    }
}

//! What a person does on the example's page.

use serde_json::{Value, json};

use crate::webdriver::Browser;

impl Browser {
    /// Opens the page and logs in through its form.
    pub fn log_in(&self, url: &str) {
        self.open(url);
        self.wait("!document.querySelector('#login').hidden");
        self.fill("#username", "test");
        self.fill("#password", "test");
        self.click("#login button");
        self.wait("!document.querySelector('#notes').hidden");
        self.wait("document.querySelector('#status').textContent === 'You are logged in.'");
    }

    /// Logs in without the form, for configurations whose cookies the page does not know by name.
    pub fn log_in_by_script(&self, url: &str) {
        self.open(url);
        let credentials = json!({ "username": "test", "password": "test" });
        let (status, _) =
            self.fetch("POST", "/login", &json!({ "Content-Type": "application/json" }), Some(&credentials));
        assert_eq!(status, 200);
    }

    pub fn log_out(&self) {
        self.click("#logout");
        self.wait("document.querySelector('#status').textContent === 'You are logged out.'");
    }

    pub fn add_note(&self, text: &str) {
        self.fill("#text", text);
        self.click("#add button");
        self.wait("document.querySelector('#status').textContent === 'The note is saved.'");
    }

    /// The notes on the page, newest first.
    pub fn notes(&self) -> Vec<String> {
        let notes = self.run("return [...document.querySelectorAll('#list li')].map((item) => item.textContent)", &[]);
        serde_json::from_value(notes).unwrap()
    }

    /// Sends a request from the page that is open: the status of the answer, and its body's JSON if it has one.
    pub fn fetch(&self, method: &str, path: &str, headers: &Value, body: Option<&Value>) -> (u64, Value) {
        let answer = self.run(
            "const [method, path, headers, body] = given;
             const answer = await fetch(path, { method, headers, body });
             return [answer.status, await answer.json().catch(() => null)];",
            &[json!(method), json!(path), headers.clone(), body.map_or(Value::Null, |body| json!(body.to_string()))],
        );
        (answer[0].as_u64().unwrap(), answer[1].clone())
    }

    /// Posts a note with a CSRF proof, or without one.
    pub fn post_note(&self, text: &str, proof: Option<&str>) -> (u64, Value) {
        let mut headers = json!({ "Content-Type": "application/json" });
        if let Some(proof) = proof {
            headers["X-CSRF-TOKEN"] = json!(proof);
        }
        self.fetch("POST", "/notes", &headers, Some(&json!({ "text": text })))
    }

    /// The value of a cookie, from the browser's store.
    pub fn value_of(&self, name: &str) -> String {
        let cookie = self.cookie(name).unwrap_or_else(|| panic!("there is no cookie {name}"));
        cookie["value"].as_str().unwrap().to_owned()
    }
}

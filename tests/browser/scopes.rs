//! The example `scopes`: its document's page, used as a person does who tries the API, and what it loads from elsewhere, which is
//! nothing.

use std::{fs, path::Path};

use serde_json::json;
use tokio::runtime;

use crate::{scopes_example, servers::Server, webdriver::Browser};

/// The page of the document.
struct Docs {
    browser: Browser,
    origin: String,
    _server: Server,
    // The database lives as long as what it was opened in.
    _runtime: runtime::Runtime,
}

impl Docs {
    fn open() -> Self {
        let runtime = runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let router = runtime.block_on(async { scopes_example::app(scopes_example::shop().await.unwrap()) });
        let server = Server::start(router);
        let origin = server.at("127.0.0.1");
        let browser = Browser::start();
        browser.open(&format!("{origin}/docs"));
        browser.wait("document.querySelectorAll('.opblock').length === 7");
        Self { browser, origin, _server: server, _runtime: runtime }
    }

    /// Unfolds an operation, ready to be tried.
    fn unfold(&self, operation: &str) {
        let block = format!("#operations-{operation}");
        if self.count(&format!("{block}:not(.is-open)")) > 0 {
            self.browser.click(&format!("{block} .opblock-summary-control"));
            self.browser.wait(&format!("document.querySelector('{block} .try-out__btn')"));
            self.browser.click(&format!("{block} .try-out__btn"));
            self.browser.wait(&format!("document.querySelector('{block} .execute')"));
        }
    }

    /// Tries an operation: the status that the page shows, and the body.
    fn call(&self, operation: &str) -> (String, String) {
        self.unfold(operation);
        let block = format!("#operations-{operation}");
        if self.count(&format!("{block} .btn-clear")) > 0 {
            self.browser.click(&format!("{block} .btn-clear"));
        }
        self.browser.click(&format!("{block} .execute"));
        let answer = format!("{block} .live-responses-table tbody");
        self.browser.wait(&format!("document.querySelector('{answer} .response-col_status')"));
        let status = self.browser.text(&format!("{answer} .response-col_status"));
        let body = format!("return document.querySelector('{answer} .response-col_description').textContent");
        (status.lines().next().unwrap().to_owned(), self.browser.run(&body, &[]).as_str().unwrap().to_owned())
    }

    fn assert_call(&self, operation: &str, status: &str, says: &str) {
        let (found, body) = self.call(operation);
        assert!(found == status && body.contains(says), "{operation}: {found}, not {status}: {body}");
    }

    /// Logs in with the operation, and gives a member of the answer.
    fn log_in(&self, operation: &str, name: &str, member: &str) -> String {
        self.unfold(operation);
        let credentials = json!({ "name": name, "password": "test" }).to_string();
        self.browser.fill(&format!("#operations-{operation} .body-param__text"), &credentials);
        let (status, body) = self.call(operation);
        assert_eq!(status, "200", "{body}");
        let (_, rest) = body.split_once(&format!("\"{member}\": \"")).unwrap_or_else(|| panic!("{body}"));
        rest.split('"').next().unwrap().to_owned()
    }

    /// Fills a scheme of the dialog `Authorize`, in place of what was there.
    fn authorize(&self, scheme: &str, value: &str) {
        const MARK: &str = r"
            const container = [...document.querySelectorAll('.auth-container')]
                .find((it) => it.querySelector('h4').textContent.split(/\s/)[0] === given[0]);
            const [field] = container.querySelectorAll('input');
            const button = [...container.querySelectorAll('button')].find((it) => it.textContent === given[1]);
            if (field) field.id = 'its-value';
            if (button) button.id = 'its-button';
            return Boolean(button);";
        self.browser.click(".auth-wrapper .authorize");
        self.browser.wait("document.querySelector('.auth-container')");
        if self.browser.run(MARK, &[json!(scheme), json!("Logout")]) == json!(true) {
            self.browser.click("#its-button");
        }
        assert_eq!(self.browser.run(MARK, &[json!(scheme), json!("Authorize")]), true, "{scheme}");
        self.browser.fill("#its-value", value);
        self.browser.click("#its-button");
        self.browser.click(".modal-ux .close-modal");
        self.browser.wait("!document.querySelector('.modal-ux')");
    }

    fn count(&self, selector: &str) -> u64 {
        self.browser.run("return document.querySelectorAll(given[0]).length", &[json!(selector)]).as_u64().unwrap()
    }

    /// What the page looks like around an element, for people to look at.
    fn picture(&self, name: &str, selector: &str) {
        self.browser.run("document.querySelector(given[0]).scrollIntoView({ block: 'center' })", &[json!(selector)]);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
        fs::create_dir_all(&folder).unwrap();
        self.browser.picture(&folder.join(format!("scopes-{name}.png")));
    }

    /// Every address that the page has asked, and whatever the browser kept it from.
    fn assert_nothing_is_from_elsewhere(&self) {
        let asked = self.browser.run("return performance.getEntries().map((it) => it.name)", &[]);
        let asked: Vec<String> = serde_json::from_value(asked).unwrap();
        let addresses: Vec<&String> = asked.iter().filter(|name| name.contains("://")).collect();
        assert!(addresses.len() >= 6, "{asked:?}");
        for address in addresses {
            assert!(address.starts_with(&format!("{}/", self.origin)), "{address}");
        }
        // Answers that refuse are there as well; what the policy stopped would be.
        let stopped: Vec<String> =
            self.browser.console().into_iter().filter(|line| !line.contains("Failed to load resource")).collect();
        assert!(stopped.is_empty(), "{stopped:?}");
    }
}

#[test]
fn a_customer_authorizes_and_may_do_what_the_scopes_allow() {
    let docs = Docs::open();
    docs.assert_call("customers-orders", "401", "missing_token");
    let bob = docs.log_in("customers-login", "bob", "access_token");
    docs.authorize("access_token", &bob);
    docs.assert_call("customers-orders", "200", "a lamp");
    docs.assert_call("customers-order", "403", "insufficient_scope");
    docs.picture("403", "#operations-customers-order .live-responses-table");
    // With more scopes, the same goes.
    let ada = docs.log_in("customers-login", "ada", "access_token");
    docs.authorize("access_token", &ada);
    docs.assert_call("customers-order", "201", "");
    docs.assert_call("customers-orders", "200", "a teapot");
    // Staff is another realm.
    docs.assert_call("staff-open_orders", "401", "missing_token");
    docs.assert_nothing_is_from_elsewhere();
}

#[test]
fn a_clerks_cookie_comes_by_itself_and_the_proof_does_not() {
    let docs = Docs::open();
    docs.assert_call("staff-open_orders", "401", "missing_token");
    let csrf = docs.log_in("staff-staff_login", "eve", "csrf");
    docs.assert_call("staff-open_orders", "200", "a kettle");
    docs.unfold("staff-ship");
    docs.browser.fill("#operations-staff-ship tr[data-param-name=id] input", "1");
    docs.assert_call("staff-ship", "403", "csrf_failed");
    docs.authorize("staff_access_token_csrf", &csrf);
    docs.assert_call("staff-ship", "204", "");
    docs.unfold("staff-close_account");
    docs.browser.fill("#operations-staff-close_account tr[data-param-name=id] input", "2");
    docs.assert_call("staff-close_account", "403", "insufficient_scope");
    // Who may close an account ends the token of its customer.
    let bob = docs.log_in("customers-login", "bob", "access_token");
    docs.authorize("access_token", &bob);
    docs.assert_call("customers-orders", "200", "a lamp");
    let csrf = docs.log_in("staff-staff_login", "max", "csrf");
    docs.authorize("staff_access_token_csrf", &csrf);
    docs.assert_call("staff-close_account", "204", "");
    docs.assert_call("customers-orders", "401", "invalid_token");
    docs.assert_nothing_is_from_elsewhere();
}

/// The other tests would see it.
#[test]
fn what_is_from_elsewhere_is_stopped_and_told() {
    let docs = Docs::open();
    docs.assert_nothing_is_from_elsewhere();
    let stopped = "return await fetch('http://127.0.0.2/').then(() => 'loaded', () => 'stopped')";
    assert_eq!(docs.browser.run(stopped, &[]), "stopped");
    let told = docs.browser.console();
    assert!(told.iter().any(|line| line.contains("127.0.0.2") && line.contains("Content Security Policy")), "{told:?}");
}

/// What the page shows of an operation before it is tried.
#[test]
fn the_page_tells_what_each_handler_demands_and_answers() {
    let docs = Docs::open();
    let statuses = |operation: &str| -> Vec<String> {
        docs.unfold(operation);
        let rows = format!("#operations-{operation} .responses-table .response > .response-col_status");
        let found = docs.browser.run(
            "return [...document.querySelectorAll(given[0])].map((it) => it.firstChild.textContent)",
            &[json!(rows)],
        );
        serde_json::from_value(found).unwrap()
    };
    assert_eq!(statuses("customers-login"), ["200", "401"]);
    assert_eq!(statuses("customers-order"), ["201", "400", "401", "403", "431", "503"]);
    assert_eq!(statuses("staff-open_orders"), ["200", "400", "401", "403", "431", "503"]);
    assert_eq!(statuses("staff-ship"), ["204", "400", "401", "403", "431"]);
    // A lock on each guarded one.
    assert_eq!(docs.count(".opblock .authorization__btn"), 5);
    docs.browser.click(".auth-wrapper .authorize");
    docs.browser.wait("document.querySelector('.auth-container')");
    let schemes = docs.browser.run(
        "return [...document.querySelectorAll('.auth-container h4')].map((it) => it.textContent.split(/\\s/)[0])",
        &[],
    );
    let mut schemes: Vec<String> = serde_json::from_value(schemes).unwrap();
    schemes.sort();
    let expected = ["access_token", "staff_access_token_cookie", "staff_access_token_csrf"];
    assert_eq!(schemes, expected);
    docs.picture("authorize", ".auth-container");
}

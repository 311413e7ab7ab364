//! Pages of others, open in the browser of a person who is logged in.

use axum::http::Method;
use fastjwt::{Builder, SameSite};
use serde_json::{Value, json};

use crate::{
    servers::{Seen, Server},
    webdriver::Browser,
};

/// Where the example is, and where a page of somebody else.
#[derive(Debug, Clone, Copy)]
struct Place {
    example: &'static str,
    attacker: &'static str,
    /// What browsers call the page's relation to the example (W3C Fetch Metadata).
    site: &'static str,
}

const OTHER_SITE: Place = Place { example: "127.0.0.1", attacker: "localhost", site: "cross-site" };
/// To cookies a host is one place, whatever its ports serve.
const OTHER_PORT: Place = Place { example: "127.0.0.1", attacker: "127.0.0.1", site: "same-site" };
const SUBDOMAIN: Place = Place { example: "app.localhost", attacker: "evil.app.localhost", site: "same-site" };

const PLACES: [Place; 3] = [OTHER_SITE, OTHER_PORT, SUBDOMAIN];

/// Each protection by itself, with cookies that come along from everywhere; and as the example has them, all together.
struct Protection {
    name: &'static str,
    configure: fn(Builder) -> Builder,
    /// Whether cookies come along from another site, where that does not open a page.
    travels: bool,
}

fn everywhere(builder: Builder) -> Builder {
    builder.cookies(|cookie| cookie.same_site(SameSite::None))
}

const PROTECTIONS: [Protection; 4] = [
    Protection { name: "the example", configure: |it| it, travels: false },
    Protection { name: "without SameSite", configure: everywhere, travels: true },
    Protection { name: "the proof alone", configure: |it| everywhere(it).same_origin_check(false), travels: true },
    Protection { name: "the origin alone", configure: |it| everywhere(it).csrf_protection(false), travels: true },
];

/// A person with a note and a session, and whoever wants to use it.
struct Scene<'b> {
    place: Place,
    example: Server,
    attacker: Server,
    browser: &'b Browser,
    cookies: Vec<Value>,
}

impl<'b> Scene<'b> {
    /// Whatever the browser had before is gone.
    fn new(browser: &'b Browser, place: Place, configure: fn(Builder) -> Builder) -> Self {
        let (example, attacker) = (Server::example(configure), Server::attacker(&[]));
        browser.devtools("Storage.clearCookies", &json!({}));
        browser.log_in_by_script(&example.at(place.example));
        // Without a csrf cookie there is no proof to give, and none is asked for.
        let proof =
            browser.cookie("__Host-csrf_access_token").map(|cookie| cookie["value"].as_str().unwrap().to_owned());
        assert_eq!(browser.post_note("mine", proof.as_deref()).0, 201);
        let cookies = browser.cookies();
        Self { place, example, attacker, browser, cookies }
    }

    fn target(&self) -> String {
        self.example.at(self.place.example)
    }

    /// The attacker's page, as if the person had followed a link; what came before is forgotten.
    fn lure(&self) {
        self.browser.open(&self.attacker.at(self.place.attacker));
        self.example.seen();
    }

    /// Runs a script in the attacker's page.
    fn attack(&self, script: &str) -> Value {
        self.browser.run(script, &[json!(self.target())])
    }

    /// That all was refused: as forged where the person's token came along, and else for having none.
    fn assert_refused(&self, seen: &[Seen], what: &str) {
        for request in seen {
            let expected: &[u16] = match (&request.method, request.with_token) {
                // The browser asks before it sends what a form could not; there is no such route.
                (&Method::OPTIONS, _) => &[405],
                (_, true) => &[403],
                (_, false) => &[401, 403],
            };
            assert!(expected.contains(&request.status), "{what}, {:?}: {request:?}", self.place);
            assert_eq!(request.site, self.place.site, "{what}: {request:?}");
        }
    }

    /// That the person is still logged in as themselves, with the same tokens and notes.
    fn assert_untouched(&self, what: &str) {
        assert_eq!(self.browser.cookies(), self.cookies, "{what}, {:?}", self.place);
        self.browser.open(&self.target());
        assert_eq!(self.browser.fetch("GET", "/me", &json!({}), None), (200, json!({ "username": "test" })), "{what}");
        let notes = self.browser.fetch("GET", "/notes", &json!({}), None);
        assert_eq!(notes, (200, json!([{ "text": "mine" }])), "{what}, {:?}", self.place);
    }
}

/// Requests that change something, as far as a page can make them.
fn unsafe_requests(seen: Vec<Seen>) -> Vec<Seen> {
    seen.into_iter().filter(|it| it.method != Method::GET || it.is_websocket).collect()
}

/// Every mode and credentials, with and without a header that a browser asks about first. What can be read of the answers.
const FETCH: &str = r#"
    const [target] = given;
    const outcomes = [];
    const tried = async (path, options) => {
        const answer = await fetch(target + path, options).catch(() => ({ type: "failed" }));
        outcomes.push(answer.type);
    };
    const bodies = {
        "/notes": '{"text":"forged"}',
        "/login": '{"username":"test","password":"test"}',
        "/refresh": undefined,
        "/logout": undefined,
    };
    for (const mode of ["cors", "no-cors", "same-origin"])
        for (const credentials of ["omit", "same-origin", "include"])
            for (const [path, body] of Object.entries(bodies)) {
                await tried(path, { method: "POST", mode, credentials, body });
                for (const headers of [{ "Content-Type": "application/json" }, { "X-CSRF-TOKEN": "AAAAAAAAAAAAAAAAAAAAAA" }])
                    await tried(path, { method: "POST", mode, credentials, body, headers });
            }
    // Reading changes nothing; that nothing is read is the browser's own doing.
    await tried("/notes", { mode: "cors", credentials: "include" });
    return [...new Set(outcomes)].sort();
"#;

#[test]
fn r_54_r_58_no_fetch_of_another_page_is_obeyed() {
    let browser = Browser::start();
    for place in PLACES {
        for Protection { name, configure, travels } in PROTECTIONS {
            let scene = Scene::new(&browser, place, configure);
            scene.lure();
            assert_eq!(scene.attack(FETCH), json!(["failed", "opaque"]), "{name}, {place:?}: something can be read");
            let seen = unsafe_requests(scene.example.seen());
            scene.assert_refused(&seen, name);
            let with_token = seen.iter().filter(|it| it.with_token).count();
            let expected = travels || place.site == "same-site";
            assert_eq!(with_token > 0, expected, "{name}, {place:?}: {with_token} of {} with a token", seen.len());
            scene.assert_untouched(name);
        }
    }
}

#[test]
fn r_54_r_58_r_60_no_form_of_another_page_is_obeyed() {
    // The last one makes JSON of a form: the field's name is all of it but the end.
    const FORM: &str = r#"
        const [target, path, enctype, frame] = given;
        const form = document.createElement("form");
        Object.assign(form, { method: "post", action: target + path, enctype, target: frame });
        const field = document.createElement("input");
        field.name = path === "/login" ? '{"username":"test","password":"test","x":"' : '{"text":"forged","x":"';
        field.value = '"}';
        form.append(field);
        document.body.append(form);
        form.submit();
    "#;
    let browser = Browser::start();
    for place in PLACES {
        for Protection { name, configure, travels } in PROTECTIONS {
            let scene = Scene::new(&browser, place, configure);
            let target = scene.target();
            let mut with_token = 0;
            // To the server all enctypes are one thing; what the browser makes of each is tried on the example as it is.
            let enctypes: &[&str] = match name {
                "the example" => &["text/plain", "multipart/form-data", "application/x-www-form-urlencoded"],
                _ => &["text/plain"],
            };
            for path in ["/notes", "/refresh", "/login", "/logout"] {
                for enctype in enctypes {
                    scene.lure();
                    scene.browser.run(FORM, &[json!(target), json!(path), json!(enctype), json!("_self")]);
                    // A form opens a page: what it says is the answer.
                    scene
                        .browser
                        .wait(&format!("location.href === '{target}{path}' && document.readyState === 'complete'"));
                    let seen = unsafe_requests(scene.example.seen());
                    assert_eq!(seen.len(), 1, "{name}: {path} {enctype}: {seen:?}");
                    scene.assert_refused(&seen, name);
                    with_token += seen.iter().filter(|it| it.with_token).count();
                    let told = scene.browser.text("body");
                    assert!(told.contains("csrf_failed") || told.contains("missing_token"), "{name}: {path}: {told}");
                }
            }
            assert_eq!(with_token > 0, travels || place.site == "same-site", "{name}, {place:?}");
            scene.assert_untouched(name);
        }
    }
}

const WEBSOCKETS: &str = r#"
    const [target] = given;
    const opened = (protocols) => new Promise((done) => {
        const socket = new WebSocket(target.replace("http", "ws") + "/live", protocols);
        socket.onopen = () => { socket.close(); done(true); };
        socket.onerror = () => done(false);
    });
    const guesses = [[], ["fastjwt-csrf"], ["fastjwt-csrf", "x"], ["fastjwt-csrf", "AAAAAAAAAAAAAAAAAAAAAA"], ["fastjwt"]];
    const outcomes = [];
    for (const protocols of guesses) outcomes.push(await opened(protocols));
    return outcomes;
"#;

#[test]
fn r_59_no_websocket_of_another_page_is_opened() {
    let browser = Browser::start();
    for place in PLACES {
        for Protection { name, configure, travels } in PROTECTIONS {
            let scene = Scene::new(&browser, place, configure);
            scene.lure();
            assert_eq!(scene.attack(WEBSOCKETS), json!([false, false, false, false, false]), "{name}, {place:?}");
            let seen = unsafe_requests(scene.example.seen());
            assert_eq!(seen.len(), 5, "{name}, {place:?}: {seen:?}");
            for request in &seen {
                let is_malformed = [400, 403].contains(&request.status);
                let expected = travels || place.site == "same-site";
                assert_eq!(request.with_token, expected, "{name}, {place:?}: {request:?}");
                assert!(if expected { is_malformed } else { request.status == 401 }, "{name}, {place:?}: {request:?}");
            }
            scene.assert_untouched(name);
        }
    }
}

/// The same page, without a proof: the attacks above fail for what they are, not for how they are made.
#[test]
fn r_59_the_own_page_opens_a_websocket_with_the_proof_only() {
    let browser = Browser::start();
    let scene = Scene::new(&browser, OTHER_SITE, |it| it);
    scene.browser.open(&scene.target());
    assert_eq!(scene.attack(WEBSOCKETS), json!([false, false, false, false, false]));
    let proof = scene.browser.value_of("__Host-csrf_access_token");
    let said = scene.browser.run(
        "const [proof] = given;
         const socket = new WebSocket(location.origin.replace('http', 'ws') + '/live', ['fastjwt-csrf', proof]);
         await new Promise((done, failed) => { socket.onopen = done; socket.onerror = failed; });
         const message = new Promise((done) => { socket.onmessage = ({ data }) => done(data); });
         await fetch('/notes', {
             method: 'POST', body: '{\"text\":\"x\"}', headers: { 'Content-Type': 'application/json', 'X-CSRF-TOKEN': proof },
         });
         return [socket.protocol, await message];",
        &[json!(proof)],
    );
    // The protocol's name, and not what stood behind it.
    assert_eq!(said, json!(["fastjwt-csrf", "changed"]));
}

/// What the other tests would see if nothing protected: the browser sends all of it.
#[test]
fn without_any_protection_these_attacks_succeed() {
    let browser = Browser::start();
    for place in PLACES {
        let scene = Scene::new(&browser, place, |it| everywhere(it).csrf_protection(false).same_origin_check(false));
        scene.lure();
        scene.attack(FETCH);
        let seen = scene.example.seen();
        let is_obeyed = |it: &Seen| it.path == "/refresh" && it.with_token && it.status == 204 && it.site == place.site;
        assert!(seen.iter().any(is_obeyed), "{place:?}: {seen:?}");
        assert_ne!(scene.browser.cookies(), scene.cookies, "{place:?}");
        assert_eq!(scene.attack(WEBSOCKETS)[0], true, "{place:?}");
    }
}

/// Ways of sending that hide who sends, or that do not wait.
#[test]
fn r_58_no_page_without_an_origin_is_obeyed() {
    const HIDDEN: &str = r#"
        const [target] = given;
        const inside = `<script>
            const sent = ["/refresh", "/notes", "/login", "/logout"].map((path) =>
                fetch(${JSON.stringify(target)} + path + "?hidden", { method: "POST", mode: "no-cors", credentials: "include", body: "{}" }));
            Promise.allSettled(sent).then(() => parent.postMessage("sent", "*"));
        <\/script>`;
        const frame = document.createElement("iframe");
        frame.sandbox = "allow-scripts allow-forms";
        frame.referrerPolicy = "no-referrer";
        frame.srcdoc = inside;
        const sent = new Promise((done) => addEventListener("message", done, { once: true }));
        document.body.append(frame);
        await sent;
        for (const path of ["/refresh", "/notes", "/login", "/logout"]) navigator.sendBeacon(target + path + "?beacon", "{}");
    "#;
    let browser = Browser::start();
    for place in PLACES {
        for Protection { name, configure, .. } in PROTECTIONS {
            let scene = Scene::new(&browser, place, configure);
            scene.lure();
            scene.attack(HIDDEN);
            let seen = scene.example.seen_until(|seen| unsafe_requests(seen.to_vec()).len() >= 8);
            for request in &unsafe_requests(seen) {
                let expected: &[u16] = if request.with_token { &[403] } else { &[401, 403] };
                assert!(expected.contains(&request.status), "{name}, {place:?}: {request:?}");
            }
            scene.assert_untouched(name);
        }
    }
}

/// Or a person would be made to press its buttons without seeing them.
#[test]
fn no_other_page_shows_the_page_in_a_frame() {
    let browser = Browser::start();
    for place in PLACES {
        let scene = Scene::new(&browser, place, |it| it);
        scene.lure();
        scene.attack(
            "const frame = document.createElement('iframe');
             frame.src = given[0];
             const loaded = new Promise((done) => { frame.onload = done; });
             document.body.append(frame);
             await loaded;",
        );
        let paths: Vec<String> = scene.example.seen().into_iter().map(|it| it.path).collect();
        // What came was not shown, or its script and style would have been asked for.
        assert_eq!(paths, ["/"], "{place:?}");
    }
}

// --- Cookies of somebody else -----------------------------------------------------------------------------------------

#[test]
fn r_56_a_proof_that_another_port_put_there_is_refused() {
    let example = Server::example(|it| it);
    let url = example.at("127.0.0.1");
    // A proof of a session that exists, since the attacker may have an account.
    let stranger = Browser::start();
    stranger.log_in(&url);
    for tossed in [stranger.value_of("__Host-csrf_access_token"), "AAAAAAAAAAAAAAAAAAAAAA".to_owned()] {
        let browser = Browser::start();
        browser.log_in(&url);
        let attacker = Server::attacker(&[format!("__Host-csrf_access_token={tossed}; Path=/; Secure; Max-Age=900")]);
        browser.open(&attacker.at("127.0.0.1"));
        // No prefix helps: to the browser it is the same host.
        assert_eq!(browser.value_of("__Host-csrf_access_token"), tossed);
        browser.open(&url);
        browser.wait("!document.querySelector('#notes').hidden");
        let (status, body) = browser.post_note("forged", Some(&tossed));
        assert_eq!((status, &body["error"]), (403, &json!("csrf_failed")));
        // The page does what the cookie says, and tells what came of it.
        browser.fill("#text", "forged");
        browser.click("#add button");
        browser.wait("document.querySelector('#status').textContent === 'The CSRF proof is wrong.'");
        // The person gets out of it.
        browser.log_out();
        browser.log_in(&url);
        browser.add_note("mine");
        browser.log_out();
    }
}

#[test]
fn r_56_a_subdomain_can_put_no_cookie_in_the_place_of_ours() {
    let example = Server::example(|it| it);
    let url = example.at("app.localhost");
    let browser = Browser::start();
    browser.log_in(&url);
    let before = browser.cookies();
    let names =
        ["__Host-access_token", "__Host-csrf_access_token", "__Host-refresh_token", "__Host-csrf_refresh_token"];
    let mut tossed = vec!["seen=1; Domain=app.localhost; Path=/".to_owned()];
    tossed.extend(names.map(|name| format!("{name}=tossed; Domain=app.localhost; Path=/; Secure")));
    let attacker = Server::attacker(&tossed);
    browser.open(&attacker.at("evil.app.localhost"));
    // Any other cookie gets there.
    assert_eq!(browser.cookie("seen").unwrap()["domain"], ".app.localhost");
    let after: Vec<Value> = browser.cookies().into_iter().filter(|cookie| cookie["name"] != "seen").collect();
    assert_eq!(after, before);
    browser.open(&url);
    browser.wait("!document.querySelector('#notes').hidden");
    browser.add_note("mine");
}

#[test]
fn r_45_a_second_cookie_of_one_name_is_refused_rather_than_chosen() {
    let example = Server::example(|it| it.cookies(|cookie| cookie.domain("app.localhost")));
    let url = example.at("app.localhost");
    let stranger = Browser::start();
    stranger.log_in_by_script(&url);
    let token = stranger.value_of("__Secure-access_token");
    let browser = Browser::start();
    browser.log_in_by_script(&url);
    // The longer path comes first in the request, so that many servers would take this one.
    let attacker = Server::attacker(&[format!(
        "__Secure-access_token={token}; Domain=app.localhost; Path=/notes; Secure; HttpOnly"
    )]);
    browser.open(&attacker.at("evil.app.localhost"));
    assert_eq!(browser.cookies().len(), 5);
    browser.open(&url);
    assert_eq!(browser.fetch("GET", "/me", &json!({}), None).0, 200);
    let (status, body) = browser.fetch("GET", "/notes", &json!({}), None);
    assert_eq!((status, &body["error"]), (400, &json!("invalid_request")));
}

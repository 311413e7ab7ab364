//! The example `websocket`: the page of a browser is told that its session ended, and why.

use std::time::Duration;

use crate::{
    servers::{SECRET, Server},
    webdriver::Browser,
    websocket_example,
};

#[test]
fn r_59_the_browser_is_told_that_the_token_of_its_websocket_has_expired() {
    // Time enough for a slow machine to open it.
    let configuration = websocket_example::configuration().access_token_expires_in(Duration::from_secs(5));
    let server = Server::start(websocket_example::app(configuration.secret(SECRET).build().unwrap()));
    let browser = Browser::start();
    browser.open(&server.at("127.0.0.1"));
    browser.wait("document.body.innerText.includes('closed')");
    let log = browser.text("pre");
    assert!(log.contains("seconds left for USER_ID"), "{log}");
    assert_eq!(log.lines().last(), Some("closed: 3000 token_expired"), "{log}");
}

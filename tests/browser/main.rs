//! The examples in a real browser: Debian's Chromium, driven over WebDriver, without the switch for plain http. Chromium takes
//! `Secure` and `__Host-` cookies over http from 127.0.0.1, `localhost` and names below it, which it trusts as it does https.

mod attacks;
mod cookies;
#[expect(dead_code, reason = "its `main` is not run here")]
#[path = "../../examples/cookies.rs"]
mod example;
mod journey;
mod look;
mod page;
mod scopes;
#[expect(dead_code, reason = "its `main` is not run here")]
#[path = "../../examples/scopes.rs"]
mod scopes_example;
mod servers;
mod webdriver;
mod websocket;
#[expect(dead_code, reason = "its `main` is not run here")]
#[path = "../../examples/websocket.rs"]
mod websocket_example;

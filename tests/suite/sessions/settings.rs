//! The options of sessions: what is refused, and how it is told.

use std::time::Duration;

use fastjwt::{
    Config, Denied, OnRefresh, Renewal, TokenPayload,
    session::{MemoryStore, Patient},
};

use super::{
    Hands, app,
    ill::{Fate, Ill},
    log_in, renew, see, try_refresh,
};
use crate::support::{NOW, builder};

struct Hook;

impl OnRefresh for Hook {
    async fn on_refresh(&self, _: &TokenPayload, _: &mut Renewal) -> Result<(), Denied> {
        Ok(())
    }
}

#[test]
fn options_of_sessions_need_a_store() {
    let second = Duration::from_secs(1);
    let refused = builder()
        .store_timeout(second)
        .store_attempts(1)
        .session_lifetime(second)
        .session_idle_timeout(second)
        .max_sessions(1)
        .refresh_grace(second)
        .store_fail_open(true)
        .on_refresh(Hook)
        .build()
        .unwrap_err();
    let options: Vec<&str> = refused.faults().iter().map(|fault| fault.option()).collect();
    let all = [
        "store_timeout",
        "store_attempts",
        "session_lifetime",
        "session_idle_timeout",
        "max_sessions",
        "refresh_grace",
        "store_fail_open",
        "on_refresh",
    ];
    assert_eq!(options, all);
    assert!(refused.faults().iter().all(|fault| fault.message().contains("`session_store`")), "{refused}");
}

#[test]
fn options_of_sessions_have_bounds() {
    let with = |change: fn(fastjwt::Builder) -> fastjwt::Builder| {
        let built = change(builder().session_store(MemoryStore::default())).build();
        built.map(|_| ()).map_err(|error| error.faults().iter().map(|fault| fault.to_string()).collect::<Vec<_>>())
    };
    const DAY: u64 = 86_400;
    let refused = |change, message: &str| assert_eq!(with(change).unwrap_err(), [message]);
    refused(|b| b.refresh_grace(Duration::from_millis(60_001)), "`refresh_grace`: 60.001s: it must be at most 60s");
    refused(
        |b| b.session_lifetime(Duration::from_millis(999)),
        "`session_lifetime`: 999ms: it must be 1 second to 3650 days",
    );
    refused(
        |b| b.session_lifetime(Duration::from_secs(3650 * DAY + 1)),
        "`session_lifetime`: 315360001s: it must be 1 second to 3650 days",
    );
    refused(
        |b| b.session_idle_timeout(Duration::from_secs(30 * DAY + 1)),
        "`session_idle_timeout`: 2592001s: it must be 1 second to `session_lifetime`, which is 2592000s",
    );
    refused(
        |b| b.session_idle_timeout(Duration::ZERO),
        "`session_idle_timeout`: 0ns: it must be 1 second to `session_lifetime`, which is 2592000s",
    );
    refused(|b| b.store_timeout(Duration::ZERO), "`store_timeout`: 0ns: it must be 1ms to 30s");
    refused(|b| b.store_timeout(Duration::from_secs(31)), "`store_timeout`: 31s: it must be 1ms to 30s");
    refused(|b| b.max_sessions(0), "`max_sessions`: 0: it must be 1 to 1000");
    refused(|b| b.max_sessions(1001), "`max_sessions`: 1001: it must be 1 to 1000");
    refused(|b| b.store_attempts(0), "`store_attempts`: 0: it must be 1 to 10");
    refused(|b| b.store_attempts(11), "`store_attempts`: 11: it must be 1 to 10");
    with(|b| b.refresh_grace(Duration::from_secs(60)).store_attempts(10).store_timeout(Duration::from_secs(30)))
        .unwrap();
    with(|b| b.refresh_grace(Duration::ZERO).store_attempts(1).store_timeout(Duration::from_millis(1))).unwrap();
    with(|b| b.session_lifetime(Duration::from_secs(1)).session_idle_timeout(Duration::from_secs(1))).unwrap();
}

#[test]
fn options_of_sessions_stand_in_files() {
    let config = |text: &str| -> Config { serde_json::from_str(text).unwrap() };
    let good = r#"{ "session_lifetime": "12h", "session_idle_timeout": "1h", "refresh_grace": "0s",
        "store_timeout": "100ms", "store_attempts": 1, "store_fail_open": false }"#;
    builder().session_store(MemoryStore::default()).config(config(good)).build().unwrap();
    let refused = builder().config(config(r#"{ "store_attempts": 3 }"#)).build().unwrap_err();
    assert_eq!(
        refused.faults()[0].to_string(),
        "`store_attempts`: it needs a `session_store`: without one there are no sessions"
    );
    let bad = r#"{ "refresh_grace": "2m", "session_lifetime": "11y", "store_attempts": 5000000000 }"#;
    let refused = builder().session_store(MemoryStore::default()).config(config(bad)).build().unwrap_err();
    assert_eq!(refused.faults().len(), 3, "{refused}");
}

/// An option, a value, and what a service does without it and with it.
type Turn = (&'static str, &'static str, fn(Config) -> Looked, &'static str, &'static str);

type Looked = std::pin::Pin<Box<dyn Future<Output = String>>>;

const TABLE: &[Turn] = &[
    ("session_lifetime", "1h", ends, "2592000", "3600"),
    ("session_idle_timeout", "1h", idles, "1728000", "3600"),
    ("max_sessions", "2", logged_in_thrice, "3", "2"),
    ("refresh_grace", "0", comes_again, "200", "401"),
    ("store_timeout", "30s", with_a_slow_store, "503", "200"),
    ("store_attempts", "5", asked_in_an_outage, "503 2", "503 5"),
    ("store_fail_open", "true", asked_in_an_outage, "503 2", "200 2"),
];

/// The options that only sessions have, for the test that knows all options.
pub fn options() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|(option, ..)| *option)
}

fn with(config: Config, store: impl fastjwt::session::SessionStore + 'static) -> fastjwt::FastJwt {
    super::builder(store, &Hands::new()).config(config).build().unwrap()
}

fn logged_in_thrice(config: Config) -> Looked {
    Box::pin(async {
        let jwt = with(config, MemoryStore::default());
        for _ in 0..3 {
            log_in(&jwt, "USER_ID").await;
        }
        jwt.sessions("USER_ID").await.unwrap().len().to_string()
    })
}

fn ends(config: Config) -> Looked {
    Box::pin(async {
        let jwt = with(config, MemoryStore::default());
        log_in(&jwt, "USER_ID").await;
        (jwt.sessions("USER_ID").await.unwrap()[0].ends.as_secs() - NOW).to_string()
    })
}

fn idles(config: Config) -> Looked {
    Box::pin(async {
        let jwt = with(config, MemoryStore::default());
        log_in(&jwt, "USER_ID").await;
        (jwt.sessions("USER_ID").await.unwrap()[0].idle_end.as_secs() - NOW).to_string()
    })
}

fn comes_again(config: Config) -> Looked {
    Box::pin(async {
        let jwt = with(config, MemoryStore::default());
        let pair = log_in(&jwt, "USER_ID").await;
        renew(&app(&jwt), &pair.refresh).await;
        try_refresh(&app(&jwt), &pair.refresh).await.0.to_string()
    })
}

fn with_a_slow_store(config: Config) -> Looked {
    Box::pin(async {
        let ill = Ill::default();
        let jwt = with(config, ill.clone());
        let pair = log_in(&jwt, "USER_ID").await;
        ill.befalls("check", Fate::Late(Duration::from_secs(3)));
        see(&app(&jwt), "/me", &pair.access).await.0.to_string()
    })
}

fn asked_in_an_outage(config: Config) -> Looked {
    Box::pin(async {
        let ill = Ill::default();
        let jwt = with(config, ill.clone());
        let pair = log_in(&jwt, "USER_ID").await;
        ill.befalls("check", Fate::Lost);
        format!("{} {}", see(&app(&jwt), "/me", &pair.access).await.0, ill.calls("check"))
    })
}

#[tokio::test]
async fn every_option_of_sessions_does_something() {
    for (option, value, look, without, with) in TABLE {
        let nothing = Config::from_vars("JWT_", [("JWT_LEEWAY", "10s")]);
        assert_eq!(look(nothing).await, *without, "without {option}");
        let name = format!("JWT_{}", option.to_uppercase());
        assert_eq!(look(Config::from_vars("JWT_", [(name.as_str(), *value)])).await, *with, "{name}");
        let file = serde_json::from_value(serde_json::json!({ *option: value })).unwrap();
        assert_eq!(look(file).await, *with, "{option}");
    }
}

/// A store that hangs does not hang the service.
#[tokio::test]
async fn r_79_a_store_that_hangs_is_not_waited_for_without_end_unless_configured() {
    let patient = format!("{:?}", Patient::new(MemoryStore::default()));
    assert!(patient.contains("timeout: 250ms, attempts: 2"), "{patient}");
    let ill = Ill::default();
    let jwt = super::builder(ill.clone(), &Hands::new()).build().unwrap();
    let pair = log_in(&jwt, "USER_ID").await;
    ill.befalls("check", Fate::HangsBefore);
    let app = app(&jwt);
    let asked = tokio::time::timeout(Duration::from_secs(20), see(&app, "/me", &pair.access)).await;
    assert_eq!(asked.map(|(status, _)| status), Ok(503));
}

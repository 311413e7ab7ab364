//! A service's word on refreshes counts for those that nobody asks for, too: whom it refuses is not renewed, what it takes away is gone.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use fastjwt::{AccessToken, Denied, FastJwt, OnRefresh, Renewal, TokenKind, TokenPayload, access_token_required};
use serde_json::{Value, json};

use super::{HOUR, MINUTE, app, look, renewed, stored, visit};
use crate::sessions::{Hands, claims};

/// What the service's database says by now.
#[derive(Clone, Default)]
struct Office(Arc<Mutex<Word>>);

#[derive(Clone, Copy, Default, PartialEq)]
enum Word {
    #[default]
    Good,
    Disabled,
    Unavailable,
    Demoted,
    Moved,
    Misspelt,
    Shorter,
    Longer,
}

impl Office {
    fn says(&self, word: Word) {
        *self.0.lock().unwrap() = word;
    }
}

impl OnRefresh for Office {
    async fn on_refresh(&self, payload: &TokenPayload, renewal: &mut Renewal) -> Result<(), Denied> {
        assert_eq!(payload.kind, TokenKind::Access);
        tokio::task::yield_now().await;
        let word = *self.0.lock().unwrap();
        match word {
            Word::Good => {}
            Word::Disabled => return Err(Denied::unauthorized("user_disabled", "This account is disabled")),
            Word::Unavailable => return Err(Denied::unavailable()),
            Word::Demoted => renewal.retain_scopes(|scope| scope != "admin"),
            Word::Moved => renewal.set_claim("tenant", "green"),
            Word::Misspelt => renewal.set_claim("exp", 1),
            Word::Shorter => renewal.access_expires_in(Duration::from_secs(12 * MINUTE)),
            Word::Longer => renewal.access_expires_in(Duration::from_secs(10 * HOUR)),
        }
        Ok(())
    }
}

#[access_token_required(scopes("admin"))]
async fn admin() -> &'static str {
    "in"
}

async fn service() -> (FastJwt, Hands, Office, axum::Router, AccessToken, AccessToken) {
    let (hands, office, store) = (Hands::new(), Office::default(), stored::Watched::default());
    let jwt = stored::builder(&store, &hands).on_refresh(office.clone()).build().unwrap();
    let pair = jwt.create_token_pair("USER_ID").scopes(["admin", "read"]).claim("tenant", "blue").open().await.unwrap();
    let (of_session, _) = pair.into_tokens();
    let alone = jwt.create_access_token("USER_ID").fresh().scopes(["admin", "read"]).claim("tenant", "blue");
    let alone = alone.sign().unwrap();
    let app = axum::Router::new()
        .route("/admin", axum::routing::get(admin))
        .with_state(jwt.clone())
        .merge(app(&jwt, jwt.implicit_refresh()));
    hands.put(6 * MINUTE);
    (jwt, hands, office, app, of_session, alone)
}

#[tokio::test]
async fn whom_a_hook_refuses_is_not_renewed() {
    let (_, _, office, app, of_session, alone) = service().await;
    for token in [&of_session, &alone] {
        for (word, is_renewed) in [
            (Word::Good, true),
            (Word::Disabled, false),
            (Word::Unavailable, false),
            (Word::Misspelt, false),
            (Word::Good, true),
        ] {
            office.says(word);
            let answer = visit(&app, "POST", "/open", token).await;
            // The answer itself is the handler's.
            assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "open"));
            assert_eq!(renewed(&answer).is_some(), is_renewed);
        }
    }
}

#[tokio::test]
async fn what_a_hook_takes_away_is_gone() {
    let (_, hands, office, app, of_session, alone) = service().await;
    for token in [&of_session, &alone] {
        let after = async |word| {
            office.says(word);
            renewed(&visit(&app, "GET", "/open", token).await).expect("it is renewed")
        };
        let pick = |token: &str| {
            let said = claims(token);
            [said["scopes"].clone(), said["tenant"].clone()]
        };
        let both = json!(["admin", "read"]);
        assert_eq!(pick(&after(Word::Good).await), [both.clone(), json!("blue")]);
        assert_eq!(pick(&after(Word::Moved).await), [both, json!("green")]);
        let demoted = after(Word::Demoted).await;
        assert_eq!(pick(&demoted), [json!(["read"]), json!("blue")]);
        assert_eq!(look(&app, "/admin", &demoted).await.code(), "insufficient_scope");
        // A shorter life counts, and a longer one does not.
        let end = |token: &str| claims(token)["exp"].as_u64().unwrap();
        let now = hands.now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        assert_eq!(end(&after(Word::Shorter).await), now + 12 * MINUTE);
        assert_eq!(end(&after(Word::Longer).await), now + 15 * MINUTE);
        assert_eq!(claims(&demoted)["sub"], Value::from("USER_ID"));
    }
}

/// It would bring cookies with every answer, and none of them could be cached.
#[tokio::test]
async fn a_token_of_a_short_life_is_renewed_in_its_own_last_half() {
    let hands = Hands::new();
    let clock = hands.clone();
    let jwt =
        crate::support::builder().clock(move || clock.now()).locations(fastjwt::Locations::COOKIES).build().unwrap();
    let app = app(&jwt, jwt.implicit_refresh());
    let token = jwt.create_access_token("USER_ID").fresh().expires_in(Duration::from_secs(4 * MINUTE)).sign().unwrap();
    for (second, is_renewed) in [(1, false), (120, false), (121, true)] {
        hands.put(second);
        assert_eq!(renewed(&look(&app, "/open", token.as_str()).await).is_some(), is_renewed, "{second}");
    }
}

//! The cache of verified tokens: nobody can tell from an answer that there is one.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use fastjwt::{Algorithm, ClaimMap, Claims, FastJwt, NoClaims, Policy, SigningKey, jwt_claims};
use proptest::prelude::*;

use crate::{
    counting::allocations,
    support::{NOW, at, builder, cases, spoil_signature},
};

#[jwt_claims]
struct Typed {
    name: Option<String>,
}

#[jwt_claims]
struct Demanding {
    absent: u8,
}

#[derive(Debug, Clone)]
enum Step {
    Issue { lifetime: u64, audience: usize, name: bool },
    Verify { token: usize, policy: usize, reader: usize, harm: Harm },
    Rotate,
    Remove(usize),
    Wait(u64),
    GoBack(u64),
}

#[derive(Debug, Clone, Copy)]
enum Harm {
    None,
    Payload,
    Signature,
    Header,
}

fn step() -> impl Strategy<Value = Step> {
    let harm = prop_oneof![5 => Just(Harm::None), 1 => Just(Harm::Payload), 1 => Just(Harm::Signature), 1 => Just(Harm::Header)];
    prop_oneof![
        3 => (1_u64..60, 0_usize..3, any::<bool>()).prop_map(|(lifetime, audience, name)| Step::Issue { lifetime, audience, name }),
        // Mostly the same few tokens, so that they come again.
        12 => (0_usize..6, 0_usize..6, 0_usize..4, harm)
            .prop_map(|(token, policy, reader, harm)| Step::Verify { token, policy, reader, harm }),
        1 => Just(Step::Rotate),
        1 => (0_usize..4).prop_map(Step::Remove),
        2 => (0_u64..20).prop_map(Step::Wait),
        1 => (0_u64..20).prop_map(Step::GoBack),
    ]
}

const POLICIES: [Policy; 6] = [
    Policy::access(),
    Policy::any(),
    Policy::refresh(),
    Policy::access().audience(&["a"]),
    Policy::access().leeway(Duration::ZERO),
    Policy::fresh(),
];

/// Two instances that differ in nothing but the cache.
struct Both {
    cached: FastJwt,
    plain: FastJwt,
    clock: Arc<AtomicU64>,
    tokens: Vec<String>,
}

impl Both {
    fn new() -> Self {
        let clock = Arc::new(AtomicU64::new(NOW));
        let key = SigningKey::generate(Algorithm::HS256).unwrap();
        let built = |entries| {
            let clock = Arc::clone(&clock);
            let builder = builder_with(key.clone()).audience(["a", "b"]);
            builder.clock(move || at(clock.load(Ordering::Relaxed))).token_cache_entries(entries).build().unwrap()
        };
        Self { cached: built(64), plain: built(0), clock: Arc::clone(&clock), tokens: Vec::new() }
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Issue { lifetime, audience, name } => {
                let audience = [&["a"][..], &["b"], &["c"]][audience];
                let claims = Typed { name: name.then(|| "A. Person".to_owned()) };
                let token = self.plain.create_access_token("u").audience(audience.iter().copied()).claims(&claims);
                if let Ok(token) = token.expires_in(Duration::from_secs(lifetime)).sign() {
                    self.tokens.push(token.into_string());
                }
            }
            Step::Verify { token, policy, reader, harm } => {
                let Some(token) = self.tokens.iter().rev().nth(token) else { return };
                let token = harmed(token, harm);
                let policy = &POLICIES[policy];
                match reader {
                    0 => self.compare::<NoClaims>(&token, policy),
                    1 => self.compare::<ClaimMap>(&token, policy),
                    2 => self.compare::<Demanding>(&token, policy),
                    _ => self.compare::<Typed>(&token, policy),
                }
            }
            Step::Rotate => {
                let key = SigningKey::generate(Algorithm::HS256).unwrap();
                for jwt in [&self.cached, &self.plain] {
                    jwt.keys().activate_unpublished(key.clone()).unwrap();
                }
            }
            Step::Remove(index) => {
                let Some(key) = self.plain.keys().list().into_iter().nth(index) else { return };
                for jwt in [&self.cached, &self.plain] {
                    jwt.keys().remove(&key.id).unwrap();
                }
            }
            Step::Wait(seconds) => drop(self.clock.fetch_add(seconds, Ordering::Relaxed)),
            Step::GoBack(seconds) => drop(self.clock.fetch_sub(seconds, Ordering::Relaxed)),
        }
    }

    fn compare<C: Claims>(&self, token: &str, policy: &Policy) {
        let [cached, plain] = [&self.cached, &self.plain].map(|jwt| {
            let verified = jwt.verify::<C>(token, policy);
            verified.map(|payload| serde_json::to_value(payload).unwrap()).map_err(|error| error.kind().clone())
        });
        assert_eq!(cached, plain);
    }
}

fn builder_with(key: SigningKey) -> fastjwt::Builder {
    FastJwt::builder().key(key)
}

/// The token with one character changed.
fn harmed(token: &str, harm: Harm) -> String {
    let (header, rest) = token.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let changed = |segment: &str| {
        let middle = segment.len() / 2;
        let other = if &segment[middle..=middle] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &segment[..middle], &segment[middle + 1..])
    };
    match harm {
        Harm::None => token.to_owned(),
        Harm::Payload => format!("{header}.{}.{signature}", changed(payload)),
        Harm::Signature => format!("{header}.{payload}.{}", changed(signature)),
        Harm::Header => format!("{}.{payload}.{signature}", changed(header)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(200, 5000)))]

    #[test]
    fn answers_are_the_same_with_and_without_a_cache(steps in proptest::collection::vec(step(), 1..60)) {
        let mut both = Both::new();
        for step in &steps {
            both.take(step);
        }
    }
}

#[test]
fn a_token_that_comes_again_is_not_read_again() {
    let jwt = builder().token_cache_entries(64).build().unwrap();
    let token =
        jwt.create_access_token("USER_ID").claims(&Typed { name: Some("A. Person".to_owned()) }).sign().unwrap();
    let verify = || jwt.verify_access_token::<Typed>(token.as_str()).unwrap();
    verify();
    let (made, payload) = allocations(verify);
    assert_eq!((made.times, payload.name.as_deref()), (0, Some("A. Person")));
    // Nor does it cost more to refuse one that looks like it.
    let forged = spoil_signature(token.as_str());
    let (made, refused) = allocations(|| jwt.verify_access_token::<Typed>(&forged).is_err());
    assert!(refused && made.times <= 1, "{made:?}");
}

#[tokio::test]
async fn r_86_a_token_that_is_kept_ends_with_its_key_and_its_time() {
    let hands = Arc::new(AtomicU64::new(NOW));
    let clock = Arc::clone(&hands);
    let jwt = builder().token_cache_entries(64).clock(move || at(clock.load(Ordering::Relaxed))).build().unwrap();
    let token = jwt.create_access_token("u").expires_in(Duration::from_secs(60)).sign().unwrap();
    let is_good = || jwt.verify_access_token::<NoClaims>(token.as_str()).is_ok();
    assert!(is_good() && is_good());
    hands.store(NOW + 60 + 10, Ordering::Relaxed);
    assert!(!is_good());
    hands.store(NOW, Ordering::Relaxed);
    assert!(is_good());
    jwt.keys().remove(&jwt.keys().list()[0].id).unwrap();
    assert!(!is_good());
}

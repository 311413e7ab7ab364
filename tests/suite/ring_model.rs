//! Random lives of a ring, held against a model of a few lines: which keys are there, what is answered, which tokens verify, and
//! what is served.

use std::time::{Duration, SystemTime};

use axum::{Router, routing::get};
use fastjwt::{Algorithm, Clock as _, FastJwt, KeyState, NoClaims, RingError, SigningKey, testing::StillClock};
use proptest::prelude::*;
use serde_json::Value;

use crate::{ring::named, support};

const KEYS: usize = 6;
const WAIT: Duration = Duration::from_secs(30);
const MAX_AGE: Duration = Duration::from_secs(20);
const LIFE: Duration = Duration::from_secs(100);
const LEEWAY: Duration = Duration::from_secs(5);
const MOST_LEEWAY: Duration = Duration::from_secs(300);

#[derive(Debug, Clone)]
enum Step {
    Publish(usize),
    AddPassive(usize, i64),
    Activate(usize),
    ActivateUnpublished(usize),
    Remove(usize),
    Wait(u64),
    Issue(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let key = 0..KEYS;
    prop_oneof![
        3 => key.clone().prop_map(Step::Publish),
        1 => (key.clone(), -2_i64..60).prop_map(|(key, end)| Step::AddPassive(key, end)),
        4 => key.clone().prop_map(Step::Activate),
        1 => key.clone().prop_map(Step::ActivateUnpublished),
        1 => key.prop_map(Step::Remove),
        4 => prop_oneof![0_u64..4, Just(10), Just(20), Just(30), 25_u64..130, 300_u64..500].prop_map(Step::Wait),
        4 => (1_u64..=100).prop_map(Step::Issue),
    ]
}

/// A key as the model has it; it knows no more than what the documentation says.
#[derive(Debug, Clone)]
struct Known {
    key: usize,
    state: KeyState,
    since: SystemTime,
    until: Option<SystemTime>,
}

struct Model {
    ring: Vec<Known>,
    now: SystemTime,
}

impl Model {
    fn find(&self, key: usize) -> Option<&Known> {
        self.there().find(|known| known.key == key)
    }

    fn there(&self) -> impl Iterator<Item = &Known> {
        self.ring.iter().filter(|known| known.until.is_none_or(|until| self.now < until))
    }

    fn put(&mut self, key: usize, state: KeyState, until: Option<SystemTime>) {
        self.ring.retain(|known| known.key != key);
        self.ring.push(Known { key, state, since: self.now, until });
    }

    fn turn_to(&mut self, key: usize) {
        let (now, end) = (self.now, self.now + LIFE + MOST_LEEWAY + MAX_AGE);
        for known in self.ring.iter_mut().filter(|known| known.state == KeyState::Active) {
            (known.state, known.since, known.until) = (KeyState::Passive, now, Some(end));
        }
        self.put(key, KeyState::Active, None);
    }

    fn take(&mut self, step: &Step, keys: &[SigningKey]) -> Result<(), RingError> {
        let id = |key: usize| keys[key].id().to_owned();
        let state = |key: usize| self.find(key).map(|known| known.state);
        match *step {
            Step::Publish(key) if state(key).is_some() => return Err(RingError::Repeated { id: id(key) }),
            Step::Publish(key) => self.put(key, KeyState::Next, None),
            Step::AddPassive(key, _) if state(key).is_some() => return Err(RingError::Repeated { id: id(key) }),
            Step::AddPassive(key, end) if end <= 0 => return Err(RingError::AlreadyEnded { id: id(key) }),
            Step::AddPassive(key, end) => {
                self.put(key, KeyState::Passive, Some(self.now + Duration::from_secs(end.unsigned_abs())));
            }
            Step::Activate(key) => match self.find(key).cloned() {
                None => return Err(RingError::Unknown { id: id(key) }),
                Some(Known { state: KeyState::Passive, .. }) => return Err(RingError::NotNext { id: id(key) }),
                Some(Known { state: KeyState::Active, .. }) => {}
                Some(Known { since, .. }) => {
                    let is_secret = keys[key].algorithm() == Algorithm::HS256;
                    if !is_secret && self.now < since + WAIT {
                        return Err(RingError::TooEarly { id: id(key), earliest: since + WAIT });
                    }
                    self.turn_to(key);
                }
            },
            Step::ActivateUnpublished(key) => match state(key) {
                None | Some(KeyState::Next) => self.turn_to(key),
                Some(_) => return Err(RingError::Repeated { id: id(key) }),
            },
            Step::Remove(key) if state(key).is_none() => return Err(RingError::Unknown { id: id(key) }),
            Step::Remove(key) => self.ring.retain(|known| known.key != key),
            Step::Wait(seconds) => self.now += Duration::from_secs(seconds),
            Step::Issue(_) => {}
        }
        Ok(())
    }
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort();
    items
}

/// The ids of the served set.
fn served(app: &Router) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let body = runtime.block_on(support::get(app, "/", None)).body;
    let set: Value = serde_json::from_str(&body).unwrap();
    sorted(set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()))
}

fn live(steps: &[Step]) {
    let algorithms = [Algorithm::EdDSA, Algorithm::HS256, Algorithm::ES256];
    let keys: Vec<SigningKey> = (0..KEYS).map(|key| named(algorithms[key % 3], &format!("{key}"))).collect();
    let clock = StillClock::default();
    let jwt = FastJwt::builder()
        .key(keys[0].clone())
        .clock(clock.clone())
        .max_token_lifetime(LIFE)
        .access_token_expires_in(LIFE)
        .refresh_token_expires_in(LIFE)
        .leeway(LEEWAY)
        .jwks_max_age(MAX_AGE)
        .jwks_cooldown(WAIT - MAX_AGE)
        .build()
        .unwrap();
    let app = Router::new().route("/", get(jwt.jwks()));
    let mut model = Model { ring: Vec::new(), now: clock.now() };
    model.put(0, KeyState::Active, None);
    let mut tokens: Vec<(String, usize, SystemTime)> = Vec::new();
    for step in steps {
        let expected = model.take(step, &keys);
        let id = |key: usize| keys[key].id().to_owned();
        let answered = match *step {
            Step::Publish(key) => jwt.keys().publish(keys[key].clone()),
            Step::AddPassive(key, end) => {
                let distance = Duration::from_secs(end.unsigned_abs());
                let until = if end < 0 { clock.now() - distance } else { clock.now() + distance };
                jwt.keys().add_passive(keys[key].verifying_key().clone(), until)
            }
            Step::Activate(key) => jwt.keys().activate(&id(key)),
            Step::ActivateUnpublished(key) => jwt.keys().activate_unpublished(keys[key].clone()),
            Step::Remove(key) => jwt.keys().remove(&id(key)),
            Step::Wait(seconds) => {
                clock.advance(Duration::from_secs(seconds));
                Ok(())
            }
            Step::Issue(seconds) => {
                let life = Duration::from_secs(seconds);
                let token = jwt.create_access_token("u").expires_in(life).sign();
                let signer = model.there().find(|known| known.state == KeyState::Active).map(|known| known.key);
                assert_eq!(token.as_ref().ok().map(|token| crate::ring::kid(token.as_str())), signer.map(id));
                tokens
                    .extend(token.ok().zip(signer).map(|(token, key)| (token.into_string(), key, clock.now() + life)));
                Ok(())
            }
        };
        assert_eq!(answered, expected, "{step:?}");

        let listed = jwt.keys().list().into_iter().map(|key| (key.id, key.state as u8, key.since, key.until));
        let known = model.there().map(|known| (id(known.key), known.state as u8, known.since, known.until));
        assert_eq!(sorted(listed), sorted(known), "{step:?}");
        let public = model.there().filter(|known| keys[known.key].algorithm() != Algorithm::HS256);
        assert_eq!(served(&app), sorted(public.map(|known| id(known.key))), "{step:?}");
        for (token, key, end) in &tokens {
            let is_valid = model.find(*key).is_some() && model.now < *end + LEEWAY;
            assert_eq!(
                jwt.verify_access_token::<NoClaims>(token).is_ok(),
                is_valid,
                "{step:?}: of {key} until {end:?}"
            );
        }
    }
    // Whatever was done: but for a removal, every token is good until its own end.
    if !steps.iter().any(|step| matches!(step, Step::Remove(_))) {
        for (token, _, end) in &tokens {
            let is_valid = clock.now() < *end + LEEWAY;
            assert_eq!(jwt.verify_access_token::<NoClaims>(token).is_ok(), is_valid);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(support::cases(100, 5_000)))]

    #[test]
    fn r_84_r_85_r_87_a_ring_does_what_its_model_does(steps in prop::collection::vec(step(), 1..40)) {
        live(&steps);
    }
}

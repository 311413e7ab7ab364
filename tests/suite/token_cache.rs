//! The cache of verified tokens: nobody can tell from an answer that there is one.

mod doors;
mod keeping;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::Router;
use fastjwt::{
    AccessToken, Algorithm, Builder, ClaimMap, Claims, Error, ErrorKind, FastJwt, NoClaims, Policy, RefreshToken,
    SigningKey, TokenPair, TokenPayload, jwt_claims,
    session::{MemoryStore, SessionStore},
};
use proptest::{prelude::*, sample::select, test_runner::TestRunner};
use serde_json::Value;
use tokio::runtime::Runtime;

use self::doors::{DOORS, doors};
use crate::{
    issuer_server::{Server, Sets, issuing, jwk_set},
    support::{NOW, ask, at, cases},
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
    Issue {
        lifetime: u64,
        audience: usize,
        name: bool,
        sort: Sort,
    },
    Verify {
        token: usize,
        policy: usize,
        reader: usize,
        harm: Harm,
    },
    Ask {
        token: usize,
        door: usize,
        harm: Harm,
    },
    Rotate,
    Remove(usize),
    /// A key that was there comes back.
    Restore(usize),
    Wait(u64),
    GoBack(u64),
}

#[derive(Debug, Clone, Copy)]
enum Sort {
    Access,
    /// And with a scope.
    Fresh,
    /// With a scope, too.
    Refresh,
}

#[derive(Debug, Clone, Copy)]
enum Harm {
    None,
    Payload,
    Signature,
    Header,
}

fn step() -> impl Strategy<Value = Step> {
    let harm = || prop_oneof![5 => Just(Harm::None), 1 => Just(Harm::Payload), 1 => Just(Harm::Signature), 1 => Just(Harm::Header)];
    prop_oneof![
        3 => (1_u64..60, 0_usize..3, any::<bool>(), select(vec![Sort::Access, Sort::Fresh, Sort::Refresh]))
            .prop_map(|(lifetime, audience, name, sort)| Step::Issue { lifetime, audience, name, sort }),
        // Mostly the same few tokens, so that they come again.
        12 => (0_usize..6, 0..POLICIES.len(), 0_usize..4, harm())
            .prop_map(|(token, policy, reader, harm)| Step::Verify { token, policy, reader, harm }),
        12 => (0_usize..6, 0..DOORS.len(), harm()).prop_map(|(token, door, harm)| Step::Ask { token, door, harm }),
        1 => Just(Step::Rotate),
        1 => (0_usize..4).prop_map(Step::Remove),
        1 => (0_usize..4).prop_map(Step::Restore),
        2 => (0_u64..20).prop_map(Step::Wait),
        1 => (0_u64..20).prop_map(Step::GoBack),
    ]
}

const POLICIES: [Policy; 8] = [
    Policy::access(),
    Policy::any(),
    Policy::refresh(),
    Policy::access().audience(&["a"]),
    // Lets in what other doors must not.
    Policy::access().audience(&["c"]),
    Policy::access().leeway(Duration::ZERO),
    Policy::fresh(),
    Policy::access().revocation(false),
];

/// Two instances that differ in nothing but the cache.
struct Both {
    cached: FastJwt,
    plain: FastJwt,
    /// Their doors.
    apps: [Router; 2],
    clock: Arc<AtomicU64>,
    tokens: Vec<String>,
    /// All that there have been since the first.
    keys: Vec<SigningKey>,
}

impl Both {
    fn new() -> Self {
        let clock = Arc::new(AtomicU64::new(NOW));
        let key = SigningKey::generate(Algorithm::HS256).unwrap();
        Self::built(&clock, |builder| builder.key(key.clone()).issuer("own").audience(["a", "b"]))
    }

    fn built(clock: &Arc<AtomicU64>, further: impl Fn(Builder) -> Builder) -> Self {
        let built = |entries| {
            let own = Arc::clone(clock);
            let builder = FastJwt::builder().clock(move || at(own.load(Ordering::Relaxed)));
            further(builder).token_cache_entries(entries).build().unwrap()
        };
        let (cached, plain) = (built(64), built(0));
        let apps = [&cached, &plain].map(doors);
        Self { cached, plain, apps, clock: Arc::clone(clock), tokens: Vec::new(), keys: Vec::new() }
    }

    fn take(&mut self, step: &Step, runtime: &Runtime) {
        match self.change(step) {
            Some(Question::Text(token, policy, 0)) => self.compare::<NoClaims>(&token, policy),
            Some(Question::Text(token, policy, 1)) => self.compare::<ClaimMap>(&token, policy),
            Some(Question::Text(token, policy, 2)) => self.compare::<Demanding>(&token, policy),
            Some(Question::Text(token, policy, _)) => self.compare::<Typed>(&token, policy),
            Some(Question::Door(token, door)) => runtime.block_on(self.compare_doors(&token, door)),
            None => {}
        }
    }

    /// Does all of a step but to verify, and says what is to be verified.
    fn change(&mut self, step: &Step) -> Option<Question> {
        match *step {
            Step::Issue { lifetime, audience, name, sort } => {
                let audience = [&["a"][..], &["b"], &["c"]][audience];
                let claims = Typed { name: name.then(|| "A. Person".to_owned()) };
                let (audience, lifetime) = (audience.iter().copied(), Duration::from_secs(lifetime));
                let token = match sort {
                    Sort::Access | Sort::Fresh => {
                        let token = self.plain.create_access_token("u").audience(audience).claims(&claims);
                        let token = if matches!(sort, Sort::Fresh) { token.fresh().scopes(["read"]) } else { token };
                        token.expires_in(lifetime).sign().map(AccessToken::into_string)
                    }
                    Sort::Refresh => {
                        let token = self.plain.create_refresh_token("u").audience(audience).claims(&claims);
                        token.scopes(["read"]).expires_in(lifetime).sign().map(RefreshToken::into_string)
                    }
                };
                self.tokens.extend(token);
            }
            Step::Verify { token, policy, reader, harm } => {
                let token = self.tokens.iter().rev().nth(token.checked_rem(self.tokens.len())?)?;
                return Some(Question::Text(harmed(token, harm), &POLICIES[policy], reader));
            }
            Step::Ask { token, door, harm } => {
                let token = self.tokens.iter().rev().nth(token.checked_rem(self.tokens.len())?)?;
                return Some(Question::Door(harmed(token, harm), DOORS[door]));
            }
            Step::Rotate => {
                let key = SigningKey::generate(Algorithm::HS256).unwrap();
                for jwt in [&self.cached, &self.plain] {
                    jwt.keys().activate_unpublished(key.clone()).unwrap();
                }
                self.keys.push(key);
            }
            Step::Restore(index) => {
                let key = self.keys.iter().rev().nth(index)?;
                let [cached, plain] =
                    [&self.cached, &self.plain].map(|jwt| jwt.keys().activate_unpublished(key.clone()));
                assert_eq!(cached.is_ok(), plain.is_ok());
            }
            Step::Remove(index) => {
                let key = self.plain.keys().list().into_iter().nth(index)?;
                for jwt in [&self.cached, &self.plain] {
                    jwt.keys().remove(&key.id).unwrap();
                }
            }
            Step::Wait(seconds) => drop(self.clock.fetch_add(seconds, Ordering::Relaxed)),
            Step::GoBack(seconds) => drop(self.clock.fetch_sub(seconds, Ordering::Relaxed)),
        }
        None
    }

    fn compare<C: Claims>(&self, token: &str, policy: &Policy) {
        let [cached, plain] = [&self.cached, &self.plain].map(|jwt| answer(jwt.verify::<C>(token, policy)));
        assert_eq!(cached, plain);
    }

    async fn compare_doors(&self, token: &str, door: &str) {
        let (bearer, path) = (format!("Bearer {token}"), format!("/{door}/u"));
        let mut answers = Vec::new();
        for app in &self.apps {
            let answer = ask(app, "GET", &path, &[("authorization", &bearer)], "").await;
            answers.push((answer.status, answer.body));
        }
        assert_eq!(answers[0], answers[1], "{path}");
    }

    async fn compare_awaited<C: Claims>(&self, token: &str, policy: &Policy) {
        let cached = answer(self.cached.authenticate::<C>(token, policy).await);
        let plain = answer(self.plain.authenticate::<C>(token, policy).await);
        assert_eq!(cached, plain);
    }
}

/// What is to be answered alike.
enum Question {
    /// By the policy, as one of four types.
    Text(String, &'static Policy, usize),
    Door(String, &'static str),
}

fn answer<C: Claims>(verified: Result<TokenPayload<C>, Error>) -> Result<Value, ErrorKind> {
    verified.map(|payload| serde_json::to_value(payload).unwrap()).map_err(|error| error.kind().clone())
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
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut both = Both::new();
        for step in &steps {
            both.take(step, &runtime);
        }
    }
}

/// A key's end changes nothing about the keys: it comes with the time.
#[test]
fn r_86_a_token_that_is_kept_ends_with_the_end_that_its_key_was_given() {
    let clock = Arc::new(AtomicU64::new(NOW));
    let key = SigningKey::generate(Algorithm::HS256).unwrap();
    let retired = SigningKey::generate(Algorithm::HS256).unwrap();
    let issuer = FastJwt::builder().clock(|| at(NOW)).key(retired.clone()).build().unwrap();
    let token = issuer.create_access_token("u").expires_in(Duration::from_secs(600)).sign().unwrap();
    let verifying = retired.verifying_key();
    let both = Both::built(&clock, |builder| builder.key(key.clone()).passive_key(verifying.clone(), at(NOW + 30)));
    for (moment, is_good) in [(NOW, true), (NOW + 29, true), (NOW + 300, false), (NOW, true)] {
        clock.store(moment, Ordering::Relaxed);
        for jwt in [&both.cached, &both.plain] {
            assert_eq!(jwt.verify::<NoClaims>(token.as_str(), &Policy::access()).is_ok(), is_good, "{}", moment - NOW);
        }
    }
}

/// What happens where there are a store and another issuer, too.
#[derive(Debug, Clone)]
enum WideStep {
    Narrow(Step),
    Login,
    Refresh(usize),
    EndSession(usize),
    EndAll,
    Revoke(usize),
    /// The other issuer issues.
    Foreign,
    /// It has another key from now on, and serves that alone.
    RotateForeign,
    /// Somebody claims to be it, with a key that nobody knows: the same keys are asked for again.
    Stranger,
}

fn wide_step() -> impl Strategy<Value = WideStep> {
    prop_oneof![
        12 => step().prop_map(WideStep::Narrow),
        2 => Just(WideStep::Login),
        1 => (0_usize..6).prop_map(WideStep::Refresh),
        1 => (0_usize..3).prop_map(WideStep::EndSession),
        1 => Just(WideStep::EndAll),
        2 => (0_usize..6).prop_map(WideStep::Revoke),
        2 => Just(WideStep::Foreign),
        1 => Just(WideStep::RotateForeign),
        1 => Just(WideStep::Stranger),
    ]
}

/// Both share a store and trust the same issuer.
struct Wide<'s> {
    both: Both,
    issuer: FastJwt,
    served: &'s Sets,
    rotations: usize,
    sessions: Vec<String>,
}

impl<'s> Wide<'s> {
    async fn new(served: &'s Sets, server: &Server) -> Self {
        let issuer = issuing(Algorithm::EdDSA, "0");
        served.put(Some(jwk_set(&[&issuer]).await));
        let key = SigningKey::generate(Algorithm::HS256).unwrap();
        let store: Arc<dyn SessionStore> = Arc::new(MemoryStore::default());
        let both = Both::built(&Arc::new(AtomicU64::new(NOW)), |builder| {
            let builder = builder.key(key.clone()).issuer("own").audience(["a", "b"]).trusted_issuer(server.issuer());
            builder.session_store(Arc::clone(&store))
        });
        // From here on keys are asked for only by requests, which come to both at the same time by their clock.
        let token = issuer.create_access_token("u").sign().unwrap();
        both.compare_awaited::<NoClaims>(token.as_str(), &Policy::access()).await;
        Self { both, issuer, served, rotations: 0, sessions: Vec::new() }
    }

    async fn take(&mut self, step: &WideStep) {
        let plain = self.both.plain.clone();
        match step {
            WideStep::Narrow(step) => {
                let question = self.both.change(step);
                match question {
                    Some(Question::Text(token, policy, 0)) => {
                        self.both.compare_awaited::<NoClaims>(&token, policy).await
                    }
                    Some(Question::Text(token, policy, 1)) => {
                        self.both.compare_awaited::<ClaimMap>(&token, policy).await
                    }
                    Some(Question::Text(token, policy, 2)) => {
                        self.both.compare_awaited::<Demanding>(&token, policy).await
                    }
                    Some(Question::Text(token, policy, _)) => self.both.compare_awaited::<Typed>(&token, policy).await,
                    Some(Question::Door(token, door)) => self.both.compare_doors(&token, door).await,
                    None => {}
                }
            }
            WideStep::Login => {
                if let Ok(pair) = plain.create_token_pair("u").open().await {
                    self.add(&pair);
                }
            }
            WideStep::Refresh(token) => {
                if let Some(payload) = self.payload(*token, &Policy::refresh()).await
                    && let Ok(pair) = plain.refresh(&payload).await
                {
                    self.add(&pair);
                }
            }
            WideStep::EndSession(session) => {
                if let Some(session) = self.sessions.iter().rev().nth(*session) {
                    plain.end_session("u", session).await.unwrap();
                }
            }
            WideStep::EndAll => drop(plain.end_all_sessions("u").await.unwrap()),
            WideStep::Revoke(token) => {
                if let Some(payload) = self.payload(*token, &Policy::any()).await {
                    plain.revoke(&payload).await.unwrap();
                }
            }
            WideStep::Foreign => {
                self.both.tokens.push(self.issuer.create_access_token("u").sign().unwrap().into_string());
            }
            WideStep::Stranger => {
                let stranger = issuing(Algorithm::EdDSA, "nobody's");
                self.both.tokens.push(stranger.create_access_token("u").sign().unwrap().into_string());
            }
            WideStep::RotateForeign => {
                self.rotations += 1;
                // Now and then under an id that another had.
                self.issuer = issuing(Algorithm::EdDSA, &(self.rotations % 3).to_string());
                self.served.put(Some(jwk_set(&[&self.issuer]).await));
            }
        }
    }

    fn add(&mut self, pair: &TokenPair) {
        self.sessions.push(pair.session_id().to_owned());
        self.both.tokens.extend([pair.access().as_str().to_owned(), pair.refresh().as_str().to_owned()]);
    }

    /// Asked for at both, so that what they know of the other issuer's keys stays the same.
    async fn payload(&self, token: usize, policy: &Policy) -> Option<TokenPayload> {
        let token = self.both.tokens.iter().rev().nth(token)?;
        self.both.compare_awaited::<NoClaims>(token, policy).await;
        self.both.plain.authenticate(token, policy).await.ok()
    }
}

#[test]
fn answers_are_the_same_where_sessions_end_and_other_issuers_have_new_keys() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (served, server) = runtime.block_on(Sets::server(None));
    let mut runner =
        TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases(60, 2000)) });
    let steps = proptest::collection::vec(wide_step(), 1..60);
    let checked = runner.run(&steps, |steps| {
        runtime.block_on(async {
            let mut wide = Wide::new(&served, &server).await;
            for step in &steps {
                wide.take(step).await;
            }
        });
        Ok(())
    });
    checked.unwrap();
}

/// An issuer that gives another key the id of the one before has withdrawn that.
#[tokio::test]
async fn r_87_a_kept_token_ends_with_its_issuers_key_though_another_has_its_id() {
    use crate::issuer_server::{GOOD, INVALID, Sets, Time, builder, issuing, jwk_set, token, told};

    let (old, new) = (issuing(fastjwt::Algorithm::ES256, "a"), issuing(fastjwt::Algorithm::ES256, "a"));
    let (sets, server) = Sets::server(Some(jwk_set(&[&old]).await)).await;
    let time = Time::new();
    let verifier = builder(&time).token_cache_entries(64).trusted_issuer(server.issuer()).build().unwrap();
    let kept = token(&old);
    for _ in 0..2 {
        assert_eq!(told(&verifier, &kept).await, GOOD);
    }
    sets.put(Some(jwk_set(&[&new]).await));
    time.set(600);
    assert_eq!(told(&verifier, &kept).await, INVALID);
    assert_eq!(told(&verifier, &token(&new)).await, GOOD);
}

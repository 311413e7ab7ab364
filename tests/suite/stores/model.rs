//! Random lives of a subject, on every store, against a model that keeps everything and forgets nothing.

use std::sync::Arc;

use fastjwt::{
    NumericDate,
    session::{
        Check, CutOff, End, Grace, List, Open, RefreshRecord, Revoke, Rotate, Rotation, Session, SessionStore,
        Standing, Subject, Which,
    },
};
use proptest::{
    prelude::*,
    test_runner::{TestCaseError, TestRunner},
};

use super::{Place, Where};
use crate::support::{NOW, cases, unique};

/// How long a session lives, and how long it may idle, in seconds.
const LIFE: u64 = 600;
const IDLE: u64 = 200;
const GRACE: u64 = 10;
/// How long an alarm is left to the call that found the reuse.
const OVERDUE: u64 = 40;
/// How long tokens without a session live, leeway included.
const TOKEN: u64 = 100;

/// What can happen. The numbers choose among what there is by then.
#[derive(Debug, Clone)]
enum Event {
    Login,
    /// A token of a session is presented; `0` is its newest, `1` the one before.
    Refresh {
        session: usize,
        back: usize,
        grace: bool,
    },
    /// The last refresh is asked again, as after a lost answer.
    AskAgain,
    Check {
        session: usize,
    },
    Renew {
        session: usize,
    },
    Issue,
    Revoke {
        token: usize,
    },
    CheckToken {
        token: usize,
    },
    End {
        session: usize,
        which: u8,
        cut_off: bool,
    },
    List,
    Purge,
    Reopen,
    Later(u64),
    Earlier(u64),
}

fn event() -> impl Strategy<Value = Event> {
    let some = 0..4_usize;
    prop_oneof![
        3 => Just(Event::Login),
        8 => (some.clone(), prop_oneof![6 => Just(0_usize), 3 => Just(1), 1 => 2..5_usize], any::<bool>())
            .prop_map(|(session, back, grace)| Event::Refresh { session, back, grace }),
        2 => Just(Event::AskAgain),
        4 => some.clone().prop_map(|session| Event::Check { session }),
        2 => some.clone().prop_map(|session| Event::Renew { session }),
        2 => Just(Event::Issue),
        2 => some.clone().prop_map(|token| Event::Revoke { token }),
        4 => some.clone().prop_map(|token| Event::CheckToken { token }),
        1 => (some, 0..4_u8, any::<bool>())
            .prop_map(|(session, which, cut_off)| Event::End { session, which, cut_off }),
        2 => Just(Event::List),
        1 => Just(Event::Purge),
        1 => Just(Event::Reopen),
        5 => prop_oneof![4 => 0..8_u64, 2 => 8..30_u64, 1 => 30..250_u64].prop_map(Event::Later),
        1 => (0..60_u64).prop_map(Event::Earlier),
    ]
}

/// A session with every refresh token it ever had.
struct Login {
    id: String,
    created: u64,
    refreshed: u64,
    ends: u64,
    idle_end: u64,
    tokens: Vec<Refresh>,
    ended: bool,
    /// The successor of the call that has the alarm to tell, if it ended by reuse, and since when.
    alarm: Option<(String, u64)>,
    /// It was past its end by a clock that has been set back since: the store may have forgotten it, or not.
    doubtful: bool,
}

struct Refresh {
    record: RefreshRecord,
    /// Once it is spent.
    window: Option<Option<(u64, u64)>>,
}

struct Token {
    jti: String,
    issued: u64,
    revoked: bool,
}

/// A refresh: of which session, with which token, for which successor and grace.
type Asked = (usize, String, RefreshRecord, Option<(u64, u64)>);

struct World {
    subject: String,
    now: u64,
    /// The latest moment that the store has been told.
    latest: u64,
    logins: Vec<Login>,
    tokens: Vec<Token>,
    cut_off: Option<u64>,
    last: Option<Asked>,
}

fn date(seconds: u64) -> NumericDate {
    NumericDate::from_secs(seconds).unwrap()
}

impl Login {
    fn is_past_end(&self, now: u64) -> bool {
        now >= self.ends || now >= self.idle_end
    }

    fn lives(&self, now: u64) -> bool {
        !self.ended && !self.is_past_end(now)
    }

    /// What must be answered, were nothing doubtful. The token's place in the whole lineage decides.
    fn rotate(&mut self, presented: &str, successor: &RefreshRecord, window: Option<(u64, u64)>, now: u64) -> Rotation {
        if let Some((call, since)) = &mut self.alarm {
            if *call != successor.jti && *since + OVERDUE <= now {
                (*call, *since) = (successor.jti.clone(), now);
            }
            return if *call == successor.jti { Rotation::Reuse } else { Rotation::Ended };
        }
        if !self.lives(now) {
            return Rotation::Ended;
        }
        let position = self.tokens.iter().position(|token| token.record.jti == presented).unwrap();
        let steps_back = self.tokens.len() - 1 - position;
        let newest = self.tokens.last().unwrap().record.clone();
        if steps_back == 0 {
            self.tokens.last_mut().unwrap().window = Some(window);
            self.tokens.push(Refresh { record: successor.clone(), window: None });
            self.refreshed = now;
            self.idle_end = now + IDLE;
            return Rotation::Installed;
        }
        // Asked again: this very successor had been installed for it.
        if steps_back <= 2 && self.tokens[position + 1].record.jti == successor.jti {
            return Rotation::Installed;
        }
        match self.tokens[position].window {
            Some(Some((from, until))) if steps_back == 1 && from <= now && now < until => Rotation::Grace(newest),
            _ => {
                self.ended = true;
                self.alarm = Some((successor.jti.clone(), now));
                Rotation::Reuse
            }
        }
    }
}

impl World {
    /// A day after the one before, so that what one world forgot does not matter to the next.
    fn new() -> Self {
        let number = unique();
        let now = NOW + number * 24 * 3600;
        let subject = format!("subject-{number}");
        Self { subject, now, latest: now, logins: Vec::new(), tokens: Vec::new(), cut_off: None, last: None }
    }

    fn who(&self) -> Subject<'_> {
        Subject { realm: "model", id: &self.subject }
    }

    fn at(&self) -> NumericDate {
        date(self.now)
    }

    fn token(&self) -> RefreshRecord {
        RefreshRecord::new(format!("refresh-{}", unique()), self.at(), date(self.now + 400))
    }

    fn set_clock(&mut self, now: u64) {
        self.now = now;
        self.latest = self.latest.max(now);
        for login in &mut self.logins {
            login.doubtful |= login.is_past_end(now);
        }
    }

    /// The answer is the model's, or the session was forgotten, if that may be.
    fn settle<T: PartialEq + std::fmt::Debug>(
        login: &mut Login,
        now: u64,
        found: &T,
        expected: &T,
        gone: &T,
    ) -> Result<(), TestCaseError> {
        if login.doubtful && found == gone && expected != gone {
            login.ended = true;
            login.alarm = None;
            return Ok(());
        }
        prop_assert_eq!(found, expected);
        // It is still there; past its end it may be forgotten in the next moment.
        login.doubtful &= found == gone || login.is_past_end(now);
        Ok(())
    }

    async fn rotate(
        &mut self,
        store: &dyn SessionStore,
        index: usize,
        presented: &str,
        successor: RefreshRecord,
        window: Option<(u64, u64)>,
    ) -> Result<(), TestCaseError> {
        let (now, login) = (self.now, &self.logins[index]);
        let mut rotate = Rotate::new(self.who(), &login.id, presented, &successor, date(now + IDLE), date(now));
        rotate.grace = window.map(|(from, until)| Grace { from: date(from), until: date(until) });
        rotate.overdue = date(now - OVERDUE);
        let found = store.rotate(rotate).await.unwrap();
        let login = &mut self.logins[index];
        // Another call has its alarm to tell: this is the answer, whether or not the store still knows of it.
        let is_owed = login.alarm.as_ref().is_some_and(|(call, since)| *call != successor.jti && since + OVERDUE > now);
        if login.doubtful && found == Rotation::Ended && !is_owed {
            // Past its end, that says nothing; before it, the store has forgotten the session, and its alarm with it.
            login.ended |= login.lives(now);
            login.alarm = None;
        } else {
            let expected = login.rotate(presented, &successor, window, now);
            prop_assert_eq!(&found, &expected);
            login.doubtful &= found != Rotation::Installed;
        }
        self.last = Some((index, presented.to_owned(), successor, window));
        Ok(())
    }

    /// Whether a store may refuse a token although nobody revoked it: it ended before something that may be forgotten.
    fn may_be_refused(&self, expires: u64) -> bool {
        expires <= self.latest
    }

    async fn check(&mut self, store: &dyn SessionStore, index: usize, renew: bool) -> Result<(), TestCaseError> {
        let (now, login) = (self.now, &self.logins[index]);
        let mut check = Check::new(self.who(), date(now + TOKEN), self.at());
        check.session = Some(&login.id);
        let idle_end = if renew { login.idle_end.max(now + IDLE) } else { login.idle_end };
        let found = if renew { store.renew(check, date(now + IDLE)).await } else { store.check(check).await }.unwrap();
        if found == Standing::Revoked && self.may_be_refused(now + TOKEN) {
            return Ok(());
        }
        let login = &mut self.logins[index];
        let expected = if let Some((_, since)) = &login.alarm {
            Standing::Reused(date(*since))
        } else if login.lives(now) {
            Standing::Good(Some(fastjwt::session::Ends { absolute: date(login.ends), idle: date(idle_end) }))
        } else {
            Standing::SessionEnded
        };
        Self::settle(login, now, &found, &expected, &Standing::SessionEnded)?;
        if renew && matches!(found, Standing::Good(_)) {
            login.refreshed = now;
            login.idle_end = idle_end;
        }
        Ok(())
    }

    async fn check_token(&self, store: &dyn SessionStore, index: usize) -> Result<(), TestCaseError> {
        let token = &self.tokens[index];
        let mut check = Check::new(self.who(), date(token.issued + TOKEN), self.at());
        check.jti = Some(&token.jti);
        check.issuer = "https://issuer.example";
        check.issued_at = Some(date(token.issued));
        let found = store.check(check).await.unwrap();
        // A cut-off that is forgotten refuses in this word, too.
        if self.may_be_refused(token.issued + TOKEN) && found == Standing::Revoked {
            return Ok(());
        }
        let expected = if token.revoked {
            Standing::Revoked
        } else if self.cut_off.is_some_and(|before| token.issued < before) {
            Standing::CutOff
        } else {
            Standing::Good(None)
        };
        prop_assert_eq!(found, expected);
        Ok(())
    }

    async fn end(
        &mut self,
        store: &dyn SessionStore,
        index: usize,
        which: u8,
        cut_off: bool,
    ) -> Result<(), TestCaseError> {
        let now = self.now;
        let (id, created) =
            self.logins.get(index).map_or((String::new(), now), |login| (login.id.clone(), login.created));
        let chosen = match which {
            0 => Which::One(&id),
            1 => Which::All,
            2 => Which::AllBut(&id),
            _ => Which::OpenedBefore(date(created)),
        };
        let mut end = End::new(self.who(), chosen, self.at());
        end.cut_off = cut_off.then(|| CutOff { before: date(now), keep_until: date(now + TOKEN) });
        let ended = store.end(end).await.unwrap();
        let (mut surely, mut perhaps) = (0, 0);
        for login in &mut self.logins {
            let is_chosen = match which {
                0 => login.id == id,
                1 => true,
                2 => login.id != id,
                _ => login.created < created,
            };
            if is_chosen {
                if login.lives(now) {
                    perhaps += 1;
                    surely += u64::from(!login.doubtful);
                }
                login.ended = true;
                login.alarm = None;
            }
        }
        if cut_off {
            self.cut_off = self.cut_off.max(Some(now));
        }
        prop_assert!((surely..=perhaps).contains(&ended), "{} ended, {} to {} expected", ended, surely, perhaps);
        Ok(())
    }

    async fn list(&self, store: &dyn SessionStore) -> Result<(), TestCaseError> {
        let listed = store.sessions(List::new(self.who(), 100, self.at())).await.unwrap();
        let mut expected: Vec<&Login> = self
            .logins
            .iter()
            .filter(|login| login.lives(self.now))
            .filter(|login| !login.doubtful || listed.iter().any(|session| session.id == login.id))
            .collect();
        expected.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
        let expected: Vec<Session> = expected
            .into_iter()
            .map(|login| {
                let mut session = Session::new(&login.id, date(login.created), date(login.ends));
                session.refreshed = date(login.refreshed);
                session.idle_end = date(login.idle_end);
                session
            })
            .collect();
        prop_assert_eq!(listed, expected);
        Ok(())
    }

    async fn happens(
        &mut self,
        event: Event,
        place: &Place,
        store: &mut Arc<dyn SessionStore>,
    ) -> Result<(), TestCaseError> {
        let newest = |count: usize, number: usize| (number < count).then(|| count - 1 - number);
        let logins = self.logins.len();
        match event {
            Event::Login => {
                let (id, record) = (format!("sid-{}", unique()), self.token());
                let mut session = Session::new(&id, self.at(), date(self.now + LIFE));
                session.idle_end = date(self.now + IDLE);
                store.open(Open::new(self.who(), &session, &record, self.at())).await.unwrap();
                self.logins.push(Login {
                    id,
                    created: self.now,
                    refreshed: self.now,
                    ends: self.now + LIFE,
                    idle_end: self.now + IDLE,
                    tokens: vec![Refresh { record, window: None }],
                    ended: false,
                    alarm: None,
                    doubtful: false,
                });
            }
            Event::Refresh { session, back, grace } => {
                let Some(index) = newest(logins, session) else { return Ok(()) };
                let Some(position) = newest(self.logins[index].tokens.len(), back) else { return Ok(()) };
                let presented = self.logins[index].tokens[position].record.jti.clone();
                let window = grace.then(|| (self.now, self.now + GRACE));
                let successor = self.token();
                self.rotate(&**store, index, &presented, successor, window).await?;
            }
            Event::AskAgain => {
                let Some((index, presented, successor, window)) = self.last.clone() else { return Ok(()) };
                self.rotate(&**store, index, &presented, successor, window).await?;
            }
            Event::Check { session } => {
                let Some(index) = newest(logins, session) else { return Ok(()) };
                self.check(&**store, index, false).await?;
            }
            Event::Renew { session } => {
                let Some(index) = newest(logins, session) else { return Ok(()) };
                self.check(&**store, index, true).await?;
            }
            Event::Issue => {
                self.tokens.push(Token { jti: format!("access-{}", unique()), issued: self.now, revoked: false });
            }
            Event::Revoke { token } => {
                let Some(index) = newest(self.tokens.len(), token) else { return Ok(()) };
                let token = &mut self.tokens[index];
                token.revoked = true;
                let who = Subject { realm: "model", id: &self.subject };
                let mut revoke = Revoke::new(who, &token.jti, date(token.issued + TOKEN), date(self.now));
                revoke.issuer = "https://issuer.example";
                store.revoke(revoke).await.unwrap();
            }
            Event::CheckToken { token } => {
                let Some(index) = newest(self.tokens.len(), token) else { return Ok(()) };
                self.check_token(&**store, index).await?;
            }
            Event::End { session, which, cut_off } => {
                self.end(&**store, newest(logins, session).unwrap_or(usize::MAX), which, cut_off).await?;
            }
            Event::List => self.list(&**store).await?,
            Event::Purge => {
                store.purge(self.at()).await.unwrap();
            }
            Event::Reopen => *store = place.open().await,
            Event::Later(seconds) => self.set_clock(self.now + seconds),
            Event::Earlier(seconds) => self.set_clock(self.now - seconds),
        }
        Ok(())
    }
}

fn agrees_with_the_model(kind: Where) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let place = runtime.block_on(Place::new(kind));
    let mut runner = TestRunner::new(ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 2000,
        ..ProptestConfig::with_cases(cases(40, 5000))
    });
    let shared = std::cell::RefCell::new(runtime.block_on(place.open()));
    let result = runner.run(&prop::collection::vec(event(), 1..60), |events| {
        runtime.block_on(async {
            let mut world = World::new();
            let mut store = shared.borrow().clone();
            for (number, event) in events.into_iter().enumerate() {
                let told = format!("event {number}, {event:?}, at {}", world.now % (24 * 3600));
                world
                    .happens(event, &place, &mut store)
                    .await
                    .map_err(|error| TestCaseError::fail(format!("{told}: {error}")))?;
            }
            *shared.borrow_mut() = store;
            Ok(())
        })
    });
    if let Err(error) = result {
        panic!("{kind:?}: {error}");
    }
}

#[test]
fn r_72_memory_agrees_with_the_model() {
    agrees_with_the_model(Where::Memory);
}

#[test]
fn r_72_sqlite_agrees_with_the_model() {
    agrees_with_the_model(Where::Sqlite);
}

#[test]
fn r_72_postgres_agrees_with_the_model() {
    agrees_with_the_model(Where::Postgres);
}

#[test]
fn r_72_redis_agrees_with_the_model() {
    agrees_with_the_model(Where::Redis);
}

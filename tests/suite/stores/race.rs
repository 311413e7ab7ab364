//! Many tasks on many threads with one refresh token: what only real concurrency shows.

use std::sync::Arc;

use fastjwt::{
    NumericDate,
    session::{
        Check, End, Grace, Open, RefreshRecord, Rotate, Rotation, Session, SessionStore, Standing, Subject, Which,
    },
};
use tokio::task::JoinSet;

use super::{Place, Where};
use crate::support::{NOW, cases, unique};

const TASKS: u64 = 64;

pub fn date(seconds: u64) -> NumericDate {
    NumericDate::from_secs(seconds).unwrap()
}

pub fn token(jti: &str) -> RefreshRecord {
    RefreshRecord::new(jti, date(NOW), date(NOW + 500))
}

fn name(subject: &str) -> Subject<'_> {
    Subject { realm: "", id: subject }
}

async fn log_in(store: &dyn SessionStore) -> String {
    let subject = format!("subject-{}", unique());
    let session = Session::new("sid", date(NOW), date(NOW + 1000));
    store.open(Open::new(name(&subject), &session, &token("P"), date(NOW))).await.unwrap();
    subject
}

/// What every task was told that came with the same token.
async fn round(store: &Arc<dyn SessionStore>, grace: bool) -> (String, Vec<(String, Rotation)>) {
    let subject = log_in(&**store).await;
    let mut tasks = JoinSet::new();
    for number in 0..TASKS {
        let (store, subject) = (Arc::clone(store), subject.clone());
        tasks.spawn(async move {
            let successor = token(&format!("S{number}"));
            let mut rotate = Rotate::new(name(&subject), "sid", "P", &successor, date(NOW + 1000), date(NOW));
            rotate.grace = grace.then_some(Grace { from: date(NOW), until: date(NOW + 10) });
            let answer = store.rotate(rotate).await.unwrap();
            (successor.jti, answer)
        });
    }
    let answers = tasks.join_all().await;
    (subject, answers)
}

async fn one_wins(kind: Where) {
    let place = Place::new(kind).await;
    let store = place.open().await;
    for _ in 0..cases(50, 1000) {
        let (subject, answers) = round(&store, false).await;
        let count = |expected: &Rotation| answers.iter().filter(|(_, answer)| answer == expected).count() as u64;
        let counts = (count(&Rotation::Installed), count(&Rotation::Reuse), count(&Rotation::Ended));
        assert_eq!(counts, (1, 1, TASKS - 2));
        let mut check = Check::new(name(&subject), date(NOW + 100), date(NOW));
        check.session = Some("sid");
        assert_eq!(store.check(check).await.unwrap(), Standing::Reused(date(NOW)));
    }
}

async fn one_successor(kind: Where) {
    let place = Place::new(kind).await;
    let store = place.open().await;
    for _ in 0..cases(50, 1000) {
        let (subject, answers) = round(&store, true).await;
        let winners: Vec<&String> =
            answers.iter().filter(|(_, answer)| *answer == Rotation::Installed).map(|(jti, _)| jti).collect();
        let [winner] = winners[..] else { panic!("{winners:?}") };
        let graced = answers.iter().filter(|(_, answer)| *answer == Rotation::Grace(token(winner))).count() as u64;
        assert_eq!(graced, TASKS - 1, "{answers:?}");
        let next = token("next");
        let rotate = Rotate::new(name(&subject), "sid", winner, &next, date(NOW + 1000), date(NOW));
        assert_eq!(store.rotate(rotate).await.unwrap(), Rotation::Installed);
    }
}

/// Refreshes and a logout at once: whatever comes first, nothing of the session is left.
async fn nothing_survives_a_logout(kind: Where) {
    let place = Place::new(kind).await;
    let store = place.open().await;
    for _ in 0..cases(20, 500) {
        let subject = log_in(&*store).await;
        let mut tasks = JoinSet::new();
        for chain in 0..8 {
            let (store, subject) = (Arc::clone(&store), subject.clone());
            tasks.spawn(async move {
                let mut presented = "P".to_owned();
                for number in 0..4 {
                    let successor = token(&format!("{chain}-{number}"));
                    let mut rotate =
                        Rotate::new(name(&subject), "sid", &presented, &successor, date(NOW + 1000), date(NOW));
                    rotate.grace = Some(Grace { from: date(NOW), until: date(NOW + 10) });
                    match store.rotate(rotate).await.unwrap() {
                        Rotation::Installed => presented = successor.jti,
                        Rotation::Grace(same) => presented = same.jti,
                        _ => return,
                    }
                }
            });
        }
        let (logout, owner) = (Arc::clone(&store), subject.clone());
        tasks.spawn(async move {
            logout.end(End::new(name(&owner), Which::All, date(NOW))).await.unwrap();
        });
        tasks.join_all().await;
        let mut check = Check::new(name(&subject), date(NOW + 100), date(NOW));
        check.session = Some("sid");
        assert_eq!(store.check(check).await.unwrap(), Standing::SessionEnded);
        for presented in (0..8).flat_map(|chain| (0..4).map(move |number| format!("{chain}-{number}"))) {
            let last = token("last");
            let rotate = Rotate::new(name(&subject), "sid", &presented, &last, date(NOW + 1000), date(NOW));
            assert_eq!(store.rotate(rotate).await.unwrap(), Rotation::Ended);
        }
    }
}

macro_rules! races {
    ($($test:ident: $race:ident on $kind:ident),* $(,)?) => { $(
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $test() {
            $race(Where::$kind).await;
        }
    )* };
}

races! {
    r_65_one_task_of_64_wins_in_memory: one_wins on Memory,
    r_65_one_task_of_64_wins_in_sqlite: one_wins on Sqlite,
    r_65_one_task_of_64_wins_in_postgres: one_wins on Postgres,
    r_65_one_task_of_64_wins_in_redis: one_wins on Redis,
    r_69_64_tasks_share_one_successor_in_memory: one_successor on Memory,
    r_69_64_tasks_share_one_successor_in_sqlite: one_successor on Sqlite,
    r_69_64_tasks_share_one_successor_in_postgres: one_successor on Postgres,
    r_69_64_tasks_share_one_successor_in_redis: one_successor on Redis,
    r_72_nothing_survives_a_logout_in_memory: nothing_survives_a_logout on Memory,
    r_72_nothing_survives_a_logout_in_sqlite: nothing_survives_a_logout on Sqlite,
    r_72_nothing_survives_a_logout_in_postgres: nothing_survives_a_logout on Postgres,
    r_72_nothing_survives_a_logout_in_redis: nothing_survives_a_logout on Redis,
}

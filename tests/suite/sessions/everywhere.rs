//! The life of sessions over HTTP on every store, with many clients at once, two machines, and a restart between.

use std::{collections::BTreeSet, time::Duration};

use fastjwt::{FastJwt, NoClaims, Policy};
use tokio::task::JoinSet;

use super::{Hands, Pair, app, builder, good, invalid, jti, log_in, renew, see, somebody, try_refresh, with_bearer};
use crate::{
    stores::{Place, Where},
    support::cases,
};

const TASKS: usize = 64;

/// An instance as a process builds it, patient enough for a busy machine.
async fn instance(place: &Place, hands: &Hands, grace: u64) -> FastJwt {
    builder(place.open().await, hands)
        .refresh_grace(Duration::from_secs(grace))
        .store_timeout(Duration::from_secs(30))
        .store_attempts(1)
        .build()
        .unwrap()
}

/// The answers to as many requests with one refresh token at once.
async fn at_once(jwt: &FastJwt, refresh: &str) -> Vec<Option<Pair>> {
    let app = app(jwt);
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let (app, refresh) = (app.clone(), refresh.to_owned());
        tasks.spawn(async move {
            let answer = with_bearer(&app, "POST", "/refresh", &refresh).await;
            match answer.status.as_u16() {
                200 => Some(Pair::of(&answer)),
                401 => None,
                _ => panic!("{answer:?}"),
            }
        });
    }
    tasks.join_all().await
}

async fn one_wins(kind: Where) {
    let place = Place::new(kind).await;
    let jwt = instance(&place, &Hands::new(), 0).await;
    for _ in 0..cases(3, 100) {
        let first = log_in(&jwt, &somebody()).await;
        let winners: Vec<Pair> = at_once(&jwt, &first.refresh).await.into_iter().flatten().collect();
        let [winner] = &winners[..] else { panic!("{} winners", winners.len()) };
        // The others were spent tokens: whoever won has nothing of it.
        assert_eq!(see(&app(&jwt), "/me", &winner.access).await, invalid());
        assert_eq!(try_refresh(&app(&jwt), &winner.refresh).await, invalid());
    }
}

async fn one_successor(kind: Where) {
    let place = Place::new(kind).await;
    let jwt = instance(&place, &Hands::new(), 10).await;
    for _ in 0..cases(3, 100) {
        let first = log_in(&jwt, &somebody()).await;
        let pairs: Vec<Pair> = at_once(&jwt, &first.refresh).await.into_iter().flatten().collect();
        assert_eq!(pairs.len(), TASKS);
        let successors: BTreeSet<String> = pairs.iter().map(|pair| jti(&pair.refresh)).collect();
        assert_eq!(successors.len(), 1);
        for pair in [&pairs[0], &pairs[TASKS - 1]] {
            assert_eq!(see(&app(&jwt), "/me", &pair.access).await, good());
        }
        renew(&app(&jwt), &pairs[7].refresh).await;
    }
}

/// What one machine does, the other sees at its next question.
async fn two_machines(kind: Where) {
    let place = Place::new(kind).await;
    let hands = Hands::new();
    let (one, two) = (instance(&place, &hands, 10).await, instance(&place, &hands, 10).await);
    let (here, there) = (app(&one), app(&two));
    let sub = somebody();
    let pair = log_in(&one, &sub).await;
    assert_eq!(see(&there, "/me", &pair.access).await, good());
    let second = renew(&there, &pair.refresh).await;
    assert_eq!(jti(&renew(&here, &pair.refresh).await.refresh), jti(&second.refresh));

    let alone = two.create_access_token(&sub).sign().unwrap();
    let payload = two.authenticate::<NoClaims>(alone.as_str(), &Policy::access()).await.unwrap();
    two.revoke(&payload).await.unwrap();
    assert_eq!(see(&here, "/me", alone.as_str()).await, invalid());

    let other = log_in(&two, &sub).await;
    assert_eq!(one.sessions(&sub).await.unwrap().len(), 2);
    let payload = two.authenticate::<NoClaims>(&other.access, &Policy::access()).await.unwrap();
    assert_eq!(two.end_other_sessions(&payload).await.unwrap(), 1);
    assert_eq!(see(&here, "/me", &second.access).await, invalid());
    assert_eq!(try_refresh(&here, &second.refresh).await, invalid());
    assert_eq!(with_bearer(&here, "POST", "/logout", &other.refresh).await.status.as_u16(), 204);
    assert_eq!(see(&there, "/me", &other.access).await, invalid());
}

/// A process that starts anew knows what was spent, ended and revoked.
async fn restart(kind: Where) {
    let place = Place::new(kind).await;
    let hands = Hands::new();
    let jwt = instance(&place, &hands, 0).await;
    let sub = somebody();
    let (spent, ended, alive) = (log_in(&jwt, &sub).await, log_in(&jwt, &sub).await, log_in(&jwt, &sub).await);
    let next = renew(&app(&jwt), &spent.refresh).await;
    with_bearer(&app(&jwt), "POST", "/logout", &ended.access).await;
    let alone = jwt.create_access_token(&sub).sign().unwrap();
    let payload = jwt.authenticate::<NoClaims>(alone.as_str(), &Policy::access()).await.unwrap();
    jwt.revoke(&payload).await.unwrap();
    drop(jwt);

    let jwt = instance(&place, &hands, 0).await;
    let app = app(&jwt);
    assert_eq!(see(&app, "/me", &next.access).await, good());
    assert_eq!(try_refresh(&app, &spent.refresh).await, invalid());
    assert_eq!(see(&app, "/me", &next.access).await, invalid(), "the reuse was seen");
    assert_eq!(try_refresh(&app, &ended.refresh).await, invalid());
    assert_eq!(see(&app, "/me", alone.as_str()).await, invalid());
    renew(&app, &alive.refresh).await;
}

/// A refresh that runs while its session is ended leaves nothing.
async fn nothing_survives_a_logout(kind: Where) {
    let place = Place::new(kind).await;
    let jwt = instance(&place, &Hands::new(), 10).await;
    for _ in 0..cases(3, 100) {
        let first = log_in(&jwt, &somebody()).await;
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let (app, mut refresh) = (app(&jwt), first.refresh.clone());
            tasks.spawn(async move {
                let mut pairs = Vec::new();
                for _ in 0..4 {
                    let answer = with_bearer(&app, "POST", "/refresh", &refresh).await;
                    if answer.status.as_u16() != 200 {
                        break;
                    }
                    pairs.push(Pair::of(&answer));
                    refresh = pairs.last().unwrap().refresh.clone();
                }
                pairs
            });
        }
        let answer = with_bearer(&app(&jwt), "POST", "/logout", &first.access).await;
        assert_eq!(answer.status.as_u16(), 204);
        for pair in tasks.join_all().await.into_iter().flatten() {
            assert_eq!(see(&app(&jwt), "/me", &pair.access).await, invalid());
            assert_eq!(try_refresh(&app(&jwt), &pair.refresh).await, invalid());
        }
    }
}

macro_rules! everywhere {
    ($($test:ident: $life:ident on $kind:ident),* $(,)?) => { $(
        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn $test() {
            $life(Where::$kind).await;
        }
    )* };
}

everywhere! {
    r_65_one_client_of_64_wins_in_memory: one_wins on Memory,
    r_65_one_client_of_64_wins_in_sqlite: one_wins on Sqlite,
    r_65_one_client_of_64_wins_in_postgres: one_wins on Postgres,
    r_65_one_client_of_64_wins_in_redis: one_wins on Redis,
    r_69_64_clients_share_one_successor_in_memory: one_successor on Memory,
    r_69_64_clients_share_one_successor_in_sqlite: one_successor on Sqlite,
    r_69_64_clients_share_one_successor_in_postgres: one_successor on Postgres,
    r_69_64_clients_share_one_successor_in_redis: one_successor on Redis,
    r_71_a_restart_forgets_nothing_in_sqlite: restart on Sqlite,
    r_71_a_restart_forgets_nothing_in_postgres: restart on Postgres,
    r_71_a_restart_forgets_nothing_in_redis: restart on Redis,
    r_72_no_refresh_survives_a_logout_in_memory: nothing_survives_a_logout on Memory,
    r_72_no_refresh_survives_a_logout_in_sqlite: nothing_survives_a_logout on Sqlite,
    r_72_no_refresh_survives_a_logout_in_postgres: nothing_survives_a_logout on Postgres,
    r_72_no_refresh_survives_a_logout_in_redis: nothing_survives_a_logout on Redis,
    r_77_two_machines_see_each_other_in_memory: two_machines on Memory,
    r_77_two_machines_see_each_other_in_sqlite: two_machines on Sqlite,
    r_77_two_machines_see_each_other_in_postgres: two_machines on Postgres,
    r_77_two_machines_see_each_other_in_redis: two_machines on Redis,
}

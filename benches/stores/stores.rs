//! What a store adds to a request: the question whether a token is revoked, and the rotation of a refresh token, one table.
#![expect(clippy::disallowed_methods, reason = "what is measured is the time that passes")]

mod places;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use fastjwt::{AccessToken, FastJwt, NoClaims, Policy, RefreshToken, session::SessionStore};
use tokio::task::JoinSet;

use self::places::Place;

/// The same test servers, started in the same way; what only the tests need of them is not missed here.
#[path = "../../tests/suite/stores/servers.rs"]
#[expect(dead_code, unreachable_pub, reason = "shared with the tests, which use all of it")]
mod servers;

/// Sessions that there are besides those of the clients, and tokens that are revoked: an empty table would be quicker.
const OTHERS: usize = 1000;
const CLIENTS: [usize; 2] = [1, 64];
const WARM_UP: Duration = Duration::from_millis(500);
const MEASURED: Duration = Duration::from_secs(4);

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let columns = ["store", "clients", "check, median", "p99", "rotation, median", "p99"];
    let mut rows = vec![columns.map(str::to_owned)];
    for clients in CLIENTS {
        let checks = measure(&service(None)?, clients, Work::Check).await?;
        rows.push(row("none", clients, &checks, None));
    }
    for place in Place::ALL {
        let opened = place.open().await?;
        let jwt = service(Some(Arc::clone(&opened.store)))?;
        fill(&jwt).await?;
        for clients in CLIENTS {
            let checks = measure(&jwt, clients, Work::Check).await?;
            let rotations = measure(&jwt, clients, Work::Rotation).await?;
            rows.push(row(place.name(), clients, &checks, Some(&rotations)));
        }
    }
    print(&rows);
    Ok(())
}

/// A service with the store, or without one. It waits longer than by default: the slowest answers are to be measured, too.
fn service(store: Option<Arc<dyn SessionStore>>) -> Result<FastJwt, Failure> {
    let builder = FastJwt::builder().secret("a secret for measurements alone, 47 bytes long");
    let builder = match store {
        None => builder,
        Some(store) => builder.session_store(store).store_timeout(Duration::from_secs(30)).store_attempts(1),
    };
    Ok(builder.build()?)
}

async fn fill(jwt: &FastJwt) -> Result<(), Failure> {
    for number in 0..OTHERS {
        let (access, _) = jwt.create_token_pair(format!("other {number}")).open().await?.into_tokens();
        jwt.revoke(&jwt.authenticate::<NoClaims>(access.as_str(), &Policy::access()).await?).await?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Work {
    /// All that a door does with an access token.
    Check,
    /// A refresh, behind the door that let the refresh token in: two signatures, and the rotation.
    Rotation,
}

/// What one client has: a session, if there is a store.
struct Client {
    jwt: FastJwt,
    access: AccessToken,
    refresh: Option<RefreshToken>,
}

impl Client {
    async fn log_in(jwt: &FastJwt, number: usize, work: Work) -> Result<Self, Failure> {
        let jwt = jwt.clone();
        // Without a store there is no session to open.
        let Ok(pair) = jwt.create_token_pair(format!("client {number}")).open().await else {
            let Work::Check = work else { return Err("a rotation needs a store".into()) };
            let access = jwt.create_access_token(format!("client {number}")).sign()?;
            return Ok(Self { jwt, access, refresh: None });
        };
        let (access, refresh) = pair.into_tokens();
        Ok(Self { jwt, access, refresh: Some(refresh) })
    }

    /// Does the work once: how long it took.
    async fn work(&mut self, work: Work) -> Result<Duration, Failure> {
        match (work, &self.refresh) {
            (Work::Check, _) => {
                let start = Instant::now();
                self.jwt.authenticate::<NoClaims>(self.access.as_str(), &Policy::access()).await?;
                Ok(start.elapsed())
            }
            (Work::Rotation, Some(refresh)) => {
                let payload = self.jwt.authenticate::<NoClaims>(refresh.as_str(), &Policy::refresh()).await?;
                let start = Instant::now();
                let pair = self.jwt.refresh(&payload).await?;
                let took = start.elapsed();
                self.refresh = Some(pair.into_tokens().1);
                Ok(took)
            }
            (Work::Rotation, None) => Err("a rotation needs a session".into()),
        }
    }
}

/// So many clients at once, each in a session of its own and without a pause: how long each call took.
async fn measure(jwt: &FastJwt, clients: usize, work: Work) -> Result<Vec<Duration>, Failure> {
    let mut logged_in = Vec::new();
    for number in 0..clients {
        logged_in.push(Client::log_in(jwt, number, work).await?);
    }
    let begin = Instant::now() + WARM_UP;
    let end = begin + MEASURED;
    let mut working: JoinSet<Result<Vec<Duration>, Failure>> = JoinSet::new();
    for mut client in logged_in {
        working.spawn(async move {
            let mut times = Vec::new();
            loop {
                let now = Instant::now();
                if now >= end {
                    return Ok(times);
                }
                let took = client.work(work).await?;
                if now >= begin {
                    times.push(took);
                }
                // A store that answers at once would let nobody else have the thread.
                tokio::task::yield_now().await;
            }
        });
    }
    let mut all = Vec::new();
    while let Some(times) = working.join_next().await {
        all.extend(times??);
    }
    all.sort_unstable();
    Ok(all)
}

fn row(name: &str, clients: usize, checks: &[Duration], rotations: Option<&[Duration]>) -> [String; 6] {
    let cell = |times: Option<&[Duration]>, share| times.map_or_else(|| "—".to_owned(), |times| time(at(times, share)));
    [
        name.to_owned(),
        clients.to_string(),
        cell(Some(checks), 50),
        cell(Some(checks), 99),
        cell(rotations, 50),
        cell(rotations, 99),
    ]
}

/// The time that so many in a hundred stay below.
fn at(sorted: &[Duration], share: usize) -> Duration {
    sorted.get(sorted.len() * share / 100).copied().unwrap_or_default()
}

fn time(time: Duration) -> String {
    let micros = time.as_secs_f64() * 1e6;
    match micros {
        ..10.0 => format!("{micros:.1} µs"),
        ..1000.0 => format!("{micros:.0} µs"),
        ..10_000.0 => format!("{:.1} ms", micros / 1000.0),
        _ => format!("{:.0} ms", micros / 1000.0),
    }
}

fn print(rows: &[[String; 6]]) {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    for (number, row) in rows.iter().enumerate() {
        let line = |fill: &dyn Fn(usize, &str) -> String| {
            row.iter().enumerate().map(|(column, cell)| fill(column, cell)).collect::<Vec<_>>().join(" | ")
        };
        let cells = line(&|column, cell| {
            let width = width(column);
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        println!("| {cells} |");
        if number == 0 {
            let rule =
                line(&|column, _| if column == 0 { "-".repeat(width(0)) } else { "-".repeat(width(column) - 1) + ":" });
            println!("| {rule} |");
        }
    }
}

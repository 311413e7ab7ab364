//! A rotation that reaches Redis when nobody waits for it any more.

use std::{net::SocketAddr, time::Duration};

use fastjwt::session::{Check, Open, RedisStore, Rotate, Rotation, Session, SessionStore, Standing, Subject};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};

use super::{
    race::{date, token},
    servers::REDIS,
};
use crate::support::{NOW, unique};

const WHO: Subject<'_> = Subject { realm: "", id: "USER_ID" };

/// A way to the server that may hold back what is sent.
async fn way_to(server: SocketAddr, is_held: watch::Receiver<bool>) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let mut is_held = is_held.clone();
            let (mut answers, mut to_server) = TcpStream::connect(server).await.unwrap().into_split();
            let (mut sent, mut to_client) = client.into_split();
            tokio::spawn(async move { copy(&mut answers, &mut to_client).await });
            tokio::spawn(async move {
                let mut bytes = vec![0; 65_536];
                while let Ok(length @ 1..) = sent.read(&mut bytes).await {
                    is_held.wait_for(|is_held| !is_held).await.unwrap();
                    to_server.write_all(&bytes[..length]).await.unwrap();
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn r_70_a_rotation_that_redis_hears_of_late_is_no_alarm() {
    let (holds, is_held) = watch::channel(false);
    let port = way_to(SocketAddr::from(([127, 0, 0, 1], REDIS.port)), is_held).await;
    let prefix = format!("late{}", unique());
    let here = RedisStore::connect(REDIS.connection().await).await.unwrap().prefix(&prefix);
    let client = redis::Client::open(format!("redis://127.0.0.1:{port}/")).unwrap();
    let slow_machine = redis::AsyncConnectionConfig::new().set_response_timeout(Some(Duration::from_secs(30)));
    let connection = client.get_multiplexed_async_connection_with_config(&slow_machine).await.unwrap();
    let elsewhere = RedisStore::connect(connection).await.unwrap().prefix(&prefix);
    let session = Session::new("sid", date(NOW), date(NOW + 1000));
    here.open(Open::new(WHO, &session, &token("T1"), date(NOW))).await.unwrap();
    let rotate = async |store: &dyn SessionStore, presented: &str, successor: &str, seconds: u64| {
        let successor = token(successor);
        store.rotate(Rotate::new(WHO, "sid", presented, &successor, date(NOW + 1000), date(NOW + seconds))).await
    };
    // The server knows the script from now on.
    assert_eq!(rotate(&here, "T1", "T2", 1).await, Ok(Rotation::Installed));

    holds.send(true).unwrap();
    let waited = timeout(Duration::from_millis(50), rotate(&elsewhere, "T2", "LOST", 2)).await;
    waited.expect_err("what was asked is on its way");
    assert_eq!(rotate(&here, "T2", "T3", 3).await, Ok(Rotation::Installed));
    assert_eq!(rotate(&here, "T3", "T4", 4).await, Ok(Rotation::Installed));
    holds.send(false).unwrap();
    // Behind it on the same connection.
    let mut check = Check::new(WHO, date(NOW + 100), date(NOW + 5));
    check.session = Some("sid");
    assert!(matches!(elsewhere.check(check).await, Ok(Standing::Good(_))));
    assert_eq!(rotate(&here, "T4", "T5", 6).await, Ok(Rotation::Installed));
    // Of somebody who waits for the answer, it is the alarm that it is.
    assert_eq!(rotate(&elsewhere, "T2", "LOST", 7).await, Ok(Rotation::Reuse));
    assert_eq!(rotate(&here, "T5", "T6", 8).await, Ok(Rotation::Ended));
}

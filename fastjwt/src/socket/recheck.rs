//! Asks, while a WebSocket is open, whether its token is still good: the keys, and the store.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use axum::extract::ws::CloseFrame;
use tokio::{runtime::Handle, time::sleep};

use super::{ExpiringSocket, Session, Shared};
use crate::{
    Claims, ErrorKind, FastJwt, MachineFault, Realm, TokenPayload,
    access::{self, Signer},
};

/// Who wants the store to be asked more often is content with this.
const SHORTEST: Duration = Duration::from_secs(1);

/// How often in a row the store may not answer. A door answers 503 the first time; a socket that is open would be closed with all
/// others at once, and all would come back while the store is ill.
const MOST_UNANSWERED: u32 = 3;

/// "Try Again Later" in the registry of close codes, as 503 is in HTTP.
const TRY_AGAIN_LATER: u16 = 1013;

impl ExpiringSocket {
    /// The same, and at these intervals, of a second or more, it is looked whether the token's key is still among the service's own, or
    /// among its issuer's, and the [`session_store`](crate::Builder::session_store), if there is one, is asked whether the token is
    /// revoked or its session has ended. If it is not good any more, the socket is closed with [`CODE`](Self::CODE) and the reason `invalid_token`,
    /// or with the frame of [`close_with`](Self::close_with).
    ///
    /// So a logout closes it after one interval at most, and so does the removal of a stolen key. A store, or an issuer of whose keys
    /// none are known any more, that does not answer three times in a row closes it, too, with
    /// 1013, "Try Again Later", and the reason `unavailable`: whoever makes the store fail keeps no socket open for longer than that. With
    /// [`store_fail_open`](crate::Builder::store_fail_open) it stays open where it is the store. Checks of the
    /// service's own ([`Builder::check`](crate::Builder::check)) are not asked again.
    ///
    /// `jwt` and `payload` are those of the request. Called outside of a Tokio runtime, where nothing can be waited for, it closes
    /// the socket at once.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use axum::extract::ws::WebSocket;
    /// # use fastjwt::{ExpiringSocket, FastJwt, TokenPayload};
    /// # fn open(socket: WebSocket, jwt: FastJwt, payload: TokenPayload) -> ExpiringSocket {
    /// ExpiringSocket::new(socket, &payload).recheck_every(Duration::from_secs(30), &jwt, &payload)
    /// # }
    /// ```
    pub fn recheck_every<C: Claims, R: Realm>(
        mut self,
        interval: Duration,
        jwt: &FastJwt<R>,
        payload: &TokenPayload<C, R>,
    ) -> Self {
        match Handle::try_current() {
            Ok(runtime) => {
                let session = Arc::downgrade(&self.session);
                let signer = access::signer(jwt, payload);
                let asking = ask(session, interval.max(SHORTEST), jwt.clone(), payload.clone(), signer);
                self.watches.push(runtime.spawn(asking).abort_handle());
            }
            Err(_) => self.session.with(|session| session.end(MachineFault::Unavailable.into())),
        }
        self
    }
}

async fn ask<C: Claims, R: Realm>(
    session: Weak<Shared>,
    interval: Duration,
    jwt: FastJwt<R>,
    payload: TokenPayload<C, R>,
    signer: Signer,
) {
    let mut unanswered = 0;
    loop {
        sleep(interval).await;
        let is_open = session.upgrade().is_some_and(|session| session.with(|session| session.open().is_some()));
        if !is_open {
            return;
        }
        unanswered = match access::stands(&jwt, &payload, &signer).await {
            Ok(()) => 0,
            Err(ErrorKind::Machine(_)) if unanswered + 1 < MOST_UNANSWERED => unanswered + 1,
            Err(why) => {
                if let Some(session) = session.upgrade() {
                    session.with(|session| session.end(why));
                }
                return;
            }
        };
    }
}

impl Session {
    /// The end before the token's own.
    fn end(&mut self, why: ErrorKind) {
        let Some(socket) = self.socket.take() else { return };
        match &why {
            ErrorKind::Machine(_) => self.frame = CloseFrame { code: TRY_AGAIN_LATER, reason: "unavailable".into() },
            _ if self.own_frame => {}
            _ => self.frame = CloseFrame { code: ExpiringSocket::CODE, reason: "invalid_token".into() },
        }
        self.why = why;
        self.leave(socket);
    }
}

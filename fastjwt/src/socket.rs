//! `ExpiringSocket`: a WebSocket that is open no longer than its token is valid.

mod recheck;

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError, Weak},
    task::{Context, Poll, Waker},
    time::Duration,
};

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_core::{FusedStream, Stream};
use futures_sink::Sink;
use http::HeaderValue;
use tokio::{
    runtime::Handle,
    task::AbortHandle,
    time::{sleep, timeout},
};

use crate::{Error, ErrorKind, NumericDate, TokenFault, TokenPayload, clock::ClockChoice};

/// How long the client is given to take what was sent to it, and to close its side.
const FAREWELL: Duration = Duration::from_secs(5);

/// Who waits longer asks the clock in between, since it may be set anew.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

/// A WebSocket that closes when its token ends: at its expiry and the leeway of the door that let it in, by the configuration's
/// clock.
///
/// It is used as axum's own. From that moment on nothing is received and nothing is sent, and the client is told with the close
/// code [`CODE`](Self::CODE); what the handler is waiting for at the time makes no difference. [`recv`](Self::recv) is then
/// `None`, as if the client had left, and [`send`](Self::send) fails. A client that does not answer is disconnected after 5
/// seconds.
///
/// ```
/// use axum::{extract::ws::WebSocketUpgrade, response::Response};
/// use fastjwt::{ExpiringSocket, TokenPayload, access_token_required};
///
/// #[access_token_required]
/// async fn echo(payload: TokenPayload, upgrade: WebSocketUpgrade) -> Response {
///     upgrade.on_upgrade(async move |socket| {
///         let mut socket = ExpiringSocket::new(socket, &payload);
///         while let Some(Ok(message)) = socket.recv().await {
///             if socket.send(message).await.is_err() {
///                 return;
///             }
///         }
///     })
/// }
/// ```
///
/// It ends with its token and not before: one that is revoked meanwhile, a session that ends, or a key that is removed closes it only
/// if [`recheck_every`](Self::recheck_every) says that it is looked for.
///
/// It is a `Stream` and a `Sink`, so that it can be split. It keeps time with Tokio's clock; the runtime must have it:
/// `#[tokio::main]` and `enable_all` do.
#[must_use = "a socket that is dropped is closed"]
pub struct ExpiringSocket {
    session: Arc<Shared>,
    protocol: Option<HeaderValue>,
    /// What ends with the handler.
    watches: Vec<AbortHandle>,
}

impl ExpiringSocket {
    /// 3000, "Unauthorized", as 401 is in HTTP; the reason beside it is `token_expired`.
    ///
    /// It is registered for that (RFC 6455 sections 7.4.2 and 11.7). 1008, a violated policy, can mean anything, and what a
    /// code above 4000 means, every client would have to be told. A client gets itself another token and connects anew.
    pub const CODE: u16 = 3000;

    /// The socket of a request that this token let in.
    pub fn new<C, R>(socket: WebSocket, payload: &TokenPayload<C, R>) -> Self {
        let protocol = socket.protocol().cloned();
        let (clock, until) = payload.valid_until();
        let runtime = Handle::try_current().ok();
        let session = Arc::new(Shared(Mutex::new(Session {
            socket: Some(socket),
            clock,
            until,
            why: TokenFault::Expired { at: payload.exp }.into(),
            frame: CloseFrame { code: Self::CODE, reason: "token_expired".into() },
            own_frame: false,
            runtime: runtime.clone(),
            receiver: None,
            sender: None,
        })));
        let watch = runtime.map(|runtime| runtime.spawn(watch(Arc::downgrade(&session))).abort_handle());
        Self { session, protocol, watches: watch.into_iter().collect() }
    }

    /// The same, with another close frame, for a protocol that has a code of its own: 4401 in `graphql-transport-ws`.
    ///
    /// ```
    /// # use axum::extract::ws::{CloseFrame, WebSocket};
    /// # use fastjwt::{ExpiringSocket, TokenPayload};
    /// # fn open(socket: WebSocket, payload: TokenPayload) -> ExpiringSocket {
    /// ExpiringSocket::new(socket, &payload).close_with(CloseFrame { code: 4401, reason: "Unauthorized".into() })
    /// # }
    /// ```
    pub fn close_with(self, frame: CloseFrame) -> Self {
        self.session.with(|session| (session.frame, session.own_frame) = (frame, true));
        self
    }

    /// The next message; `None` once the client, or the token, is gone.
    ///
    /// A message that came before that and is asked for after it is not handed out.
    pub async fn recv(&mut self) -> Option<Result<Message, axum::Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Sends a message.
    ///
    /// # Errors
    /// As axum's; once the token has ended there is an [`Error`](crate::Error) inside of it, [`TokenFault::Expired`], or what was found
    /// when it was looked at again.
    pub async fn send(&mut self, message: Message) -> Result<(), axum::Error> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_ready(context)).await?;
        Pin::new(&mut *self).start_send(message)?;
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_flush(context)).await
    }

    /// The protocol that was chosen for it, if one was.
    #[must_use]
    pub fn protocol(&self) -> Option<&HeaderValue> {
        self.protocol.as_ref()
    }
}

/// What the handler and the watch have in common. It is held for one step and never while anything is awaited.
struct Shared(Mutex<Session>);

struct Session {
    /// `None` once the token has ended: the farewell then has it.
    socket: Option<WebSocket>,
    clock: ClockChoice,
    /// From when on the token is not accepted any more.
    until: NumericDate,
    /// What the end is, or was.
    why: ErrorKind,
    frame: CloseFrame,
    /// Whether the frame is the user's.
    own_frame: bool,
    /// Where the farewell runs; without one the connection just ends.
    runtime: Option<Handle>,
    /// Who waits for the socket, to be told that it has ended.
    receiver: Option<Waker>,
    sender: Option<Waker>,
}

impl Shared {
    /// One step; who waits for a socket that ended in it is woken after it, since waking may run what takes the next one.
    fn with<T>(&self, step: impl FnOnce(&mut Session) -> T) -> T {
        let mut session = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let result = step(&mut session);
        let waiting = match &session.socket {
            None => [session.receiver.take(), session.sender.take()],
            Some(_) => [None, None],
        };
        drop(session);
        waiting.into_iter().flatten().for_each(Waker::wake);
        result
    }

    fn write(
        &self,
        context: &mut Context<'_>,
        poll: impl FnOnce(Pin<&mut WebSocket>, &mut Context<'_>) -> Poll<Result<(), axum::Error>>,
    ) -> Poll<Result<(), axum::Error>> {
        self.with(|session| {
            let Some(socket) = session.open() else { return Poll::Ready(Err(session.error())) };
            let polled = poll(Pin::new(socket), context);
            if polled.is_pending() {
                session.sender = Some(context.waker().clone());
            }
            polled
        })
    }
}

impl Session {
    /// The socket while the token is valid; the first who finds that it no longer is begins the farewell.
    fn open(&mut self) -> Option<&mut WebSocket> {
        if self.left().is_zero()
            && let Some(socket) = self.socket.take()
        {
            self.leave(socket);
        }
        self.socket.as_mut()
    }

    fn leave(&self, socket: WebSocket) {
        tracing::debug!(target: "fastjwt", code = self.frame.code, why = %self.error(), "a WebSocket is closed");
        if let Some(runtime) = &self.runtime {
            runtime.spawn(farewell(socket, self.frame.clone()));
        }
    }

    /// How long the token is accepted from now on.
    fn left(&self) -> Duration {
        self.until.saturating_duration_since(NumericDate::from(self.clock.now()))
    }

    fn error(&self) -> axum::Error {
        axum::Error::new(Error::new(self.why.clone(), None))
    }
}

/// Closes the socket of a handler that is busy with something else. The timer only wakes it: what time it is, the clock says.
async fn watch(session: Weak<Shared>) {
    loop {
        let left = session
            .upgrade()
            .and_then(|session| session.with(|session| session.open().is_some().then(|| session.left())));
        let Some(left) = left else { return };
        sleep(left.min(LONGEST_SLEEP)).await;
    }
}

/// Tells the client, behind whatever was being sent to it, and waits until it has heard: a connection that is dropped at once
/// may take the frame with it. What the client still says is not read by anyone.
async fn farewell(mut socket: WebSocket, frame: CloseFrame) {
    let told = async {
        if socket.send(Message::Close(Some(frame))).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    // A client that does not listen is disconnected all the same.
    let _ = timeout(FAREWELL, told).await;
}

impl Stream for ExpiringSocket {
    type Item = Result<Message, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.session.with(|session| {
            let Some(socket) = session.open() else { return Poll::Ready(None) };
            let polled = Pin::new(socket).poll_next(context);
            if polled.is_pending() {
                session.receiver = Some(context.waker().clone());
            }
            polled
        })
    }
}

impl FusedStream for ExpiringSocket {
    fn is_terminated(&self) -> bool {
        self.session.with(|session| session.socket.as_ref().is_none_or(FusedStream::is_terminated))
    }
}

impl Sink<Message> for ExpiringSocket {
    type Error = axum::Error;

    fn poll_ready(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        self.session.write(context, Sink::poll_ready)
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<(), axum::Error> {
        self.session.with(|session| match session.open() {
            Some(socket) => Pin::new(socket).start_send(message),
            None => Err(session.error()),
        })
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        self.session.write(context, Sink::poll_flush)
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), axum::Error>> {
        self.session.write(context, Sink::poll_close)
    }
}

/// A handler that is done leaves nobody behind who waits for the token's end. A farewell goes on.
impl Drop for ExpiringSocket {
    fn drop(&mut self) {
        self.watches.iter().for_each(AbortHandle::abort);
    }
}

impl fmt::Debug for ExpiringSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExpiringSocket").field("protocol", &self.protocol).finish_non_exhaustive()
    }
}

//! The layer that reads bodies for the doors behind it, up to a limit, and puts them back.

use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use axum::body::{Body, Bytes};
use http::{
    Extensions, HeaderMap, Request,
    header::{CONTENT_ENCODING, CONTENT_TYPE, COOKIE},
};
use http_body::{Body as HttpBody, Frame, SizeHint};
use tower_layer::Layer;
use tower_service::Service;

use crate::{FastJwt, Realm};

impl<R: Realm> FastJwt<R> {
    /// A layer that lets routes behind it find tokens in JSON bodies ([`Locations::JSON`](crate::Locations::JSON)), and csrf
    /// values in forms ([`csrf_form`](crate::Builder::csrf_form)).
    ///
    /// Of `application/json`, whatever its parameters, it reads up to [`max_body_size`](crate::Builder::max_body_size); of a form
    /// only if csrf values may stand in one and a cookie came with it. Everything else it does not touch. The body is put back:
    /// the handler takes its own `Json<T>` or `Bytes`. A larger body goes on as it came, and only a route that would look for a
    /// token in it refuses it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use axum::{Json, Router, routing::post};
    /// use fastjwt::{Algorithm, FastJwt, Locations, SigningKey, TokenPayload};
    ///
    /// async fn order(payload: TokenPayload, Json(order): Json<Vec<String>>) {}
    ///
    /// let jwt = FastJwt::builder()
    ///     .key(SigningKey::generate(Algorithm::ES256)?)
    ///     .locations(Locations::HEADERS | Locations::JSON)
    ///     .build()?;
    /// let app: Router = Router::new().route("/order", post(order)).layer(jwt.body_tokens()).with_state(jwt);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn body_tokens(&self) -> BodyTokensLayer {
        let travel = &self.config().travel;
        BodyTokensLayer { limit: travel.max_body_size, forms: travel.csrf_form }
    }
}

/// What the layer found in front of the doors; its being there says that there is a layer.
#[derive(Clone)]
pub(crate) enum ReadBody {
    Json(Bytes),
    /// It is JSON, and more than the limit.
    LargeJson,
    Form(Bytes),
    LargeForm,
    /// It is something else.
    Unread,
}

impl ReadBody {
    fn kind(&self) -> Option<Kind> {
        match self {
            Self::Json(_) | Self::LargeJson => Some(Kind::Json),
            Self::Form(_) | Self::LargeForm => Some(Kind::Form),
            Self::Unread => None,
        }
    }

    /// How much is known.
    fn rank(&self) -> u8 {
        match self {
            Self::Json(_) | Self::Form(_) => 2,
            Self::LargeJson | Self::LargeForm => 1,
            Self::Unread => 0,
        }
    }
}

/// Puts a [`BodyTokensService`] around a service; [`FastJwt::body_tokens`] makes one.
#[derive(Debug, Clone)]
pub struct BodyTokensLayer {
    limit: usize,
    forms: bool,
}

impl<S> Layer<S> for BodyTokensLayer {
    type Service = BodyTokensService<S>;

    fn layer(&self, inner: S) -> BodyTokensService<S> {
        BodyTokensService { inner, layer: self.clone() }
    }
}

/// A service behind a [`BodyTokensLayer`].
#[derive(Debug, Clone)]
pub struct BodyTokensService<S> {
    inner: S,
    layer: BodyTokensLayer,
}

impl<S> Service<Request<Body>> for BodyTokensService<S>
where
    S: Service<Request<Body>, Future: Send> + Clone + Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = BodyTokensFuture<S::Response, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let kind = Kind::of(request.headers());
        let Some(kind) = kind.filter(|kind| self.layer.forms || *kind != Kind::Form) else {
            leave(request.extensions_mut(), ReadBody::Unread, kind);
            return BodyTokensFuture(Box::pin(self.inner.call(request)));
        };
        // The very service that was polled ready is called, not a clone of it.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let limit = self.layer.limit;
        BodyTokensFuture(Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let (read, body) = read(body, limit, kind).await;
            leave(&mut parts.extensions, read, Some(kind));
            inner.call(Request::from_parts(parts, body)).await
        }))
    }
}

/// What is known best of a body stays: the layer of another instance may read more kinds of bodies, or larger ones, and whose comes
/// first makes no difference. A body of another kind is another one, which something between the layers has put there.
fn leave(extensions: &mut Extensions, read: ReadBody, kind: Option<Kind>) {
    let knows_more = |before: &ReadBody| before.kind() == kind && before.rank() > read.rank();
    if !extensions.get().is_some_and(knows_more) {
        extensions.insert(read);
    }
}

/// The answer of a [`BodyTokensService`].
pub struct BodyTokensFuture<A, E>(Pin<Box<dyn Future<Output = Result<A, E>> + Send>>);

impl<A, E> fmt::Debug for BodyTokensFuture<A, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BodyTokensFuture")
    }
}

impl<A, E> Future for BodyTokensFuture<A, E> {
    type Output = Result<A, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

/// A kind of body that is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Json,
    Form,
}

impl Kind {
    fn of(headers: &HeaderMap) -> Option<Self> {
        let mut types = headers.get_all(CONTENT_TYPE).iter();
        let (Some(one), None) = (types.next(), types.next()) else { return None };
        // What is compressed is not the text that its type says.
        if headers.contains_key(CONTENT_ENCODING) {
            return None;
        }
        let essence = one.as_bytes().split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        if essence.eq_ignore_ascii_case(b"application/json") {
            return Some(Self::Json);
        }
        let is_form = essence.eq_ignore_ascii_case(b"application/x-www-form-urlencoded");
        (is_form && headers.contains_key(COOKIE)).then_some(Self::Form)
    }

    fn read(self, bytes: Bytes) -> ReadBody {
        match self {
            Self::Json => ReadBody::Json(bytes),
            Self::Form => ReadBody::Form(bytes),
        }
    }

    fn too_large(self) -> ReadBody {
        match self {
            Self::Json => ReadBody::LargeJson,
            Self::Form => ReadBody::LargeForm,
        }
    }
}

/// Reads a body of at most `limit` bytes, and gives back one that reads as if nobody had.
async fn read(mut body: Body, limit: usize, kind: Kind) -> (ReadBody, Body) {
    if usize::try_from(body.size_hint().lower()).is_ok_and(|least| least > limit) {
        return (kind.too_large(), body);
    }
    let (mut data, mut others, mut size) = (Gathered::Nothing, VecDeque::new(), 0_usize);
    let (found, failed, rest) = loop {
        let frame = match poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
            Some(Ok(frame)) => frame,
            // Half a body is none; whoever reads it behind us meets the same error.
            Some(Err(error)) => break (Some(ReadBody::Unread), Some(error), Body::empty()),
            None => break (None, None, Body::empty()),
        };
        match frame.into_data() {
            Ok(piece) => {
                size = size.saturating_add(piece.len());
                data.add(piece);
            }
            Err(other) => {
                size = size.saturating_add(size_of_val(&other));
                others.push_back(other);
            }
        }
        if size > limit {
            break (Some(kind.too_large()), None, body);
        }
    };
    let data = data.whole();
    let found = found.unwrap_or_else(|| kind.read(data.clone()));
    // What else there is (trailers) stays behind the data.
    let data = (!data.is_empty()).then(|| Frame::data(data));
    (found, Body::new(Again { read: data.into_iter().chain(others).collect(), failed, rest }))
}

/// The data of a body so far. However small the pieces are in which it comes, it takes no more memory than it is long, about.
enum Gathered {
    Nothing,
    /// Is shared.
    One(Bytes),
    Several(Vec<u8>),
}

impl Gathered {
    fn add(&mut self, piece: Bytes) {
        if piece.is_empty() {
            return;
        }
        match self {
            Self::Nothing => *self = Self::One(piece),
            Self::One(first) => *self = Self::Several([first.as_ref(), piece.as_ref()].concat()),
            Self::Several(data) => data.extend_from_slice(&piece),
        }
    }

    fn whole(self) -> Bytes {
        match self {
            Self::Nothing => Bytes::new(),
            Self::One(piece) => piece,
            Self::Several(data) => data.into(),
        }
    }
}

/// What was read of a body, then what was not.
struct Again {
    read: VecDeque<Frame<Bytes>>,
    failed: Option<axum::Error>,
    rest: Body,
}

impl HttpBody for Again {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(frame) = self.read.pop_front() {
            return Poll::Ready(Some(Ok(frame)));
        }
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Some(Err(error)));
        }
        Pin::new(&mut self.rest).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.read.is_empty() && self.failed.is_none() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let read: u64 = self.read.iter().filter_map(Frame::data_ref).map(|data| data.len() as u64).sum();
        let mut hint = SizeHint::new();
        if self.failed.is_some() {
            hint.set_lower(read);
            return hint;
        }
        let rest = self.rest.size_hint();
        hint.set_lower(read.saturating_add(rest.lower()));
        if let Some(upper) = rest.upper() {
            hint.set_upper(read.saturating_add(upper));
        }
        hint
    }
}

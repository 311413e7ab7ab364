//! `CurrentSubject`: the application's user behind a token, loaded once a request.

use std::{any::type_name, fmt, marker::PhantomData, ops::Deref, sync::Arc};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use super::HasFastJwt;
use crate::{
    DefaultRealm, Error, FastJwt, MachineFault, NoClaims, Realm, RequestFault, TokenFault, TokenPayload, access,
    event::About,
};

/// The router's state that can turn a token's subject into the application's user.
///
/// ```
/// use std::{collections::HashMap, convert::Infallible, sync::Arc};
/// use axum::{Router, extract::FromRef, routing::get};
/// use fastjwt::{CurrentSubject, FastJwt, LoadSubject, access_token_required};
///
/// #[derive(Clone)]
/// struct User { name: String, disabled: bool }
///
/// #[derive(Clone, FromRef)]
/// struct App { jwt: FastJwt, users: Arc<HashMap<String, User>> }
///
/// impl LoadSubject<User> for App {
///     type Error = Infallible;
///
///     async fn load_subject(&self, sub: &str) -> Result<Option<User>, Infallible> {
///         Ok(self.users.get(sub).filter(|user| !user.disabled).cloned())
///     }
/// }
///
/// #[access_token_required]
/// async fn hello(user: CurrentSubject<User>) -> String {
///     format!("Hello, {}", user.name)
/// }
///
/// fn app(state: App) -> Router {
///     Router::new().route("/", get(hello)).with_state(state)
/// }
/// ```
///
/// It is asked by the subject's name alone, and each issuer has its own: where issuers are trusted whose users are others
/// ([`TrustedIssuer`](crate::TrustedIssuer)), let the handlers in question demand one (`issuer = ".."` in the attribute).
#[diagnostic::on_unimplemented(
    message = "the router's state `{Self}` can't load a `{U}`",
    label = "no loader of `{U}`",
    note = "write `impl fastjwt::LoadSubject<{U}> for {Self}`, with `async fn load_subject(&self, sub: &str)`"
)]
pub trait LoadSubject<U>: Send + Sync {
    /// Why the user could not be looked up; it goes to the log and not to the client.
    type Error: fmt::Display;

    /// The user with this subject; `None` if it is gone or disabled.
    ///
    /// # Errors
    /// If it can't be told at the moment: the answer is 503.
    fn load_subject(&self, sub: &str) -> impl Future<Output = Result<Option<U>, Self::Error>> + Send;
}

/// An `Arc` around a state loads what the state loads.
#[diagnostic::do_not_recommend]
impl<U, S: LoadSubject<U>> LoadSubject<U> for Arc<S> {
    type Error = S::Error;

    fn load_subject(&self, sub: &str) -> impl Future<Output = Result<Option<U>, Self::Error>> + Send {
        S::load_subject(self, sub)
    }
}

/// The application's user behind the token of a request.
///
/// It stands beside an attribute or an extractor, in front of which it takes the token that they let in, or behind a layer;
/// where there is none of them, it demands a valid access token by itself. However often it is asked for, the user is loaded
/// once a request. One that is gone or disabled is answered with 401, `invalid_token`; a loader that fails with 503.
///
/// An `Option<CurrentSubject<U>>` is `None` for a request without a token, and for nothing else.
pub struct CurrentSubject<U, R = DefaultRealm> {
    user: Arc<U>,
    realm: PhantomData<fn() -> R>,
}

impl<U, R> CurrentSubject<U, R> {
    pub(crate) fn new(user: Arc<U>) -> Self {
        Self { user, realm: PhantomData }
    }

    /// The user itself, shared with every other extractor of the request.
    #[must_use]
    pub fn into_inner(self) -> Arc<U> {
        self.user
    }
}

impl<U, R> Deref for CurrentSubject<U, R> {
    type Target = U;

    fn deref(&self) -> &U {
        &self.user
    }
}

impl<U, R> Clone for CurrentSubject<U, R> {
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.user))
    }
}

/// Shows the type; a user may have a secret.
impl<U, R> fmt::Debug for CurrentSubject<U, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CurrentSubject({})", type_name::<U>())
    }
}

impl<S, U, R> FromRequestParts<S> for CurrentSubject<U, R>
where
    S: HasFastJwt<R> + LoadSubject<U> + 'static,
    U: Send + Sync + 'static,
    R: Realm,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let jwt = state.fastjwt();
        let user = current(&jwt, parts, state, false).await?;
        user.ok_or_else(|| jwt.refuse(RequestFault::MissingToken, About::default()))
    }
}

impl<S, U, R> OptionalFromRequestParts<S> for CurrentSubject<U, R>
where
    S: HasFastJwt<R> + LoadSubject<U> + 'static,
    U: Send + Sync + 'static,
    R: Realm,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Error> {
        let jwt = state.fastjwt();
        current(&jwt, parts, state, true).await
    }
}

/// What the state `S` has loaded in this request, and for whom.
struct Loaded<S, U, R> {
    sub: String,
    user: Arc<U>,
    by: PhantomData<fn() -> (S, R)>,
}

impl<S, U, R> Clone for Loaded<S, U, R> {
    fn clone(&self) -> Self {
        Self { sub: self.sub.clone(), user: Arc::clone(&self.user), by: PhantomData }
    }
}

async fn current<S, U, R>(
    jwt: &FastJwt<R>,
    parts: &mut Parts,
    state: &S,
    optional: bool,
) -> Result<Option<CurrentSubject<U, R>>, Error>
where
    S: LoadSubject<U> + 'static,
    U: Send + Sync + 'static,
    R: Realm,
{
    let payload: Option<TokenPayload<NoClaims, R>> = access::whose(jwt, parts, optional).await?;
    let Some(payload) = payload else { return Ok(None) };
    if let Some(loaded) = parts.extensions.get::<Loaded<S, U, R>>()
        && loaded.sub == payload.sub
    {
        return Ok(Some(CurrentSubject::new(Arc::clone(&loaded.user))));
    }
    let user = match state.load_subject(&payload.sub).await {
        Ok(Some(user)) => Arc::new(user),
        Ok(None) => return Err(jwt.refuse(TokenFault::SubjectGone, About::payload(&payload))),
        Err(error) => {
            let (realm, sub) = (R::NAME, &*payload.sub);
            tracing::error!(
                target: "fastjwt", event = "subject_unavailable", realm, sub, detail = %error, "the subject could not be loaded"
            );
            return Err(jwt.refuse(MachineFault::Unavailable, About::payload(&payload)));
        }
    };
    let loaded = Loaded::<S, U, R> { sub: payload.sub.clone(), user: Arc::clone(&user), by: PhantomData };
    parts.extensions.insert(loaded);
    Ok(Some(CurrentSubject::new(user)))
}

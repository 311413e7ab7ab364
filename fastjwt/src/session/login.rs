//! `TokenPairBuilder`: a login, which opens a session and gives its first tokens.

use std::{fmt::Display, time::Duration};

use super::{
    List, Open, Session, Subject,
    event::{self, Whose},
    new::{NewSession, new_session_setters},
    pair::{PairDraft, SignedPair, new_id},
};
use crate::{
    Claims, DefaultRealm, Error, ErrorKind, FastJwt, NoClaims, NumericDate, Realm, TokenPair, UsageFault, issue::Draft,
};

/// So many sessions end at a login that are too many: usually it is one, and where the limit is new, others end at the next logins.
const MOST_ENDED: u32 = 16;

/// Collects what the tokens of a new session are going to say; [`open`](Self::open) opens the session and signs them.
///
/// [`FastJwt::create_token_pair`] starts one. It belongs into the login and nowhere else: the subject has just proved who they
/// are, so that the access token is fresh and `auth_time` is now. Both tokens say the same, so that a refresh needs no database.
#[must_use = "no session is opened until `open` is called"]
pub struct TokenPairBuilder<'a, C = NoClaims, R = DefaultRealm> {
    jwt: &'a FastJwt<R>,
    new: NewSession,
    extra: &'a C,
    /// Whether the tokens are for cookies.
    #[cfg(feature = "axum")]
    in_cookies: bool,
}

impl<R: Realm> FastJwt<R> {
    /// Starts the tokens of a new session of the subject `sub`, anything that displays: a login.
    ///
    /// All that tells the session is new, and nothing of the request is taken over, so that nobody can have put it into the browser
    /// before. A session that the request's cookies hold goes on: [`login_route`](Self::login_route) ends it, and a handler of
    /// the service's own can do so with [`end_session`](Self::end_session).
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use fastjwt::{Algorithm, FastJwt, NoClaims, Policy, SigningKey, session::MemoryStore};
    ///
    /// let jwt = FastJwt::builder()
    ///     .key(SigningKey::generate(Algorithm::ES256)?)
    ///     .session_store(MemoryStore::default())
    ///     .build()?;
    ///
    /// let pair = jwt.create_token_pair("USER_ID").device("Firefox on Linux").open().await?;
    /// let payload = jwt.authenticate::<NoClaims>(pair.refresh().as_str(), &Policy::refresh()).await?;
    /// let next = jwt.refresh(&payload).await?;
    /// assert_eq!(next.session_id(), pair.session_id());
    ///
    /// jwt.end_session("USER_ID", next.session_id()).await?;
    /// assert!(jwt.authenticate::<NoClaims>(next.access().as_str(), &Policy::access()).await.is_err());
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Runtime::new().unwrap().block_on(run()).unwrap();
    /// ```
    pub fn create_token_pair(&self, sub: impl Display) -> TokenPairBuilder<'_, NoClaims, R> {
        TokenPairBuilder::of(self, NewSession::of(&sub))
    }
}

impl<'a, R: Realm> TokenPairBuilder<'a, NoClaims, R> {
    pub(crate) fn of(jwt: &'a FastJwt<R>, new: NewSession) -> Self {
        Self {
            jwt,
            new,
            extra: &NoClaims {},
            #[cfg(feature = "axum")]
            in_cookies: false,
        }
    }
}

impl<'a, C: Claims, R: Realm> TokenPairBuilder<'a, C, R> {
    /// Puts the service's own claims in, in place of any given before.
    pub fn claims<D: Claims>(self, claims: &'a D) -> TokenPairBuilder<'a, D, R> {
        TokenPairBuilder {
            jwt: self.jwt,
            new: self.new,
            extra: claims,
            #[cfg(feature = "axum")]
            in_cookies: self.in_cookies,
        }
    }

    /// For cookies: a session whose tokens browsers would drop is not opened.
    #[cfg(feature = "axum")]
    pub(crate) fn in_cookies(mut self, in_cookies: bool) -> Self {
        self.in_cookies = in_cookies;
        self
    }

    new_session_setters!();

    /// Opens the session and signs its first tokens. Neither of them outlives the session.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`] if there is no session store, or if the tokens can't be what was asked for;
    /// [`ErrorKind::Machine`] if the store is out of reach or full, or randomness or the signature failed. There is no session
    /// then that anybody could use.
    pub async fn open(self) -> Result<TokenPair, Error> {
        self.prepare()?.open().await
    }

    /// Signs the first tokens of a session that is still to be opened: what can't be made is known before anything changes.
    pub(crate) fn prepare(self) -> Result<Prepared<'a, R>, Error> {
        let jwt = self.jwt;
        self.prepared().map_err(|kind| jwt.error(kind))
    }

    fn prepared(mut self) -> Result<Prepared<'a, R>, ErrorKind> {
        let config = self.jwt.config();
        let sessions = config.sessions()?;
        let now = NumericDate::from(config.clock.now());
        let lifetime = self.new.session_lifetime.unwrap_or(sessions.lifetime);
        if lifetime < Duration::from_secs(1) || lifetime > sessions.lifetime {
            return Err(UsageFault::CannotIssue(format!(
                "its session would live {lifetime:?}: it must live 1 second to `session_lifetime`, which is {:?}",
                sessions.lifetime
            ))
            .into());
        }
        let ends = now.floor().saturating_add(lifetime);
        if self.new.fresh.is_said() {
            self.new.draft.auth_time.get_or_insert(now);
        }
        let NewSession { draft, fresh, access_lifetime, refresh_lifetime, device, .. } = self.new;
        let access = Draft { fresh, lifetime: access_lifetime, ..draft.clone() };
        let refresh = Draft { lifetime: refresh_lifetime, ..draft };
        let mut draft = PairDraft { access, refresh, extra: self.extra };
        let sid = new_id(config)?;
        draft.bind(config, &sid, now, ends, None)?;
        let sub = draft.refresh.sub.as_str().to_owned();
        let signed = draft.sign::<R>(config)?;
        // A session whose tokens nobody has got is not opened.
        #[cfg(feature = "axum")]
        if self.in_cookies {
            signed.check_cookies(config)?;
        }
        let record = &signed.record;
        let mut session = Session::new(sid, now, ends);
        let idle = sessions.idle_timeout.unwrap_or(record.exp.saturating_duration_since(record.iat));
        session.idle_end = ends.min(now.saturating_add(idle));
        session.device = device;
        Ok(Prepared { jwt: self.jwt, sub, signed, session, now })
    }
}

/// A session with its first tokens, before the store knows of it.
pub(crate) struct Prepared<'j, R> {
    jwt: &'j FastJwt<R>,
    sub: String,
    signed: SignedPair,
    session: Session,
    now: NumericDate,
}

impl<R: Realm> Prepared<'_, R> {
    pub(crate) async fn open(self) -> Result<TokenPair, Error> {
        let jwt = self.jwt;
        self.make_room().await?;
        self.opened().await.map_err(|kind| jwt.error(kind))
    }

    /// Ends the oldest sessions of a subject that has as many as it may have.
    ///
    /// Before the new one is opened: should the store fail, there is no session then whose tokens nobody has got.
    async fn make_room(&self) -> Result<(), Error> {
        let sessions = self.jwt.config().sessions().map_err(|fault| self.jwt.error(fault))?;
        let Some(kept) = sessions.most.map(|most| most.saturating_sub(1)) else { return Ok(()) };
        let list = List::new(Subject::of::<R>(&self.sub), kept.saturating_add(MOST_ENDED), self.now);
        let all = sessions.list(list).await.map_err(|kind| self.jwt.error(kind))?;
        for session in all.iter().skip(usize::try_from(kept).unwrap_or(usize::MAX)) {
            self.jwt.end_session(&self.sub, &session.id).await?;
        }
        Ok(())
    }

    async fn opened(self) -> Result<TokenPair, ErrorKind> {
        let Self { jwt, sub, signed, session, now } = self;
        let SignedPair { access, refresh, record, kid } = signed;
        jwt.config().sessions()?.open(Open::new(Subject::of::<R>(&sub), &session, &record, now)).await?;
        event::login(Whose { realm: R::NAME, sub: &sub, sid: Some(&session.id) }, &record.jti, &kid);
        Ok(TokenPair { access, refresh, session_id: session.id })
    }
}

//! When a token is renewed, and on which requests.

use std::time::Duration;

use axum::extract::MatchedPath;
use http::{Method, request::Parts};

use super::pattern;
use crate::{NumericDate, RegisteredClaims};

/// The most of what is left of a token that is renewed, if nothing is said.
const WITHIN: Duration = Duration::from_secs(10 * 60);

/// The configuration's, checked.
#[derive(Debug)]
pub(crate) struct Rules {
    /// A token with less left is renewed, if it is said.
    pub(crate) within: Option<Duration>,
    /// From the login to the latest end.
    pub(crate) limit: Duration,
    pub(crate) routes: Chosen<String>,
    pub(crate) methods: Chosen<Method>,
}

impl Rules {
    pub(super) fn apply_to(&self, parts: &Parts) -> bool {
        // What has no name can be neither included nor excluded by one.
        let taken = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
        self.methods.has(|method| *method == parts.method)
            && self.routes.has(|route| taken.is_some_and(|taken| pattern::is_same(route, taken)))
    }

    fn within<C>(&self, claims: &RegisteredClaims<C>, lifetime: Duration) -> Duration {
        // With as much as the token lives every answer would bring cookies, and none could be cached.
        let life = claims.iat.map_or(lifetime, |iat| claims.exp.saturating_duration_since(iat));
        self.within.unwrap_or_else(|| WITHIN.min(lifetime.min(life) / 2))
    }

    /// When the follower of a token of these claims ends that is made now, sessions aside; `None` if it is not to be made: the
    /// token has ended, has long to live, or could not be followed by one that ends later.
    pub(super) fn end<C>(
        &self,
        claims: &RegisteredClaims<C>,
        lifetime: Duration,
        now: NumericDate,
    ) -> Option<NumericDate> {
        let is_about_to_end =
            now < claims.exp && claims.exp.saturating_duration_since(now) < self.within(claims, lifetime);
        // A login that lies ahead would move the limit.
        let login = claims.auth_time.filter(|_| is_about_to_end)?.min(now);
        let end = now.floor().saturating_add(lifetime).min(login.saturating_add(self.limit)).floor();
        (end > claims.exp).then_some(end)
    }
}

/// Some of all routes, or methods.
#[derive(Debug, Clone)]
pub(crate) struct Chosen<T> {
    /// `None` for all.
    included: Option<Vec<T>>,
    excluded: Vec<T>,
}

impl<T> Default for Chosen<T> {
    fn default() -> Self {
        Self { included: None, excluded: Vec::new() }
    }
}

impl<T> Chosen<T> {
    pub(crate) fn include(&mut self, members: impl IntoIterator<Item = T>) {
        self.included = Some(members.into_iter().collect());
    }

    pub(crate) fn exclude(&mut self, members: impl IntoIterator<Item = T>) {
        self.excluded = members.into_iter().collect();
    }

    pub(crate) fn included(&self) -> &[T] {
        self.included.as_deref().unwrap_or_default()
    }

    pub(crate) fn includes_nothing(&self) -> bool {
        self.included.as_ref().is_some_and(Vec::is_empty)
    }

    pub(crate) fn excluded(&self) -> &[T] {
        &self.excluded
    }

    fn has(&self, is_it: impl Fn(&T) -> bool) -> bool {
        self.included.as_ref().is_none_or(|included| included.iter().any(&is_it)) && !self.excluded.iter().any(&is_it)
    }
}

//! When a token is renewed, and on which requests.

use std::time::Duration;

use axum::extract::MatchedPath;
use http::{Method, request::Parts};

use crate::{NumericDate, RegisteredClaims};

#[derive(Debug, Clone)]
pub(super) struct Rules {
    /// A token with less left is renewed.
    pub(super) within: Duration,
    /// From the login to the latest end.
    pub(super) limit: Duration,
    pub(super) routes: Chosen<String>,
    pub(super) methods: Chosen<Method>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            within: Duration::from_secs(10 * 60),
            limit: Duration::from_secs(12 * 60 * 60),
            routes: Chosen::default(),
            methods: Chosen::default(),
        }
    }
}

impl Rules {
    pub(super) fn apply_to(&self, parts: &Parts) -> bool {
        let route = parts.extensions.get::<MatchedPath>().map(MatchedPath::as_str);
        self.methods.has(Some(&parts.method)) && self.routes.has(route)
    }

    /// When the follower of a token of these claims ends that is made now, sessions aside; `None` if it is not to be made: the
    /// token has ended, has long to live, or could not be followed by one that ends later.
    pub(super) fn end<C>(
        &self,
        claims: &RegisteredClaims<C>,
        lifetime: Duration,
        now: NumericDate,
    ) -> Option<NumericDate> {
        let is_about_to_end = now < claims.exp && claims.exp.saturating_duration_since(now) < self.within;
        // A login that lies ahead would move the limit.
        let login = claims.auth_time.filter(|_| is_about_to_end)?.min(now);
        let end = now.floor().saturating_add(lifetime).min(login.saturating_add(self.limit)).floor();
        (end > claims.exp).then_some(end)
    }
}

/// Some of all routes, or methods.
#[derive(Debug, Clone)]
pub(super) struct Chosen<T> {
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
    pub(super) fn include(&mut self, members: impl IntoIterator<Item = T>) {
        self.included = Some(members.into_iter().collect());
    }

    pub(super) fn exclude(&mut self, members: impl IntoIterator<Item = T>) {
        self.excluded = members.into_iter().collect();
    }

    /// `None` is what has no name: it can be neither included nor excluded by one.
    fn has<Q: PartialEq<T> + ?Sized>(&self, name: Option<&Q>) -> bool {
        let is_among = |members: &[T]| name.is_some_and(|name| members.iter().any(|member| name == member));
        self.included.as_deref().is_none_or(is_among) && !is_among(&self.excluded)
    }
}

//! When the implicit refresh renews a token, and on which requests: the options, and what is made of them.

use std::{sync::Arc, time::Duration};

use http::Method;

use super::{Builder, ConfigFault, build::MOST_LIFETIME};
use crate::{
    Realm,
    implicit_refresh::{
        pattern,
        rules::{Chosen, Rules},
    },
    shown,
};

const LIMIT: Duration = Duration::from_secs(12 * 60 * 60);

/// When the layer [`FastJwt::implicit_refresh`](crate::FastJwt::implicit_refresh) renews a token, and on which requests.
///
/// What is called twice replaces what it said before. What is excluded is excluded, even if it is included as well.
///
/// # Defaults
/// - with less than half of [`access_token_expires_in`](Builder::access_token_expires_in) left, and less than 10 minutes: a page
///   that is looked at once in so long is never logged out, and most requests renew nothing, however short tokens live;
/// - for 12 hours after the login, a working day;
/// - on all routes, with all methods.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct ImplicitRefreshOptions {
    within: Option<Duration>,
    limit: Option<Duration>,
    routes: Chosen<String>,
    methods: Chosen<Method>,
    is_given: bool,
}

impl ImplicitRefreshOptions {
    /// Renews a token that has less than this left, 1 second to [`max_token_lifetime`](Builder::max_token_lifetime). With as much
    /// as the token lives, every request renews it.
    pub fn within(mut self, left: Duration) -> Self {
        self.within = Some(left);
        self
    }

    /// How long after its `auth_time` a renewed token ends at the latest, 1 second to ten years.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Renews on these routes alone, one or more, as they are written in the router: `/orders/{id}`, with what they are nested under.
    /// Parameters may be called otherwise: axum, too, takes `/orders/{id}` and `/orders/{number}` for one route.
    ///
    /// The router's fallback and a service that is nested are no route. A text that axum would refuse is refused; that there is no
    /// such route in the router can't be known here, so that one that is misspelt never counts. Where that would be worse than a
    /// login too many, include rather than exclude.
    pub fn include_routes(mut self, routes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.routes.include(routes.into_iter().map(Into::into));
        self
    }

    /// Renews on no route of these, as they are written in the router: see [`include_routes`](Self::include_routes).
    pub fn exclude_routes(mut self, routes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.routes.exclude(routes.into_iter().map(Into::into));
        self
    }

    /// Renews with these methods alone, one or more.
    pub fn include_methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.methods.include(methods);
        self
    }

    /// Renews with no method of these.
    pub fn exclude_methods(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.methods.exclude(methods);
        self
    }

    /// Checks all of it. `in_cookies` says whether access tokens travel there.
    pub(super) fn check(
        self,
        in_cookies: bool,
        max_token_lifetime: Duration,
        faults: &mut Vec<ConfigFault>,
    ) -> Arc<Rules> {
        let mut refuse = |part, message| faults.push(ConfigFault::new("implicit_refresh", message).of(part));
        let second = Duration::from_secs(1);
        if let Some(within) = self.within.filter(|within| !(second..=max_token_lifetime).contains(within)) {
            let most = format!("`max_token_lifetime`, which is {max_token_lifetime:?}");
            refuse("within", format!("its remaining time is {within:?}: it must be 1 second to {most}"));
        }
        let limit = self.limit.unwrap_or(LIMIT);
        if !(second..=MOST_LIFETIME).contains(&limit) {
            refuse("limit", format!("its limit is {limit:?}: it must be 1 second to 3650 days"));
        }
        // Not a word would be said of it, and nobody's token renewed.
        let includes =
            [("include_routes", self.routes.includes_nothing()), ("include_methods", self.methods.includes_nothing())];
        for (part, _) in includes.iter().filter(|(_, is_empty)| *is_empty) {
            refuse(part, "it is an empty list: name one or more, or leave it out for all".to_owned());
        }
        let routes = [("include_routes", self.routes.included()), ("exclude_routes", self.routes.excluded())];
        for (part, routes) in routes {
            for (index, route) in routes.iter().enumerate() {
                if let Some(fault) = pattern::fault(route) {
                    refuse(part, format!("its route number {}, {}: {fault}", index + 1, shown::text(route)));
                }
            }
        }
        if self.is_given && !in_cookies {
            let fault = "it needs access tokens in cookies, and `access_locations` has none";
            faults.push(ConfigFault::new("implicit_refresh", fault).of("within"));
        }
        Arc::new(Rules { within: self.within, limit, routes: self.routes, methods: self.methods })
    }
}

impl<R: Realm> Builder<R> {
    /// Changes when the layer [`implicit_refresh`](crate::FastJwt::implicit_refresh) renews a token, beside what was changed
    /// before. Without the layer no token is renewed.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use axum::http::Method;
    /// use fastjwt::{Algorithm, FastJwt, Locations, SigningKey};
    ///
    /// let jwt = FastJwt::builder()
    ///     .key(SigningKey::generate(Algorithm::ES256)?)
    ///     .locations(Locations::COOKIES)
    ///     .implicit_refresh(|renewal| {
    ///         renewal
    ///             .within(Duration::from_secs(5 * 60))
    ///             .limit(Duration::from_secs(8 * 60 * 60))
    ///             .exclude_routes(["/poll/{topic}"])
    ///             .exclude_methods([Method::HEAD])
    ///     })
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn implicit_refresh(mut self, change: impl FnOnce(ImplicitRefreshOptions) -> ImplicitRefreshOptions) -> Self {
        self.implicit_refresh = change(self.implicit_refresh);
        self.implicit_refresh.is_given = true;
        self
    }
}

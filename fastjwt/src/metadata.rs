//! What a protected resource tells about itself (RFC 9728): the document, and the handler that serves it.

use std::{
    fmt,
    future::{Ready, ready},
};

use axum::{
    extract::Request,
    handler::Handler,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, Uri, header::CONTENT_TYPE};
use serde::Serialize;

use crate::{DefaultRealm, FastJwt, Realm};

/// Where the document of a resource without a path lies.
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// What a service tells clients that have no token yet: who it is, and who issues tokens for it (RFC 9728 section 2).
///
/// [`Builder::protected_resource`](crate::Builder::protected_resource) names the document in every challenge;
/// [`FastJwt::resource_metadata`] serves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProtectedResource {
    resource: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authorization_servers: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<String>,
    bearer_methods_supported: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_documentation: Option<String>,
}

impl ProtectedResource {
    /// A resource with this identifier: its `https` URL, without query and fragment.
    pub fn new(resource: impl Into<String>) -> Self {
        Self {
            resource: resource.into(),
            authorization_servers: Vec::new(),
            scopes_supported: Vec::new(),
            bearer_methods_supported: vec!["header"],
            resource_name: None,
            resource_documentation: None,
        }
    }

    /// The issuers whose tokens the resource accepts.
    #[must_use]
    pub fn authorization_servers(mut self, issuers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.authorization_servers = issuers.into_iter().map(Into::into).collect();
        self
    }

    /// The scopes that clients may ask for.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.scopes_supported = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// What people call the resource.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.resource_name = Some(name.into());
        self
    }

    /// The URL of a page that says how to use the resource.
    #[must_use]
    pub fn documentation(mut self, url: impl Into<String>) -> Self {
        self.resource_documentation = Some(url.into());
        self
    }

    /// Where the document lies: the well-known path, put between host and path of the resource (RFC 9728 section 3.1).
    ///
    /// # Errors
    /// What is wrong with the resource's identifier.
    pub(crate) fn location(&self) -> Result<String, &'static str> {
        const ALLOWED: &str = "it must be an https URL without query and fragment (http on loopback)";
        let uri = Uri::try_from(self.resource.as_str()).map_err(|_| ALLOWED)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(ALLOWED) };
        let loopback = matches!(authority.host(), "localhost" | "127.0.0.1" | "[::1]");
        let quotable = self.resource.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
        if !(scheme == "https" || scheme == "http" && loopback)
            || uri.query().is_some()
            || self.resource.contains('#')
            || authority.as_str().contains('@')
            || !quotable
        {
            return Err(ALLOWED);
        }
        let path = if uri.path() == "/" { "" } else { uri.path() };
        Ok(format!("{scheme}://{authority}{WELL_KNOWN}{path}"))
    }
}

impl<R: Realm> FastJwt<R> {
    /// A handler that serves the configured [`ProtectedResource`], for `/.well-known/oauth-protected-resource`, followed by the
    /// path of the resource if it has one. Without one, it answers 404.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use axum::{Router, routing::get};
    /// use fastjwt::{Algorithm, FastJwt, ProtectedResource, SigningKey};
    ///
    /// let jwt = FastJwt::builder()
    ///     .key(SigningKey::generate(Algorithm::ES256)?)
    ///     .protected_resource(
    ///         ProtectedResource::new("https://api.example.org").authorization_servers(["https://login.example.org"]),
    ///     )
    ///     .build()?;
    /// let app: Router = Router::new().route("/.well-known/oauth-protected-resource", get(jwt.resource_metadata()));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn resource_metadata(&self) -> ResourceMetadataHandler<R> {
        ResourceMetadataHandler(self.clone())
    }
}

/// Serves what a resource tells about itself; [`FastJwt::resource_metadata`] makes one.
pub struct ResourceMetadataHandler<R = DefaultRealm>(FastJwt<R>);

impl<R> Clone for ResourceMetadataHandler<R> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<R> fmt::Debug for ResourceMetadataHandler<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResourceMetadataHandler").finish_non_exhaustive()
    }
}

impl<R: Realm, S> Handler<(), S> for ResourceMetadataHandler<R> {
    type Future = Ready<Response>;

    fn call(self, _: Request, _: S) -> Self::Future {
        let document = self.0.config().resource.as_ref().and_then(|resource| serde_json::to_vec(resource).ok());
        ready(match document {
            Some(body) => ([(CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response(),
            None => http::StatusCode::NOT_FOUND.into_response(),
        })
    }
}

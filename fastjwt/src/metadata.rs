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
use http::{HeaderValue, Uri, header::CONTENT_TYPE, uri::Authority};
use serde::Serialize;

use crate::{DefaultRealm, FastJwt, Realm, scope::is_scope};

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
            bearer_methods_supported: Vec::new(),
            resource_name: None,
            resource_documentation: None,
        }
    }

    /// The same, with the ways in which a token may come (RFC 6750 section 2); there may be none of them, as where tokens come in cookies.
    pub(crate) fn bearer_methods(&mut self, methods: impl IntoIterator<Item = &'static str>) {
        self.bearer_methods_supported = methods.into_iter().collect();
    }

    /// The same at another address.
    pub(crate) fn at(self, resource: String) -> Self {
        Self { resource, ..self }
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

    /// Checks every member; where the document lies: the well-known path, put between host and path of the resource (RFC 9728
    /// section 3.1).
    ///
    /// # Errors
    /// All that is wrong, and with which member. A text that was given is not repeated, since a password may stand in a URL.
    pub(crate) fn location(&self) -> Result<String, Vec<(Option<&'static str>, String)>> {
        let mut faults = Vec::new();
        let resource = identifier(&self.resource);
        if resource.is_none() {
            faults.push((None, format!("the resource must be {IDENTIFIER}")));
        }
        for (index, issuer) in self.authorization_servers.iter().enumerate() {
            if identifier(issuer).is_none() {
                let message = format!("authorization server {} must be {IDENTIFIER}", index + 1);
                faults.push((Some("authorization_servers"), message));
            }
        }
        for (index, scope) in self.scopes_supported.iter().enumerate() {
            if !is_scope(scope) {
                let message = format!("scope {} must be printable ASCII without space, `\"` and `\\`", index + 1);
                faults.push((Some("scopes"), message));
            }
        }
        if self.resource_name.as_deref().is_some_and(str::is_empty) {
            faults.push((Some("name"), "the name must not be empty".to_owned()));
        }
        if self.resource_documentation.as_deref().is_some_and(|url| web_url(url).is_none()) {
            faults.push((Some("documentation"), "the documentation must be an http or https URL".to_owned()));
        }
        let Some(resource) = resource.filter(|_| faults.is_empty()) else { return Err(faults) };
        let path = if resource.path() == "/" { "" } else { resource.path() };
        let (scheme, authority) = (resource.scheme_str().unwrap_or_default(), resource.authority());
        Ok(format!("{scheme}://{}{WELL_KNOWN}{path}", authority.map_or("", Authority::as_str)))
    }
}

/// What names a resource or an issuer (RFC 9728 section 1.2, RFC 8414 section 2).
const IDENTIFIER: &str = "an https URL without query and fragment (http on loopback)";

fn identifier(text: &str) -> Option<Uri> {
    let uri = web_url(text)?;
    let is_loopback = matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"));
    let is_safe = uri.scheme_str() == Some("https") || is_loopback;
    (is_safe && uri.query().is_none() && !text.contains('#')).then_some(uri)
}

/// An absolute URL that can stand between quotes in a header, without user and password.
fn web_url(text: &str) -> Option<Uri> {
    let is_quotable = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    let uri = is_quotable.then(|| Uri::try_from(text).ok()).flatten()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let has_good_port = authority.port_u16().is_some() || authority.as_str() == authority.host();
    let is_good = matches!(scheme, "https" | "http") && !authority.host().is_empty() && has_good_port;
    (is_good && !authority.as_str().contains('@')).then_some(uri)
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

#[diagnostic::do_not_recommend]
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

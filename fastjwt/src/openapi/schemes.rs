//! Security schemes and requirements: how a token travels, in the words of OpenAPI.

use std::collections::BTreeMap;

use http::header::AUTHORIZATION;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};

use super::{note::Note, told::Way};
use crate::{
    Location, Realm, TokenKind,
    config::{Settings, name_word},
};

type Schemes = BTreeMap<String, SecurityScheme>;

/// The schemes of access tokens, which routes behind a layer have as well.
pub(super) fn configured<R: Realm>(config: &Settings) -> Schemes {
    let places = config.travel.of(TokenKind::Access).locations.iter();
    of_places::<R>(config, places.map(|place| (TokenKind::Access, place)))
}

/// The schemes that a handler needs beyond them.
pub(super) fn demanded<R: Realm>(config: &Settings, note: &Note) -> Schemes {
    of_places::<R>(config, note.places(config))
}

fn of_places<R: Realm>(config: &Settings, places: impl Iterator<Item = (TokenKind, Location)>) -> Schemes {
    let mut schemes = Schemes::new();
    for (kind, place) in places {
        if let Some(scheme) = scheme::<R>(config, kind, place) {
            schemes.insert(name::<R>(kind, suffix(place)), scheme);
        }
        if place == Location::Cookie && config.travel.csrf {
            schemes.insert(name::<R>(kind, CSRF), csrf(config, kind));
        }
    }
    schemes
}

/// What a handler demands: each alone will do.
pub(super) fn ways<R: Realm>(config: &Settings, note: &Note, is_safe: bool) -> Vec<Way> {
    let is_csrf_needed = config.travel.csrf && note.csrf && !is_safe;
    let mut ways = Vec::new();
    for (kind, place) in note.places(config) {
        if scheme::<R>(config, kind, place).is_none() || (place == Location::WebSocket && !note.websocket) {
            continue;
        }
        for scopes in &note.scopes {
            let mut way = Way::from([(name::<R>(kind, suffix(place)), scopes.clone())]);
            if place == Location::Cookie && is_csrf_needed {
                way.insert(name::<R>(kind, CSRF), Vec::new());
            }
            ways.push(way);
        }
    }
    if note.optional && !ways.is_empty() {
        ways.push(Way::new());
    }
    ways
}

/// Where else a handler takes its token, which no scheme can say.
pub(super) fn unspeakable(config: &Settings, note: &Note) -> Option<String> {
    let members: Vec<String> = note
        .places(config)
        .filter(|(_, place)| *place == Location::Json)
        .map(|(kind, _)| format!("`{}`", config.travel.of(kind).json))
        .collect();
    let may = if note.places(config).all(|(_, place)| place == Location::Json) { "stands" } else { "may also stand" };
    (!members.is_empty()).then(|| format!("The token {may} in the JSON body, as {}.", members.join(" or ")))
}

const CSRF: &str = "_csrf";

fn suffix(place: Location) -> &'static str {
    match place {
        Location::Header => "",
        Location::Cookie => "_cookie",
        Location::Json => "_json",
        Location::Query => "_query",
        Location::WebSocket => "_websocket",
    }
}

fn name<R: Realm>(kind: TokenKind, suffix: &str) -> String {
    match R::NAME {
        "" => format!("{kind}_token{suffix}"),
        realm => format!("{}_{kind}_token{suffix}", name_word(realm)),
    }
}

/// `None` for a place of which OpenAPI knows nothing.
fn scheme<R: Realm>(config: &Settings, kind: TokenKind, place: Location) -> Option<SecurityScheme> {
    let travel = &config.travel;
    let token = token::<R>(kind);
    let key = |name: &str, description: String| ApiKeyValue::with_description(name.to_owned(), description);
    Some(match place {
        Location::Header => {
            let (name, scheme) = (&config.header_name, &config.header_scheme);
            if name == AUTHORIZATION && scheme.eq_ignore_ascii_case("bearer") {
                let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
                return Some(SecurityScheme::Http(bearer.description(Some(format!("{token}."))).build()));
            }
            let before = if scheme.is_empty() { String::new() } else { format!(", behind `{scheme}` and a space") };
            SecurityScheme::ApiKey(ApiKey::Header(key(name.as_str(), format!("{token}{before}."))))
        }
        Location::Cookie => SecurityScheme::ApiKey(ApiKey::Cookie(key(
            &travel.of(kind).cookies.token.name,
            format!("{token}. The browser sends it by itself."),
        ))),
        Location::Query => {
            SecurityScheme::ApiKey(ApiKey::Query(key(&travel.query, format!("{token}. Histories and logs keep it."))))
        }
        Location::WebSocket => SecurityScheme::ApiKey(ApiKey::Header(key(
            "Sec-WebSocket-Protocol",
            format!("{token}, behind `{}` and a comma.", travel.websocket),
        ))),
        Location::Json => return None,
    })
}

/// What proves that a request whose token came in a cookie is not another site's.
fn csrf(config: &Settings, kind: TokenKind) -> SecurityScheme {
    let (travel, cookies) = (&config.travel, &config.travel.of(kind).cookies);
    let sentences = [
        Some(format!("The csrf value of the token in the cookie `{}`.", cookies.token.name)),
        cookies.csrf.as_ref().map(|it| format!("It stands in the cookie `{}`, which scripts can read.", it.name)),
        travel.csrf_form.then(|| format!("A form may have it in the field `{}`.", cookies.csrf_field)),
        Some(format!(
            "A WebSocket has it in `Sec-WebSocket-Protocol`, behind `{}` and a comma.",
            travel.websocket_csrf
        )),
    ];
    let description: Vec<String> = sentences.into_iter().flatten().collect();
    let key = ApiKeyValue::with_description(cookies.csrf_header.to_string(), description.join(" "));
    SecurityScheme::ApiKey(ApiKey::Header(key))
}

fn token<R: Realm>(kind: TokenKind) -> String {
    let article = match kind {
        TokenKind::Access => "An",
        TokenKind::Refresh => "A",
    };
    match R::NAME {
        "" => format!("{article} {kind} token"),
        realm => format!("{article} {kind} token of the realm `{realm}`"),
    }
}

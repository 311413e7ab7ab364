//! A route as it is written in the router: whether it could be one, and whether it is the one that a request took.

/// What is wrong with a text that axum's router would not take as a route.
pub(crate) fn fault(route: &str) -> Option<&'static str> {
    if !route.starts_with('/') {
        return Some("a route must begin with `/`");
    }
    let mut segments = route.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        if segment.starts_with([':', '*']) {
            return Some("a parameter must be written `{name}`, and the rest of a path `{*name}`");
        }
        let mut parameters = 0;
        let mut pieces = pieces(segment).peekable();
        while let Some(piece) = pieces.next() {
            match piece {
                Piece::Text(_) => {}
                Piece::Broken => return Some("a brace must be one of a pair around a name, or be doubled"),
                Piece::Parameter("" | "*") => return Some("a parameter must have a name"),
                Piece::Parameter(name) => {
                    parameters += 1;
                    if name.starts_with('*') && (pieces.peek().is_some() || segments.peek().is_some()) {
                        return Some("nothing can come behind the rest of a path");
                    }
                }
            }
        }
        if parameters > 1 {
            return Some("there must be a `/` between two parameters");
        }
    }
    None
}

/// Whether two texts are one route: the names of parameters don't matter, since a router takes only one of the two.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    let is_rest = |name: &str| name.starts_with('*');
    let mut others = pieces(other);
    pieces(one).all(|piece| match (piece, others.next()) {
        (Piece::Text(text), Some(Piece::Text(other))) => text == other,
        (Piece::Parameter(name), Some(Piece::Parameter(other))) => is_rest(name) == is_rest(other),
        _ => false,
    }) && others.next().is_none()
}

enum Piece<'r> {
    Text(&'r str),
    /// Its name, with the star of one that is the rest of a path.
    Parameter(&'r str),
    /// All that is left, which begins with a brace that has no partner.
    Broken,
}

fn pieces(route: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut left = route;
    std::iter::from_fn(move || {
        let (piece, rest) = first_piece(left)?;
        left = rest;
        Some(piece)
    })
}

fn first_piece(route: &str) -> Option<(Piece<'_>, &str)> {
    let at = route.find(['{', '}']).unwrap_or(route.len());
    let (text, braces) = route.split_at_checked(at)?;
    if !text.is_empty() {
        return Some((Piece::Text(text), braces));
    }
    if let Some((doubled, rest)) = braces.split_at_checked(2)
        && matches!(doubled, "{{" | "}}")
    {
        return Some((Piece::Text(doubled), rest));
    }
    let behind = braces.strip_prefix(['{', '}'])?;
    match behind.split_once('}') {
        // A star may stand at its beginning only.
        Some((name, rest))
            if braces.starts_with('{') && !name.contains(['{', '/']) && name.rfind('*').is_none_or(|at| at == 0) =>
        {
            Some((Piece::Parameter(name), rest))
        }
        _ => Some((Piece::Broken, "")),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::{fault, is_same};

    const GOOD: &[&str] = &[
        "/",
        "/orders",
        "/orders/",
        "/orders/{id}",
        "/orders/{id}/lines/{line}",
        "/files/{*path}",
        "/{*path}",
        "/a{id}",
        "/a{*path}",
        "/a//b",
        "/{{literal}}",
        "/{{/{id}",
        "/a:b/c*d",
        "/ä/{ö}",
    ];

    const BAD: &[&str] = &[
        "",
        "orders",
        "{id}",
        "*",
        "/:id",
        "/orders/:id/lines",
        "/*path",
        "/{id",
        "/id}",
        "/{",
        "/}",
        "/{}",
        "/{*}",
        "/{*path}/more",
        "/{*path}a",
        "/{*path}/",
        "/{a*}",
        "/{**path}",
        "/{a}{b}",
        "/{a{b}}",
        "/{a/b}",
        "/{{id}",
    ];

    /// axum is asked: it panics on a route that it does not take.
    fn is_taken(route: &'static str) -> bool {
        catch_unwind(|| axum::Router::<()>::new().route(route, axum::routing::get(async || ""))).is_ok()
    }

    #[test]
    fn what_axum_refuses_is_refused_and_nothing_else() {
        for (routes, is_good) in [(GOOD, true), (BAD, false)] {
            for route in routes {
                assert_eq!(fault(route).is_none(), is_good, "{route}: {:?}", fault(route));
                assert_eq!(is_taken(route), is_good, "axum on {route}");
            }
        }
    }

    #[test]
    fn a_route_is_itself_whatever_its_parameters_are_called() {
        for one in GOOD {
            for other in GOOD {
                assert_eq!(is_same(one, other), one == other, "{one} {other}");
            }
        }
        for (one, other) in [
            ("/orders/{id}", "/orders/{number}"),
            ("/files/{*path}", "/files/{*rest}"),
            ("/orders/{id}/lines/{line}", "/orders/{line}/lines/{id}"),
        ] {
            assert!(is_same(one, other) && is_same(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("/orders/{id}", "/orders/{*id}"),
            ("/orders/{id}", "/orders/7"),
            ("/orders/{id}", "/orders/{id}/"),
            ("/orders/{id}", "/orders"),
            ("/Orders", "/orders"),
            ("/{{id}}", "/{id}"),
        ] {
            assert!(!is_same(one, other) && !is_same(other, one), "{one} {other}");
        }
    }
}

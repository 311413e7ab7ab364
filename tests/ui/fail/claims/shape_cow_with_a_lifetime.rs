use std::borrow::Cow;

use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile<'a> {
    name: Cow<'a, str>,
}

fn main() {}

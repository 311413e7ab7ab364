//~ 4 errors: the user answers for the field, and serde asks for its type in four places
use std::time::Instant;

use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    #[claim(unchecked)]
    since: Instant,
}

fn main() {}

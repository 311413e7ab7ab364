//~ 2 errors: the next call asks it of the builder, too
use fastjwt::{AccessToken, Error, FastJwt};

struct Profile {
    name: String,
}

fn issue(jwt: &FastJwt, profile: &Profile) -> Result<AccessToken, Error> {
    jwt.create_access_token("USER_ID").claims(profile).sign()
}

fn main() {}

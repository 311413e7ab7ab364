use std::time::Instant;

use fastjwt::{AccessToken, Error, FastJwt, TokenPayload, access_token_required, jwt_claims};

#[jwt_claims]
struct Profile {
    since: Instant,
}

#[access_token_required]
async fn first(payload: TokenPayload<Profile>) -> String {
    payload.sub.clone()
}

#[access_token_required]
async fn second(payload: TokenPayload<Profile>) -> String {
    payload.sub.clone()
}

fn issue(jwt: &FastJwt, profile: &Profile) -> Result<AccessToken, Error> {
    jwt.create_access_token("USER_ID").claims(profile).sign()
}

fn main() {}

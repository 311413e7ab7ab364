use fastjwt::{FastJwt, RefreshToken};

fn token(jwt: &FastJwt) -> Result<RefreshToken, fastjwt::Error> {
    jwt.create_refresh_token("USER_ID").fresh().sign()
}

fn main() {}

use fastjwt::{FastJwt, TokenResponse};

fn answer(jwt: &FastJwt) -> Result<TokenResponse, fastjwt::Error> {
    let first = jwt.create_access_token("USER_ID").sign()?;
    let second = jwt.create_access_token("USER_ID").sign()?;
    Ok(TokenResponse::new(first).with_refresh_token(second))
}

fn main() {}

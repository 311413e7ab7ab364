use fastjwt::{FastJwt, TokenResponse};

fn answer(jwt: &FastJwt) -> Result<TokenResponse, fastjwt::Error> {
    let refresh = jwt.create_refresh_token("USER_ID").sign()?;
    Ok(TokenResponse::new(refresh))
}

fn main() {}

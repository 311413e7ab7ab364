#[refresh_token_required(state = App)]
async fn refresh(#[payload] User { sub, .. }: User, State(jwt): State<FastJwt>) -> Result<TokenResponse, Error> {
    Ok(TokenResponse::new(jwt.create_access_token(sub).sign()?))
}

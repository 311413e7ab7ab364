#[access_token_required(role = "admin")]
fn profile(#[cfg(any())] payload: &TokenPayload<Profile>) -> String {
    payload.sub.clone()
}

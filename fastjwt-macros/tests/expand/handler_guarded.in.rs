/// Says it to those who may hear.
#[access_token_required]
pub async fn secret(State(app): State<App>) -> &'static str {
    app.secret
}

#[fresh_token_required(crate = crate::tokens, optional, realm = Staff, state = S, subject_param = "user_id")]
#[tracing::instrument]
pub(crate) async fn profile<S, C>(
    State(state): State<S>,
    #[payload]
    #[expect(unused_mut, reason = "shown")]
    mut payload: Option<TokenPayload<C, Staff>>,
    body: String,
) -> Result<impl IntoResponse, Error>
where
    S: Clone,
    C: Claims,
{
    const LIMIT: usize = 10;
    Ok(payload.map(|payload| payload.sub.clone()))
}

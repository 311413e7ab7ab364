#[tracing::instrument]
pub(crate) async fn profile<S, C>(
    #[expect(unused_mut, reason = "shown")]
    crate::tokens::__private::Guard {
        0: mut payload,
        ..
    }: crate::tokens::__private::Guard<
        Option<TokenPayload<C, Staff>>,
        crate::tokens::__private::SubjectParam<
            crate::tokens::__private::FreshRequired,
            crate::tokens::__private::Str<
                7,
                156118847230475643132609342023770570752,
                0,
                0,
                0,
            >,
        >,
    >,
    State(state): State<S>,
    body: String,
) -> Result<impl IntoResponse, Error>
where
    S: Clone,
    C: Claims,
    S: crate::tokens::__private::HasFastJwt<Staff>,
{
    let _ = crate::tokens::__private::assert_payload::<Option<TokenPayload<C, Staff>>>;
    let _ = crate::tokens::__private::assert_payload_in_realm::<
        Option<TokenPayload<C, Staff>>,
        Staff,
    >;
    const LIMIT: usize = 10;
    Ok(payload.map(|payload| payload.sub.clone()))
}

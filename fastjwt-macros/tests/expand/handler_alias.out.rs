async fn refresh(
    ::fastjwt::__private::Guard {
        0: User { sub, .. },
        ..
    }: ::fastjwt::__private::Guard<User, ::fastjwt::__private::RefreshRequired>,
    State(jwt): State<FastJwt>,
) -> Result<TokenResponse, Error>
where
    App: ::fastjwt::__private::HasFastJwt<
        <User as ::fastjwt::__private::Payload>::Realm,
    >,
{
    let _ = ::fastjwt::__private::assert_required_payload::<User>;
    Ok(TokenResponse::new(jwt.create_access_token(sub).sign()?))
}

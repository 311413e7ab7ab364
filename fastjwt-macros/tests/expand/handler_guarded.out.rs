/// Says it to those who may hear.
pub async fn secret(
    _: ::fastjwt::__private::Guard<
        ::fastjwt::__private::PutThisAttributeFirst,
        ::fastjwt::__private::AccessRequired,
    >,
    State(app): State<App>,
) -> &'static str {
    app.secret
}

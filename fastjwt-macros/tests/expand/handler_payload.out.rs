async fn profile(
    ::fastjwt::__private::Guard {
        0: payload,
        ..
    }: ::fastjwt::__private::Guard<
        TokenPayload<Profile>,
        ::fastjwt::__private::AccessRequired,
    >,
    Path(id): Path<u64>,
) -> Json<Value> {
    let _ = ::fastjwt::__private::assert_required_payload::<TokenPayload<Profile>>;
    Json(json!({ "id" : payload.sub, "age" : payload.age }))
}

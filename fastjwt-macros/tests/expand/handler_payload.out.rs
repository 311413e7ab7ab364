async fn profile(
    ::fastjwt::__private::Guard(
        payload,
        _,
    ): ::fastjwt::__private::Guard<
        TokenPayload<Profile>,
        ::fastjwt::__private::AccessRequired,
    >,
    Path(id): Path<u64>,
) -> Json<Value> {
    let _ = ::fastjwt::__private::assert_payload::<TokenPayload<Profile>>;
    Json(json!({ "id" : payload.sub, "age" : payload.age }))
}

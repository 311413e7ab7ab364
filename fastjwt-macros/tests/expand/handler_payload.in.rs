#[access_token_required]
async fn profile(Path(id): Path<u64>, payload: TokenPayload<Profile>) -> Json<Value> {
    Json(json!({ "id": payload.sub, "age": payload.age }))
}

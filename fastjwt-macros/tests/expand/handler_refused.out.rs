async fn profile(payload: TokenPayload<Profile>) -> String {
    payload.sub.clone()
}
::core::compile_error! {
    "`role` must be an argument that `#[access_token_required]` knows\nhelp: write `scopes(\"admin\")`: what a token allows is its scopes\nnote: the arguments are `audience(\"orders\", \"billing\")`, `crate = path::to::fastjwt`, `csrf = false`, `issuer = \"https://login.example.org\"`, `leeway = \"30s\"`, `locations(headers, cookies)`, `max_age = \"5m\"`, `optional`, `realm = Staff`, `revocation = false`, `scopes(all(\"orders:read\"), any(\"admin\", \"support\"))`, `state = AppState`, `subject_param = \"user_id\"`"
}
::core::compile_error! {
    "`profile` must be `async`\nhelp: write `async fn profile`\nnote: the whole signature is `async fn name(payload: TokenPayload<Claims>, ..extractors) -> impl IntoResponse`, with at most 16 parameters; the payload may be left out, `self`, generics and `where` may be added"
}
::core::compile_error! {
    "`#[cfg]` must not stand on the payload\nnote: a parameter that is configured away takes its guard with it, and the handler would answer everyone\nhelp: put `#[cfg]` on the whole handler"
}
::core::compile_error! {
    "`TokenPayload` must be taken by value\nhelp: remove the `&`: it is a handle and cheap to pass\nnote: the whole signature is `async fn name(payload: TokenPayload<Claims>, ..extractors) -> impl IntoResponse`, with at most 16 parameters; the payload may be left out, `self`, generics and `where` may be added"
}

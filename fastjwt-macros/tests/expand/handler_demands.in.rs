#[fresh_token_required(optional(expired), max_age = "5m", leeway = "0s", issuer = "https://login.example.org", audience("a", "b"), subject_param = "id", locations(headers, cookies, query), csrf = false)]
async fn profile(payload: Option<TokenPayload>) {}

#[access_token_required(state = App)]
async fn current(user: CurrentSubject<User>) {}

#[access_token_required(scopes("orders:read"))]
#[utoipa::path(get, path = "/orders", responses((status = 200)))]
async fn orders(payload: TokenPayload<Profile, Staff>) {}

#[access_token_required(optional)]
#[cfg_attr(feature = "docs", utoipa::path(get, path = "/live", extensions(("x-mine" = json!(1)),), responses()), inline)]
async fn live<C: Claims>(payload: Option<TokenPayload<C>>, upgrade: WebSocketUpgrade, _: CurrentSubject<User>) {}

#[fresh_token_required(realm = Staff, crate = jwt)]
#[utoipa::path(get, path = "/stacked", extensions(("x-fastjwt" = json!(1))), impl_for = Stacked)]
async fn stacked() {}

#[access_token_required]
#[doc = "No utoipa here."]
async fn told_of_nowhere() {}

#[access_token_required]
#[utoipa::path(get, path = "/generic")]
async fn generic<R: Realm>(payload: TokenPayload<NoClaims, R>) {}

#[access_token_required]
#[cfg_attr(feature = "docs", cfg_attr(feature = "more", utoipa::path(get, path = "/nested")))]
async fn nested() {}

#[access_token_required]
#[utoipa::path(get, path = "/own", impl_for = Own)]
async fn own() {}

#[access_token_required]
#[token_required]
#[utoipa::path(get, path = "/beside")]
async fn beside<C: Claims>(_: (FreshPayload<C>, Query<C>), #[cfg(feature = "read")] _: Option<Required<Read, C>>, upgrade: WebSocketUpgrade) {}

#[access_token_required]
#[utoipa::path(get, path = "/policy")]
async fn any_policy<P: ConstPolicy>(_: Required<P>) {}

//~ 16 errors: each attribute is a mistake of its own
use fastjwt::{access_token_required, fresh_token_required, refresh_token_required, token_required};

#[access_token_required(fresh = true)]
async fn fresh() {}

#[access_token_required(refresh)]
async fn refresh() {}

#[fresh_token_required(fresh)]
async fn twice() {}

#[access_token_required(refresh = false)]
async fn not_refresh() {}

#[fresh_token_required(fresh = false)]
async fn not_fresh() {}

#[token_required(refresh = false)]
async fn any_but_refresh() {}

#[token_required(access = false)]
async fn any_but_access() {}

#[refresh_token_required(refresh = false)]
async fn not_refresh_either() {}

#[fresh_token_required(access)]
async fn fresh_is_access() {}

#[fresh_token_required(access = false)]
async fn nothing_is_left() {}

#[access_token_required(roles("admin", "support"))]
async fn roles() {}

#[access_token_required(permissions("orders:read", "orders:write"))]
async fn permissions() {}

#[access_token_required(permission = ADMIN)]
async fn permission() {}

#[access_token_required(cookie)]
async fn cookie() {}

#[access_token_required("admin")]
async fn text() {}

#[access_token_required(retries = 3)]
async fn unknown() {}

fn main() {}

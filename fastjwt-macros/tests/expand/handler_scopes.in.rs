#[token_required(scopes("profile", any(all(Orders::Read, crate::scopes::Items::Write), "admin", "support")))]
async fn orders() {}

#[access_token_required(scopes(any("a0123456789012345678901234567890123456789012345678901234567890123456789")))]
async fn a_long_name() {}

//~ 2 errors: there are two handlers.
// The same of a handler that is only guarded, and of an attribute under another name, wherever it stands.
use fastjwt::fresh_token_required;
use utoipa::path as operation;

#[operation(delete, path = "/account", responses((status = 200)))]
#[fresh_token_required(max_age = "5m", scopes("account:owner"))]
async fn close_account() {
    struct Account;
    let _ = Account;
}

#[fresh_token_required]
#[operation(put, path = "/account", responses((status = 200)))]
async fn change_account() {}

fn main() {}

//! Scopes in the attribute: names and variants, nested, in every place where a handler may stand.

use axum::{Router, routing::get};
use fastjwt::{FastJwt, TokenPayload, access_token_required, fresh_token_required, refresh_token_required, token_required};

mod scopes {
    use fastjwt::Scope;

    #[derive(Scope)]
    pub enum Orders {
        Read,
        Write,
    }

    pub mod deep {
        #[derive(fastjwt::Scope)]
        pub enum Stock {
            Count,
        }
    }
}

use scopes::{Orders, deep};

#[access_token_required(scopes("orders:read"))]
async fn one() {}

#[access_token_required(scopes("orders:read", "orders:write",))]
async fn two() {}

#[fresh_token_required(scopes(all("orders:read", "orders:write"), any("admin", "support")))]
async fn lists(_: TokenPayload) {}

#[refresh_token_required(scopes(any(all("a", any("b", "c")), all("d", any("e", all("f", "g"))))))]
async fn nested() {}

#[token_required(scopes(all(Orders::Read, scopes::Orders::Write, crate::scopes::Orders::Read, deep::Stock::Count)))]
async fn typed(_: TokenPayload) {}

#[access_token_required(optional, scopes(any(r"raw", r#"orders#1"#, "a'b!#$%&()*+,-./:;<=>?@[]^_`{|}~")))]
async fn odd_names(_: Option<TokenPayload>) {}

#[access_token_required(scopes("0123456789012345678901234567890123456789012345678901234567890123", "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"))]
async fn long_names() {}

struct Routes;

impl Routes {
    #[access_token_required(scopes(Orders::Read, any("admin", Orders::Write)), subject_param = "user_id")]
    async fn associated(_: TokenPayload) {}
}

struct Generic<T>(T);

impl<T: Send + Sync + 'static> Generic<T> {
    #[access_token_required(scopes(any(Orders::Read, "admin")))]
    async fn associated() -> String {
        size_of::<T>().to_string()
    }
}

#[access_token_required(scopes(Orders::Read))]
async fn generic<T: Default + Send + 'static>(_: TokenPayload) -> &'static str
where
    T: Clone,
{
    let _ = T::default();
    "in"
}

macro_rules! guarded {
    ($name:ident, $($scope:literal),+) => {
        #[access_token_required(scopes(any($($scope),+)))]
        async fn $name() {}
    };
    (of $name:ident, $scope:path) => {
        #[access_token_required(scopes($scope, "admin"))]
        async fn $name() {}
    };
    (all $name:ident, $($rule:tt)*) => {
        #[access_token_required(scopes($($rule)*))]
        async fn $name() {}
    };
}

guarded!(by_literals, "a", "b");
guarded!(of by_path, Orders::Read);
guarded!(all by_tokens, all("a", any("b", Orders::Write)));

fn main() {
    async fn inside() {
        #[derive(fastjwt::Scope)]
        enum Local {
            Only,
        }

        #[access_token_required(scopes(Local::Only))]
        async fn handler() {}

        let _: Router<FastJwt> = Router::new().route("/", get(handler));
    }
    let _ = inside;
    let _: Router<FastJwt> = Router::new()
        .route("/one", get(one))
        .route("/two", get(two))
        .route("/lists", get(lists))
        .route("/nested", get(nested))
        .route("/typed", get(typed))
        .route("/odd_names", get(odd_names))
        .route("/long_names", get(long_names))
        .route("/{user_id}/associated", get(Routes::associated))
        .route("/generic_type", get(Generic::<u8>::associated))
        .route("/generic", get(generic::<String>))
        .route("/literals", get(by_literals))
        .route("/path", get(by_path))
        .route("/tokens", get(by_tokens));
}

// A method of the same name has nothing to do with it: one error, at the handler.
use fastjwt::access_token_required;

struct Api;

impl Api {
    #[access_token_required]
    async fn orders() {}
}

mod below {
    #[fastjwt::access_token_required]
    #[utoipa::path(get, path = "/below", responses((status = 200)))]
    pub async fn orders() {}

    pub struct Api;

    impl Api {
        #[fastjwt::access_token_required]
        pub async fn orders() {}
    }
}

mod above {
    #[utoipa::path(get, path = "/above", responses((status = 200)))]
    #[fastjwt::access_token_required]
    pub async fn orders() {}
}

fn main() {}

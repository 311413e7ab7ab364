// The handler has no document at all; that of its namesake comes into scope by the glob, and can't be told from one above it.
mod first {
    pub struct Orders;

    #[utoipa::path(get, path = "/first", responses((status = 200)))]
    pub async fn list() {}
}

mod second {
    use super::first::*;

    #[fastjwt::access_token_required]
    pub async fn list() {
        let _ = Orders;
    }
}

fn main() {
    let _ = (first::list, second::list);
}

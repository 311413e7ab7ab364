use fastjwt::{FastJwt, Required};

struct ReadOrders;

#[axum::debug_handler(state = FastJwt)]
async fn orders(_: Required<ReadOrders>) -> &'static str {
    "orders"
}

fn main() {}

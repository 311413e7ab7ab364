use fastjwt::claim_value;

#[claim_value]
enum Contact {
    Post {
        city: String,
        #[serde(alias = "city")]
        town: String,
    },
}

fn main() {}

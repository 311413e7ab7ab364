use fastjwt::claim_value;

#[claim_value]
struct Person {
    kind: String,
}

#[claim_value]
enum Owner<T> {
    One {
        kind: T,
        #[serde(flatten)]
        person: Person,
    },
}

fn main() {}

use fastjwt::claim_value;

#[claim_value]
struct Person {
    name: String,
}

#[claim_value]
enum Owner {
    One {
        name: String,
        #[serde(flatten)]
        person: Person,
    },
}

fn main() {}

use fastjwt::{claim_value, jwt_claims};

#[claim_value]
#[derive(Default, PartialEq)]
struct Person {
    first: String,
}

#[jwt_claims]
struct Profile {
    name: String,
    #[serde(flatten, default, skip_serializing_if = "is_default")]
    person: Person,
}

fn is_default(person: &Person) -> bool {
    *person == Person::default()
}

fn main() {}

#[jwt_claims(crate = crate::tokens)]
struct Profile {
    age: u8,
    #[serde(flatten)]
    person: Person,
    #[serde(flatten)]
    place: Place,
}

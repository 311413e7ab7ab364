#[jwt_claims]
struct Profile {
    foo: String,
    age: u8,
}

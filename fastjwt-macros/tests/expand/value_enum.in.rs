#[claim_value]
#[serde(rename_all = "lowercase")]
enum Contact {
    Nowhere,
    Mail(Address),
    Post {
        street: String,
        number: Option<Number>,
    },
}

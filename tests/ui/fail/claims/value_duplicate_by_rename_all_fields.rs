use fastjwt::claim_value;

#[claim_value]
#[serde(rename_all_fields(deserialize = "camelCase"))]
enum Place {
    #[serde(rename_all(serialize = "snake_case"))]
    Home { #[serde(alias = "flat_number")] flat_number: u8, #[serde(rename = "flatNumber")] other: u8 },
}

fn main() {}

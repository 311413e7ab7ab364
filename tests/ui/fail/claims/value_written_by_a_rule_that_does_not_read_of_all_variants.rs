use fastjwt::claim_value;

#[claim_value]
#[serde(rename_all_fields(deserialize = "kebab-case"))]
enum Place {
    Home { flat_number: u8 },
    Work { desk_number: u8 },
}

fn main() {}

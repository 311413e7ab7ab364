//~ 10 errors: each enum is a mistake of its own, one of them two
use fastjwt::claim_value;

#[claim_value]
#[serde(untagged)]
enum Target {
    User { id: u64 },
    Team { id: u64, name: String },
}

#[claim_value]
#[serde(untagged)]
enum Shape {
    Circle { radius: f64 },
    Sphere { radius: f64 },
}

#[claim_value]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Person {
    Known { first_name: String, nick: Option<String> },
    Renamed {
        #[serde(rename = "firstName")]
        name: String,
    },
}

#[claim_value]
#[serde(untagged)]
enum Amount {
    Ratio(f64),
    Count(u64),
}

#[claim_value]
#[serde(untagged)]
enum Code {
    Long(i64),
    Short(i32),
    Byte(u8),
}

#[claim_value]
#[serde(untagged)]
enum Point {
    Plane(f64, f64),
    Polar(f64, f64),
}

#[claim_value]
#[serde(untagged)]
enum Anything {
    Object {},
    Named { name: String },
}

#[claim_value]
#[serde(untagged)]
enum Pair {
    Ratios(f64, f64),
    Counts(u64, u64),
}

#[claim_value]
#[serde(untagged)]
enum Weight {
    Ratio { value: f64 },
    Count { value: u64 },
}

fn main() {}

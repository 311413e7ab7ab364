#[claim_value]
pub struct Geo(f64, Option<Height>);

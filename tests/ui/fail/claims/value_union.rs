use fastjwt::claim_value;

#[claim_value]
union Number {
    whole: u32,
    part: f32,
}

fn main() {}

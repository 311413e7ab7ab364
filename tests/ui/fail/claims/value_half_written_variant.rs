use fastjwt::claim_value;

#[claim_value]
enum Role {
    Admin,
    User(
        name:
    ),
}

fn main() {}

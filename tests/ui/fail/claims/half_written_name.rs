//~ 2 errors: rustc tells it and goes on, and without an error of ours the stand-ins could compile
use fastjwt::jwt_claims;

#[jwt_claims]
struct Profile {
    name: String,
    ag
}

fn main() {}

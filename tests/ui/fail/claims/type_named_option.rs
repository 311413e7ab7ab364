use fastjwt::jwt_claims;

type Option<T> = Vec<T>;

#[jwt_claims]
struct Profile {
    name: String,
    roles: Option<std::net::IpAddr>,
}

fn main() {}

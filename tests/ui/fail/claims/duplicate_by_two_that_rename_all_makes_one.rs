use fastjwt::jwt_claims;

#[jwt_claims]
#[serde(rename_all = "camelCase")]
struct Profile {
    user_id: String,
    user__id: String,
}

fn main() {}

//! The generated code names everything from the root, so that a user's modules of the same names do not get in the way.

mod core {}
mod std {}
mod alloc {}
mod serde {}
mod fastjwt {}
mod option {}

#[allow(dead_code, reason = "only its name is of interest")]
trait Option {}
#[allow(dead_code, reason = "only its name is of interest")]
trait Result {}
struct String;
struct Vec;
#[allow(dead_code, reason = "only its name is of interest")]
enum Shadow {
    Some,
    None,
    Ok,
    Err,
}
#[allow(unused_imports, reason = "only their names are of interest")]
use Shadow::{Err, None, Ok, Some};

#[::fastjwt::claim_value]
#[serde(rename_all = "lowercase")]
enum Role {
    Admin,
    User { name: ::std::string::String, groups: ::std::vec::Vec<Role> },
}

#[::fastjwt::jwt_claims]
struct Profile<T> {
    role: Role,
    name: ::std::option::Option<::std::boxed::Box<Role>>,
    other: T,
    #[serde(flatten)]
    place: Place,
}

#[::fastjwt::claim_value]
struct Place {
    #[serde(default)]
    city: u8,
}

fn main() {
    fn claims<C: ::fastjwt::Claims>() {}
    claims::<Profile<u8>>();
    let _ = (Role::Admin, String, Vec);
    let _ = Role::User { name: ::std::string::String::new(), groups: ::std::vec::Vec::new() };
}

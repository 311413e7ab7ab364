#[derive(
    ::fastjwt::__private::serde::Serialize,
    ::fastjwt::__private::serde::Deserialize,
    ::fastjwt::__private::CheckClaims
)]
#[serde(crate = ":: fastjwt :: __private :: serde")]
#[claim(__fastjwt(krate(::fastjwt), bounds()))]
struct Profile {
    foo: String,
    age: u8,
}
#[doc(hidden)]
struct __FastjwtProfile;
#[automatically_derived]
impl ::fastjwt::__private::Field<0usize> for __FastjwtProfile {
    type T = String;
}
#[automatically_derived]
impl ::fastjwt::__private::Field<1usize> for __FastjwtProfile {
    type T = u8;
}
#[automatically_derived]
impl ::fastjwt::__private::ClaimNames for Profile {
    const NAMES: ::fastjwt::__private::Names = ::fastjwt::__private::Names::new(
        &["foo", "age"],
        &[],
    );
}
#[automatically_derived]
impl ::fastjwt::__private::ClaimValue for Profile {}
#[automatically_derived]
impl ::fastjwt::__private::Claims for Profile {}

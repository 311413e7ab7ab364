#[derive(::fastjwt::__private::CheckClaims)]
#[claim(__fastjwt(krate(::fastjwt), stub, told, bounds()))]
#[derive(Clone)]
struct Profile {
    #[serde(rename = "sub")]
    user: String,
    text: &'static str,
}
#[doc(hidden)]
struct __FastjwtProfile;
#[automatically_derived]
impl ::fastjwt::__private::Field<0usize> for __FastjwtProfile {
    type T = String;
}
#[automatically_derived]
impl ::fastjwt::__private::serde::Serialize for Profile {
    fn serialize<__FastjwtS: ::fastjwt::__private::serde::Serializer>(
        &self,
        _: __FastjwtS,
    ) -> ::core::result::Result<__FastjwtS::Ok, __FastjwtS::Error> {
        ::core::unreachable!()
    }
}
#[automatically_derived]
impl<'__fastjwt> ::fastjwt::__private::serde::Deserialize<'__fastjwt> for Profile {
    fn deserialize<__FastjwtD: ::fastjwt::__private::serde::Deserializer<'__fastjwt>>(
        _: __FastjwtD,
    ) -> ::core::result::Result<Self, __FastjwtD::Error> {
        ::core::unreachable!()
    }
}
#[automatically_derived]
impl ::fastjwt::__private::ClaimNames for Profile {
    const NAMES: ::fastjwt::__private::Names = ::fastjwt::__private::Names::new(
        &[],
        &[],
    );
}
#[automatically_derived]
impl ::fastjwt::__private::ClaimValue for Profile {}
#[automatically_derived]
impl ::fastjwt::__private::Claims for Profile {}
::core::compile_error! {
    "`Serialize` must not be derived again\nhelp: remove it: `#[jwt_claims]` derives `Serialize` and `Deserialize`"
}
::core::compile_error! {
    "`deny_unknown_fields` must not stand on `#[jwt_claims]`: a token also carries registered claims, and tokens of other services carry more\nhelp: remove it: claims that are not asked for are passed over"
}
::core::compile_error! {
    "field `text` must not borrow: the text of a token is gone before its payload is used\nhelp: write `String` instead"
}
::core::compile_error! {
    "claim `sub` is reserved: it must not be an extra claim\nhelp: rename the field, or give it another name in the JSON with `#[serde(rename = \"...\")]`"
}

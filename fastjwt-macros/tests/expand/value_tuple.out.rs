#[derive(
    ::fastjwt::__private::serde::Serialize,
    ::fastjwt::__private::serde::Deserialize,
    ::fastjwt::__private::CheckClaimValue
)]
#[serde(crate = ":: fastjwt :: __private :: serde")]
#[claim(__fastjwt(krate(::fastjwt), bounds()))]
pub struct Geo(
    f64,
    #[serde(
        serialize_with = ":: fastjwt :: __private :: ser_field::<__FastjwtGeo, 1, _>"
    )]
    #[serde(
        deserialize_with = ":: fastjwt :: __private :: de_field::<__FastjwtGeo, 1, _>"
    )]
    Option<Height>,
);
#[doc(hidden)]
struct __FastjwtGeo;
#[automatically_derived]
impl ::fastjwt::__private::Field<0usize> for __FastjwtGeo {
    type T = f64;
}
#[automatically_derived]
impl ::fastjwt::__private::Field<1usize> for __FastjwtGeo {
    type T = Option<Height>;
}
#[automatically_derived]
impl ::fastjwt::__private::ClaimValue for Geo {}

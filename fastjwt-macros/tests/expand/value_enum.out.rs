#[derive(
    ::fastjwt::__private::serde::Serialize,
    ::fastjwt::__private::serde::Deserialize,
    ::fastjwt::__private::CheckClaimValue
)]
#[serde(crate = ":: fastjwt :: __private :: serde")]
#[claim(__fastjwt(krate(::fastjwt), bounds()))]
#[serde(rename_all = "lowercase")]
enum Contact {
    Nowhere,
    Mail(
        #[serde(
            serialize_with = ":: fastjwt :: __private :: ser_field::<__FastjwtContact, 0, _>"
        )]
        #[serde(
            deserialize_with = ":: fastjwt :: __private :: de_field::<__FastjwtContact, 0, _>"
        )]
        Address,
    ),
    Post {
        street: String,
        #[serde(
            serialize_with = ":: fastjwt :: __private :: ser_field::<__FastjwtContact, 2, _>"
        )]
        #[serde(
            deserialize_with = ":: fastjwt :: __private :: de_field::<__FastjwtContact, 2, _>"
        )]
        #[serde(default = "::core::default::Default::default")]
        number: Option<Number>,
    },
}
#[doc(hidden)]
struct __FastjwtContact;
#[automatically_derived]
impl ::fastjwt::__private::Field<0usize> for __FastjwtContact {
    type T = Address;
}
#[automatically_derived]
impl ::fastjwt::__private::Field<1usize> for __FastjwtContact {
    type T = String;
}
#[automatically_derived]
impl ::fastjwt::__private::Field<2usize> for __FastjwtContact {
    type T = Option<Number>;
}
const _: () = ::core::assert!(
    __FastjwtContact::__fastjwt_nullable:: < 2usize > (),
    "`Option` must be the one of the standard library, since a claim is optional by that name; rename the other type"
);
impl __FastjwtContact {
    const fn __fastjwt_nullable<const N: usize>() -> bool
    where
        Self: ::fastjwt::__private::Field<N>,
    {
        <<Self as ::fastjwt::__private::Field<
            N,
        >>::T as ::fastjwt::__private::ClaimValue>::NULLABLE
    }
}
#[automatically_derived]
impl ::fastjwt::__private::ClaimValue for Contact {}

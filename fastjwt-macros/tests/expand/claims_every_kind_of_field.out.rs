#[derive(
    ::fastjwt::__private::serde::Serialize,
    ::fastjwt::__private::serde::Deserialize,
    ::fastjwt::__private::CheckClaims
)]
#[serde(crate = ":: fastjwt :: __private :: serde")]
#[claim(__fastjwt(krate(::fastjwt), bounds()))]
/// Who somebody is.
#[derive(Debug, Clone)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The name.
    pub first_name: String,
    #[serde(rename = "years", alias = "age")]
    age: Option<u8>,
    #[serde(
        serialize_with = ":: fastjwt :: __private :: ser_field::<__FastjwtProfile, 2, _>"
    )]
    #[serde(
        deserialize_with = ":: fastjwt :: __private :: de_field::<__FastjwtProfile, 2, _>"
    )]
    #[serde(default = "::core::default::Default::default")]
    address: Option<Address>,
    #[serde(
        serialize_with = ":: fastjwt :: __private :: ser_field::<__FastjwtProfile, 3, _>"
    )]
    #[serde(
        deserialize_with = ":: fastjwt :: __private :: de_field::<__FastjwtProfile, 3, _>"
    )]
    role: Role,
    #[serde(
        serialize_with = ":: fastjwt :: __private :: ser_field::<__FastjwtProfile, 4, _>"
    )]
    #[serde(
        deserialize_with = ":: fastjwt :: __private :: de_field::<__FastjwtProfile, 4, _>"
    )]
    by_name: HashMap<String, Vec<Role>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[serde(default = "::core::default::Default::default")]
    #[serde(
        serialize_with = ":: fastjwt :: __private :: ser_field::<__FastjwtProfile, 5, _>"
    )]
    #[serde(
        deserialize_with = ":: fastjwt :: __private :: de_field::<__FastjwtProfile, 5, _>"
    )]
    tags: Vec<Tag>,
    #[serde(with = "seconds")]
    idle: Duration,
    #[serde(deserialize_with = "trimmed")]
    #[serde(
        serialize_with = ":: fastjwt :: __private :: ser_field::<__FastjwtProfile, 7, _>"
    )]
    note: Note,
    home: PathBuf,
    #[serde(skip)]
    cache: Cache,
    #[cfg(feature = "groups")]
    #[serde(
        serialize_with = ":: fastjwt :: __private :: ser_field::<__FastjwtProfile, 10, _>"
    )]
    #[serde(
        deserialize_with = ":: fastjwt :: __private :: de_field::<__FastjwtProfile, 10, _>"
    )]
    groups: Groups,
}
#[doc(hidden)]
struct __FastjwtProfile;
#[automatically_derived]
impl ::fastjwt::__private::Field<0usize> for __FastjwtProfile {
    type T = String;
}
#[automatically_derived]
impl ::fastjwt::__private::Field<1usize> for __FastjwtProfile {
    type T = Option<u8>;
}
#[automatically_derived]
impl ::fastjwt::__private::Field<2usize> for __FastjwtProfile {
    type T = Option<Address>;
}
const _: () = ::core::assert!(
    __FastjwtProfile::__fastjwt_nullable:: < 2usize > (),
    "`Option` must be the one of the standard library, since a claim is optional by that name; rename the other type"
);
#[automatically_derived]
impl ::fastjwt::__private::Field<3usize> for __FastjwtProfile {
    type T = Role;
}
const _: () = ::core::assert!(
    ! __FastjwtProfile::__fastjwt_nullable:: < 3usize > (),
    "write `Option<..>` out or add `#[serde(default)]`, so that a missing claim reads as `None`"
);
#[automatically_derived]
impl ::fastjwt::__private::Field<4usize> for __FastjwtProfile {
    type T = HashMap<String, Vec<Role>>;
}
#[automatically_derived]
impl ::fastjwt::__private::Field<5usize> for __FastjwtProfile {
    type T = Vec<Tag>;
}
#[automatically_derived]
impl ::fastjwt::__private::Field<7usize> for __FastjwtProfile {
    type T = Note;
}
#[cfg(feature = "groups")]
#[automatically_derived]
impl ::fastjwt::__private::Field<10usize> for __FastjwtProfile {
    type T = Groups;
}
#[cfg(feature = "groups")]
const _: () = ::core::assert!(
    ! __FastjwtProfile::__fastjwt_nullable:: < 10usize > (),
    "write `Option<..>` out or add `#[serde(default)]`, so that a missing claim reads as `None`"
);
impl __FastjwtProfile {
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
impl ::fastjwt::__private::ClaimNames for Profile {
    const NAMES: ::fastjwt::__private::Names = ::fastjwt::__private::Names::new(
            &[
                "firstName",
                "years",
                "age",
                "address",
                "role",
                "byName",
                "tags",
                "idle",
                "note",
                "home",
                "groups",
            ],
            &[],
        )
        .alike(&[&["years", "age"]]);
}
#[automatically_derived]
impl ::fastjwt::__private::ClaimValue for Profile {}
#[automatically_derived]
impl ::fastjwt::__private::Claims for Profile {}

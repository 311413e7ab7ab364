#[scope(prefix = "shop.orders")]
pub enum Orders {
    Read,
    WriteOwn = 7,
    #[scope(name = "orders:*")]
    All,
}
#[automatically_derived]
impl ::fastjwt::__private::Scope for Orders {
    const ALL: &'static [Self] = &[Self::Read, Self::WriteOwn, Self::All];
    const NAMES: &'static [(::core::primitive::u128, &'static ::core::primitive::str)] = &[
        (Self::Read as ::core::primitive::u128, "shop.orders:read"),
        (Self::WriteOwn as ::core::primitive::u128, "shop.orders:write_own"),
        (Self::All as ::core::primitive::u128, "orders:*"),
    ];
    fn name(&self) -> &'static ::core::primitive::str {
        match self {
            Self::Read => "shop.orders:read",
            Self::WriteOwn => "shop.orders:write_own",
            Self::All => "orders:*",
        }
    }
    fn place(&self) -> ::core::primitive::usize {
        match self {
            Self::Read => 0usize,
            Self::WriteOwn => 1usize,
            Self::All => 2usize,
        }
    }
}
#[automatically_derived]
impl ::core::str::FromStr for Orders {
    type Err = ::fastjwt::__private::UnknownScope;
    fn from_str(
        name: &::core::primitive::str,
    ) -> ::core::result::Result<Self, ::fastjwt::__private::UnknownScope> {
        match name {
            "shop.orders:read" => ::core::result::Result::Ok(Self::Read),
            "shop.orders:write_own" => ::core::result::Result::Ok(Self::WriteOwn),
            "orders:*" => ::core::result::Result::Ok(Self::All),
            _ => ::core::result::Result::Err(::fastjwt::__private::UnknownScope::new()),
        }
    }
}
#[automatically_derived]
impl ::core::convert::AsRef<::core::primitive::str> for Orders {
    fn as_ref(&self) -> &::core::primitive::str {
        ::fastjwt::__private::Scope::name(self)
    }
}
#[automatically_derived]
impl ::core::fmt::Display for Orders {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str(::fastjwt::__private::Scope::name(self))
    }
}
#[automatically_derived]
impl ::core::convert::From<Orders> for ::std::string::String {
    fn from(scope: Orders) -> Self {
        <Self as ::core::convert::From<
            &::core::primitive::str,
        >>::from(::fastjwt::__private::Scope::name(&scope))
    }
}
#[automatically_derived]
impl ::core::convert::From<&Orders> for ::std::string::String {
    fn from(scope: &Orders) -> Self {
        <Self as ::core::convert::From<
            &::core::primitive::str,
        >>::from(::fastjwt::__private::Scope::name(scope))
    }
}

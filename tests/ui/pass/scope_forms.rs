//! Enums of scopes in every form that they may have.

use fastjwt::{Policy, Scope, ScopeRule, ScopeSet, scopes};

/// Beside other derives, in either order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Scope, PartialOrd, Ord)]
enum Orders {
    Read,
    Write,
}

#[derive(fastjwt::Scope)]
#[derive(Debug)]
#[repr(i8)]
enum Numbered {
    Negative = -5,
    Zero = 0,
    #[scope(name = "the-largest")]
    Largest = 127,
}

/// Its numbers are alike in their last 64 bits.
#[derive(Scope)]
#[repr(u128)]
enum Wide {
    Open = 1,
    Closed = (1 << 64) + 1,
    Shut = (1 << 127) + 1,
}

#[derive(Scope)]
#[scope(prefix = "")]
enum Bare {
    Admin,
    r#Type,
    #[cfg(any())]
    NotThere,
    #[scope(name = "orders:*")]
    AllOrders,
}

#[derive(Scope)]
#[scope(prefix = "shop.orders")]
#[scope(crate = fastjwt)]
pub enum LineItems {
    ReadAll,
    #[cfg_attr(all(), scope(name = "items:renamed"))]
    WriteAll,
}

/// Modules with names like crates, and variants like types of the prelude.
mod names {
    #![allow(dead_code, reason = "shown")]

    mod fastjwt {}
    mod core {}
    mod std {}

    #[derive(::fastjwt::Scope)]
    pub enum Names {
        String,
        Ok,
        Err,
        Self_,
        Option,
        Usize,
    }

    #[allow(non_camel_case_types, reason = "shown")]
    type usize = ();
    #[allow(non_camel_case_types, reason = "shown")]
    type str = ();
}

const RULE: ScopeRule = scopes!(any(all(Orders::Read, Orders::Write), Numbered::Negative, Numbered::Largest));
const POLICY: Policy = Policy::access().scopes(scopes!(Bare::Admin, LineItems::WriteAll));

fn main() {
    assert_eq!(Orders::ALL, [Orders::Read, Orders::Write]);
    assert_eq!(Orders::Read.name(), "orders:read");
    assert_eq!(Numbered::ALL.iter().map(Scope::name).collect::<Vec<_>>(), [
        "numbered:negative",
        "numbered:zero",
        "the-largest"
    ]);
    assert_eq!(Bare::ALL.iter().map(Scope::name).collect::<Vec<_>>(), ["admin", "type", "orders:*"]);
    assert_eq!(LineItems::ALL.iter().map(Scope::name).collect::<Vec<_>>(), ["shop.orders:read_all", "items:renamed"]);
    assert_eq!(names::Names::ALL.len(), 6);
    assert_eq!(RULE.names(), ["orders:read", "orders:write", "numbered:negative", "the-largest"]);
    assert_eq!(scopes!(Wide::Open, Wide::Closed, Wide::Shut).names(), ["wide:open", "wide:closed", "wide:shut"]);
    assert_ne!(POLICY, Policy::access());
    assert!(matches!("the-largest".parse(), Ok(Numbered::Largest)));
    assert!(matches!("numbered:zero".parse(), Ok(Numbered::Zero)));
    assert!(matches!("type".parse(), Ok(Bare::r#Type)));
    let set: ScopeSet<Bare> = [Bare::AllOrders].into_iter().collect();
    assert_eq!(set.to_string(), "orders:*");
    assert_eq!(String::from(Orders::Read) + &String::from(&Orders::Write), "orders:readorders:write");
    assert_eq!(format!("{}", LineItems::ReadAll), "shop.orders:read_all");

    // A rule is a constant in any place where one may stand.
    const fn policy() -> Policy {
        Policy::fresh().scopes(scopes!("a"))
    }
    static RULES: [ScopeRule; 2] = [scopes!("a", "b"), scopes!(any("a"))];
    let inside = scopes![all("a", any(Orders::Write, "b"))];
    assert_eq!(inside.to_string(), r#"all("a", any("orders:write", "b"))"#);
    assert_eq!(RULES[1].to_string(), r#""a""#);
    let _ = policy();
}

//! A public claims type whose parts are private, in a module that denies what an expansion could trip over.

mod api {
    #![deny(private_interfaces, private_bounds, unreachable_pub, unused, missing_debug_implementations)]

    use fastjwt::{claim_value, jwt_claims};

    #[claim_value]
    #[derive(Debug)]
    struct Secret {
        word: String,
    }

    #[jwt_claims]
    #[derive(Debug)]
    #[non_exhaustive]
    pub(crate) struct Profile {
        secret: Option<Secret>,
        pub(crate) name: String,
        #[deprecated = "use `name`"]
        #[allow(dead_code, reason = "nobody reads it any more")]
        nickname: Vec<Option<String>>,
    }

    impl Profile {
        pub(crate) fn word(&self) -> Option<&str> {
            self.secret.as_ref().map(|secret| secret.word.as_str())
        }
    }
}

fn main() {
    fn read(profile: &api::Profile) -> (&str, Option<&str>) {
        (&profile.name, profile.word())
    }
    let _: fn(&api::Profile) -> (&str, Option<&str>) = read;
}

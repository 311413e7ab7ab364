#[utoipa::path(
    get,
    path = "/orders",
    responses((status = 200)),
    extensions(
        (
            "x-fastjwt" = json!(
                ::fastjwt::__private::Notes::of::<<TokenPayload<Profile,
                Staff>as::fastjwt::__private::Payload>::Realm,
                ::fastjwt::__private::Scopes<::fastjwt::__private::AccessRequired,
                ::fastjwt::__private::Named<::fastjwt::__private::Str<11,
                148138265652424004946094632999478886400,
                0,
                0,
                0>>>>()
            )
        )
    )
)]
async fn orders(
    ::fastjwt::__private::Guard {
        0: payload,
        ..
    }: ::fastjwt::__private::Guard<
        TokenPayload<Profile, Staff>,
        ::fastjwt::__private::Last<
            ::fastjwt::__private::Scopes<
                ::fastjwt::__private::AccessRequired,
                ::fastjwt::__private::Named<
                    ::fastjwt::__private::Str<
                        11,
                        148138265652424004946094632999478886400,
                        0,
                        0,
                        0,
                    >,
                >,
            >,
        >,
    >,
) {
    let _ = ::fastjwt::__private::assert_required_payload::<
        TokenPayload<Profile, Staff>,
    >;
}
#[doc(hidden)]
impl __path_orders {
    #[doc(hidden)]
    pub const IS_SEEN: ::core::primitive::bool = true;
}
#[cfg_attr(
    feature = "docs",
    utoipa::path(
        get,
        path = "/live",
        extensions(
            ("x-mine" = json!(1)),
            (
                "x-fastjwt" = json!(
                    ::fastjwt::__private::Notes::of::<::fastjwt::__private::DefaultRealm,
                    ::fastjwt::__private::AccessRequired>(

                    ).optional(

                    ).beside(
                        {use::fastjwt::__private::Undemanding
                        as
                        _;&[::fastjwt::__private::Beside::<WebSocketUpgrade>::NOTE,
                        ::fastjwt::__private::Beside::<CurrentSubject<User>>::NOTE,
                        ]}
                    ).websocket()
                )
            )
        ),
        responses()
    ),
    inline
)]
async fn live<C: Claims>(
    ::fastjwt::__private::Guard {
        0: payload,
        ..
    }: ::fastjwt::__private::Guard<
        Option<TokenPayload<C>>,
        ::fastjwt::__private::AccessRequired,
    >,
    upgrade: WebSocketUpgrade,
    _: CurrentSubject<User>,
) {
    let _ = ::fastjwt::__private::assert_payload::<Option<TokenPayload<C>>>;
}
#[cfg(feature = "docs")]
#[doc(hidden)]
impl __path_live {
    #[doc(hidden)]
    pub const IS_SEEN: ::core::primitive::bool = true;
}
#[utoipa::path(
    get,
    path = "/stacked",
    extensions(
        ("x-fastjwt" = json!(1)),
        (
            "x-fastjwt-2" = json!(
                jwt::__private::Notes::of::<Staff,
                jwt::__private::FreshRequired>()
            )
        )
    ),
    impl_for = Stacked
)]
async fn stacked(
    _: jwt::__private::Guard<
        jwt::__private::PutThisAttributeFirst<Staff>,
        jwt::__private::Last<jwt::__private::FreshRequired>,
    >,
) {
    let _ = jwt::__private::assert_realm::<Staff>;
}
///No utoipa here.
async fn told_of_nowhere(
    _: ::fastjwt::__private::Guard<
        ::fastjwt::__private::PutThisAttributeFirst,
        ::fastjwt::__private::Last<::fastjwt::__private::AccessRequired>,
    >,
) {
    const _: () = {
        struct __path_told_of_nowhere;
        impl __path_told_of_nowhere {
            const IS_SEEN: ::core::primitive::bool = true;
        }
        {
            use ::fastjwt::__private::Unseen as _;
            use self::*;
            ::core::assert!(
                __path_told_of_nowhere::IS_SEEN,
                "`#[utoipa::path]`, by this name, must stand below `#[access_token_required]`, or the document does not say what the handler demands\nnote: it may be that of another handler named `told_of_nowhere`, which a glob such as `use other::*` brings into scope\nhelp: move `#[utoipa::path]` below, or rename one of the two handlers"
            );
        }
    };
}
#[utoipa::path(get, path = "/generic")]
async fn generic<R: Realm>(
    ::fastjwt::__private::Guard {
        0: payload,
        ..
    }: ::fastjwt::__private::Guard<
        TokenPayload<NoClaims, R>,
        ::fastjwt::__private::Last<::fastjwt::__private::AccessRequired>,
    >,
) {
    let _ = ::fastjwt::__private::assert_required_payload::<TokenPayload<NoClaims, R>>;
}
::core::compile_error! {
    "`R` must not decide on the realm of a handler with `#[utoipa::path]`: its document is one for all of them\nhelp: write the realm out, or leave `#[utoipa::path]` out"
}
#[cfg_attr(
    feature = "docs",
    cfg_attr(
        feature = "more",
        utoipa::path(
            get,
            path = "/nested",
            extensions(
                (
                    "x-fastjwt" = json!(
                        ::fastjwt::__private::Notes::of::<::fastjwt::__private::DefaultRealm,
                        ::fastjwt::__private::AccessRequired>()
                    )
                )
            )
        )
    )
)]
async fn nested(
    _: ::fastjwt::__private::Guard<
        ::fastjwt::__private::PutThisAttributeFirst,
        ::fastjwt::__private::Last<::fastjwt::__private::AccessRequired>,
    >,
) {}
#[cfg(all(feature = "docs", feature = "more"))]
#[doc(hidden)]
impl __path_nested {
    #[doc(hidden)]
    pub const IS_SEEN: ::core::primitive::bool = true;
}
#[utoipa::path(
    get,
    path = "/own",
    impl_for = Own,
    extensions(
        (
            "x-fastjwt" = json!(
                ::fastjwt::__private::Notes::of::<::fastjwt::__private::DefaultRealm,
                ::fastjwt::__private::AccessRequired>()
            )
        )
    )
)]
async fn own(
    _: ::fastjwt::__private::Guard<
        ::fastjwt::__private::PutThisAttributeFirst,
        ::fastjwt::__private::Last<::fastjwt::__private::AccessRequired>,
    >,
) {}
#[token_required]
#[utoipa::path(
    get,
    path = "/beside",
    extensions(
        (
            "x-fastjwt" = json!(
                ::fastjwt::__private::Notes::of::<::fastjwt::__private::DefaultRealm,
                ::fastjwt::__private::AccessRequired>(

                ).beside(
                    {use::fastjwt::__private::Undemanding
                    as
                    _;&[::fastjwt::__private::Beside::<FreshPayload<()>>::NOTE,
                    #[cfg(
                        feature = "read"
                    )]::fastjwt::__private::Beside::<Option<Required<Read,
                    ()>>>::NOTE,
                    ::fastjwt::__private::Beside::<WebSocketUpgrade>::NOTE,
                    ]}
                ).websocket()
            )
        )
    )
)]
async fn beside<C: Claims>(
    _: ::fastjwt::__private::Guard<
        ::fastjwt::__private::PutThisAttributeFirst,
        ::fastjwt::__private::AccessRequired,
    >,
    _: (FreshPayload<C>, Query<C>),
    #[cfg(feature = "read")]
    _: Option<Required<Read, C>>,
    upgrade: WebSocketUpgrade,
) {}
#[doc(hidden)]
impl __path_beside {
    #[doc(hidden)]
    pub const IS_SEEN: ::core::primitive::bool = true;
}
#[utoipa::path(get, path = "/policy")]
async fn any_policy<P: ConstPolicy>(
    _: ::fastjwt::__private::Guard<
        ::fastjwt::__private::PutThisAttributeFirst,
        ::fastjwt::__private::AccessRequired,
    >,
    _: Required<P>,
) {}
::core::compile_error! {
    "`P` must not decide on the demands of a handler with `#[utoipa::path]`: its document is one for all of them\nhelp: write the demands out, or leave `#[utoipa::path]` out"
}

async fn profile(
    ::fastjwt::__private::Guard {
        0: payload,
        ..
    }: ::fastjwt::__private::Guard<
        Option<TokenPayload>,
        ::fastjwt::__private::Last<
            ::fastjwt::__private::SubjectParam<
                ::fastjwt::__private::MaxAge<
                    ::fastjwt::__private::Leeway<
                        ::fastjwt::__private::Audience<
                            ::fastjwt::__private::Issuer<
                                ::fastjwt::__private::WithoutRevocation<
                                    ::fastjwt::__private::WithoutCsrf<
                                        ::fastjwt::__private::At<
                                            ::fastjwt::__private::OptionalOrExpired<
                                                ::fastjwt::__private::FreshRequired,
                                            >,
                                            (
                                                ::fastjwt::__private::InHeaders,
                                                (
                                                    ::fastjwt::__private::InCookies,
                                                    ::fastjwt::__private::InQuery,
                                                ),
                                            ),
                                        >,
                                    >,
                                >,
                                ::fastjwt::__private::Str<
                                    25,
                                    138844379665950632631308035515602593144,
                                    129503356166548419283503531144622637056,
                                    0,
                                    0,
                                >,
                            >,
                            (
                                ::fastjwt::__private::Str<
                                    1,
                                    128935115591136839671669284847193423872,
                                    0,
                                    0,
                                    0,
                                >,
                                ::fastjwt::__private::Str<
                                    1,
                                    130264343586921755544573091907473768448,
                                    0,
                                    0,
                                    0,
                                >,
                            ),
                        >,
                        0u64,
                    >,
                    300u64,
                >,
                ::fastjwt::__private::Str<
                    2,
                    140088169243269649417752790962358190080,
                    0,
                    0,
                    0,
                >,
            >,
        >,
    >,
) {
    let _ = ::fastjwt::__private::assert_payload::<Option<TokenPayload>>;
}
async fn current(
    _: ::fastjwt::__private::Guard<
        ::fastjwt::__private::PutThisAttributeFirst,
        ::fastjwt::__private::AccessRequired,
    >,
    user: CurrentSubject<User>,
)
where
    App: ::fastjwt::__private::HasFastJwt<::fastjwt::__private::DefaultRealm>,
    App: ::fastjwt::__private::LoadSubject<
        <CurrentSubject<User> as ::fastjwt::__private::SubjectExtractor>::User,
    >,
{}

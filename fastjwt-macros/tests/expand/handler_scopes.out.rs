async fn orders(
    _: ::fastjwt::__private::Guard<
        ::fastjwt::__private::PutThisAttributeFirst,
        ::fastjwt::__private::Last<
            ::fastjwt::__private::Scopes<
                ::fastjwt::__private::AnyRequired,
                ::fastjwt::__private::Both<
                    ::fastjwt::__private::Named<
                        ::fastjwt::__private::Str<
                            7,
                            149467716831149096884032742020442226688,
                            0,
                            0,
                            0,
                        >,
                    >,
                    ::fastjwt::__private::Either<
                        ::fastjwt::__private::Both<
                            ::fastjwt::__private::Named<
                                ::fastjwt::__private::Str<
                                    {
                                        let __fastjwt_scope: Orders = <Orders>::Read;
                                        let __fastjwt_scope = __fastjwt_scope
                                            as ::core::primitive::u128;
                                        ::fastjwt::__private::scope_part::<
                                            Orders,
                                        >(__fastjwt_scope, 4usize) as ::core::primitive::usize
                                    },
                                    {
                                        let __fastjwt_scope: Orders = <Orders>::Read;
                                        let __fastjwt_scope = __fastjwt_scope
                                            as ::core::primitive::u128;
                                        ::fastjwt::__private::scope_part::<
                                            Orders,
                                        >(__fastjwt_scope, 0usize)
                                    },
                                    {
                                        let __fastjwt_scope: Orders = <Orders>::Read;
                                        let __fastjwt_scope = __fastjwt_scope
                                            as ::core::primitive::u128;
                                        ::fastjwt::__private::scope_part::<
                                            Orders,
                                        >(__fastjwt_scope, 1usize)
                                    },
                                    {
                                        let __fastjwt_scope: Orders = <Orders>::Read;
                                        let __fastjwt_scope = __fastjwt_scope
                                            as ::core::primitive::u128;
                                        ::fastjwt::__private::scope_part::<
                                            Orders,
                                        >(__fastjwt_scope, 2usize)
                                    },
                                    {
                                        let __fastjwt_scope: Orders = <Orders>::Read;
                                        let __fastjwt_scope = __fastjwt_scope
                                            as ::core::primitive::u128;
                                        ::fastjwt::__private::scope_part::<
                                            Orders,
                                        >(__fastjwt_scope, 3usize)
                                    },
                                >,
                            >,
                            ::fastjwt::__private::Named<
                                ::fastjwt::__private::Str<
                                    {
                                        let __fastjwt_scope: crate::scopes::Items = <crate::scopes::Items>::Write;
                                        let __fastjwt_scope = __fastjwt_scope
                                            as ::core::primitive::u128;
                                        ::fastjwt::__private::scope_part::<
                                            crate::scopes::Items,
                                        >(__fastjwt_scope, 4usize) as ::core::primitive::usize
                                    },
                                    {
                                        let __fastjwt_scope: crate::scopes::Items = <crate::scopes::Items>::Write;
                                        let __fastjwt_scope = __fastjwt_scope
                                            as ::core::primitive::u128;
                                        ::fastjwt::__private::scope_part::<
                                            crate::scopes::Items,
                                        >(__fastjwt_scope, 0usize)
                                    },
                                    {
                                        let __fastjwt_scope: crate::scopes::Items = <crate::scopes::Items>::Write;
                                        let __fastjwt_scope = __fastjwt_scope
                                            as ::core::primitive::u128;
                                        ::fastjwt::__private::scope_part::<
                                            crate::scopes::Items,
                                        >(__fastjwt_scope, 1usize)
                                    },
                                    {
                                        let __fastjwt_scope: crate::scopes::Items = <crate::scopes::Items>::Write;
                                        let __fastjwt_scope = __fastjwt_scope
                                            as ::core::primitive::u128;
                                        ::fastjwt::__private::scope_part::<
                                            crate::scopes::Items,
                                        >(__fastjwt_scope, 2usize)
                                    },
                                    {
                                        let __fastjwt_scope: crate::scopes::Items = <crate::scopes::Items>::Write;
                                        let __fastjwt_scope = __fastjwt_scope
                                            as ::core::primitive::u128;
                                        ::fastjwt::__private::scope_part::<
                                            crate::scopes::Items,
                                        >(__fastjwt_scope, 3usize)
                                    },
                                >,
                            >,
                        >,
                        ::fastjwt::__private::Either<
                            ::fastjwt::__private::Named<
                                ::fastjwt::__private::Str<
                                    5,
                                    129456564412637535544701949612346310656,
                                    0,
                                    0,
                                    0,
                                >,
                            >,
                            ::fastjwt::__private::Named<
                                ::fastjwt::__private::Str<
                                    7,
                                    153470998785634912229286555805036838912,
                                    0,
                                    0,
                                    0,
                                >,
                            >,
                        >,
                    >,
                >,
            >,
        >,
    >,
) {}
async fn a_long_name(
    _: ::fastjwt::__private::Guard<
        ::fastjwt::__private::PutThisAttributeFirst,
        ::fastjwt::__private::Last<
            ::fastjwt::__private::Scopes<
                ::fastjwt::__private::AccessRequired,
                ::fastjwt::__private::Named<
                    ::fastjwt::__private::Long<
                        ::fastjwt::__private::Str<
                            64,
                            129185343655672066971941726206995608372,
                            70730587793965629917661311251403782448,
                            65392825175610104412735799271089255734,
                            73399468307772985762791736451710071090,
                        >,
                        ::fastjwt::__private::Str<
                            7,
                            68061706484793934424546366722532179968,
                            0,
                            0,
                            0,
                        >,
                        ::fastjwt::__private::Str<0, 0, 0, 0, 0>,
                        ::fastjwt::__private::Str<0, 0, 0, 0, 0>,
                    >,
                >,
            >,
        >,
    >,
) {}

//! Finds every mistake of a handler; what comes out right is a [`Handler`].

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, FnArg, GenericArgument, Meta, PatType, Path, PathArguments, Receiver, ReturnType, Signature, Token,
    Type, TypeParamBound,
};

use super::Demand;
use super::arguments::{Arguments, Demands, Optional};
use super::parse::{Body, Function, Input, Item, SIGNATURE};
use crate::diag::Mistakes;

/// A handler without a mistake: all that is left to do is to write it.
pub(super) struct Handler {
    pub(super) krate: Option<Path>,
    pub(super) function: Function,
    pub(super) receiver: Option<Receiver>,
    pub(super) payload: Option<Payload>,
    /// The other parameters, in their order.
    pub(super) others: Vec<PatType>,
    pub(super) policy: Policy,
    pub(super) realm: Option<Type>,
    pub(super) state: Option<Type>,
    /// What the body begins with, for rustc to prove.
    pub(super) proof: TokenStream,
}

/// The parameter that receives what the token says.
pub(super) struct Payload {
    pub(super) parameter: PatType,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `TokenPayload<C>`.
    Required,
    /// `Option<..>`: requests without a token come in.
    Optional,
    /// Marked with `#[payload]`; what it is, only rustc can say.
    Alias,
    /// `&TokenPayload<C>`: a mistake.
    Reference,
}

/// What the token must be, from the inside out.
pub(super) struct Policy {
    pub(super) demand: Demand,
    /// Whether an expired token counts as none.
    pub(super) or_expired: bool,
    pub(super) demands: Demands,
}

/// An item with mistakes, to be emitted beside them.
pub(super) struct Refused {
    pub(super) item: Item,
    pub(super) mistakes: Mistakes,
}

/// axum implements `Handler` up to this number of parameters.
const MOST_PARAMETERS: usize = 16;

pub(super) fn check(input: Input) -> Result<Handler, Refused> {
    let Input { demand, arguments, item, mut mistakes } = input;
    let arguments = Arguments::read(demand, arguments, &mut mistakes);
    let mut function = match item {
        Item::Function(function) => function,
        Item::Other(_) => return Err(Refused { item, mistakes }),
    };
    let marks = take_marks(&mut function.sig, &mut mistakes);
    if matches!(function.body, Body::Missing(_)) {
        mistakes.at(
            &function.sig.ident,
            format_args!(
                "`{}` must have a body\n\
                 help: guard a free `async fn` that calls it: methods of traits can't be guarded\n{SIGNATURE}",
                function.sig.ident
            ),
        );
        return Err(Refused { item: Item::Function(function), mistakes });
    }
    check_qualifiers(&function.sig, &mut mistakes);
    check_stack(demand, &function.attrs, &mut mistakes);
    check_demand(demand, &function.sig, &mut mistakes);
    let payload = find_payload(&function.sig, &marks, &mut mistakes);
    check_optional(demand, payload.as_ref(), arguments.optional.as_ref(), &mut mistakes);
    check_number(&function.sig, payload.is_some(), &mut mistakes);
    if !mistakes.is_empty() {
        if let Some(found) = &payload {
            take_conditions(&mut function.sig, found.place);
        }
        return Err(Refused { item: Item::Function(function), mistakes });
    }
    mistakes.into_errors();

    let Arguments { krate, state, realm, optional, demands } = arguments;
    let (receiver, mut payload, others) = sort(std::mem::take(&mut function.sig.inputs), payload.as_ref());
    if let (Some(payload), Some(_)) = (&mut payload, &optional) {
        payload.kind = Kind::Optional;
    }
    let policy = Policy { demand, or_expired: optional.is_some_and(|optional| optional.or_expired), demands };
    let (function, proof) = (*function, TokenStream::new());
    Ok(Handler { krate, function, receiver, payload, others, policy, realm, state, proof })
}

/// Takes `#[payload]` off the parameters and says which had one.
fn take_marks(sig: &mut Signature, mistakes: &mut Mistakes) -> Vec<bool> {
    let mut marks = Vec::new();
    for input in &mut sig.inputs {
        let (attrs, is_typed) = match input {
            FnArg::Receiver(receiver) => (&mut receiver.attrs, false),
            FnArg::Typed(parameter) => (&mut parameter.attrs, true),
        };
        let mut is_marked = false;
        for mark in attrs.extract_if(.., |attr| attr.path().is_ident("payload")) {
            if !is_typed {
                mistakes.at(&mark, format_args!("`#[payload]` belongs on the payload, not on `self`\n{SIGNATURE}"));
            } else if is_marked {
                mistakes.at(&mark, "`#[payload]` must stand only once\nhelp: remove this one");
            } else if !matches!(mark.meta, Meta::Path(_)) {
                mistakes.at(&mark, "`#[payload]` must have no arguments\nhelp: write `#[payload]`");
            }
            is_marked = is_typed;
        }
        marks.push(is_marked);
    }
    marks
}

fn check_qualifiers(sig: &Signature, mistakes: &mut Mistakes) {
    let name = &sig.ident;
    if let Some(constness) = &sig.constness {
        mistakes
            .at(constness, format_args!("`{name}` must not be `const`\nhelp: write `async fn {name}`\n{SIGNATURE}"));
    } else if sig.asyncness.is_none() && is_boxed(sig) {
        mistakes.at(
            name,
            format_args!(
                "`{name}` must be `async`, and not return a boxed future\n\
                 note: `#[async_trait]` makes one of an `async` method before the attribute on the method begins\n\
                 help: guard a free `async fn` that calls it: methods of traits can't be guarded\n{SIGNATURE}"
            ),
        );
    } else if sig.asyncness.is_none() {
        mistakes.at(sig.fn_token, format_args!("`{name}` must be `async`\nhelp: write `async fn {name}`\n{SIGNATURE}"));
    }
    let safety = sig.safety.to_token_stream();
    if !safety.is_empty() {
        mistakes.at(&safety, format_args!("`{name}` must not be `{safety}`\nhelp: remove `{safety}`\n{SIGNATURE}"));
    }
    if let Some(abi) = &sig.abi {
        mistakes.at(abi, format_args!("`{name}` must not be `extern`\nhelp: remove `extern`\n{SIGNATURE}"));
    }
    if let Some(variadic) = &sig.variadic {
        mistakes.at(variadic, format_args!("`{name}` must not be variadic\nhelp: remove `...`\n{SIGNATURE}"));
    }
}

/// Whether a `Pin<Box<dyn Future ..>>` is returned, as by methods under `#[async_trait]`.
pub(super) fn is_boxed(sig: &Signature) -> bool {
    let ReturnType::Type(_, ty) = &sig.output else { return false };
    let boxed = argument(ty, "Pin").and_then(|pinned| argument(pinned, "Box"));
    let Some(Type::TraitObject(object)) = boxed.map(peel) else { return false };
    object.bounds.iter().any(|bound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| last.ident == "Future"),
        _ => false,
    })
}

/// Attributes of ours below this one that ask for what no token can be.
fn check_stack(demand: Demand, attrs: &[Attribute], mistakes: &mut Mistakes) {
    for attr in attrs {
        let Some(last) = attr.path().segments.last() else { continue };
        let Some(other) = Demand::ALL.into_iter().find(|other| last.ident == other.name()) else { continue };
        if demand.contradicts(other) {
            mistakes.at(
                attr,
                format_args!(
                    "`#[{}]` must not stand with `#[{}]`: no token is both\nhelp: keep one of them",
                    other.name(),
                    demand.name()
                ),
            );
        }
    }
}

/// Extractors that demand of the token what the attribute excludes.
fn check_demand(demand: Demand, sig: &Signature, mistakes: &mut Mistakes) {
    let (wrong, attribute) = match demand {
        Demand::Access | Demand::Fresh => ("RefreshPayload", Demand::Refresh.name()),
        Demand::Refresh => ("FreshPayload", Demand::Fresh.name()),
        Demand::Any => return,
    };
    for parameter in typed(sig) {
        let ty = &*parameter.ty;
        if is_named(ty, wrong) || option_of(ty).is_some_and(|inner| is_named(inner, wrong)) {
            mistakes.at(
                ty,
                format_args!(
                    "`{wrong}` must not stand under `#[{}]`: no token is both\n\
                     help: write `TokenPayload`, or `#[{attribute}]` on the handler",
                    demand.name()
                ),
            );
        }
    }
}

/// The payload found, with its place among the inputs; the mistakes of every payload are noted.
fn find_payload(sig: &Signature, marks: &[bool], mistakes: &mut Mistakes) -> Option<Found> {
    let mut found: Option<Found> = None;
    for (place, (input, is_marked)) in sig.inputs.iter().zip(marks).enumerate() {
        let FnArg::Typed(parameter) = input else { continue };
        let Some(kind) = kind(&parameter.ty).or(is_marked.then_some(Kind::Alias)) else { continue };
        let kind = if kind == Kind::Alias && option_of(&parameter.ty).is_some() { Kind::Optional } else { kind };
        check_conditional(&parameter.attrs, mistakes);
        if found.is_some() {
            mistakes.at(
                parameter,
                format_args!(
                    "`{}` must have only one payload, this is the second\n\
                     help: remove it: the first one has all that the token says\n{SIGNATURE}",
                    sig.ident
                ),
            );
            continue;
        }
        if kind == Kind::Reference {
            mistakes.at(
                &parameter.ty,
                format_args!(
                    "`TokenPayload` must be taken by value\nhelp: remove the `&`: it is a handle and cheap to pass\n{SIGNATURE}"
                ),
            );
        }
        found = Some(Found { place, kind, ty: (*parameter.ty).clone() });
    }
    found
}

struct Found {
    place: usize,
    kind: Kind,
    ty: Type,
}

/// Where the condition is off, rustc drops the parameter that guards the handler.
fn check_conditional(attrs: &[Attribute], mistakes: &mut Mistakes) {
    for attr in attrs.iter().filter(|attr| is_condition(attr)) {
        let name = attr.path().to_token_stream();
        mistakes.at(
            attr,
            format_args!(
                "`#[{name}]` must not stand on the payload\n\
                 note: a parameter that is configured away takes its guard with it, and the handler would answer everyone\n\
                 help: put `#[cfg]` on the whole handler"
            ),
        );
    }
}

fn is_condition(attr: &Attribute) -> bool {
    is(attr, "cfg") || is(attr, "cfg_attr")
}

/// Whether the attribute has this name, which rustc knows in its raw form, too.
fn is(attr: &Attribute, name: &str) -> bool {
    attr.path().get_ident().is_some_and(|ident| ident.unraw() == name)
}

/// Keeps the refused item's payload where it is, so that its body finds it.
fn take_conditions(sig: &mut Signature, place: usize) {
    if let Some(FnArg::Typed(parameter)) = sig.inputs.iter_mut().nth(place) {
        parameter.attrs.retain(|attr| !is_condition(attr));
    }
}

/// An anonymous door is opened on purpose or not at all.
fn check_optional(demand: Demand, payload: Option<&Found>, optional: Option<&Optional>, mistakes: &mut Mistakes) {
    let name = demand.name();
    match (payload.map(|payload| payload.kind), optional) {
        (Some(Kind::Optional), None) => mistakes.at(
            payload.map(|payload| &payload.ty),
            format_args!(
                "`Option<TokenPayload<..>>` must be asked for with `optional`: an anonymous door is opened on purpose\n\
                 help: write `#[{name}(optional)]` to let requests without a token in, or take `TokenPayload<..>`"
            ),
        ),
        (Some(Kind::Required), Some(optional)) => mistakes.at(
            &optional.word,
            "`optional` must not stand with a payload that is always there\n\
             help: take `Option<TokenPayload<..>>`, or remove `optional`",
        ),
        (None, Some(optional)) => mistakes.at(
            &optional.word,
            "`optional` belongs on a handler with a parameter of type `Option<TokenPayload<..>>`\n\
             help: add one, or remove the attribute: without a payload it would guard nothing",
        ),
        _ => {}
    }
}

fn check_number(sig: &Signature, has_payload: bool, mistakes: &mut Mistakes) {
    let (most, guard) =
        if has_payload { (MOST_PARAMETERS, "") } else { (MOST_PARAMETERS - 1, ", for the guard is one") };
    let conditional = |parameter: &&PatType| parameter.attrs.iter().any(|attr| is(attr, "cfg"));
    if let Some(parameter) = typed(sig).filter(|parameter| !conditional(parameter)).nth(most) {
        mistakes.at(
            parameter,
            format_args!(
                "`{}` must have at most {most} parameters{guard}\n\
                 help: put several extractors into one tuple or into a struct with `#[derive(FromRequestParts)]`\n{SIGNATURE}",
                sig.ident
            ),
        );
    }
}

/// The receiver, the payload and the others.
fn sort(
    inputs: Punctuated<FnArg, Token![,]>,
    found: Option<&Found>,
) -> (Option<Receiver>, Option<Payload>, Vec<PatType>) {
    let (mut receiver, mut payload, mut others) = (None, None, Vec::new());
    for (place, input) in inputs.into_iter().enumerate() {
        match (input, found) {
            (FnArg::Receiver(found), _) => receiver = Some(found),
            (FnArg::Typed(parameter), Some(found)) if found.place == place => {
                payload = Some(Payload { parameter, kind: found.kind });
            }
            (FnArg::Typed(parameter), _) => others.push(parameter),
        }
    }
    (receiver, payload, others)
}

fn typed(sig: &Signature) -> impl Iterator<Item = &PatType> {
    sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(parameter),
        FnArg::Receiver(_) => None,
    })
}

/// What a type says by its name; an alias says nothing.
pub(super) fn kind(ty: &Type) -> Option<Kind> {
    match peel(ty) {
        Type::Reference(reference) => kind(&reference.elem).map(|_| Kind::Reference),
        ty if is_named(ty, "TokenPayload") => Some(Kind::Required),
        ty => match kind(option_of(ty)?)? {
            Kind::Reference => Some(Kind::Reference),
            _ => Some(Kind::Optional),
        },
    }
}

/// The `T` of an `Option<T>`.
pub(super) fn option_of(ty: &Type) -> Option<&Type> {
    argument(ty, "Option")
}

/// The first argument of a generic type of that name.
fn argument<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = peel(ty) else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

pub(super) fn is_named(ty: &Type, name: &str) -> bool {
    matches!(peel(ty), Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

/// The type inside of parentheses and of the invisible ones of `macro_rules`.
pub(super) fn peel(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => peel(&group.elem),
        Type::Paren(paren) => peel(&paren.elem),
        ty => ty,
    }
}

impl Payload {
    pub(super) fn ty(&self) -> &Type {
        &self.parameter.ty
    }
}

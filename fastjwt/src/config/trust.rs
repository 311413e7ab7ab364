//! The trusted issuers of a configuration: checked together, then opened, each with its terms and its keys.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use super::{Builder, ConfigFault, IssuerTerms, trusted::Opening};
use crate::{
    ErrorKind, Realm, TokenFault,
    clock::ClockChoice,
    key::{
        remote::{Client, Remote, client},
        ring::KeySet,
    },
};

/// The issuers by name. The `iss` of a token that nobody has verified is good for one look into this, and nothing else.
pub(crate) struct Trusted(HashMap<String, Trust>);

/// One issuer: what is demanded of its tokens, and its keys.
pub(crate) struct Trust {
    pub(crate) terms: Arc<IssuerTerms>,
    pub(crate) keys: IssuerKeys,
}

/// The keys of an issuer, of which no token says where they are.
pub(crate) enum IssuerKeys {
    Fetched(Remote),
    /// By the configuration, for good.
    Given(KeySet),
}

impl IssuerKeys {
    /// What `look` finds among the keys; those that are fetched it may have to wait for.
    pub(crate) async fn find<T>(&self, look: impl Fn(&KeySet) -> Result<T, TokenFault>) -> Result<T, ErrorKind> {
        match self {
            Self::Fetched(keys) => keys.find(look).await,
            Self::Given(keys) => Ok(look(keys)?),
        }
    }
}

impl Trusted {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, issuer: &str) -> Option<&Trust> {
        self.0.get(issuer)
    }
}

/// Issuers that nothing is wrong with, before anything is fetched.
pub(super) struct Checked(Vec<(IssuerTerms, Opening)>);

impl Checked {
    /// Opens the issuers; on a runtime, their keys are fetched from now on.
    pub(super) fn open(self, clock: &ClockChoice) -> Trusted {
        let open = |(terms, opening): (IssuerTerms, Opening)| {
            let issuer = terms.issuer.clone().unwrap_or_default();
            let keys = match opening {
                Opening::Fetched(fetcher, limits) => {
                    IssuerKeys::Fetched(Remote::new(issuer.clone(), fetcher, limits, clock.clone()))
                }
                Opening::Given(keys) => IssuerKeys::Given(keys),
            };
            (issuer, Trust { terms: Arc::new(terms), keys })
        };
        Trusted(self.0.into_iter().map(open).collect())
    }
}

impl<R: Realm> Builder<R> {
    /// Checks the issuers, each for itself and all together; what is wrong names an issuer by its place, or as a configuration
    /// calls it, since its address may be nobody's business.
    pub(super) fn check_trusted(&self, faults: &mut Vec<ConfigFault>) -> Checked {
        let (mut checked, mut clients) = (Vec::new(), HashMap::new());
        let mut names: HashSet<&str> = self.issuer.as_deref().into_iter().collect();
        for (place, issuer) in (1..).zip(&self.trusted) {
            let timeout = issuer.timeout_of_fetch();
            let client = timeout.and_then(|timeout| shared_client(timeout, &mut clients));
            if timeout.is_some() && client.is_none() {
                faults.push(ConfigFault::new(
                    "trusted_issuer",
                    "TLS is not usable here: the system must have root certificates",
                ));
                return Checked(Vec::new());
            }
            let mut refuse = |option: &str, message: &str| faults.push(issuer.fault(place, option, message));
            if !names.insert(issuer.name()) {
                refuse("issuer", "it is trusted already, or it is this service's own: each must be there once");
            }
            match issuer.check(client) {
                Ok(good) => checked.push(good),
                Err(found) => found.iter().for_each(|(option, message)| refuse(option, message)),
            }
        }
        Checked(checked)
    }
}

/// The client for fetches of this timeout: each holds all root certificates, so that issuers share it.
fn shared_client(timeout: Duration, clients: &mut HashMap<Duration, Client>) -> Option<Client> {
    if let Some(known) = clients.get(&timeout) {
        return Some(known.clone());
    }
    let client = client(timeout)?;
    clients.insert(timeout, client.clone());
    Some(client)
}

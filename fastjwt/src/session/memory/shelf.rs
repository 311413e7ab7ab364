//! What is in the memory store: a shelf a subject, and a calendar of what ends when, so that nothing has to be searched for it.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use crate::session::{
    CutOff, NumericDate, Session, Subject,
    family::{Family, Forgotten},
};

/// How many bytes of text one entry may have before it counts as two.
const BYTES_PER_ENTRY: usize = 256;

/// All shelves, by realm and subject.
#[derive(Default)]
pub(super) struct Shelves {
    realms: HashMap<Arc<str>, HashMap<Arc<str>, Shelf>>,
    calendar: BTreeMap<Page, Due>,
    next: u64,
    entries: usize,
    forgotten: Option<Forgotten>,
}

/// All that is kept of one subject.
#[derive(Default)]
struct Shelf {
    sessions: HashMap<Arc<str>, KeptSession>,
    /// By `jti`; nearly always one issuer each.
    revoked: HashMap<Arc<str>, Vec<KeptRevocation>>,
    cut_off: Option<KeptCutOff>,
}

pub(super) struct KeptSession {
    pub(super) session: Session,
    pub(super) family: Family,
    page: Page,
    room: Room,
}

struct KeptRevocation {
    issuer: Box<str>,
    made: NumericDate,
    page: Page,
    room: Room,
}

struct KeptCutOff {
    cut_off: CutOff,
    made: NumericDate,
    page: Page,
    room: Room,
}

/// Where something stands in the calendar: by its end, and then in the order of its coming.
type Page = (NumericDate, u64);

/// What ends then.
struct Due {
    realm: Arc<str>,
    subject: Arc<str>,
    what: What,
}

enum What {
    Session(Arc<str>),
    Revocation { issuer: Box<str>, jti: Arc<str> },
    CutOff,
}

/// How many entries something counts for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room(usize);

impl Room {
    pub(super) fn of(texts: &[&str]) -> Self {
        Self(1 + texts.iter().map(|text| text.len()).sum::<usize>() / BYTES_PER_ENTRY)
    }
}

impl Shelves {
    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    pub(super) fn has_room(&self, room: Room, most: usize) -> bool {
        self.entries.saturating_add(room.0) <= most
    }

    /// What is left of the revocations and cut-offs that were taken away.
    pub(super) fn forgotten(&self) -> Option<Forgotten> {
        self.forgotten
    }

    // --- Looking --------------------------------------------------------------------------------------------------------

    fn shelf(&self, subject: Subject<'_>) -> Option<&Shelf> {
        self.realms.get(subject.realm)?.get(subject.id)
    }

    pub(super) fn session(&self, subject: Subject<'_>, id: &str) -> Option<&KeptSession> {
        self.shelf(subject)?.sessions.get(id)
    }

    pub(super) fn sessions(&self, subject: Subject<'_>) -> impl Iterator<Item = &KeptSession> {
        self.shelf(subject).into_iter().flat_map(|shelf| shelf.sessions.values())
    }

    pub(super) fn is_revoked(&self, subject: Subject<'_>, issuer: &str, jti: &str) -> bool {
        let revoked = self.shelf(subject).and_then(|shelf| shelf.revoked.get(jti));
        revoked.is_some_and(|kept| kept.iter().any(|revocation| *revocation.issuer == *issuer))
    }

    pub(super) fn cut_off(&self, subject: Subject<'_>) -> Option<CutOff> {
        self.shelf(subject)?.cut_off.as_ref().map(|kept| kept.cut_off)
    }

    // --- Putting in -----------------------------------------------------------------------------------------------------

    pub(super) fn put_session(&mut self, subject: Subject<'_>, session: Session, family: Family, room: Room) {
        let id: Arc<str> = session.id.as_str().into();
        let page = self.note(subject, session.lives_until(), What::Session(Arc::clone(&id)));
        self.entries = self.entries.saturating_add(room.0);
        self.own(subject).sessions.insert(id, KeptSession { session, family, page, room });
    }

    /// Changes a session, and moves it in the calendar if its end has moved.
    pub(super) fn change_session(
        &mut self,
        subject: Subject<'_>,
        id: &str,
        change: impl FnOnce(&mut Session, &mut Family),
    ) {
        let Self { realms, calendar, next, .. } = self;
        let subjects = realms.get_mut(subject.realm);
        let Some(kept) =
            subjects.and_then(|subjects| subjects.get_mut(subject.id)).and_then(|own| own.sessions.get_mut(id))
        else {
            return;
        };
        change(&mut kept.session, &mut kept.family);
        let end = kept.session.lives_until();
        if end != kept.page.0
            && let Some(due) = calendar.remove(&kept.page)
        {
            kept.page = (end, *next);
            *next = next.wrapping_add(1);
            calendar.insert(kept.page, due);
        }
    }

    pub(super) fn put_revocation(
        &mut self,
        subject: Subject<'_>,
        issuer: &str,
        jti: &str,
        (keep_until, made): (NumericDate, NumericDate),
        room: Room,
    ) {
        let known = self.shelf(subject).and_then(|shelf| shelf.revoked.get(jti));
        if let Some(kept) = known.and_then(|kept| kept.iter().find(|kept| *kept.issuer == *issuer)) {
            let page = kept.page;
            if page.0 >= keep_until {
                return;
            }
            self.take_page(page);
        }
        let jti: Arc<str> = jti.into();
        let what = What::Revocation { issuer: issuer.into(), jti: Arc::clone(&jti) };
        let page = self.note(subject, keep_until, what);
        self.entries = self.entries.saturating_add(room.0);
        let kept = KeptRevocation { issuer: issuer.into(), made, page, room };
        self.own(subject).revoked.entry(jti).or_default().push(kept);
    }

    /// Keeps the later of what is there and what is given, in both of its times.
    pub(super) fn put_cut_off(&mut self, subject: Subject<'_>, mut cut_off: CutOff, now: NumericDate, room: Room) {
        let mut made = cut_off.before.max(now);
        if let Some(kept) = self.shelf(subject).and_then(|shelf| shelf.cut_off.as_ref()) {
            cut_off.before = cut_off.before.max(kept.cut_off.before);
            cut_off.keep_until = cut_off.keep_until.max(kept.cut_off.keep_until);
            made = made.max(kept.made);
            let page = kept.page;
            self.take_page(page);
        }
        let page = self.note(subject, cut_off.keep_until, What::CutOff);
        self.entries = self.entries.saturating_add(room.0);
        self.own(subject).cut_off = Some(KeptCutOff { cut_off, made, page, room });
    }

    fn own(&mut self, subject: Subject<'_>) -> &mut Shelf {
        self.realms.entry(subject.realm.into()).or_default().entry(subject.id.into()).or_default()
    }

    fn note(&mut self, subject: Subject<'_>, end: NumericDate, what: What) -> Page {
        let page = (end, self.next);
        self.next = self.next.wrapping_add(1);
        self.calendar.insert(page, Due { realm: subject.realm.into(), subject: subject.id.into(), what });
        page
    }

    // --- Taking away ----------------------------------------------------------------------------------------------------

    /// Takes the sessions away that are chosen.
    pub(super) fn take_sessions(&mut self, subject: Subject<'_>, chosen: impl Fn(&Session) -> bool) -> Vec<Family> {
        let taken: Vec<(Page, Family)> = self
            .sessions(subject)
            .filter(|kept| chosen(&kept.session))
            .map(|kept| (kept.page, kept.family.clone()))
            .collect();
        taken
            .into_iter()
            .map(|(page, family)| {
                self.take_page(page);
                family
            })
            .collect()
    }

    /// Takes away what has ended by `now`, the oldest first, at most so many: how many it was.
    pub(super) fn forget(&mut self, now: NumericDate, most: usize) -> usize {
        let mut forgotten = 0;
        while forgotten < most
            && let Some(page) = self.calendar.keys().next().copied()
            && page.0 <= now
        {
            // A token that was refused for what is forgotten here has ended, too; should the clock be set back, it stays refused.
            if let Some(made) = self.take_page(page) {
                self.forgotten = Some(Forgotten { until: page.0, made }.or(self.forgotten));
            }
            forgotten += 1;
        }
        forgotten
    }

    /// Takes away what stands on this page of the calendar: since when tokens were refused for it, if they were.
    fn take_page(&mut self, page: Page) -> Option<NumericDate> {
        let Due { realm, subject, what } = self.calendar.remove(&page)?;
        let subjects = self.realms.get_mut(&realm)?;
        let own = subjects.get_mut(&subject)?;
        let (room, made) = match what {
            What::Session(id) => (own.sessions.remove(&id).map(|kept| kept.room), None),
            What::Revocation { issuer, jti } => {
                let mut taken = None;
                if let Some(kept) = own.revoked.get_mut(&jti) {
                    taken = kept.iter().position(|kept| kept.issuer == issuer).map(|at| kept.swap_remove(at));
                    if kept.is_empty() {
                        own.revoked.remove(&jti);
                    }
                }
                taken.map(|kept| (kept.room, kept.made)).unzip()
            }
            What::CutOff => own.cut_off.take().map(|kept| (kept.room, kept.made)).unzip(),
        };
        self.entries = self.entries.saturating_sub(room.map_or(0, |room| room.0));
        // An empty shelf would stay for ever.
        if own.sessions.is_empty() && own.revoked.is_empty() && own.cut_off.is_none() {
            subjects.remove(&subject);
        }
        made
    }
}

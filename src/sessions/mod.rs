//! Signing in: the sign-in on its way, the browser session it ends in, and what slows down guessing.

pub mod flow;
pub mod pages;
pub mod prove;
pub mod pushed;
mod signed_in;
mod store;
pub mod throttle;
pub mod views;

use crate::associations::Site;
use crate::clock::Timestamp;
use crate::db::{self, joined, rows};
use crate::events::{self, Actor, Kind};
use crate::id::{ClientId, EventId, MemberId, Sid, SignInId};
use crate::logouts;
use crate::members::{self, Busy, Caller, Email, Password, Profile};
use crate::token::{Purpose, Token, TokenHash};

pub use signed_in::{Admin, SignedIn, Visitor, with_toast};

pub const SIGN_IN_SECONDS: i64 = 3600;
const IDLE_SECONDS: i64 = 12 * 3600;
const LONGEST_SECONDS: i64 = 7 * 24 * 3600;
/// A session's last use is written down this often, not with every request.
const TOUCH_SECONDS: i64 = 300;
const STEP_UP_SECONDS: i64 = 600;
/// After how long it is worth trying again when the hash pool was full.
pub const BUSY_SECONDS: i64 = 3;
pub const DEVICE_SECONDS: i64 = 180 * 24 * 3600;

rows! {
    #[derive(Debug, Clone)]
    pub struct Times {
        pub auth_time: Timestamp,
        /// When the password was typed last.
        pub proved_at: Timestamp,
        pub seen_at: Timestamp,
        /// What clients know this session by. None for one from before they were told.
        pub sid: Option<Sid>,
    }

    struct Waiting {
        state: String,
        browser_hash: Option<TokenHash>,
        client_id: ClientId,
        request: String,
        created_at: Timestamp,
        expires_at: Timestamp,
    }

    /// A session that was there until now.
    struct Ended {
        member_id: MemberId,
        sid: Option<Sid>,
    }
}

joined! {
    /// A browser in which a member is signed in now.
    #[derive(Debug, Clone)]
    pub struct Session {
        pub times: Times,
        pub member: Profile,
    }
}

impl Session {
    /// Step-up: the password was typed within the last 10 minutes.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.seconds_since(self.times.proved_at) < STEP_UP_SECONDS
    }
}

/// The session of a cookie, as far as it still holds: not expired, and the member not out.
pub async fn find(site: &Site, token: &Token) -> Result<Option<Session>, db::Error> {
    let hash = token.hash(Purpose::Session);
    let oldest = site.now.plus_seconds(-LONGEST_SECONDS);
    let found = store::find(&mut site.read(), &hash, oldest).await?;
    match &found {
        Some(session) if site.now.seconds_since(session.times.seen_at) > TOUCH_SECONDS => {
            store::touch(site, &hash, site.now.plus_seconds(IDLE_SECONDS)).await?;
        }
        Some(_) => {}
        None => note_stray(site, &hash).await?,
    }
    Ok(found)
}

/// A session of another association: hosts share no cookies, so somebody carried it here (SEC-D6).
/// Recorded once for each session, and of no use to whoever shows it.
async fn note_stray(site: &Site, session: &TokenHash) -> Result<(), db::Error> {
    let kind = Kind::SessionOfAnotherAssociation;
    let id = EventId::made_of(&[kind.as_text(), session.as_str()]);
    let Some(owner) = store::unnoted_stray(site, session, &id).await? else { return Ok(()) };
    let mut tx = site.write().await?;
    let (vault, actor) = (&site.app.vault, Actor::System);
    events::record_as(&mut tx, vault, &id, kind, &actor, owner.as_str(), &()).await?;
    tx.commit().await
}

/// How an attempt to sign in with a password ended.
pub enum Attempt {
    In(Entered),
    /// Unknown e-mail, wrong password, no password, login disabled, deactivated: one answer for all.
    Wrong,
    TooManyTries {
        seconds: i64,
    },
}

/// The secrets that the browser keeps from now on.
pub struct Entered {
    pub session: Token,
    pub device: Token,
    pub member_id: MemberId,
}

/// What a browser brings along when it tries.
pub struct From<'a> {
    pub address: &'a str,
    pub device: Option<&'a Token>,
    /// The session it had: it ends, so that no id survives a sign-in.
    pub session: Option<&'a Token>,
}

/// Tries e-mail and password. Whether the login exists or not, the same is done and takes the same
/// time.
pub async fn sign_in(
    site: &Site,
    email: &str,
    password: &str,
    from: &From<'_>,
) -> Result<Result<Attempt, Busy>, db::Error> {
    let parsed = Email::parse(email).ok();
    let known = match (&parsed, from.device) {
        (Some(email), Some(device)) => {
            store::is_known_device(&mut site.read(), &device.hash(Purpose::Device), email).await?
        }
        _ => false,
    };
    let keys = throttle::Keys::of(email, from.address, from.device.filter(|_| known));
    if let Some(seconds) = throttle::wait(site, &keys).await? {
        return Ok(Ok(Attempt::TooManyTries { seconds }));
    }
    let login = match &parsed {
        Some(email) => members::login(&mut site.read(), email).await?,
        None => None,
    };
    let caller = if known { Caller::KnownDevice } else { Caller::Stranger };
    let kept = login.as_ref().and_then(|login| login.password_hash.clone());
    let typed = Password::typed(password);
    let kept = kept.filter(|_| typed.is_some());
    let typed = typed.or_else(|| Password::typed("")).expect("nothing is not too long");
    let matches = match site.app.hashing.verify(caller, typed, kept).await {
        Ok(matches) => matches,
        Err(busy) => return Ok(Err(busy)),
    };
    match login {
        Some(login) if matches && login.is_open() => {
            let entered = enter(site, &login.member_id, login.epoch, from, &keys).await?;
            Ok(Ok(entered.map_or(Attempt::Wrong, Attempt::In)))
        }
        _ => {
            throttle::failed(site, &keys).await?;
            Ok(Ok(Attempt::Wrong))
        }
    }
}

/// Begins a session, unless the member went out at this very moment.
async fn enter(
    site: &Site,
    member: &MemberId,
    epoch: i64,
    from: &From<'_>,
    keys: &throttle::Keys,
) -> Result<Option<Entered>, db::Error> {
    let (session, device) = (Token::random(), Token::random());
    let mut tx = site.write().await?;
    let before = match from.session {
        Some(old) => store::delete(&mut tx, &old.hash(Purpose::Session)).await?,
        None => None,
    };
    // Who types the password again goes on with the same session, as far as clients know; somebody
    // else's ends, and they are told.
    let sid = match before {
        Some(Ended { member_id, sid: Some(sid) }) if member_id == *member => sid,
        Some(Ended { sid: Some(sid), .. }) => {
            logouts::session_ended(&mut tx, &sid).await?;
            Sid::random()
        }
        _ => Sid::random(),
    };
    let expires_at = site.now.plus_seconds(IDLE_SECONDS);
    let hash = session.hash(Purpose::Session);
    if !store::insert(&mut tx, &hash, member, epoch, expires_at, &sid).await? {
        return Ok(None);
    }
    // Each sign-in gives the browser a new device token, so the old one is of no further use.
    if let Some(old) = from.device {
        store::delete_device(&mut tx, &old.hash(Purpose::Device), member).await?;
    }
    let known_until = site.now.plus_seconds(DEVICE_SECONDS);
    store::insert_device(&mut tx, &device.hash(Purpose::Device), member, known_until).await?;
    throttle::forget(&mut tx, keys).await?;
    members::logins::used(&mut tx, member).await?;
    let actor = Actor::Member(member.clone());
    let (kind, id) = (Kind::SignedIn, member.as_str());
    events::record(&mut tx, &site.app.vault, kind, &actor, id, &()).await?;
    tx.commit().await?;
    Ok(Some(Entered { session, device, member_id: member.clone() }))
}

/// A session for somebody whose password was just set: the first admin, or after a change.
pub async fn begin(site: &Site, member: &MemberId) -> Result<Option<Entered>, db::Error> {
    let login = members::login_of(&mut site.read(), member).await?;
    let Some(login) = login.filter(members::Login::is_open) else { return Ok(None) };
    let from = From { address: "", device: None, session: None };
    let keys = throttle::Keys::of("", "", None);
    enter(site, member, login.epoch, &from, &keys).await
}

/// How typing the password once more ended.
pub enum Proof {
    /// The session goes on under a new id.
    Proved(Token),
    Wrong,
    TooManyTries {
        seconds: i64,
    },
}

/// Step-up: the password again, for what must not be done by whoever finds the browser open.
pub async fn prove(
    site: &Site,
    session: &Session,
    token: &Token,
    password: &str,
    address: &str,
) -> Result<Result<Proof, Busy>, db::Error> {
    let keys = throttle::Keys::of(&session.member.email, address, Some(token));
    if let Some(seconds) = throttle::wait(site, &keys).await? {
        return Ok(Ok(Proof::TooManyTries { seconds }));
    }
    let login = members::login_of(&mut site.read(), &session.member.member_id).await?;
    let typed = Password::typed(password);
    let kept = login.and_then(|login| login.password_hash).filter(|_| typed.is_some());
    let typed = typed.or_else(|| Password::typed("")).expect("nothing is not too long");
    match site.app.hashing.verify(Caller::KnownDevice, typed, kept).await {
        Err(busy) => Ok(Err(busy)),
        Ok(false) => {
            throttle::failed(site, &keys).await?;
            Ok(Ok(Proof::Wrong))
        }
        Ok(true) => {
            let fresh = Token::random();
            let (old, new) = (token.hash(Purpose::Session), fresh.hash(Purpose::Session));
            store::prove(site, &old, &new).await?;
            Ok(Ok(Proof::Proved(fresh)))
        }
    }
}

/// Signs out in this browser.
pub async fn end(site: &Site, session: &Session, token: &Token) -> Result<(), db::Error> {
    let mut tx = site.write().await?;
    let ended = store::delete(&mut tx, &token.hash(Purpose::Session)).await?;
    if let Some(sid) = ended.and_then(|ended| ended.sid) {
        logouts::session_ended(&mut tx, &sid).await?;
    }
    let member = &session.member.member_id;
    let actor = Actor::Member(member.clone());
    let (kind, id) = (Kind::SignedOut, member.as_str());
    events::record(&mut tx, &site.app.vault, kind, &actor, id, &()).await?;
    tx.commit().await
}

/// An authorization request that waits for its member.
pub struct Pending {
    pub id: SignInId,
    pub client_id: ClientId,
    /// As [`keep`] was given it.
    pub request: String,
    pub state: flow::State,
    pub created_at: Timestamp,
}

/// Keeps a request until its member has signed in. `browser` is None for a request that came by a
/// cross-site POST; the first browser that fetches it owns it.
pub async fn keep(
    site: &Site,
    client: &ClientId,
    request: &str,
    browser: Option<&Token>,
    address: &str,
) -> Result<SignInId, db::Error> {
    let id = SignInId::random();
    let browser = browser.map(|browser| browser.hash(Purpose::Browser));
    let expires_at = site.now.plus_seconds(SIGN_IN_SECONDS);
    store::keep(site, &id, client, request, browser.as_ref(), address, expires_at).await?;
    if let Some(most) = site.app.settings.limits.pending_requests {
        store::drop_oldest(site, address, i64::from(most)).await?;
    }
    Ok(id)
}

/// The request, if it is this browser's and not expired; binds one that no browser owns yet.
pub async fn pending(
    site: &Site,
    id: &SignInId,
    browser: &Token,
) -> Result<Option<Pending>, db::Error> {
    let Some(kept) = store::pending(&mut site.read(), id).await? else { return Ok(None) };
    let ours = browser.hash(Purpose::Browser);
    let is_ours = match &kept.browser_hash {
        Some(owner) => owner.matches(&ours),
        None => store::bind(site, id, &ours).await?,
    };
    let state = flow::State::parse(&kept.state);
    Ok(state.filter(|_| is_ours && kept.expires_at > site.now).map(|state| Pending {
        id: id.clone(),
        client_id: kept.client_id,
        request: kept.request,
        created_at: kept.created_at,
        state,
    }))
}

/// Moves a request on; false when another tab was first.
pub async fn moved(site: &Site, pending: &Pending, to: flow::State) -> Result<bool, db::Error> {
    store::move_on(site, &pending.id, pending.state, to).await
}

/// Notes that the right password was typed for a request, if it is this browser's.
pub async fn entered(site: &Site, id: &SignInId, browser: &Token) -> Result<(), db::Error> {
    let Some(waiting) = pending(site, id, browser).await? else { return Ok(()) };
    let (policy, seen) = (flow::Policy::default(), flow::Seen::default());
    let (state, _) = flow::next(waiting.state, policy, seen, flow::Event::Entered);
    moved(site, &waiting, state).await.map(drop)
}

/// Ends up to `most` sessions, for an emergency that ends all of them; answers how many there were.
pub async fn end_all(site: &Site, most: i64) -> Result<usize, db::Error> {
    let mut tx = site.write().await?;
    let ended = store::delete_some(&mut tx, most).await?;
    for sid in ended.iter().filter_map(|ended| ended.sid.as_ref()) {
        logouts::session_ended(&mut tx, sid).await?;
    }
    tx.commit().await?;
    Ok(ended.len())
}

/// Forgets up to `most` rows of each kind that have expired; answers how many there were of the
/// most frequent one.
pub async fn forget_expired(site: &Site, most: i64) -> Result<usize, db::Error> {
    let sign_ins = store::forget_sign_ins(site, most).await?;
    let sessions = store::forget_sessions(site, most).await?;
    let devices = store::forget_devices(site, most).await?;
    let throttles = throttle::forget_old(site, most).await?;
    let pushed = pushed::forget_expired(site, most).await?;
    Ok(sign_ins.max(sessions).max(devices).max(throttles).max(pushed))
}

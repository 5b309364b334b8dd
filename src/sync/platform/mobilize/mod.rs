//! The API of Mobilize and Forj Community (PLATFORMS.md 1): its groups and members, as they are read.
//! What changes them is in [`changes`].

mod changes;
mod schema;

pub use changes::{NewPlace, Removal};

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use super::connection::{Connection, Credentials, Mistake, base_url};
use super::failure::Failure;
use super::fields::Fields;
use super::listing::Reading;
pub use super::listing::Row;
use super::pace::Pace;
use super::profile::{Envelope, MobilizeProfile, Profile};
use super::route::Route;
use super::wire::{Request, Wire};
use crate::outbound::Outbound;
use schema::{GroupThere, JobThere, List, MemberThere};

/// FOUND-1: of the values of `privacy`, the one of groups that only their members see.
const PRIVATE: i64 = 10;
/// A list that was not the same twice in so many readings is not going to be.
const READINGS: usize = 4;
/// In seconds: a list is worth waiting for the next minute, whose calls are all still to be made.
const LONGEST_PAUSE: u64 = 60;
/// Of a pause that goes by without asking whether to go on: much less than a lease.
const MOMENT: Duration = Duration::from_secs(5);

/// Clones share the connection and its pace.
#[derive(Clone)]
pub struct Mobilize {
    wire: Arc<Wire>,
    profile: Arc<MobilizeProfile>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub remote_id: String,
    pub name: String,
    pub parent_id: Option<String>,
    /// None of these was said where it is None.
    pub privacy: Option<i64>,
    pub public_form: Option<bool>,
    pub requires_approval: Option<bool>,
    pub members_count: Option<u64>,
}

impl Group {
    pub fn is_private(&self) -> bool {
        self.privacy == Some(PRIVATE)
    }

    pub fn is_top_level(&self) -> bool {
        self.parent_id.is_none()
    }
}

impl Row for Group {
    fn id(&self) -> &str {
        &self.remote_id
    }
}

/// A person as the platform knows them. Not `Debug`, because people should not stand in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Member {
    pub remote_id: String,
    pub email: Option<String>,
    pub name: String,
    /// Ours only. What is not here is empty there, or was not said.
    pub fields: Fields,
    pub role: Role,
    /// In the group: `accepted`, or a word for not quite.
    pub status: Option<String>,
}

/// In the group that was asked about. Who is `Unsaid` may be an admin, and is not to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Member,
    Admin,
    Unsaid,
}

impl Member {
    /// Platforms differ in how they write e-mail addresses; none tells two people apart by it.
    pub fn has_email(&self, email: &str) -> bool {
        let plain = |email: &str| email.trim().to_lowercase();
        self.email.as_deref().is_some_and(|theirs| plain(theirs) == plain(email))
    }

    pub fn is_accepted(&self) -> bool {
        self.status.as_deref() == Some("accepted")
    }
}

impl Row for Member {
    fn id(&self) -> &str {
        &self.remote_id
    }
}

/// Whoever reads a list that takes minutes: asked all the while whether to go on.
pub trait Watch: Sync {
    type Error: From<Failure> + Send;

    fn goes_on(&self) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// All members of a group. There is none of it for half a list (SEC-Y4).
pub struct Listing<T = Member>(Vec<T>);

impl<T> Listing<T> {
    pub fn members(&self) -> &[T] {
        &self.0
    }

    pub fn into_members(self) -> Vec<T> {
        self.0
    }
}

/// Who has an e-mail address there.
pub enum Found {
    One(Member),
    Nobody,
    /// More than one, so nobody may choose.
    Several,
    /// By its profile, this platform cannot be asked.
    CannotAsk,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub job_id: String,
    pub state: JobState,
    pub total: u64,
    pub processed: u64,
    pub errors: Vec<JobError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    Queued,
    Running,
    Done,
    Failed,
}

/// One item of a bulk that was refused: by its place in what was sent, from 0, or whom it was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobError {
    pub index: Option<usize>,
    pub remote_id: Option<String>,
    pub email: Option<String>,
    pub words: String,
}

impl Mobilize {
    pub fn new(outbound: &Outbound, pace: Pace, connection: &Connection) -> Result<Self, Mistake> {
        let wrong = || Mistake::Credentials(connection.platform.name());
        let Profile::Mobilize(profile) = &connection.profile else { return Err(wrong()) };
        let Credentials::KeyAndSecret { api_key, api_secret } = &connection.credentials else {
            return Err(wrong());
        };
        let (key, secret) = (api_key.expose(), api_secret.expose());
        // RFC 7617 §2: "a user-id containing a colon character is invalid".
        if key.contains(':') {
            return Err(Mistake::BadKey("an API Key of this platform has no colon in it"));
        }
        let url = base_url(&connection.base_url, &connection.profile, outbound.loopback())?;
        let pair = STANDARD.encode(Zeroizing::new(format!("{key}:{secret}")).as_bytes());
        let authorization = Zeroizing::new(format!("Basic {pair}"));
        let secrets = vec![pair, key.to_owned(), secret.to_owned()];
        let secrets = secrets.into_iter().map(Zeroizing::new).collect();
        let header = ("authorization", authorization);
        let wire = Wire::new(outbound.clone(), pace, url, header, secrets)?;
        Ok(Self { wire: Arc::new(wire), profile: Arc::new((**profile).clone()) })
    }

    /// Whether more than half of its calls failed lately.
    pub fn is_shaky(&self) -> bool {
        self.wire.is_shaky()
    }

    pub fn profile(&self) -> &MobilizeProfile {
        &self.profile
    }

    /// Whether the credentials open the community.
    pub async fn test(&self) -> Result<(), Failure> {
        let mut request = Request::read(self.profile.routes.groups.path.clone());
        request.query = vec![("limit", "1".to_owned()), ("offset", "0".to_owned())];
        self.list::<GroupThere>(&request).await.map(|_| ())
    }

    /// All groups of the community.
    pub async fn groups(&self) -> Result<Vec<Group>, Failure> {
        let path = self.profile.routes.groups.path.clone();
        let read = self.reading(path, Vec::new(), GroupThere::read, &Unwatched).await?;
        Ok(read.into_rows())
    }

    pub async fn group(&self, group_id: &str) -> Result<Group, Failure> {
        let path = filled(&self.profile.routes.group, &[("group_id", group_id)])?;
        let group: Result<GroupThere, _> = self.wire.json(&Request::read(path)).await;
        let group = group.map_err(group_gone)?.read();
        match group.remote_id == group_id {
            true => Ok(group),
            false => Err(Failure::Broken {
                status: Some(200),
                words: "it answered with another group than was asked for".to_owned(),
            }),
        }
    }

    /// One page of a group's members, from this place on. Pages shift while members come and go, so
    /// this is for looking; [`Self::members`] is for deciding.
    pub async fn members_page(
        &self,
        group_id: &str,
        offset: usize,
    ) -> Result<Vec<Member>, Failure> {
        let keys = &self.profile.fields;
        let read = |member: MemberThere| member.read(Some(group_id), keys);
        let path = self.members_path(group_id)?;
        self.page(path, with_fields(), offset, &read, &Unwatched).await.map_err(group_gone)
    }

    /// All members of a group, or a failure: never a part of them (SEC-Y4). Read until the platform's
    /// own count agrees, or two readings in a row do.
    pub async fn members(&self, group_id: &str) -> Result<Listing, Failure> {
        self.members_as(group_id, |member| member, &Unwatched).await
    }

    /// The same; of each member only what `keep` leaves of them is held. A list of thousands takes minutes:
    /// `watch` is asked after each page, and while the platform has us wait.
    pub async fn members_as<T: Row, W: Watch>(
        &self,
        group_id: &str,
        keep: impl Fn(Member) -> T,
        watch: &W,
    ) -> Result<Listing<T>, W::Error> {
        let mut known = self.members_once(group_id, &keep, watch).await?;
        let count = self.group(group_id).await?.members_count;
        if count.is_some_and(|count| usize::try_from(count) == Ok(known.len())) {
            return Ok(Listing(known.into_rows()));
        }
        for _ in 1..READINGS {
            let ids = known.into_ids();
            known = self.members_once(group_id, &keep, watch).await?;
            if known.has_the_ids_of(&ids) {
                return Ok(Listing(known.into_rows()));
            }
        }
        Err(restless().into())
    }

    /// By e-mail address. A platform that ignores the question and lists anybody finds nobody.
    pub async fn find_by_email(&self, email: &str) -> Result<Found, Failure> {
        let Some(route) = &self.profile.routes.find_by_email else { return Ok(Found::CannotAsk) };
        let mut request = Request::read(route.path.clone());
        request.query = vec![("email", email.to_owned()), ("limit", "2".to_owned())];
        let found: Vec<MemberThere> = self.list(&request).await?;
        let found = found.into_iter().map(|member| member.read(None, &self.profile.fields));
        let mut found: Vec<Member> = found.filter(|member| member.has_email(email)).collect();
        Ok(match (found.pop(), found.is_empty()) {
            (None, _) => Found::Nobody,
            (Some(one), true) => Found::One(one),
            (Some(_), false) => Found::Several,
        })
    }

    /// How far a bulk is.
    pub async fn job(&self, job_id: &str) -> Result<Job, Failure> {
        let path = filled(&self.profile.routes.job, &[("job_id", job_id)])?;
        let job: JobThere = self.wire.json(&Request::read(path)).await?;
        let words =
            |theirs: Option<&str>| self.wire.words(theirs, || "refused without a word".to_owned());
        job.read(words).ok_or_else(|| Failure::Broken {
            status: Some(200),
            words: "it calls the state of the bulk by a word that is not known".to_owned(),
        })
    }

    async fn members_once<T: Row, W: Watch>(
        &self,
        group_id: &str,
        keep: impl Fn(Member) -> T,
        watch: &W,
    ) -> Result<Reading<T>, W::Error> {
        let keys = &self.profile.fields;
        let read = |member: MemberThere| keep(member.read(Some(group_id), keys));
        let (path, watch) = (self.members_path(group_id)?, OfGroup(watch));
        let reading = self.reading(path, with_fields(), read, &watch).await;
        reading.map_err(|GroupError(error)| error)
    }

    fn members_path(&self, group_id: &str) -> Result<String, Failure> {
        filled(&self.profile.routes.members, &[("group_id", group_id)])
    }

    async fn reading<There: DeserializeOwned, T: Row, W: Watch>(
        &self,
        path: String,
        query: Vec<(&'static str, String)>,
        read: impl Fn(There) -> T,
        watch: &W,
    ) -> Result<Reading<T>, W::Error> {
        let mut reading = Reading::new();
        while let Some(offset) = reading.next_offset() {
            let page = self.page(path.clone(), query.clone(), offset, &read, watch).await?;
            reading.take(page).map_err(|_| restless())?;
            watch.goes_on().await?;
        }
        Ok(reading)
    }

    /// Tried again a few times, so that one bad answer does not cost a list of a thousand pages.
    async fn page<There: DeserializeOwned, T, W: Watch>(
        &self,
        path: String,
        mut query: Vec<(&'static str, String)>,
        offset: usize,
        read: &impl Fn(There) -> T,
        watch: &W,
    ) -> Result<Vec<T>, W::Error> {
        let retry = &self.profile.calls.retry;
        query.push(("limit", self.profile.page_size.to_string()));
        query.push(("offset", offset.to_string()));
        let request = Request { query, ..Request::read(path) };
        let mut tries = 1;
        loop {
            let failure = match self.list(&request).await {
                Ok(page) => return Ok(page.into_iter().map(read).collect()),
                Err(failure) => failure,
            };
            let doubled = retry.page_base_ms.saturating_mul(1 << (tries - 1).min(10));
            let pause = match &failure {
                Failure::Unauthorized { .. } => None,
                Failure::Busy { retry_after_seconds: Some(seconds), .. } => u64::try_from(*seconds)
                    .ok()
                    .filter(|it| *it <= LONGEST_PAUSE)
                    .map(Duration::from_secs),
                failure if failure.is_permanent() => None,
                _ => Some(Duration::from_millis(doubled)),
            };
            let Some(mut pause) = pause.filter(|_| tries < retry.page_tries) else {
                return Err(failure.into());
            };
            while !pause.is_zero() {
                let moment = pause.min(MOMENT);
                tokio::time::sleep(moment).await;
                pause -= moment;
                watch.goes_on().await?;
            }
            tries += 1;
        }
    }

    /// A list in the envelope that the profile names.
    async fn list<There: DeserializeOwned>(
        &self,
        request: &Request,
    ) -> Result<Vec<There>, Failure> {
        match (self.wire.json(request).await?, self.profile.envelope) {
            (List::Array(list), Envelope::Array | Envelope::Either)
            | (List::Results { results: list }, Envelope::Results | Envelope::Either) => Ok(list),
            _ => Err(Failure::Broken {
                status: Some(200),
                words: "its list came in another envelope than the profile says".to_owned(),
            }),
        }
    }
}

fn with_fields() -> Vec<(&'static str, String)> {
    vec![("include_fields", "true".to_owned())]
}

fn filled(route: &Route, ids: &[(&str, &str)]) -> Result<String, Failure> {
    route.fill(ids).ok_or_else(|| Failure::Unreachable {
        words: "it has no address for an id that is empty or made of dots".to_owned(),
    })
}

struct Unwatched;

impl Watch for Unwatched {
    type Error = Failure;

    async fn goes_on(&self) -> Result<(), Failure> {
        Ok(())
    }
}

/// Whoever watches a list of a group's members.
struct OfGroup<'a, W>(&'a W);

struct GroupError<E>(E);

impl<E: From<Failure>> From<Failure> for GroupError<E> {
    fn from(failure: Failure) -> Self {
        Self(group_gone(failure).into())
    }
}

impl<W: Watch> Watch for OfGroup<'_, W> {
    type Error = GroupError<W::Error>;

    async fn goes_on(&self) -> Result<(), Self::Error> {
        self.0.goes_on().await.map_err(GroupError)
    }
}

/// Where only the group can be missing.
fn group_gone(failure: Failure) -> Failure {
    match failure {
        Failure::Refused { status: 404 | 410, words } => Failure::GroupGone { words },
        other => other,
    }
}

fn restless() -> Failure {
    Failure::Broken {
        status: None,
        words: "its list did not hold still while it was read".to_owned(),
    }
}

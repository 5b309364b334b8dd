//! Mobilize and Forj Community: one call for each group and person, and one for changed fields.

use serde_json::Value;

use super::super::integration::{self, Integration};
use super::super::link::{self, Cause, Link};
use super::super::look::{self, Attempt, Version, View};
use super::super::platform::mobilize::{Found, Member};
use super::super::platform::{Failure, Field, Fields, Mobilize, Platform};
use super::super::queue::{self, Work};
use super::super::sent::{self, Answer, Entry, What};
use super::super::{places, release};
use super::{Next, Rest, Trouble, done, failed, is_gone, is_there};
use crate::associations::Site;
use crate::db;
use crate::id::GroupId;

/// Sends one record; answers whether the connection may go on.
pub async fn record(
    site: &Site,
    integration: &Integration,
    client: &Mobilize,
    work: Work,
) -> Result<Next, db::Error> {
    let Some(platform) = integration.platform() else { return Ok(Next::Rest) };
    let sent = (work.sent.as_deref(), work.sent_hash.as_deref());
    let mut db = site.read();
    let view = look::view(&mut db, site, integration, &work.record_id, sent, Attempt::None).await?;
    let links = link::list(&mut db, platform).await?;
    let mut sending = Sending { site, platform, client, work, links, rest: Rest::Nothing };
    let outcome = sending.all(&view).await?;
    let Sending { work, rest, .. } = sending;
    match outcome {
        Ok(answer) => {
            done(site, integration, &work, answer.unwrap_or("nothing to send"), rest).await?;
            Ok(if answer.is_some() { Next::Well } else { Next::Quiet })
        }
        Err(trouble) => failed(site, integration, &work, &trouble).await,
    }
}

struct Sending<'a> {
    site: &'a Site,
    platform: Platform,
    client: &'a Mobilize,
    work: Work,
    links: Vec<Link>,
    rest: Rest,
}

type Sent<T> = Result<Result<T, Trouble>, db::Error>;

impl Sending<'_> {
    /// Additions first: whoever moves from one group to another is never nowhere.
    async fn all(&mut self, view: &View) -> Sent<Option<&'static str>> {
        let mut answer = None;
        let mut is_behind = !view.is_current && !view.outcome.stays.is_empty();
        if let Some(Version::Fields(fields)) = &view.version {
            for group in &view.outcome.adds {
                let Some(remote) = self.usable(group) else { continue };
                if let Err(trouble) = self.goes_on().await? {
                    return Ok(Err(trouble));
                }
                match self.add(group, &remote, fields, view).await? {
                    Ok(has_it_all) => is_behind = !has_it_all,
                    Err(trouble) => return Ok(Err(trouble)),
                }
                answer = Some("in the group");
            }
            if is_behind && view.facts.is_some() {
                if let Err(trouble) = self.goes_on().await? {
                    return Ok(Err(trouble));
                }
                match self.update(fields, view).await? {
                    Ok(true) => answer = answer.or(Some("fields changed")),
                    Ok(false) => {}
                    Err(trouble) => return Ok(Err(trouble)),
                }
            }
        } else if let Some(id) = self.known_id() {
            // Somebody who is no record of ours is brought back as they are.
            for group in &view.outcome.adds {
                let Some(remote) = self.usable(group) else { continue };
                if let Err(trouble) = self.goes_on().await? {
                    return Ok(Err(trouble));
                }
                match self.bring_back(group, &remote, &id).await? {
                    Ok(()) => answer = Some("in the group"),
                    Err(trouble) => return Ok(Err(trouble)),
                }
            }
        }
        for group in &view.outcome.removes {
            let Some(remote) = self.usable(group) else { continue };
            if let Err(trouble) = self.goes_on().await? {
                return Ok(Err(trouble));
            }
            match self.remove(group, &remote, view).await? {
                Ok(()) => answer = Some("out of the group"),
                Err(trouble) => return Ok(Err(trouble)),
            }
        }
        Ok(Ok(answer))
    }

    /// The group there, unless the link does not work: then somebody has to look at it first.
    fn usable(&mut self, group: &GroupId) -> Option<String> {
        let link = self.links.iter().find(|link| link.group_id == *group && link.is_linked())?;
        if link.failed_at.is_some() {
            self.rest = Rest::Waits;
            return None;
        }
        Some(link.remote_group_id.clone())
    }

    /// Nobody has paused the connection meanwhile, and nobody else has taken over.
    async fn goes_on(&mut self) -> Sent<()> {
        if !integration::is_running(self.site, self.platform).await? {
            return Ok(Err(Trouble::Paused));
        }
        let is_kept = queue::keep(self.site, self.platform, &mut self.work).await?;
        Ok(if is_kept { Ok(()) } else { Err(Trouble::TakenOver) })
    }

    fn known_id(&self) -> Option<String> {
        let stranger = places::remote_id(&self.work.record_id).map(str::to_owned);
        self.work.remote_id.clone().or(stranger)
    }

    fn key(&self, what: &str, group: &str) -> String {
        let Work { record_id, marks, .. } = &self.work;
        format!("{}-{record_id}-{marks}-{what}-{group}", self.platform.as_text())
    }

    /// False when the platform still has something else of the person than it was sent.
    async fn add(
        &mut self,
        group: &GroupId,
        remote: &str,
        fields: &Fields,
        view: &View,
    ) -> Sent<bool> {
        if self.work.remote_id.is_none()
            && let Err(trouble) = self.find(fields).await?
        {
            return Ok(Err(trouble));
        }
        if let Err(trouble) = self.goes_on().await? {
            return Ok(Err(trouble));
        }
        let id = self.work.remote_id.clone();
        let key = self.key("add", remote);
        let body = self.client.item(id.as_deref(), fields).ok();
        let (status, added) = match self.client.add(remote, id.as_deref(), fields, &key).await {
            Ok(added) => (added.status, added.it),
            Err(failure) => {
                self.note_failure(Some(group), What::Add, body, &failure).await?;
                return Ok(Err(self.add_failed(group, failure).await?));
            }
        };
        let has_it_all = !differs(&added, fields, self.client);
        let mut tx = self.site.write().await?;
        if !queue::holds(&mut tx, self.platform, &self.work).await? {
            return Ok(Err(Trouble::TakenOver));
        }
        let record = &self.work.record_id;
        if !queue::bind(&mut tx, self.platform, record, &added.remote_id).await? {
            tx.commit().await?;
            return Ok(Err(conflict()));
        }
        is_there(&mut tx, self.platform, &self.work, group).await?;
        if has_it_all {
            self.remember(&mut tx, fields, view).await?;
        }
        let answer = Answer::Taken(status);
        self.note(&mut tx, Some(group), What::Add, body, (answer, None)).await?;
        tx.commit().await?;
        self.work.remote_id = Some(added.remote_id);
        Ok(Ok(has_it_all))
    }

    async fn remember(
        &self,
        tx: &mut crate::db::Writer,
        fields: &Fields,
        view: &View,
    ) -> Result<(), db::Error> {
        let record = &self.work.record_id;
        let json = Version::Fields(fields.clone()).json();
        let sealed = queue::seal_sent(self.site, self.platform, record, &json);
        let hash = view.hash.as_deref().unwrap_or_default();
        queue::remember(tx, self.platform, record, &sealed, hash).await
    }

    async fn add_failed(
        &mut self,
        group: &GroupId,
        failure: Failure,
    ) -> Result<Trouble, db::Error> {
        match &failure {
            Failure::GroupGone { words } => {
                link::failed(self.site, self.platform, group, words).await?;
            }
            Failure::Refused { status: 404, .. } => self.forget_id().await?,
            _ => {}
        }
        Ok(failure.into())
    }

    /// The person is gone there: the next try looks for them anew.
    async fn forget_id(&mut self) -> Result<(), db::Error> {
        let mut tx = self.site.write().await?;
        queue::unbind(&mut tx, self.platform, &self.work.record_id).await?;
        tx.commit().await
    }

    /// Who has this e-mail there already, so that nobody is made twice or taken for somebody else.
    async fn find(&mut self, fields: &Fields) -> Sent<()> {
        let Some(email) = fields.get(Field::Email) else { return Ok(Ok(())) };
        let found = match self.client.find_by_email(email).await {
            Ok(found) => found,
            Err(failure) => return Ok(Err(failure.into())),
        };
        match found {
            Found::Nobody | Found::CannotAsk => Ok(Ok(())),
            Found::Several => {
                let words = "several people there have this e-mail; merge them there first";
                Ok(Err(Trouble::Conflict(words.to_owned())))
            }
            Found::One(member) => {
                let mut tx = self.site.write().await?;
                let record = &self.work.record_id;
                let bound = queue::bind(&mut tx, self.platform, record, &member.remote_id).await?;
                tx.commit().await?;
                if !bound {
                    return Ok(Err(conflict()));
                }
                self.work.remote_id = Some(member.remote_id);
                Ok(Ok(()))
            }
        }
    }

    /// False when the platform does not know the person yet.
    async fn update(&mut self, fields: &Fields, view: &View) -> Sent<bool> {
        let Some(id) = self.work.remote_id.clone() else { return Ok(Ok(false)) };
        let key = self.key("update", &id);
        let body = Some(self.client.updated_to(fields));
        let answer = match self.client.update(&id, fields, &key).await {
            Ok(updated) => Answer::Taken(updated.status),
            Err(failure) => {
                self.note_failure(None, What::Update, body, &failure).await?;
                if matches!(failure, Failure::Refused { status: 404, .. }) {
                    self.forget_id().await?;
                }
                return Ok(Err(failure.into()));
            }
        };
        let mut tx = self.site.write().await?;
        if !queue::holds(&mut tx, self.platform, &self.work).await? {
            return Ok(Ok(true));
        }
        self.remember(&mut tx, fields, view).await?;
        self.note(&mut tx, None, What::Update, body, (answer, None)).await?;
        tx.commit().await?;
        Ok(Ok(true))
    }

    async fn bring_back(&mut self, group: &GroupId, remote: &str, id: &str) -> Sent<()> {
        let key = self.key("add", remote);
        let answer = match self.client.add(remote, Some(id), &Fields::default(), &key).await {
            Ok(added) => Answer::Taken(added.status),
            Err(failure) => {
                self.note_failure(Some(group), What::Add, None, &failure).await?;
                return Ok(Err(self.add_failed(group, failure).await?));
            }
        };
        let mut tx = self.site.write().await?;
        if queue::holds(&mut tx, self.platform, &self.work).await? {
            is_there(&mut tx, self.platform, &self.work, group).await?;
            self.note(&mut tx, Some(group), What::Add, None, (answer, None)).await?;
        }
        tx.commit().await?;
        Ok(Ok(()))
    }

    async fn remove(&mut self, group: &GroupId, remote: &str, view: &View) -> Sent<()> {
        let mut db = self.site.read();
        let places = places::of_record(&mut db, self.platform, &self.work.record_id).await?;
        let place = places.into_iter().find(|place| place.group_id == *group);
        let Some(place) = place else { return Ok(Ok(())) };
        let known = match self.known_id().or(place.remote_id.clone()) {
            Some(id) => Some(id),
            None => match self.find_whoever_was_added(group, view).await? {
                Ok(found) => found,
                Err(trouble) => return Ok(Err(trouble)),
            },
        };
        let Some(id) = known else { return self.was_not_added(group).await.map(Ok) };
        let key = self.key("remove", remote);
        let answer = match self.client.remove(remote, &id, &key).await {
            Ok(removed) => Answer::Taken(removed.status),
            Err(failure) => {
                self.note_failure(Some(group), What::Remove, None, &failure).await?;
                if let Failure::GroupGone { words } = &failure {
                    link::failed(self.site, self.platform, group, words).await?;
                }
                return Ok(Err(failure.into()));
            }
        };
        let mut tx = self.site.write().await?;
        if queue::holds(&mut tx, self.platform, &self.work).await? {
            let record = &self.work.record_id;
            let plan = release::is_released(&mut tx, self.platform, group, record).await?;
            if let Some(plan) = plan {
                release::removed(&mut tx, &plan, record).await?;
            }
            is_gone(&mut tx, self.platform, &self.work, group).await?;
            let why = place.leaves_why.as_deref();
            self.note(&mut tx, Some(group), What::Remove, None, (answer, why)).await?;
        }
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// Who it is there whose addition was never answered. Where the platform cannot be asked for them, a
    /// full check finds them in the group's list.
    async fn find_whoever_was_added(
        &mut self,
        group: &GroupId,
        view: &View,
    ) -> Sent<Option<String>> {
        let email = match &view.version {
            Some(Version::Fields(fields)) => fields.get(Field::Email),
            _ => None,
        };
        let found = match email {
            Some(email) => self.client.find_by_email(email).await,
            None => Ok(Found::CannotAsk),
        };
        match found {
            Err(failure) => Ok(Err(failure.into())),
            Ok(Found::Nobody) => Ok(Ok(None)),
            Ok(Found::Several | Found::CannotAsk) => {
                let mut tx = self.site.write().await?;
                link::ask_check(&mut tx, self.platform, group, Cause::Unsure).await?;
                tx.commit().await?;
                Ok(Ok(None))
            }
            Ok(Found::One(member)) => {
                let mut tx = self.site.write().await?;
                let record = &self.work.record_id;
                let is_theirs =
                    queue::bind(&mut tx, self.platform, record, &member.remote_id).await?;
                tx.commit().await?;
                Ok(Ok(is_theirs.then_some(member.remote_id)))
            }
        }
    }

    async fn was_not_added(&mut self, group: &GroupId) -> Result<(), db::Error> {
        let mut tx = self.site.write().await?;
        if queue::holds(&mut tx, self.platform, &self.work).await? {
            is_gone(&mut tx, self.platform, &self.work, group).await?;
        }
        tx.commit().await
    }

    /// It left, whatever became of it: whoever asks what was sent is told.
    async fn note_failure(
        &self,
        group: Option<&GroupId>,
        what: What,
        body: Option<Value>,
        failure: &Failure,
    ) -> Result<(), db::Error> {
        let Some(answer) = Answer::of(failure) else { return Ok(()) };
        let mut tx = self.site.write().await?;
        self.note(&mut tx, group, what, body, (answer, None)).await?;
        tx.commit().await
    }

    /// `body` as it went out.
    async fn note(
        &self,
        tx: &mut crate::db::Writer,
        group: Option<&GroupId>,
        what: What,
        body: Option<Value>,
        (answer, uncounted_why): (Answer<'_>, Option<&str>),
    ) -> Result<(), db::Error> {
        let payload = body.as_ref().map(|body| body.to_string().into_bytes());
        let entry = Entry {
            platform: self.platform,
            group,
            record: &self.work.record_id,
            what,
            fields: &body.as_ref().map(names).unwrap_or_default(),
            payload: payload.as_deref(),
            answer,
            uncounted_why,
        };
        sent::record(tx, self.site, &entry).await
    }
}

/// The names of the fields in what is sent of a person.
pub fn names(body: &Value) -> Vec<&str> {
    let fields = body.get("fields").and_then(Value::as_object);
    fields.map(|fields| fields.keys().map(String::as_str).collect()).unwrap_or_default()
}

fn conflict() -> Trouble {
    let words = "this e-mail leads to an account there that belongs to another member";
    Trouble::Conflict(words.to_owned())
}

/// Whether the platform keeps something else than it was sent: some do not overwrite whom they know.
pub fn differs(there: &Member, fields: &Fields, client: &Mobilize) -> bool {
    fields.iter().filter(|(field, _)| client.profile().keeps(*field)).any(|(field, value)| {
        let theirs = there.fields.get(field).unwrap_or_default();
        match field {
            Field::Email => !there.has_email(value),
            _ => theirs.trim() != value.trim(),
        }
    })
}

//! The tab Integrations of the Association Settings, as an admin uses it.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::channel;
use super::super::link::{self, Link};
use super::super::platform::{self, Failure, Platform, Profile, Secret};
use super::super::queue;
use super::super::runs;
use super::super::switch::{self, Leave};
use super::testing::{self, Outcome, Trouble};
use super::views::{
    Card, Cause, Checked, Disconnect, Form, Health, Integrations, Linked, Notice, Problem, Saved,
    Status, Test,
};
use super::{Credentials, Integration, State, Switches, Typed};
use crate::associations::Site;
use crate::sessions::{Admin, SignedIn, with_toast};
use crate::web::page::{Here, Toast};
use crate::web::{self, CheckedForm, Error, Fields};

const HERE: &str = "/admin/settings/integrations";
/// Full checks that a card shows.
const MOST_CHECKS: i64 = 5;

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    replace: String,
}

/// What this request made of one of the cards.
struct Special {
    platform: Platform,
    form: Form,
    test: Option<Test>,
}

pub async fn list(
    site: Site,
    Admin(admin): Admin,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Error> {
    let Query(Asked { replace }) = asked.unwrap_or_default();
    show(&site, &admin, None, Platform::of_slug(&replace), StatusCode::OK).await
}

async fn show(
    site: &Site,
    admin: &SignedIn,
    mut special: Option<Special>,
    replaced: Option<Platform>,
    status: StatusCode,
) -> Result<Response, Error> {
    let leave = switch::leave(site).await?;
    let all = super::list(&mut site.read()).await?;
    let family = |platform: Platform| {
        all.iter().any(|it| {
            let other = it.platform().filter(|other| *other != platform);
            it.is_connected != 0 && other.map(Platform::family) == Some(platform.family())
        })
    };
    let mut cards = Vec::new();
    for platform in Platform::ALL {
        let own = special.take_if(|special| special.platform == platform);
        let found = all.iter().find(|it| it.platform() == Some(platform));
        let mut card = card(site, admin, platform, found, leave).await?;
        card.is_taken = found.is_none_or(|it| it.is_connected == 0) && family(platform);
        let is_replaced = replaced == Some(platform) || card.form.is_draft;
        if let Some(saved) = &mut card.saved {
            saved.is_replaced = is_replaced;
        }
        if let Some(Special { form, test, .. }) = own {
            card.form = Form { is_draft: card.form.is_draft, ..form };
            card.test = test;
        }
        cards.push(card);
    }
    // What cannot be connected just now says little, and stands behind the others.
    cards.sort_by_key(|card| card.is_taken);
    let notice = match leave {
        Leave::Runs => None,
        Leave::Staging => Some(Notice::Staging),
        Leave::Copied => Some(Notice::Copied),
    };
    let view = Integrations { page: admin.visitor.page(site, Here::Settings), notice, cards };
    admin.visitor.shown(site, status, &view)
}

/// The newest full checks of a platform, of whatever group.
async fn checks(
    site: &Site,
    admin: &SignedIn,
    platform: Platform,
    links: &[Link],
) -> Result<Vec<Checked>, Error> {
    let page = admin.visitor.page(site, Here::Settings);
    let mut checks = Vec::new();
    for run in runs::of_platform(&mut site.read(), platform, MOST_CHECKS).await? {
        let link = links.iter().find(|link| link.group_id == run.group_id);
        let (Some(line), Some(link)) = (runs::desk::run_line(site, &page, &run), link) else {
            continue;
        };
        checks.push(Checked { id: run.group_id.to_string(), name: link.group_name.clone(), line });
    }
    Ok(checks)
}

async fn card(
    site: &Site,
    admin: &SignedIn,
    platform: Platform,
    found: Option<&Integration>,
    leave: Leave,
) -> Result<Card, Error> {
    let locale = admin.visitor.locale;
    let is_draft = super::draft(site, platform, admin.session.member.member_id.as_str()).await?;
    let mut form = Form {
        base_url: platform.base_url().to_owned(),
        email_in_step: true,
        is_draft: is_draft.is_some(),
        ..Form::default()
    };
    let Some(found) = found.filter(|it| it.is_connected != 0) else {
        let status = Status::NotConnected;
        let (saved, test, health) = (None, None, None);
        return Ok(Card { platform, status, is_taken: false, saved, form, test, health });
    };
    let Switches { bio, image, social, go_ahead, leaves_email } = found.switches();
    form = Form {
        tenant_code: found.tenant_code.clone().unwrap_or_default(),
        base_url: found.base_url.clone(),
        profile: found.profile.clone().unwrap_or_default(),
        email_in_step: !leaves_email,
        bio,
        image,
        social,
        go_ahead,
        ..form
    };
    let mut db = site.read();
    let links = link::list(&mut db, platform).await?;
    let moment = |at| locale.moment(at, site.now);
    let health = Health {
        waiting: queue::length(&mut db, platform).await?,
        last_success: found.last_success_at.map(moment),
        last_check: link::last_checked(&links).map(moment),
        runs: checks(site, admin, platform, &links).await?,
        groups: links.into_iter().filter(Link::is_linked).map(linked).collect(),
        is_paused: found.paused_at.is_some(),
        is_doubted: found.doubt.is_some(),
    };
    let saved = Saved { when: moment(found.saved_at), is_replaced: false };
    let status = match (found.state(), leave) {
        (State::Disconnected, _) => Status::NotConnected,
        (State::Stopped, _) => Status::Stopped(found.stopped_answer.clone().unwrap_or_default()),
        (State::Paused, _) => Status::Paused,
        (State::Untested, _) => Status::NotTested,
        (State::Running, Leave::Staging) => Status::Staging,
        (State::Running, Leave::Copied) => Status::Copied,
        (State::Running, Leave::Runs) => match found.waits_until(site.now) {
            Some(until) => Status::Waits(locale.date(until)),
            None => Status::Connected,
        },
    };
    let (saved, health) = (Some(saved), Some(health));
    Ok(Card { platform, status, is_taken: false, saved, form, test: None, health })
}

fn linked(link: Link) -> Linked {
    Linked { id: link.group_id.to_string(), name: link.group_name, confirmed: link.confirmed }
}

/// What was typed, brought together with what is kept.
struct Meant {
    typed: Typed,
    /// All of it is what is saved already.
    is_saved: bool,
    /// All of it is what was tested last; and whether that went well.
    tested: Option<bool>,
}

/// Test Connection, Save, or back to what is saved.
pub async fn change(
    site: Site,
    Admin(admin): Admin,
    Path(slug): Path<String>,
    sent: CheckedForm,
) -> Result<Response, Error> {
    let platform = Platform::of_slug(&slug).ok_or_else(Error::not_found)?;
    let fields = &sent.fields;
    let replaced = fields.has("replace").then_some(platform);
    let mut form = form(fields);
    if !sent.is_current {
        form.is_stale = true;
        let special = Special { platform, form, test: None };
        return show(&site, &admin, Some(special), replaced, StatusCode::FORBIDDEN).await;
    }
    let member = admin.session.member.member_id.as_str();
    if fields.text("do") == "forget" {
        super::drop_draft(&site, platform, member).await?;
        return Ok(Redirect::to(HERE).into_response());
    }
    let meant = match meant(&site, platform, member, fields).await? {
        Ok(meant) => meant,
        Err(problems) => {
            form.problems = problems;
            let special = Special { platform, form, test: None };
            let wrong = StatusCode::UNPROCESSABLE_ENTITY;
            return show(&site, &admin, Some(special), replaced, wrong).await;
        }
    };
    if fields.text("do") == "test" {
        let test = Some(test(&site, &admin, platform, &meant).await?);
        let special = Special { platform, form, test };
        return show(&site, &admin, Some(special), replaced, StatusCode::OK).await;
    }
    match save(&site, &admin, platform, &meant, &form).await? {
        Ok(toast) => Ok(with_toast(&site, toast, Redirect::to(HERE))),
        Err(problem) => {
            form.problems = vec![problem];
            let special = Special { platform, form, test: None };
            let wrong = StatusCode::UNPROCESSABLE_ENTITY;
            show(&site, &admin, Some(special), replaced, wrong).await
        }
    }
}

fn form(fields: &Fields) -> Form {
    Form {
        tenant_code: fields.text("tenant_code").to_owned(),
        base_url: fields.text("base_url").to_owned(),
        profile: fields.text("profile").to_owned(),
        bio: fields.has("bio"),
        image: fields.has("image"),
        social: fields.has("social"),
        go_ahead: fields.has("go_ahead"),
        email_in_step: fields.has("email_in_step"),
        ..Form::default()
    }
}

/// A key or secret that is left empty is the one that was tested last, or the saved one, as long as it
/// was typed for this very address.
async fn meant(
    site: &Site,
    platform: Platform,
    member: &str,
    fields: &Fields,
) -> Result<Result<Meant, Vec<Problem>>, Error> {
    let mut problems = Vec::new();
    let profile = fields.optional("profile");
    let found = super::find(&mut site.read(), platform).await?;
    let before = found.as_ref().and_then(|found| found.profile.as_deref());
    let profiles = (profile.as_deref(), before);
    let base_url = address(site, platform, fields, profiles, &mut problems);
    let saved = match &found {
        Some(found) => super::saved(site, found).await?,
        None => None,
    };
    let draft = super::draft(site, platform, member).await?;
    let kept = match (&draft, fields.has("replace")) {
        (Some((typed, _)), _) => Some(typed),
        (None, true) => None,
        (None, false) => saved.as_ref(),
    };
    let here = kept.filter(|kept| base_url.as_ref() == Some(&kept.base_url));
    let missing = |other| match kept.is_some() && here.is_none() && base_url.is_some() {
        true => Problem::AddressChanged,
        false => other,
    };
    let is_higher_logic = platform == Platform::HigherLogic;
    let old = |part: fn(&Credentials) -> &Zeroizing<String>| here.map(|it| part(&it.credentials));
    let api_key = match pasted(fields.text("api_key"), old(|it| &it.api_key)) {
        Ok(Some(key)) => key,
        Ok(None) => {
            problems.push(missing(Problem::KeyMissing));
            Zeroizing::default()
        }
        Err(words) => {
            problems.push(Problem::Key(words));
            Zeroizing::default()
        }
    };
    let api_secret = match pasted(fields.text("api_secret"), old(|it| &it.api_secret)) {
        _ if is_higher_logic => Zeroizing::default(),
        Ok(Some(secret)) => secret,
        Ok(None) => {
            problems.push(Problem::SecretMissing);
            Zeroizing::default()
        }
        Err(words) => {
            problems.push(Problem::Secret(words));
            Zeroizing::default()
        }
    };
    let tenant_code = fields.optional("tenant_code").filter(|_| is_higher_logic);
    match &tenant_code {
        None if is_higher_logic => problems.push(Problem::TenantMissing),
        Some(code) => {
            if let Err(error) = Secret::parse(code) {
                problems.push(Problem::Tenant(error.to_string()));
            }
        }
        None => {}
    }
    let Some(base_url) = base_url.filter(|_| problems.is_empty()) else {
        return Ok(Err(problems));
    };
    let credentials = Credentials { api_key, api_secret };
    let typed = Typed { credentials, tenant_code, base_url, profile };
    let is_saved = saved.is_some_and(|saved| saved.is(&typed));
    let tested = draft.filter(|(draft, _)| draft.is(&typed)).map(|(_, is_good)| is_good);
    Ok(Ok(Meant { typed, is_saved, tested }))
}

/// Pasted anew, or the old one. None where there is neither.
fn pasted(
    text: &str,
    old: Option<&Zeroizing<String>>,
) -> Result<Option<Zeroizing<String>>, String> {
    if text.is_empty() {
        return Ok(old.cloned());
    }
    let secret = Secret::parse(text).map_err(|error| error.to_string())?;
    Ok(Some(Zeroizing::new(secret.expose().to_owned())))
}

/// `before` is the saved profile. Which hosts get the credentials is the operator's word alone, so a form
/// cannot change that (SECURITY.md 3.5).
fn address(
    site: &Site,
    platform: Platform,
    fields: &Fields,
    (profile, before): (Option<&str>, Option<&str>),
    problems: &mut Vec<Problem>,
) -> Option<String> {
    let profile = match Profile::of(platform, profile) {
        Ok(profile) => profile,
        Err(error) => {
            problems.push(Problem::Profile(error.to_string()));
            return None;
        }
    };
    let before = Profile::of(platform, before).or_else(|_| Profile::of(platform, None));
    if before.is_ok_and(|before| before.calls().hosts != profile.calls().hosts) {
        let words = "calls.hosts is your operator's to change: novi-sso sync profile";
        problems.push(Problem::Profile(words.to_owned()));
        return None;
    }
    let typed = fields.optional("base_url");
    let typed = typed.as_deref().unwrap_or(platform.base_url());
    match platform::base_url(typed, &profile, site.app.outbound.loopback()) {
        Ok(url) => Some(url),
        Err(mistake) => {
            problems.push(Problem::Address(mistake.to_string()));
            None
        }
    }
}

/// What is saved is marked as tested; anything else is kept until it is saved.
async fn test(
    site: &Site,
    admin: &SignedIn,
    platform: Platform,
    meant: &Meant,
) -> Result<Test, Error> {
    let outcome = testing::test(site, platform, &meant.typed).await;
    let is_good = outcome.trouble.is_none();
    if meant.is_saved {
        super::tested(site, platform, &outcome.words(), is_good, &admin.actor()).await?;
    } else {
        let member = admin.session.member.member_id.as_str();
        super::keep_draft(site, platform, member, &meant.typed, is_good).await?;
    }
    let tenant_code = meant.typed.tenant_code.clone();
    Ok(told(&outcome, tenant_code))
}

fn told(outcome: &Outcome, tenant_code: Option<String>) -> Test {
    let tenths = u64::try_from(outcome.took.as_millis() / 100).unwrap_or(u64::MAX).max(1);
    let test = |cause, status, words: &str| Test {
        cause,
        status,
        words: words.to_owned(),
        tenths,
        tenant_code: tenant_code.clone(),
    };
    let failure = match &outcome.trouble {
        None => return test(None, None, ""),
        Some(Trouble::Mistake(words)) => return test(Some(Cause::Mistake), None, words),
        Some(Trouble::Failure(failure)) => failure,
    };
    let cause = match failure {
        // Its status is that of a success; only the words are about the tenant.
        Failure::Unauthorized { status: 200, .. } => Cause::Tenant,
        Failure::Unauthorized { status: 403, .. } => Cause::Forbidden,
        Failure::Unauthorized { .. } => Cause::Unauthorized,
        Failure::Unreachable { .. } => Cause::Unreachable,
        Failure::Unknown { .. } => Cause::Silent,
        Failure::Busy { .. } => Cause::Busy,
        Failure::Refused { .. } | Failure::Unsendable { .. } => Cause::Refused,
        Failure::GroupGone { .. } | Failure::Broken { .. } => Cause::NotTheApi,
    };
    test(Some(cause), failure.status(), failure.words())
}

async fn save(
    site: &Site,
    admin: &SignedIn,
    platform: Platform,
    meant: &Meant,
    form: &Form,
) -> Result<Result<Toast, Problem>, Error> {
    let actor = admin.actor();
    let is_good = meant.tested == Some(true);
    if !meant.is_saved {
        if let Err(mistake) = channel::open_with(site, platform, &meant.typed) {
            return Ok(Err(Problem::Key(mistake.to_string())));
        }
        match super::save(site, platform, &meant.typed, is_good, &actor).await? {
            Ok(()) => switch::settle_here(&site.app).await?,
            Err(refusal) => return Ok(Err(Problem::Refused(refusal))),
        }
    }
    super::drop_draft(site, platform, admin.session.member.member_id.as_str()).await?;
    let is_forj = platform == Platform::Forj;
    let is_higher_logic = platform == Platform::HigherLogic;
    let switches = Switches {
        bio: is_higher_logic && form.bio,
        image: is_higher_logic && form.image,
        social: is_higher_logic && form.social,
        go_ahead: is_higher_logic && form.go_ahead,
        leaves_email: is_forj && !form.email_in_step,
    };
    let found = super::find(&mut site.read(), platform).await?;
    let before = found.as_ref().map(Integration::switches);
    if (is_forj || is_higher_logic) && before != Some(switches) {
        super::switch(site, platform, switches, &actor).await?;
    }
    let waits = found.is_some_and(|found| found.proved_at.is_none());
    Ok(Ok(if waits { Toast::SavedUntested } else { Toast::Saved }))
}

pub async fn pause(
    site: Site,
    Admin(admin): Admin,
    Path(slug): Path<String>,
    _form: web::Form,
) -> Result<Response, Error> {
    let platform = Platform::of_slug(&slug).ok_or_else(Error::not_found)?;
    super::pause(&site, platform, &admin.actor()).await?;
    Ok(with_toast(&site, Toast::IntegrationPaused, Redirect::to(HERE)))
}

pub async fn resume(
    site: Site,
    Admin(admin): Admin,
    Path(slug): Path<String>,
    _form: web::Form,
) -> Result<Response, Error> {
    let platform = Platform::of_slug(&slug).ok_or_else(Error::not_found)?;
    super::resume(&site, platform, &admin.actor()).await?;
    Ok(with_toast(&site, Toast::IntegrationResumed, Redirect::to(HERE)))
}

pub async fn ask_disconnect(
    site: Site,
    Admin(admin): Admin,
    Path(slug): Path<String>,
) -> Result<Response, Error> {
    let platform = Platform::of_slug(&slug).ok_or_else(Error::not_found)?;
    let links = link::list(&mut site.read(), platform).await?;
    let linked = links.into_iter().filter(Link::is_linked);
    let groups = linked.map(|link| link.group_name).collect();
    let page = admin.visitor.page(&site, Here::Settings);
    admin.visitor.shown(&site, StatusCode::OK, &Disconnect { page, platform, groups })
}

/// Its groups are unlinked, one by one, and nobody is removed (R47).
pub async fn disconnect(
    site: Site,
    Admin(admin): Admin,
    Path(slug): Path<String>,
    _form: web::Form,
) -> Result<Response, Error> {
    let platform = Platform::of_slug(&slug).ok_or_else(Error::not_found)?;
    let found = super::find(&mut site.read(), platform).await?;
    if found.is_none_or(|found| found.is_connected == 0) {
        return Ok(with_toast(&site, Toast::IntegrationDisconnected, Redirect::to(HERE)));
    }
    let links = link::list(&mut site.read(), platform).await?;
    for link in links.into_iter().filter(Link::is_linked) {
        link::unlink(&site, platform, &link.group_id, &admin.actor()).await?;
    }
    super::disconnect(&site, platform, &admin.actor()).await?;
    Ok(with_toast(&site, Toast::IntegrationDisconnected, Redirect::to(HERE)))
}

//! Groups through the front door: what they are called, who is in them, and who adds to their pages.

mod companion;
mod details;
mod lists;
mod paste;
mod records;

use novi_sso::associations::Site;
use novi_sso::db::Reader;
use novi_sso::events::Actor;
use novi_sso::groups::{self, membership};
use novi_sso::id::{GroupId, RecordId};
use novi_sso::members::{self, NewMember};

use crate::support::{Browser, HOME, Novi, Page};

/// An admin's browser.
async fn ruth(novi: &Novi) -> Browser {
    novi.browser_of(&novi.admin("Ruth").await).await
}

/// A page of a group, or the list.
fn at(group: &GroupId, rest: &str) -> String {
    format!("/admin/groups/{group}{rest}")
}

/// A person without a login, in one transaction with many others.
async fn people(novi: &Novi, names: impl IntoIterator<Item = (String, String)>) -> Vec<RecordId> {
    let site = novi.site(HOME).await;
    let mut tx = site.write().await.unwrap();
    let mut ids = Vec::new();
    for (first_name, last_name) in names {
        let member = NewMember { first_name, last_name, ..NewMember::default() };
        let id = members::add(&mut tx, &novi.app.vault, &member, &Actor::CommandLine).await;
        ids.push(id.unwrap().unwrap().into());
    }
    tx.commit().await.unwrap();
    ids
}

/// A company, made as the one that somebody works for.
async fn company(novi: &Novi, name: &str) -> RecordId {
    let member = |member: &mut NewMember| {
        (member.email, member.password) = (None, None);
        member.company = Some(name.to_owned());
    };
    novi.member_at(HOME, "Employee", member).await;
    groups::company(&mut novi.home().await.read(), name).await.unwrap().unwrap()
}

async fn is_in(novi: &Novi, group: &GroupId, record: &RecordId) -> bool {
    membership::contains(&mut novi.home().await.read(), group, record).await.unwrap()
}

/// The events about a group, newest first, in the words of its History tab.
async fn told(site: &Site, group: &GroupId) -> Vec<String> {
    use novi_sso::events::{self, words};
    use novi_sso::web::locale::Locale;
    let mut db: Reader = site.read();
    let found = events::history(&mut db, group.as_str(), None, 1000).await.unwrap();
    let told = events::told(site, found).await.unwrap();
    words::lines(&told, Locale::english(), site.now).iter().map(words::Line::words).collect()
}

#[track_caller]
fn saved(page: &Page, to: &str) {
    assert_eq!(page.status, 303, "{}", page.text());
    assert_eq!(page.location().as_deref(), Some(to));
}

//! People, companies, logins, custom fields and the association's settings, as an admin changes them.

mod companies;
mod companion;
mod fields;
mod hostile;
mod list;
mod logins;
mod people;
mod settings;

use novi_sso::id::RecordId;
use novi_sso::members::records::{self, Record};

use crate::support::{Browser, Novi, Page};

/// The association's admin, in a browser.
async fn ruth(novi: &Novi) -> Browser {
    let ruth = novi.admin("Ruth").await;
    novi.browser_of(&ruth).await
}

fn path(id: impl std::fmt::Display, rest: &str) -> String {
    format!("/admin/members/{id}{rest}")
}

/// Fills in the form that stands at this address.
async fn fill(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.text());
    browser.fill(&page, path, fields).await
}

/// Presses a button that stands alone on a page.
async fn press(browser: &mut Browser, page: &str, action: &str) -> Page {
    let page = browser.get(page).await;
    browser.fill(&page, action, &[]).await
}

/// A record as it is kept.
async fn record(novi: &Novi, id: impl Into<RecordId>) -> Record {
    let site = novi.home().await;
    records::find(&mut site.read(), &id.into()).await.unwrap().unwrap()
}

/// The id in the address of a record's page.
fn id_in(page: &Page) -> RecordId {
    let to = page.location().unwrap_or_else(|| panic!("{}", page.text()));
    to.strip_prefix("/admin/members/").unwrap().parse().unwrap()
}

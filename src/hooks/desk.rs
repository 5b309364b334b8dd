//! What the pages of hooks share: the hook that is asked for, and the password that the dangerous steps
//! ask for.

use axum::response::Response;

use super::Hook;
use super::views::Purpose;
use crate::associations::Site;
use crate::id::HookId;
use crate::sessions::SignedIn;
use crate::sessions::prove::desk::{self as prove, Proved, carried};
use crate::web::page::Here;
use crate::web::{Error, Form};

pub async fn found(site: &Site, id: &str) -> Result<Hook, Error> {
    let id = id.parse::<HookId>().map_err(|_| Error::not_found())?;
    super::find(&mut site.read(), &id).await?.ok_or_else(Error::not_found)
}

/// What is done once the password is proved, and where its form goes.
pub struct Step<'a> {
    pub purpose: Purpose,
    /// Below the hook: `release`.
    pub path: &'a str,
    /// Where somebody goes who would rather not.
    pub back: &'a str,
    /// Fields of the form that wait with it.
    pub carried: &'a [&'a str],
}

/// Goes on when the password is fresh, or stands in the form; otherwise answers the page that asks for
/// it and then does the same thing.
pub async fn proved(
    site: &Site,
    admin: SignedIn,
    form: &Form,
    hook: &Hook,
    step: Step<'_>,
) -> Result<Result<Proved, Response>, Error> {
    let base = format!("/admin/settings/hooks/{}", hook.hook_id);
    let page = admin.visitor.page(site, Here::Settings);
    let step = prove::Step {
        why: step.purpose.why(&page, &hook.name),
        button: step.purpose.button(&page),
        action_url: format!("{base}/{}", step.path),
        carried: carried(form, step.carried),
        cancel_url: format!("{base}{}", step.back),
        page,
    };
    prove::proved(site, admin, form, step).await
}

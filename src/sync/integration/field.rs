//! "Sync to Higher Logic" in the settings of a custom field.

use askama::Template as _;

use super::super::platform::Platform;
use super::views::FieldSwitch;
use crate::associations::Site;
use crate::web::Error;
use crate::web::companion::Markup;
use crate::web::page::Page;

/// Offered once a key of Higher Logic is saved (R60), of fields that are shown in the Members section
/// (R61). Where it is not offered, what was chosen before rests and is not forgotten.
pub async fn switch(site: &Site, page: Page, is_shown: bool, is_on: bool) -> Result<Markup, Error> {
    let found = super::find(&mut site.read(), Platform::HigherLogic).await?;
    let is_connected = found.is_some_and(|found| found.is_connected != 0);
    let view = FieldSwitch { page, is_connected, is_shown, is_on };
    Ok(Markup(view.render().map_err(Error::broken)?))
}

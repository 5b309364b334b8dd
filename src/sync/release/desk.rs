//! What pages that remove people share.

use crate::sessions::prove::desk::Step;
use crate::web::page::Page;

/// The password before people are removed from a platform.
pub fn removal_step(
    page: Page,
    removes: i64,
    action_url: String,
    carried: Vec<(String, String)>,
    cancel_url: String,
) -> Step {
    let why = page.t1("sync-prove-why", "number", removes);
    let button = page.t1("sync-remove-number", "number", removes);
    Step { page, why, button, action_url, carried, cancel_url }
}

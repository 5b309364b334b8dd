//! A group's History tab: its full checks, and what was held.

use super::Run;
use super::views::{History, PlanLine, RunLine};
use crate::associations::Site;
use crate::id::GroupId;
use crate::sessions::SignedIn;
use crate::sync::platform::Platform;
use crate::sync::release::{self, Plan, PlanState};
use crate::sync::status::Overview;
use crate::sync::status::desk::rendered;
use crate::sync::status::members::banners;
use crate::sync::status::views::{Cell, Piece};
use crate::sync::status::words::Words;
use crate::web::Error;
use crate::web::companion::Markup;
use crate::web::page::{Here, Page};

const MOST: i64 = 20;

pub async fn history(site: &Site, admin: &SignedIn, group: &GroupId) -> Result<Markup, Error> {
    let overview = Overview::of_group(site, group).await?;
    let runs = super::of_group(&mut site.read(), group, MOST).await?;
    let plans = release::of_group(&mut site.read(), group, MOST).await?;
    let page = admin.visitor.page(site, Here::Groups);
    let banners = banners(site, &page, &overview, group).await?;
    if runs.is_empty() && plans.is_empty() && banners.is_empty() {
        return Ok(Markup::default());
    }
    rendered(&History {
        page: &page,
        banners,
        plans: plans.iter().filter_map(|plan| plan_line(site, &page, plan)).collect(),
        runs: runs.iter().filter_map(|run| run_line(site, &page, run)).collect(),
    })
}

fn plan_line(site: &Site, page: &Page, plan: &Plan) -> Option<PlanLine> {
    let platform = plan.platform()?;
    let words = Words { page, platform, now: site.now };
    let (kind, key) = match plan.state() {
        PlanState::Held | PlanState::Making => ("held", "sync-held"),
        PlanState::Released => ("ok", "sync-plan-released"),
        PlanState::Stopped => ("bad", "sync-plan-stopped"),
        PlanState::Discarded => ("ok", "sync-plan-discarded"),
        PlanState::Ended => ("na", "sync-plan-ended"),
    };
    let numbers = (("removes", plan.removes), ("of", plan.size_before));
    Some(PlanLine {
        when: page.locale.moment(plan.made_at, site.now),
        platform: platform.name(),
        title: words.two("sync-plan-title", numbers.0, numbers.1),
        url: format!("/admin/groups/{}/plans/{}", plan.group_id, plan.plan_id),
        status: Cell::of(kind, page.t(key)),
    })
}

/// A check in words.
pub fn run_line(site: &Site, page: &Page, run: &Run) -> Option<RunLine> {
    let platform = Platform::of_text(&run.platform)?;
    let words = Words { page, platform, now: site.now };
    let cause = match run.cause.as_str() {
        "linked" => "sync-run-linked",
        "nightly" => "sync-run-nightly",
        "settings" => "sync-run-settings",
        "restored" => "sync-run-restored",
        "many_changes" => "sync-run-many-changes",
        "unsure" => "sync-run-unsure",
        _ => "sync-run-asked",
    };
    // Higher Logic cannot be read, so nobody knows how many are there.
    let is_told = run.outcome.is_none() && platform != Platform::HigherLogic;
    let found = match run.there.filter(|_| is_told) {
        None => String::new(),
        Some(there) => {
            let args = [
                ("there", there.into()),
                ("added", run.added.into()),
                ("updated", run.updated.into()),
                ("held", run.held.into()),
            ];
            page.locale.text("sync-run-found", &args)
        }
    };
    let outcome = match (&run.outcome, run.ended_at) {
        (Some(why), _) => {
            let small = vec![Piece::text(words.said(why))];
            Cell { small, ..Cell::of("bad", page.t("sync-failed")) }
        }
        (None, Some(_)) => Cell::of("ok", page.t("sync-done")),
        (None, None) => Cell { is_spinning: true, ..Cell::of("busy", page.t("sync-syncing")) },
    };
    Some(RunLine {
        when: page.locale.moment(run.started_at, site.now),
        platform: platform.name(),
        cause: page.t(cause),
        found,
        outcome,
    })
}

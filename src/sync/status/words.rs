//! A status in words: what it is, why, and what to do.

use super::views::{Banner, Cell, Piece};
use super::{Counts, Member, Rest, Standing};
use crate::clock::Timestamp;
use crate::sync::eligibility::Reason;
use crate::sync::link::GroupType;
use crate::sync::places::State;
use crate::sync::platform::{Platform, is_ours};
use crate::sync::sent::{Outcome, Sent};
use crate::web::locale::Arg;
use crate::web::page::Page;

/// The words of one page, with the platform's name in them.
pub struct Words<'a> {
    pub page: &'a Page,
    pub platform: Platform,
    pub now: Timestamp,
}

impl Words<'_> {
    pub fn t(&self, key: &str) -> String {
        self.with(key, &[])
    }

    fn with(&self, key: &str, more: &[(&str, Arg<'_>)]) -> String {
        let mut args = vec![("platform", Arg::Text(self.platform.name()))];
        args.extend_from_slice(more);
        self.page.locale.text(key, &args)
    }

    pub fn one<'v>(&self, key: &str, name: &str, value: impl Into<Arg<'v>>) -> String {
        self.with(key, &[(name, value.into())])
    }

    pub fn two<'v>(
        &self,
        key: &str,
        (name, value): (&str, impl Into<Arg<'v>>),
        (other, second): (&str, impl Into<Arg<'v>>),
    ) -> String {
        self.with(key, &[(name, value.into()), (other, second.into())])
    }

    /// "Next try at 9:50", or that there is none.
    fn next(&self, next: Option<Timestamp>) -> String {
        match next {
            Some(at) => self.one("sync-next-try", "when", &self.page.locale.date(at)),
            None => self.t("sync-given-up"),
        }
    }

    pub fn said(&self, words: &str) -> String {
        if words.is_empty() {
            self.t("sync-said-nothing")
        } else if is_ours(words) {
            self.one("sync-trouble", "words", words)
        } else {
            self.one("sync-said", "words", words)
        }
    }

    /// What came of something that was sent; only the platform's own words are in quotes.
    pub fn outcome(&self, sent: &Sent) -> String {
        let said = sent.answer.as_deref().unwrap_or_default();
        let answered = match (sent.status, said) {
            (_, "") => String::new(),
            (_, said) if is_ours(said) => self.said(said),
            (Some(status), said) => {
                self.two("sync-answered", ("status", status.to_string().as_str()), ("words", said))
            }
            (None, said) => self.one("sync-said", "words", said),
        };
        match (sent.what().1, sent.status) {
            (Outcome::Taken, Some(status)) => {
                self.one("sync-outcome-taken", "status", status.to_string().as_str())
            }
            (Outcome::Taken, None) => self.t("sync-outcome-confirmed"),
            (Outcome::InABulk, _) => self.t("sync-outcome-bulk"),
            (Outcome::Refused, _) => format!("{} {answered}", self.t("sync-outcome-refused")),
            (Outcome::Unknown, _) => format!("{} {answered}", self.t("sync-outcome-unknown")),
        }
    }

    pub fn resting(&self, rest: &Rest) -> Cell {
        let page = self.page;
        let there = || "/admin/settings/integrations".to_owned();
        match rest {
            Rest::Staging => {
                Cell::of("na", page.t("sync-staging")).with(page.t("sync-staging-why"))
            }
            Rest::Copied => Cell::of("na", page.t("sync-copied")).with(page.t("sync-copied-why")),
            Rest::Untested => Cell::of("wait", page.t("sync-untested"))
                .leading(page.t("sync-untested-next"), there()),
            Rest::Stopped(words) => Cell::of("bad", page.t("sync-stopped"))
                .with(self.said(words))
                .leading(page.t("sync-stopped-next"), there()),
            Rest::Paused => {
                Cell::of("wait", page.t("sync-paused")).leading(page.t("sync-paused-next"), there())
            }
        }
    }

    /// A group, in the list of all or on its own pages. `name` is its counterpart's.
    pub fn group(
        &self,
        group: &str,
        name: &str,
        group_type: Option<GroupType>,
        standing: &Standing,
    ) -> Cell {
        let page = self.page;
        match standing {
            Standing::NotLinked => Cell::of("", page.t("sync-not-linked")),
            Standing::Resting(rest) => self.resting(rest),
            Standing::Broken(words) => Cell::of("bad", page.t("sync-failed"))
                .with(self.said(words))
                .leading(page.t("sync-link-again"), format!("/admin/groups/{group}")),
            Standing::Held(plan) => {
                let (removes, of) = (plan.removes, plan.size_before);
                let would = self.two("sync-would-remove", ("removes", removes), ("of", of));
                let url = format!("/admin/groups/{group}/plans/{}", plan.plan_id);
                Cell::of("held", page.t("sync-held"))
                    .with(would)
                    .leading(page.t("sync-look-first"), url)
            }
            Standing::CheckFailed { words, next } => Cell::of("bad", page.t("sync-failed"))
                .with(self.said(words))
                .with(self.next(Some(*next))),
            Standing::Failed { number, next } => {
                let slug = self.platform.as_text();
                let url = format!("/admin/groups/{group}/members?s={slug}.failed");
                Cell::of("bad", page.t1("sync-failed-for", "number", *number))
                    .with(self.next(*next))
                    .leading(page.t("sync-see-who"), url)
            }
            Standing::Syncing { of: 0, .. } => Cell::of("busy", page.t("sync-syncing"))
                .spinning()
                .with(page.t1("sync-to", "name", name)),
            Standing::Syncing { done, of } => {
                let args = [("done", (*done).into()), ("of", (*of).into()), ("name", name.into())];
                Cell::of("busy", page.t("sync-syncing"))
                    .spinning()
                    .with(page.locale.text("sync-so-many-to", &args))
            }
            Standing::Waiting(until) => Cell::of("wait", page.t("sync-pending"))
                .with(self.t("sync-waits"))
                .with(self.next(Some(*until))),
            Standing::FirstSync => {
                Cell::of("wait", page.t("sync-pending")).with(page.t("sync-first-hour"))
            }
            Standing::NotApplicable { companies_only: true } => {
                Cell::of("na", page.t("sync-na")).with(page.t("sync-companies-only"))
            }
            Standing::NotApplicable { .. } => {
                Cell::of("na", page.t("sync-na")).with(page.t("sync-nobody-syncs"))
            }
            Standing::UpToDate { na } => {
                let what = match group_type {
                    Some(kind) => self.group_type(kind),
                    None => name.to_owned(),
                };
                let small = match na {
                    0 => what,
                    na => self.page.locale.text(
                        "sync-name-and-na",
                        &[("name", (&what).into()), ("na", (*na).into())],
                    ),
                };
                Cell::of("ok", page.t("sync-up-to-date")).with(small)
            }
        }
    }

    pub fn group_type(&self, kind: GroupType) -> String {
        match kind {
            GroupType::Community => self.page.t("sync-community"),
            GroupType::Security => self.page.t("sync-security-group"),
        }
    }

    /// A record in a group. `plan_url` leads to the removals that are held.
    pub fn member(&self, record: &str, member: &Member, plan_url: Option<&str>) -> Cell {
        let page = self.page;
        match member {
            Member::UpToDate(at) => {
                let cell = Cell::of("ok", page.t("sync-up-to-date"));
                match at {
                    Some(at) => cell.with(page.locale.moment(*at, self.now)),
                    None => cell,
                }
            }
            Member::Syncing => Cell::of("busy", page.t("sync-syncing")).spinning(),
            Member::Pending => {
                Cell::of("wait", page.t("sync-pending")).with(page.t("sync-in-line"))
            }
            Member::Waiting(until) => Cell::of("wait", page.t("sync-pending"))
                .with(self.t("sync-waits"))
                .with(self.next(Some(*until))),
            Member::Resting(rest) => self.resting(rest),
            Member::NotApplicable(reason) => self.not_applicable(record, *reason),
            Member::Failed { words, next } => Cell::of("bad", page.t("sync-failed"))
                .with(self.said(words))
                .with(self.t("sync-failed-ours"))
                .with(self.next(*next))
                .leading(page.t("sync-details"), format!("/admin/members/{record}/sent")),
            Member::Leaving => {
                Cell::of("busy", page.t("sync-leaving")).spinning().with(page.t("sync-leaving-why"))
            }
            Member::Held => {
                let cell = Cell::of("held", page.t("sync-held")).with(page.t("sync-held-why"));
                match plan_url {
                    Some(url) => cell.leading(page.t("sync-look-first"), url.to_owned()),
                    None => cell,
                }
            }
            Member::Manager => {
                Cell::of("held", page.t("sync-held")).with(page.t("sync-manager-why"))
            }
            Member::Kept => Cell::of("ok", page.t("sync-kept")).with(page.t("sync-kept-why")),
        }
    }

    /// Somebody who is there and was never in the group here.
    pub fn stranger(&self, record: &str, member: &Member, plan_url: Option<&str>) -> Cell {
        let cell = self.member(record, member, plan_url);
        match member {
            Member::Held => {
                let next = cell.small.into_iter().skip(1);
                let small = std::iter::once(Piece::text(self.t("sync-stranger-held"))).chain(next);
                Cell { small: small.collect(), ..Cell::of("held", cell.words) }
            }
            _ => cell.with(self.t("sync-stranger")),
        }
    }

    /// The reason, and the link that cures it.
    fn not_applicable(&self, record: &str, reason: Option<Reason>) -> Cell {
        let page = self.page;
        let cell = Cell::of("na", page.t("sync-na")).with(self.reason(reason));
        let person = format!("/admin/members/{record}");
        match reason {
            Some(Reason::NoAccount) => {
                cell.leading(page.t("sync-give-account"), format!("{person}/login"))
            }
            Some(Reason::AccountDisabled) => cell.leading(page.t("sync-enable-account"), person),
            Some(Reason::Deactivated) => cell.leading(page.t("sync-reactivate"), person),
            Some(Reason::Company) | None => cell,
        }
    }

    pub fn reason(&self, reason: Option<Reason>) -> String {
        match reason {
            Some(Reason::Company) => self.t("sync-companies-do-not"),
            Some(Reason::NoAccount) => self.page.t("sync-no-account"),
            Some(Reason::AccountDisabled) => self.page.t("sync-account-disabled"),
            Some(Reason::Deactivated) => self.page.t("sync-deactivated"),
            None => self.page.t("sync-not-eligible"),
        }
    }

    /// "31 Up To Date", and so on, of what there is. What the group's own status says already is not
    /// said twice.
    pub fn pills(&self, counts: Counts, standing: &Standing) -> Vec<Cell> {
        let page = self.page;
        let all = [
            ("ok", State::UpToDate, "sync-count-up-to-date"),
            ("wait", State::Pending, "sync-count-pending"),
            ("na", State::NotApplicable, "sync-count-na"),
            ("bad", State::Failed, "sync-count-failed"),
            ("busy", State::Going, "sync-count-going"),
            ("held", State::Held, "sync-count-held"),
            ("held", State::Manager, "sync-count-managers"),
        ];
        let is_said = |state: State| match standing {
            Standing::Held(_) => state == State::Held,
            Standing::Failed { .. } => state == State::Failed,
            _ => false,
        };
        let there =
            all.into_iter().filter(|(_, state, _)| counts.of(*state) > 0 && !is_said(*state));
        there
            .map(|(kind, state, key)| Cell::of(kind, page.t1(key, "number", counts.of(state))))
            .collect()
    }

    /// What an admin has to look at before anything else.
    pub fn banner(&self, group: &str, standing: &Standing) -> Option<Banner> {
        let page = self.page;
        let settings = || "/admin/settings/integrations".to_owned();
        match standing {
            Standing::Held(plan) => Some(Banner {
                kind: "held",
                what: self.two(
                    "sync-banner-held",
                    ("removes", plan.removes),
                    ("of", plan.size_before),
                ),
                next: vec![
                    Piece::text(page.t("sync-banner-held-next")),
                    Piece::link(
                        page.t("sync-look-first"),
                        format!("/admin/groups/{group}/plans/{}", plan.plan_id),
                    ),
                ],
            }),
            Standing::Resting(Rest::Stopped(words)) => Some(Banner {
                kind: "bad",
                what: self.t("sync-banner-stopped"),
                next: vec![
                    Piece::text(self.said(words)),
                    Piece::link(page.t("sync-stopped-next"), settings()),
                ],
            }),
            Standing::Resting(Rest::Staging) => Some(Banner {
                kind: "plain",
                what: page.t("sync-banner-staging"),
                next: vec![Piece::text(page.t("sync-staging-why"))],
            }),
            Standing::Resting(Rest::Copied) => Some(Banner {
                kind: "held",
                what: page.t("sync-banner-copied"),
                next: vec![Piece::text(page.t("sync-copied-why"))],
            }),
            Standing::Broken(words) => Some(Banner {
                kind: "bad",
                what: self.t("sync-banner-broken"),
                next: vec![
                    Piece::text(self.said(words)),
                    Piece::link(page.t("sync-link-again"), format!("/admin/groups/{group}")),
                ],
            }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::page::{Here, samples::page};

    /// R80: N/A comes with its reason and what cures it; a failure with both sides' words and what is next.
    #[test]
    fn a_status_says_why_and_what_to_do() {
        let page = page(Here::Groups);
        let now = Timestamp::from_unix_seconds(1_800_000_000);
        let words = Words { page: &page, platform: Platform::Mobilize, now };
        let told = |member: &Member| {
            let cell = words.member("r-1", member, Some("/plan"));
            let small: Vec<String> = cell.small.iter().map(|piece| piece.text.clone()).collect();
            format!("{}: {}", cell.words, small.join(" "))
        };

        let na = told(&Member::NotApplicable(Some(Reason::NoAccount)));
        let failed = Member::Failed { words: "email has been taken".to_owned(), next: None };

        assert_eq!(na, "N/A: No user account. Give them a login");
        let failed = told(&failed);
        assert!(failed.starts_with("Failed: Mobilize says: “email has been taken”."), "{failed}");
        assert!(failed.contains("Not tried again") && failed.ends_with("Details"), "{failed}");
        let company = told(&Member::NotApplicable(Some(Reason::Company)));
        assert_eq!(company, "N/A: Companies do not sync to Mobilize.");
    }
}

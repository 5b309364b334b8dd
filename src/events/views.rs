//! The log of an association, as an admin sees it.

use askama::Template;

use super::Topic;
use super::words::Line;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "events/list.html")]
pub struct List {
    pub page: Page,
    /// What was searched for; empty without a search.
    pub search: String,
    pub topic: Option<Topic>,
    pub only_problems: bool,
    pub lines: Vec<Line>,
    /// More people and things match the search than were looked for.
    pub is_cut: bool,
    /// Where the events before these are, and all of them as a file.
    pub older_url: Option<String>,
    pub export_url: String,
}

impl List {
    fn is_filtered(&self) -> bool {
        !self.search.is_empty() || self.topic.is_some() || self.only_problems
    }

    /// Value, words, and whether it is the one that was chosen.
    fn topics(&self) -> Vec<(&'static str, String, bool)> {
        let choice = |topic: Topic| {
            let key = match topic {
                Topic::Records => "events-topic-records",
                Topic::LogIns => "events-topic-log-ins",
                Topic::Settings => "events-topic-settings",
                Topic::Sync => "events-topic-sync",
                Topic::Security => "events-topic-security",
            };
            (topic.as_text(), self.page.t(key), self.topic == Some(topic))
        };
        Topic::ALL.into_iter().map(choice).collect()
    }
}

#[cfg(test)]
pub mod samples {
    use super::super::told::{By, Thing, What};
    use super::super::words::lines;
    use super::super::{Change, Event, Kind, Told};
    use super::*;
    use crate::clock::Timestamp;
    use crate::web::locale::Locale;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    fn thing(id: &str, name: &str, what: What) -> Thing {
        Thing { id: id.to_owned(), name: name.to_owned(), what, is_gone: false }
    }

    /// Something of this kind, of a group and a person.
    pub fn told(kind: Kind) -> Told {
        Told {
            event: Event::sample(kind),
            kind: Some(kind),
            by: By::Member("Ruth Okafor".to_owned()),
            subject: thing("g-1", "Safety Committee", What::Group),
            object: Some(thing("m-1", "Marta Lindqvist", What::Person)),
            changes: Vec::new(),
            note: None,
            called: None,
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_unix_seconds(60)
    }

    pub fn some_lines() -> Vec<Line> {
        let mut changed = told(Kind::MemberChanged);
        changed.subject = thing("m-1", "Marta Lindqvist", What::Person);
        changed.changes = vec![
            Change::of("job_title", Some("Foreman"), Some("Owner")).unwrap(),
            Change::of("phone", None, Some("+1 555 0100")).unwrap(),
            Change::of("custom.shirt_size", Some("L"), None).unwrap(),
        ];
        let mut failed = told(Kind::SyncFailed);
        failed.subject = thing("mobilize", "mobilize", What::Other);
        failed.object = Some(thing("g-1", "Safety Committee", What::Group));
        failed.note = Some("email has already been taken".to_owned());
        failed.by = By::System;
        let mut stranger = told(Kind::GroupAdded);
        (stranger.kind, stranger.event.kind) = (None, "group.of_tomorrow".to_owned());
        stranger.by = By::CommandLine;
        let all = [told(Kind::GroupMemberAdded), changed, failed, stranger];
        lines(&all, Locale::english(), now())
    }

    /// A line whose every text is the canary.
    pub fn hostile_lines() -> Vec<Line> {
        let mut told = told(Kind::GroupMemberAdded);
        told.by = By::Member(CANARY.to_owned());
        told.subject = thing(CANARY, CANARY, What::Group);
        told.object = Some(thing(CANARY, CANARY, What::Person));
        told.changes = vec![Change::of(CANARY, Some(CANARY), Some("x")).unwrap()];
        told.called = Some(CANARY.to_owned());
        lines(&[told], Locale::english(), now())
    }

    fn list(lines: Vec<Line>) -> List {
        List {
            page: page(Here::Events),
            search: String::new(),
            topic: None,
            only_problems: false,
            lines,
            is_cut: false,
            older_url: None,
            export_url: "/admin/events?export=csv".to_owned(),
        }
    }

    /// Every state of the page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let filtered = List {
            search: "lindqvist".to_owned(),
            topic: Some(Topic::Records),
            only_problems: true,
            is_cut: true,
            older_url: Some("/admin/events?before=event_1".to_owned()),
            ..list(some_lines())
        };
        let no_match = List { search: "lindqist".to_owned(), ..list(Vec::new()) };
        vec![
            ("events", list(some_lines()).render().unwrap()),
            ("events-filtered", filtered.render().unwrap()),
            ("events-none", list(Vec::new()).render().unwrap()),
            ("events-no-match", no_match.render().unwrap()),
        ]
    }

    /// The page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let view = |lines| List {
            page: hostile(Here::Events),
            search: CANARY.to_owned(),
            older_url: Some(CANARY.to_owned()),
            export_url: CANARY.to_owned(),
            ..list(lines)
        };
        vec![view(hostile_lines()).render().unwrap(), view(Vec::new()).render().unwrap()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_says_what_was_before_and_what_is_now() {
        let (_, html) = &samples::all()[0];

        assert!(html.contains("Job title: <del>Foreman</del> becomes <ins>Owner</ins>"), "{html}");
        assert!(html.contains("<ins>+1 555 0100</ins>") && html.contains("<del>L</del>"));
        assert!(html.contains(r#"<time datetime="1970-01-01T00:00:00Z">"#), "{html}");
        assert!(html.contains(
            "The sync of <a href=\"/admin/groups/g-1\">Safety Committee</a> to Mobilize failed"
        ));
        assert_eq!(html.matches("class=\"pill bad\"").count(), 1, "{html}");
    }

    #[test]
    fn a_filter_stays_chosen_and_says_what_it_left_out() {
        let (_, html) = &samples::all()[1];

        assert!(html.contains(r#"<option value="records" selected>"#), "{html}");
        assert!(html.contains(r#"name="problems" value="1" checked"#), "{html}");
        assert!(html.contains("More than") && html.contains("before=event_1"), "{html}");
    }
}

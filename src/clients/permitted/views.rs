//! The page that says who loses access before it happens.

use askama::Template;

use super::Change;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "clients/confirm_permitted.html")]
pub struct ConfirmPermitted {
    pub page: Page,
    pub client_id: String,
    pub name: String,
    pub version: i64,
    pub change: Change,
    /// Names of groups; none is everybody.
    pub before: Vec<String>,
    pub after: Vec<String>,
    /// The number that was confirmed and is not true any more.
    pub confirmed: Option<i64>,
    /// What was typed, as fields of the form.
    pub carried: Vec<(String, String)>,
}

impl ConfirmPermitted {
    fn title(&self) -> String {
        let args = [
            ("lose", self.change.lose.into()),
            ("before", self.change.before.into()),
            ("client", (&self.name).into()),
        ];
        self.page.locale.text("permitted-title", &args)
    }

    fn will_be(&self) -> i64 {
        self.change.before - self.change.lose + self.change.gain
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::clients::views::samples::ID;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    fn confirm(lose: i64, gain: i64, before: &[&str]) -> ConfirmPermitted {
        ConfirmPermitted {
            page: page(Here::SsoClients),
            client_id: ID.to_owned(),
            name: "Forj Community".to_owned(),
            version: 7,
            change: Change { everybody: 1284, before: 1284, lose, gain },
            before: before.iter().map(|it| (*it).to_owned()).collect(),
            after: vec!["Members in good standing".to_owned(), "Staff".to_owned()],
            confirmed: None,
            carried: vec![("who".to_owned(), "some".to_owned())],
        }
    }

    pub fn all() -> Vec<(&'static str, String)> {
        let again = ConfirmPermitted { confirmed: Some(290), ..confirm(292, 3, &["Guests"]) };
        vec![
            ("client-permitted", confirm(292, 0, &[]).render().unwrap()),
            ("client-permitted-one", confirm(1, 1, &["Guests", "Staff"]).render().unwrap()),
            ("client-permitted-again", again.render().unwrap()),
        ]
    }

    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let confirm = ConfirmPermitted {
            page: hostile(Here::SsoClients),
            name: canary(),
            after: vec![canary()],
            carried: vec![(canary(), canary())],
            ..confirm(1, 1, &[CANARY])
        };
        vec![confirm.render().unwrap()]
    }
}

#[cfg(test)]
mod tests {
    use super::samples;

    #[test]
    fn the_button_names_how_many_lose_access() {
        let pages = samples::all();

        let labels = [
            "Save, 292 lose access</button>",
            "Save, 1 loses access</button>",
            "Save, 292 lose access</button>",
        ];
        for ((_, html), label) in pages.iter().zip(labels) {
            assert!(html.contains(label), "{label} in {html}");
        }
        assert!(pages[0].1.contains("292 of 1,284 can no longer log in"), "{}", pages[0].1);
        assert!(pages[2].1.contains("290"), "{}", pages[2].1);
    }
}

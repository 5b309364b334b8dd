//! Move to live, as an admin works it off.

use askama::Template;

use super::Vendor;
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "sync/moved/move.html")]
pub struct Move {
    pub page: Page,
    pub state: State,
    /// As it is now.
    pub issuer: String,
    pub places: Vec<Place>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nothing was moved, or all of it is done.
    Settled,
    /// It will move one day.
    Staging,
    Moved {
        from: String,
        when: String,
    },
}

/// A website that holds our address.
pub struct Place {
    pub client_id: String,
    pub name: String,
    pub vendor: Vendor,
    /// URLs of ours in the client's own settings here that lead to the old address.
    pub own_urls: Vec<String>,
    pub is_off: bool,
}

impl Move {
    fn is_settled(&self) -> bool {
        self.state == State::Settled
    }

    /// Where the address is kept there.
    fn what(&self, place: &Place) -> String {
        let key = match place.vendor {
            Vendor::Mobilize => "move-what-mobilize",
            Vendor::HigherLogic => "move-what-higher-logic",
            Vendor::Other => "move-what-other",
        };
        self.page.t1(key, "client", &place.name)
    }

    fn is_by_letter(place: &Place) -> bool {
        place.vendor == Vendor::HigherLogic
    }

    /// Ready to be sent to those who look after the other side.
    fn letter(&self, place: &Place) -> Option<String> {
        let State::Moved { from, .. } = &self.state else { return None };
        let key = match place.vendor {
            Vendor::Mobilize => "move-letter-mobilize",
            Vendor::HigherLogic => "move-letter-higher-logic",
            Vendor::Other => "move-letter-other",
        };
        let name = &self.page.association.name;
        let args = [
            ("association", name.into()),
            ("client", (&place.name).into()),
            ("old", from.into()),
            ("new", (&self.issuer).into()),
        ];
        Some(self.page.locale.text(key, &args))
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::web::page::{
        Here,
        samples::{CANARY, hostile, page},
    };

    const ID: &str = "8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4";

    fn place(name: &str, vendor: Vendor) -> Place {
        Place {
            client_id: ID.to_owned(),
            name: name.to_owned(),
            vendor,
            own_urls: vec!["https://staging.harbortrades.example/back".to_owned()],
            is_off: vendor == Vendor::Other,
        }
    }

    fn shown(page: Page, state: State, places: Vec<Place>) -> String {
        let issuer = "https://www.harbortrades.example".to_owned();
        Move { page, state, issuer, places }.render().unwrap()
    }

    /// Every state of the page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let page = || page(Here::Settings);
        let places = || {
            vec![
                place("Forj Community", Vendor::Mobilize),
                place("Higher Logic", Vendor::HigherLogic),
                place("Job board", Vendor::Other),
            ]
        };
        let moved = || State::Moved {
            from: "https://staging.harbortrades.example".to_owned(),
            when: "2 min ago".to_owned(),
        };
        vec![
            ("move", shown(page(), moved(), places())),
            ("move-no-clients", shown(page(), moved(), Vec::new())),
            ("move-staging", shown(page(), State::Staging, places())),
            ("move-settled", shown(page(), State::Settled, Vec::new())),
        ]
    }

    /// Pages with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || CANARY.to_owned();
        let state = State::Moved { from: canary(), when: canary() };
        let all = [Vendor::Mobilize, Vendor::HigherLogic, Vendor::Other];
        let places = all.map(|vendor| Place { own_urls: vec![canary()], ..place(CANARY, vendor) });
        let page = hostile(Here::Settings);
        let view = Move { page, state, issuer: canary(), places: places.into() };
        vec![view.render().unwrap()]
    }
}

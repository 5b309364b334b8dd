//! Test Connection: asks a platform whether it takes what was typed, saved or not.

use std::time::{Duration, Instant};

use super::super::channel::{self, Channel};
use super::super::platform::{Failure, Platform};
use super::Typed;
use crate::associations::Site;

/// How a test went, and how long it took.
pub struct Outcome {
    pub trouble: Option<Trouble>,
    pub took: Duration,
}

pub enum Trouble {
    /// Nothing was sent: with this it cannot be called at all.
    Mistake(String),
    Failure(Failure),
}

impl Outcome {
    /// For the record, in a line.
    pub fn words(&self) -> String {
        match &self.trouble {
            None => "it answered as it should".to_owned(),
            Some(Trouble::Mistake(words)) => words.clone(),
            Some(Trouble::Failure(failure)) => match failure.status() {
                Some(status) => format!("{status} {}", failure.words()),
                None => failure.words().to_owned(),
            },
        }
    }
}

pub async fn test(site: &Site, platform: Platform, typed: &Typed) -> Outcome {
    let began = Instant::now();
    let trouble = match channel::open_with(site, platform, typed) {
        Err(mistake) => Some(Trouble::Mistake(mistake.to_string())),
        Ok(Channel::Mobilize(client)) => client.test().await.err().map(Trouble::Failure),
        Ok(Channel::HigherLogic(client)) => client.test().await.err().map(Trouble::Failure),
    };
    Outcome { trouble, took: began.elapsed() }
}

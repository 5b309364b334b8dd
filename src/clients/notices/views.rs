//! The log-out notices of an SSO client, in words, for its modal.

use crate::web::page::Page;

/// One notice. Times are ready to read.
pub struct NoticeRow {
    /// When somebody logged out.
    pub began: String,
    pub state: State,
}

pub enum State {
    Done {
        at: String,
    },
    /// On its way for the first time.
    Waiting,
    /// It did not arrive yet; what came back, and when it is tried again.
    Retrying {
        answer: String,
        next: String,
        tries: i64,
    },
    GivenUp {
        answer: String,
        at: String,
    },
}

impl NoticeRow {
    pub fn kind(&self) -> &'static str {
        match self.state {
            State::Done { .. } => "ok",
            State::Waiting => "wait",
            State::Retrying { .. } => "held",
            State::GivenUp { .. } => "bad",
        }
    }

    pub fn words(&self, page: &Page) -> String {
        page.t(match self.state {
            State::Done { .. } => "notice-done",
            State::Waiting => "notice-waiting",
            State::Retrying { .. } => "notice-retrying",
            State::GivenUp { .. } => "notice-given-up",
        })
    }

    pub fn small(&self, page: &Page) -> String {
        let began = ("began", (&self.began).into());
        match &self.state {
            State::Done { at } => page.locale.text("notice-done-at", &[began, ("at", at.into())]),
            State::Waiting => page.locale.text("notice-waiting-since", &[began]),
            State::Retrying { answer, next, tries } => {
                let args = [
                    began,
                    ("answer", answer.into()),
                    ("next", next.into()),
                    ("tries", (*tries).into()),
                ];
                page.locale.text("notice-retrying-next", &args)
            }
            State::GivenUp { answer, at } => {
                let args = [began, ("answer", answer.into()), ("at", at.into())];
                page.locale.text("notice-given-up-at", &args)
            }
        }
    }

    /// What an admin can do about it.
    pub fn next(&self, page: &Page, client: &str) -> Option<String> {
        match self.state {
            State::GivenUp { .. } => Some(page.t1("notice-given-up-next", "client", client)),
            _ => None,
        }
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::web::page::samples::CANARY;

    /// One in each state.
    pub fn rows() -> Vec<NoticeRow> {
        let text = str::to_owned;
        let row = |state| NoticeRow { began: text("today at 9:12"), state };
        let answer = || text("503 Service Unavailable");
        vec![
            row(State::Waiting),
            row(State::Retrying { answer: answer(), next: text("12 May 2026 at 9:44"), tries: 3 }),
            row(State::Done { at: text("2 min ago") }),
            row(State::GivenUp { answer: answer(), at: text("11 May 2026 at 8:00") }),
        ]
    }

    pub fn hostile_rows() -> Vec<NoticeRow> {
        let canary = || CANARY.to_owned();
        let row = |state| NoticeRow { began: canary(), state };
        vec![
            row(State::Done { at: canary() }),
            row(State::Retrying { answer: canary(), next: canary(), tries: 1 }),
            row(State::GivenUp { answer: canary(), at: canary() }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::samples;
    use crate::web::page::samples::stranger;

    #[test]
    fn a_notice_quotes_what_came_back_and_says_when_it_goes_on() {
        let page = stranger();
        let small: Vec<_> = samples::rows().iter().map(|row| row.small(&page)).collect();

        assert!(small[1].contains("“503 Service Unavailable”"), "{}", small[1]);
        assert!(small[1].contains("12 May 2026 at 9:44"), "{}", small[1]);
        assert!(small[2].contains("2 min ago"), "{}", small[2]);
        assert!(small[3].contains("“503 Service Unavailable”"), "{}", small[3]);
    }
}

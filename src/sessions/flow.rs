//! The sign-in on its way: one row with an explicit state, and the one function that moves it.
//!
//! No other code writes the state, and no cookie proves a step: a browser that shows anything else
//! than what the row expects falls back to less, never to more (SECURITY.md 4.4).

/// Second factors will stand between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Waits for the member to sign in.
    Waiting,
    /// Its code was issued; whoever comes back to it starts anew at the client.
    Done,
}

/// What happens to a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The browser has a session of a member who may use the client.
    SignedIn,
    /// Nobody is signed in, or the password was wrong.
    NotSignedIn,
}

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    AskForPassword,
    IssueCode,
    /// Too late, or the second time: to where the client starts.
    StartAnew,
}

pub fn next(state: State, event: Event) -> (State, Next) {
    match (state, event) {
        (State::Waiting, Event::SignedIn) => (State::Done, Next::IssueCode),
        (state, Event::NotSignedIn) => (state, Next::AskForPassword),
        (State::Done, Event::SignedIn) => (State::Done, Next::StartAnew),
    }
}

impl State {
    pub fn as_text(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Waiting, Self::Done].into_iter().find(|state| state.as_text() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every walk of five events from the start: a code only ever follows a sign-in, and only once.
    #[test]
    fn no_walk_issues_a_code_without_a_sign_in_or_twice() {
        let events = [Event::SignedIn, Event::NotSignedIn];
        for walk in 0..events.len().pow(5) {
            let (mut state, mut codes) = (State::Waiting, 0);
            for step in 0..5_u32 {
                let event = events[walk / events.len().pow(step) % events.len()];
                let (after, what) = next(state, event);
                if what == Next::IssueCode {
                    assert_eq!(event, Event::SignedIn);
                    codes += 1;
                }
                assert!(!(state == State::Done && after == State::Waiting), "never back");
                state = after;
            }
            assert!(codes <= 1, "walk {walk}");
        }
    }
}

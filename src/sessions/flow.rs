//! The sign-in on its way: one row with an explicit state, and the one function that moves it.
//!
//! No other code writes the state, and no cookie proves a step: a browser that shows anything else
//! than what the row expects falls back to less, never to more (SECURITY.md 4.4). What the request
//! asks for and what is known of the browser are looked at anew with every step.

/// Second factors will stand between signing in and the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing has happened yet.
    Waiting,
    /// The member said with which login to go on.
    Chosen,
    /// The password was typed for this very request.
    SignedIn,
    /// Its answer went to the client; whoever comes back to it starts anew there.
    Done,
}

/// What the request asks for (OpenID Connect Core §3.1.2.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Policy {
    /// `prompt=none`: no page may be shown.
    pub is_silent: bool,
    /// `prompt=login`: the password again, whoever is signed in.
    pub asks_password: bool,
    /// `prompt=select_account`: with which login?
    pub asks_account: bool,
    /// `prompt=consent`: ask, even what was allowed before.
    pub asks_consent: bool,
}

/// What is known of the browser at this moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Somebody is signed in here.
    pub is_signed_in: bool,
    /// And has typed the password within `max_age`, if that was asked for.
    pub is_recent: bool,
    /// And is who the request expects: `id_token_hint`, or a `sub` of the claims parameter.
    pub is_expected: bool,
    /// And is in one of the client's Permitted Groups.
    pub is_permitted: bool,
    /// And has allowed what is asked for, or the client is trusted.
    pub has_consented: bool,
}

/// What happens to a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The browser comes by.
    Came,
    /// The right password was typed for it.
    Entered,
    /// "Continue as …"
    Chose,
    /// "Share and continue"
    Agreed,
    /// "Do not share", or the way back from a page that says no.
    Declined,
}

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    AskForPassword,
    AskForAccount,
    AskForConsent,
    /// A page that says why, and whom to ask.
    SayNotPermitted,
    IssueCode,
    /// An error goes back to the client.
    Refuse(Why),
    /// Too late, or the second time: to where the client starts.
    StartAnew,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    LoginRequired,
    ConsentRequired,
    NotPermitted,
    Declined,
}

pub fn next(state: State, policy: Policy, seen: Seen, event: Event) -> (State, Next) {
    use State::{Chosen, Done, SignedIn, Waiting};
    let state = match (state, event) {
        (Done, _) if seen.is_signed_in => return (Done, Next::StartAnew),
        (Done, _) => return (Done, Next::AskForPassword),
        (Waiting | Chosen, Event::Entered) => SignedIn,
        (Waiting, Event::Chose) if seen.is_signed_in => Chosen,
        (state, _) => state,
    };
    let page_or = |page: Next, why: Why| match policy.is_silent {
        true => (Done, Next::Refuse(why)),
        false => (state, page),
    };
    let was_asked = state == SignedIn;
    if !seen.is_signed_in
        || (policy.asks_password && !was_asked)
        || (!seen.is_recent && !was_asked)
        || (!seen.is_expected && !was_asked)
    {
        return page_or(Next::AskForPassword, Why::LoginRequired);
    }
    if !seen.is_expected {
        // §3.1.2.2: "the Authorization Server MUST NOT reply with an ID Token or Access Token for a
        // different user".
        return (Done, Next::Refuse(Why::LoginRequired));
    }
    if policy.asks_account && state == Waiting {
        return page_or(Next::AskForAccount, Why::LoginRequired);
    }
    if event == Event::Declined {
        let why = if seen.is_permitted { Why::Declined } else { Why::NotPermitted };
        return (Done, Next::Refuse(why));
    }
    if !seen.is_permitted {
        return page_or(Next::SayNotPermitted, Why::NotPermitted);
    }
    if (policy.asks_consent || !seen.has_consented) && event != Event::Agreed {
        return page_or(Next::AskForConsent, Why::ConsentRequired);
    }
    (Done, Next::IssueCode)
}

impl State {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Chosen, Self::SignedIn, Self::Done];

    pub fn as_text(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Chosen => "chosen",
            Self::SignedIn => "signed_in",
            Self::Done => "done",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_text() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 5] =
        [Event::Came, Event::Entered, Event::Chose, Event::Agreed, Event::Declined];

    fn bits<const N: usize>(number: usize) -> [bool; N] {
        std::array::from_fn(|place| number >> place & 1 == 1)
    }

    fn policy(number: usize) -> Policy {
        let [is_silent, asks_password, asks_account, asks_consent] = bits(number);
        Policy { is_silent, asks_password, asks_account, asks_consent }
    }

    fn seen(number: usize) -> Seen {
        let [is_signed_in, is_recent, is_expected, is_permitted, has_consented] = bits(number);
        Seen { is_signed_in, is_recent, is_expected, is_permitted, has_consented }
    }

    /// SECURITY.md 4.4: every policy, every state, everything that can be known, every event.
    #[test]
    fn a_code_follows_only_what_the_request_asked_for() {
        let mut codes = 0;
        for (number, state) in (0..16 * 32).flat_map(|n| State::ALL.map(|state| (n, state))) {
            let (policy, seen) = (policy(number / 32), seen(number % 32));
            for event in EVENTS {
                let (after, what) = next(state, policy, seen, event);
                let asked = state == State::SignedIn || event == Event::Entered;
                if what == Next::IssueCode {
                    codes += 1;
                    assert_ne!(state, State::Done, "once");
                    assert_eq!(after, State::Done);
                    assert!(seen.is_signed_in && seen.is_expected && seen.is_permitted);
                    assert!(!policy.asks_password || asked);
                    assert!(seen.is_recent || asked);
                    assert!(
                        !policy.asks_account || state != State::Waiting || event != Event::Came
                    );
                    let agreed = event == Event::Agreed;
                    assert!(agreed || (seen.has_consented && !policy.asks_consent));
                }
                let is_page = matches!(
                    what,
                    Next::AskForPassword
                        | Next::AskForAccount
                        | Next::AskForConsent
                        | Next::SayNotPermitted
                );
                // §3.1.2.1, none: "MUST NOT display any authentication or consent user interface
                // pages". A request that is done has no page of its own any more.
                assert!(!(is_page && policy.is_silent && state != State::Done), "{policy:?}");
                assert!(state != State::Done || after == State::Done, "never back");
            }
        }
        assert!(codes > 100, "{codes}");
    }

    #[test]
    fn every_state_is_kept_as_a_word_of_its_own() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_text()), Some(state));
        }
        assert_eq!(State::parse(""), None);
    }
}

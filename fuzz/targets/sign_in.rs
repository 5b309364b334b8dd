//! Z-8: a walk through the sign-in's state machine (SECURITY.md 4.4). The one over HTTP is
//! tests/it/fuzz/walk.rs.

use novi_sso::sessions::flow::{Event, Next, Policy, Seen, State, next};

/// Capitals are the request's policy: Silent, Password, Account, Consent. Small letters turn on and off
/// what is seen: signed `i`n, `r`ecent, `e`xpected, `p`ermitted, `c`onsented. A sign is an event: `.` came, `>` entered,
/// `=` chose, `+` agreed, `-` declined. Anything else is passed over. True if a code was issued.
pub fn sign_in(data: &[u8]) -> bool {
    let policy = Policy {
        is_silent: data.contains(&b'S'),
        asks_password: data.contains(&b'P'),
        asks_account: data.contains(&b'A'),
        asks_consent: data.contains(&b'C'),
    };
    let mut seen = Seen::default();
    let mut walk = Walk { policy, state: State::Waiting, entered: false, chose: false, end: None };
    for sign in data {
        let event = match sign {
            b'.' => Event::Came,
            b'>' => Event::Entered,
            b'=' => Event::Chose,
            b'+' => Event::Agreed,
            b'-' => Event::Declined,
            letter => {
                match letter {
                    b'i' => seen.is_signed_in ^= true,
                    b'r' => seen.is_recent ^= true,
                    b'e' => seen.is_expected ^= true,
                    b'p' => seen.is_permitted ^= true,
                    b'c' => seen.has_consented ^= true,
                    _ => {}
                }
                continue;
            }
        };
        walk.step(seen, event);
    }
    walk.end == Some(Next::IssueCode)
}

struct Walk {
    policy: Policy,
    state: State,
    /// What really happened, whatever the state says.
    entered: bool,
    chose: bool,
    /// What was answered to the client, after which nothing more is.
    end: Option<Next>,
}

impl Walk {
    fn step(&mut self, seen: Seen, event: Event) {
        let Policy { is_silent, asks_password, asks_account, asks_consent } = self.policy;
        self.entered |= event == Event::Entered;
        self.chose |= event == Event::Chose && seen.is_signed_in;
        let (state, what) = next(self.state, self.policy, seen, event);
        assert_eq!((state, what), next(self.state, self.policy, seen, event), "it is a function");
        assert_eq!(State::parse(state.as_text()), Some(state));

        if let Some(end) = self.end {
            assert_eq!(state, State::Done, "done is final");
            assert!(
                matches!(what, Next::StartAnew | Next::AskForPassword),
                "{end:?}, then {what:?}"
            );
            return;
        }
        match what {
            Next::IssueCode => {
                assert!(seen.is_signed_in && seen.is_expected && seen.is_permitted, "{seen:?}");
                assert!(self.entered || (seen.is_recent && !asks_password), "no password");
                assert!(self.entered || self.chose || !asks_account, "no choice of account");
                let agreed = event == Event::Agreed;
                assert!(agreed || (seen.has_consented && !asks_consent), "no consent");
                assert_ne!(event, Event::Declined);
            }
            Next::Refuse(_) => {}
            Next::StartAnew => panic!("nothing was answered yet"),
            page => {
                // OpenID Connect Core §3.1.2.1, none: "MUST NOT display any authentication or consent
                // user interface pages".
                assert!(!is_silent, "{page:?} is a page");
                assert_ne!(state, State::Done, "{page:?} is for nothing");
            }
        }
        let is_answer = matches!(what, Next::IssueCode | Next::Refuse(_));
        assert_eq!(is_answer, state == State::Done);
        assert!(state != State::SignedIn || self.entered, "nobody typed a password");
        assert!(state != State::Chosen || self.chose, "nobody chose");
        self.state = state;
        self.end = is_answer.then_some(what);
    }
}

//! The stand-in's own browser sessions: a bounded list in memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::claims::Claims;
use crate::token::random_text;

/// Enough for every tab of a demonstration; the oldest gives way.
pub const KEPT: usize = 1_000;

pub enum Session {
    Asking(Attempt),
    SignedIn(Arc<Claims>),
}

/// What the platform remembers while the member is away at the provider.
pub struct Attempt {
    pub state: String,
    /// Only OpenID Connect sends one.
    pub nonce: Option<String>,
    /// Where the member pressed the button, and where the cookie is.
    pub origin: String,
}

pub struct Sessions {
    newest_last: Mutex<VecDeque<(String, Session)>>,
    bound: usize,
}

impl Sessions {
    pub fn bounded(bound: usize) -> Self {
        Self { newest_last: Mutex::default(), bound }
    }

    /// Answers the new session's id, always a fresh one.
    pub fn open(&self, session: Session) -> String {
        let id = random_text();
        let mut kept = self.lock();
        kept.push_back((id.clone(), session));
        if kept.len() > self.bound {
            kept.pop_front();
        }
        id
    }

    /// An attempt ends with its first callback, successful or not.
    pub fn take_attempt(&self, id: &str) -> Option<Attempt> {
        let mut kept = self.lock();
        let place = kept
            .iter()
            .position(|(kept, session)| kept == id && matches!(session, Session::Asking(_)))?;
        match kept.remove(place) {
            Some((_, Session::Asking(attempt))) => Some(attempt),
            _ => None,
        }
    }

    /// The origin where the attempt with this `state` began.
    pub fn origin_of(&self, state: &str) -> Option<String> {
        self.lock().iter().find_map(|(_, session)| match session {
            Session::Asking(attempt) if attempt.state == state => Some(attempt.origin.clone()),
            _ => None,
        })
    }

    pub fn signed_in(&self, id: &str) -> Option<Arc<Claims>> {
        self.lock().iter().find_map(|(kept, session)| match session {
            Session::SignedIn(claims) if kept == id => Some(Arc::clone(claims)),
            _ => None,
        })
    }

    pub fn close(&self, id: &str) {
        self.lock().retain(|(kept, _)| kept != id);
    }

    /// No step under the lock can leave the list half changed, so a panic elsewhere does not spoil it.
    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, Session)>> {
        self.newest_last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(state: &str) -> Session {
        Session::Asking(Attempt { state: state.into(), nonce: None, origin: "http://a".into() })
    }

    #[test]
    fn the_oldest_session_gives_way() {
        let sessions = Sessions::bounded(2);

        let ids: Vec<_> = ["one", "two", "three"].map(|state| sessions.open(asking(state))).into();

        assert!(sessions.take_attempt(&ids[0]).is_none());
        assert!(sessions.take_attempt(&ids[1]).is_some_and(|attempt| attempt.state == "two"));
        assert!(sessions.take_attempt(&ids[2]).is_some_and(|attempt| attempt.state == "three"));
    }

    #[test]
    fn an_attempt_is_taken_once() {
        let sessions = Sessions::bounded(2);
        let id = sessions.open(asking("one"));

        let first = sessions.take_attempt(&id);
        let second = sessions.take_attempt(&id);

        assert!(first.is_some() && second.is_none());
    }
}

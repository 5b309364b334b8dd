//! `prompt` and `max_age`: whether somebody is asked, and for what (OpenID Connect Core §3.1.2.1).

use super::error::Error;
use super::params::Params;
use crate::sessions::flow::Policy;

pub const SUPPORTED: [&str; 4] = ["none", "login", "consent", "select_account"];

/// What the two ask for together. `max_age=0` is `prompt=login`: nobody has just signed in.
pub fn policy(params: &Params) -> Result<(Policy, Option<i64>), Error> {
    let mut policy = Policy::default();
    let prompts: Vec<_> =
        params.get("prompt").unwrap_or_default().split_ascii_whitespace().collect();
    for prompt in &prompts {
        match *prompt {
            "none" => policy.is_silent = true,
            "login" => policy.asks_password = true,
            "consent" => policy.asks_consent = true,
            "select_account" => policy.asks_account = true,
            _ => return Err(Error::invalid_request("prompt holds a value that is not known")),
        }
    }
    // "If this parameter contains none with any other value, an error is returned."
    if policy.is_silent && prompts.len() > 1 {
        return Err(Error::invalid_request("prompt=none stands alone"));
    }
    let seconds = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.parse::<u32>().map_err(|_| ()),
        false => Err(()),
    };
    let max_age = match params.get("max_age").map(seconds) {
        None => None,
        Some(Ok(seconds)) => Some(i64::from(seconds)),
        Some(Err(_)) => {
            return Err(Error::invalid_request("max_age must be a number of seconds"));
        }
    };
    if max_age == Some(0) {
        policy.asks_password = true;
    }
    Ok((policy, max_age))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(query: &str) -> Result<(Policy, Option<i64>), Error> {
        policy(&Params::parse(query.as_bytes()).unwrap())
    }

    #[test]
    fn prompts_combine_and_none_stands_alone() {
        let (both, _) = asked("prompt=login%20consent").unwrap();
        assert!(both.asks_password && both.asks_consent && !both.is_silent && !both.asks_account);
        assert!(asked("prompt=none").unwrap().0.is_silent);
        for wrong in ["prompt=none%20login", "prompt=consent%20none", "prompt=sing"] {
            assert!(asked(wrong).is_err(), "{wrong}");
        }
    }

    /// SEC-M9.
    #[test]
    fn max_age_is_a_number_of_seconds_and_zero_asks_again() {
        assert_eq!(asked("max_age=300").unwrap(), (Policy::default(), Some(300)));
        assert!(asked("max_age=0").unwrap().0.asks_password);
        for wrong in
            ["max_age=-1", "max_age=%2B1", "max_age=x", "max_age=1.5", "max_age=99999999999"]
        {
            assert!(asked(wrong).is_err(), "{wrong}");
        }
    }
}

//! Basic OP and Form Post OP: who is signed in, since when, and whether to ask again.

use super::checks::{self, seconds};
use super::suite::{Seen, in_both_modes, long_state};

#[tokio::test]
async fn oidcc_prompt_login() {
    in_both_modes(async |mut suite| {
        let first = suite.signs_in(&[]).await;
        suite.novi.clock.advance(2);
        let second = suite.signs_in(&[("prompt", "login")]).await;

        assert_eq!(second.seen, [Seen::LogIn], "asked although logged in");
        assert_eq!(second.claims["sub"], first.claims["sub"]);
        assert_eq!(seconds(&second.claims, "auth_time"), seconds(&first.claims, "auth_time") + 2);
    })
    .await;
}

#[tokio::test]
async fn oidcc_prompt_none_not_logged_in() {
    in_both_modes(async |mut suite| {
        let state = long_state();
        let arrival = suite.authorizes(&[("prompt", "none"), ("state", &state)]).await;

        assert_eq!(arrival.error(), "login_required");
        checks::asks_for_a_person(&arrival);
        assert_eq!(arrival.got("state"), Some(&*state));
    })
    .await;
}

#[tokio::test]
async fn oidcc_prompt_none_logged_in() {
    in_both_modes(async |mut suite| {
        let first = suite.signs_in(&[]).await;
        suite.novi.clock.advance(2);
        let second = suite.signs_in(&[("prompt", "none")]).await;

        assert_eq!(second.seen, [], "silently");
        for claim in ["sub", "auth_time"] {
            assert_eq!(second.claims[claim], first.claims[claim], "{claim}");
        }
    })
    .await;
}

#[tokio::test]
async fn oidcc_max_age_1() {
    in_both_modes(async |mut suite| {
        let first = suite.signs_in(&[]).await;
        suite.novi.clock.advance(2);
        let second = suite.signs_in(&[("max_age", "1")]).await;

        assert_eq!(second.seen, [Seen::LogIn], "two seconds are too old");
        let times = [&first, &second].map(|signed_in| seconds(&signed_in.claims, "auth_time"));
        assert_eq!(times, [suite.now() - 2, suite.now()], "later, and recent");
        assert_eq!(second.claims["sub"], first.claims["sub"]);
    })
    .await;
}

#[tokio::test]
async fn oidcc_max_age_10000() {
    in_both_modes(async |mut suite| {
        let first = suite.signs_in(&[("max_age", "15000")]).await;
        suite.novi.clock.advance(60);
        let second = suite.signs_in(&[("max_age", "10000")]).await;

        assert_eq!((first.seen, second.seen), (vec![Seen::LogIn], vec![]), "one log-in");
        assert_eq!(seconds(&first.claims, "auth_time"), seconds(&second.claims, "auth_time"));
        assert_eq!(second.claims["sub"], first.claims["sub"]);
    })
    .await;
}

#[tokio::test]
async fn oidcc_id_token_hint() {
    in_both_modes(async |mut suite| {
        let first = suite.signs_in(&[]).await;
        suite.novi.clock.advance(2);
        let hint = [("prompt", "none"), ("id_token_hint", first.id_token())];
        let second = suite.signs_in(&hint).await;

        assert_eq!(second.seen, [], "silently");
        for claim in ["sub", "auth_time"] {
            assert_eq!(second.claims[claim], first.claims[claim], "{claim}");
        }
    })
    .await;
}

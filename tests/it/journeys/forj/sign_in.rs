//! Step 3: Single Sign-On Setup (SSO) (F:67–102).

use crate::journeys::mobilize::{COMMUNITY, stand_in};
use crate::journeys::{Person, add_sso_client};
use crate::support::Novi;

/// R8, R10, R11, R13, R71 (F:68–102): the same platform under its newer name.
#[tokio::test]
async fn a_member_logs_in_and_a_deactivated_one_does_not() {
    let novi = Novi::start().await;
    let redirect_url = format!("https://{COMMUNITY}/users/auth/openidconnect/callback");
    let keys = add_sso_client(&novi, "Forj Community", &redirect_url).await;
    let forj = stand_in(&novi, &keys, None);
    let (ann, bob) = (novi.member("Ann").await, novi.member("Bob").await);
    let site = novi.home().await;
    let actor = novi_sso::events::Actor::CommandLine;
    assert!(novi_sso::members::deactivate(&site, &bob.id, &actor).await.unwrap());

    for (member, gets_in) in [(&ann, true), (&bob, false)] {
        let mut person = Person::at(&novi, &[(COMMUNITY, &forj)]);
        let click = person.browser(COMMUNITY).post("/users/auth/openidconnect", &[]).await;
        let (_, log_in) = person.follow(COMMUNITY.to_owned(), click).await;
        assert!(log_in.body.contains("Forj Community"), "{}", log_in.body);

        let (host, page) = person.logs_in(&log_in, member).await;

        assert_eq!(host == COMMUNITY, gets_in, "{}", page.body);
        assert_eq!(page.body.contains(member.id.as_str()), gets_in);
    }
}

//! What an admin decides about an SSO client beyond its name and redirect URLs: who may log in, whether
//! members are asked, what happens after log-out, and what developers need (issue 3).

use novi_sso::clients::{self, Consent, Settings, TokenAuthMethod};
use novi_sso::events::Actor;
use novi_sso::groups;

use crate::sso_clients::{admin, path_of};
use crate::support::{Browser, CALLBACK, ELSEWHERE, HOME, Novi, Page, Platform};

const LIST: &str = "/admin/sso-clients";
const NEW: &str = "/admin/sso-clients/new";
const P256: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"1","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}"#;

fn path(platform: &Platform) -> String {
    format!("{LIST}/{}", platform.client_id)
}

async fn settings(novi: &Novi, platform: &Platform) -> Settings {
    let id = platform.client_id.parse().unwrap();
    clients::load(&novi.home().await, &id).await.unwrap().unwrap().settings
}

/// Opens the form, changes these fields, and saves.
async fn saves(browser: &mut Browser, platform: &Platform, typed: &[(&str, &str)]) -> Page {
    let page = browser.get(&path(platform)).await;
    browser.fill(&page, &path(platform), typed).await
}

fn values(page: &Page, action: &str, field: &str) -> Vec<String> {
    let fields = page.form(action).into_iter().filter(|(name, _)| name == field);
    fields.map(|(_, value)| value).collect()
}

/// Parts 2, 3, 4, 7 and 8: one form, one Save; opened again it shows what was saved.
#[tokio::test]
async fn every_setting_is_saved_and_stands_in_the_form_again() {
    let novi = Novi::start().await;
    let (ann, forj) = (novi.member("Ann").await, novi.client("Forj").await);
    let staff = novi.group("Staff", &[&ann]).await;
    let mut ruth = admin(&novi, "Ruth").await;
    let usual = settings(&novi, &forj).await;
    let everything = [
        ("who", "some"),
        ("group", staff.as_str()),
        ("consent", "asked"),
        ("log_out_url", "https://a.example/out, https://b.example/out"),
        ("backchannel_url", "https://a.example/backchannel"),
        ("auth_method", "client_secret_basic"),
        ("pkce", "on"),
        ("id_token_claims", ""),
        ("legacy_sso", "on"),
        ("machine", "on"),
        ("resource_url", "https://api.a.example"),
    ];

    let asked = saves(&mut ruth, &forj, &everything).await;
    let saved = ruth.fill(&asked, &path(&forj), &[("confirmed", "1")]).await;

    assert_eq!(saved.status, 303, "{}", saved.text());
    let now = settings(&novi, &forj).await;
    let texts = |urls: &[clients::RedirectUrl]| -> Vec<_> {
        urls.iter().map(|url| url.as_str().to_owned()).collect()
    };
    assert_eq!(now.permitted_groups, std::slice::from_ref(&staff));
    assert_eq!(now.consent, Consent::Asked);
    let out = ["https://a.example/out", "https://b.example/out"];
    assert_eq!(texts(&now.post_logout_urls), out);
    assert_eq!(texts(now.backchannel_logout_url.as_slice()), ["https://a.example/backchannel"]);
    assert_eq!(now.auth_method, TokenAuthMethod::ClientSecretBasic);
    assert!(now.requires_pkce && now.has_lean_id_token && now.has_legacy_sso && now.is_machine);
    assert_eq!(now.resource_url.as_deref(), Some("https://api.a.example"));
    // Saved again untouched, it stays as it is.
    assert_eq!(saves(&mut ruth, &forj, &[]).await.status, 303);
    assert_eq!(settings(&novi, &forj).await, now);
    // And all the way back.
    let back = [
        ("who", "all"),
        ("consent", "trusted"),
        ("log_out_url", ""),
        ("backchannel_url", ""),
        ("auth_method", "either"),
        ("pkce", ""),
        ("id_token_claims", "on"),
        ("legacy_sso", ""),
        ("machine", ""),
        ("resource_url", ""),
    ];
    assert_eq!(saves(&mut ruth, &forj, &back).await.status, 303);
    assert_eq!(settings(&novi, &forj).await, Settings { permitted_groups: vec![], ..usual });
}

/// The part for developers is folded away until somebody touched it.
#[tokio::test]
async fn what_only_developers_need_is_open_once_it_was_touched() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, "Ruth").await;
    let developers = |page: &Page| {
        let part = page.body.split("<details class=\"field\"").nth(1).unwrap().to_owned();
        part.split('>').next().unwrap().to_owned()
    };

    let folded = ruth.get(&path(&forj)).await;
    saves(&mut ruth, &forj, &[("pkce", "on")]).await;
    let open = ruth.get(&path(&forj)).await;

    assert_eq!((developers(&folded), developers(&open)), (String::new(), " open".to_owned()));
}

/// Each mistake says what happened and what to do; nothing that was typed is lost, nothing saved.
#[tokio::test]
async fn every_mistake_with_a_setting_has_its_sentence() {
    let novi = Novi::start().await;
    let (forj, other) = (novi.client("Forj").await, novi.client("Other").await);
    let mut ruth = admin(&novi, "Ruth").await;
    assert_eq!(
        saves(&mut ruth, &other, &[("resource_url", "https://taken.example/")]).await.status,
        303
    );
    let before = novi.tables().await;
    let signed = |jwks: &'static str| vec![("auth_method", "private_key_jwt"), ("jwks", jwks)];
    let private = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"c"}]}"#;
    let weak = r#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}"#;

    for (typed, field, sentence) in [
        (vec![("who", "some")], "who-some", "Choose at least one group"),
        (vec![("log_out_url", "http://a.example/")], "log-out-url-1", "only over https"),
        (
            vec![("log_out_url", "https://a.example/out https://a.example/out")],
            "log-out-url-2",
            "on the list already",
        ),
        (vec![("backchannel_url", "a.example")], "backchannel-url", "Write the whole address"),
        (vec![("backchannel_url", "https://a.example/#x")], "backchannel-url", "Remove the #"),
        (signed(""), "jwks", "Paste the public keys"),
        (signed("keys"), "jwks", "That is no JWKS."),
        (signed(r#"{"keys":[]}"#), "jwks", "There is no key in it."),
        (signed(private), "jwks", "a private or a shared key"),
        (signed(weak), "jwks", "RSA of 2048 bits or more"),
        (
            [signed(P256), vec![("legacy_sso", "on")]].concat(),
            "legacy-sso",
            "The old address signs with the Secret Key, and this client has none.",
        ),
        (vec![("resource_url", "urn:api")], "resource-url", "is a whole address without a #"),
        (vec![("resource_url", "https://a.example/#x")], "resource-url", "without a #"),
        (
            vec![("resource_url", "https://taken.example/")],
            "resource-url",
            "Another SSO client has this resource URL.",
        ),
    ] {
        let typed = [vec![("name", "Typed")], typed].concat();
        let page = saves(&mut ruth, &forj, &typed).await;

        assert_eq!(page.status, 422, "{typed:?}: {}", page.text());
        let text = page.text();
        assert!(text.contains("Not saved yet: one thing to correct."), "{typed:?}: {text}");
        assert!(text.contains(sentence), "{typed:?}: {text}");
        assert!(page.body.contains(&format!("href=\"#{field}\"")), "{typed:?}");
        assert!(page.body.contains(&format!("id=\"{field}\"")), "the summary leads somewhere");
        for (name, value) in typed.iter().filter(|(name, _)| *name != "log_out_url") {
            assert!(values(&page, &path(&forj), name).contains(&value.to_string()), "{name}");
        }
        assert_eq!(novi.tables().await.changed_since(&before), [""; 0], "{typed:?}");
    }
}

/// Part 3: before saving, how many members would lose access; and nothing that was typed is lost.
#[tokio::test]
async fn before_members_lose_access_the_admin_sees_how_many_and_confirms() {
    let novi = Novi::start().await;
    let (ann, ben, cyd) =
        (novi.member("Ann").await, novi.member("Ben").await, novi.member("Cyd").await);
    let forj = novi.client("Forj").await;
    let (staff, guests) =
        (novi.group("Staff", &[&ann]).await, novi.group("Guests", &[&ben, &cyd]).await);
    let mut ruth = admin(&novi, "Ruth").await;
    let before = novi.tables().await;
    let typed = [("who", "some"), ("group", staff.as_str()), ("name", "Forj Community")];

    let asked = saves(&mut ruth, &forj, &typed).await;

    assert_eq!(asked.status, 200);
    for said in [
        "3 of 4 can no longer log in to Forj",
        "3 members can no longer log in here.",
        "Then 1 member can log in here.",
        "Now All members After saving Staff",
        "Save, 3 lose access",
    ] {
        assert!(asked.text().contains(said), "{said} in {}", asked.text());
    }
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0], "asking saves nothing");
    // "Cancel" leads back to the form with everything that was typed.
    let back = ruth.fill(&asked, &path(&forj), &[("back", "1")]).await;
    assert_eq!(back.status, 200);
    assert_eq!(back.field("name").as_deref(), Some("Forj Community"));
    assert_eq!(values(&back, &path(&forj), "who"), ["some"]);
    assert_eq!(values(&back, &path(&forj), "group"), [staff.as_str()]);
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
    // A number that is not the one is not enough.
    for wrong in ["", "2", "4", "-3", "three", "3 "] {
        let again = ruth.fill(&asked, &path(&forj), &[("confirmed", wrong)]).await;
        let is_number = wrong.trim() == "3";
        assert_eq!(again.status, if is_number { 303 } else { 200 }, "{wrong:?}");
        assert_eq!(
            again.text().contains("A moment ago"),
            again.status == 200 && wrong.parse::<i64>().is_ok()
        );
    }

    let now = settings(&novi, &forj).await;
    assert_eq!((&*now.name, now.permitted_groups), ("Forj Community", vec![staff.clone()]));
    // More groups take nobody anything, and are not asked about.
    let more = [("group", staff.as_str()), ("group", guests.as_str())];
    assert_eq!(saves(&mut ruth, &forj, &more).await.status, 303);
    // From these groups to others: who loses and who gains.
    let fewer = saves(&mut ruth, &forj, &[("group", guests.as_str())]).await;
    assert!(fewer.text().contains("1 of 3 can no longer log in"), "{}", fewer.text());
    assert!(fewer.text().contains("Save, 1 loses access"), "{}", fewer.text());
    assert!(fewer.text().contains("Now GuestsStaff After saving Guests"), "{}", fewer.text());
}

/// The number that was confirmed travels with the form; if it is another one by then, ask again.
#[tokio::test]
async fn a_number_that_has_changed_meanwhile_is_asked_about_again() {
    let novi = Novi::start().await;
    let (ann, ben) = (novi.member("Ann").await, novi.member("Ben").await);
    let forj = novi.client("Forj").await;
    let staff = novi.group("Staff", &[&ann, &ben]).await;
    let mut ruth = admin(&novi, "Ruth").await;
    let asked = saves(&mut ruth, &forj, &[("who", "some"), ("group", staff.as_str())]).await;
    assert!(asked.text().contains("1 of 3 can no longer log in"), "{}", asked.text());
    let site = novi.home().await;
    assert!(groups::remove_member(&site, &staff, &ben.id, &Actor::CommandLine).await.unwrap());

    let again = ruth.fill(&asked, &path(&forj), &[("confirmed", "1")]).await;

    assert_eq!(again.status, 200);
    assert!(again.text().contains("A moment ago it was 1."), "{}", again.text());
    assert!(again.text().contains("Save, 2 lose access"), "{}", again.text());
    assert!(settings(&novi, &forj).await.permitted_groups.is_empty());
    let saved = ruth.fill(&again, &path(&forj), &[("confirmed", "2")]).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    assert_eq!(settings(&novi, &forj).await.permitted_groups, [staff]);
}

/// SEC-T2: a group of another association is none, and neither is one that never was.
#[tokio::test]
async fn a_group_that_is_not_the_associations_own_is_refused() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, "Ruth").await;
    let elsewhere = novi.site(ELSEWHERE).await;
    let theirs = groups::add(&elsewhere, "Nurses", true, &Actor::CommandLine).await;
    let theirs = theirs.unwrap().unwrap();
    let before = novi.tables().await;

    for group in [theirs.as_str(), "none", "\u{0}", "8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4"] {
        let page = saves(&mut ruth, &forj, &[("who", "some"), ("group", group)]).await;
        assert_eq!(page.status, 422, "{group}");
        assert!(page.text().contains("does not exist any more"), "{}", page.text());
        assert!(!page.body.contains("Nurses"));
    }
    assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
}

#[tokio::test]
async fn more_groups_than_an_admin_can_look_through_are_refused() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, "Ruth").await;
    let mut typed = vec![("who".to_owned(), "some".to_owned())];
    for number in 0..21 {
        let group = novi.group(&format!("Group {number:02}"), &[]).await;
        typed.push(("group".to_owned(), group.to_string()));
    }
    let typed: Vec<_> = typed.iter().map(|(name, value)| (&**name, &**value)).collect();

    let too_many = saves(&mut ruth, &forj, &typed).await;
    let fits = saves(&mut ruth, &forj, &typed[..21]).await;

    assert_eq!(too_many.status, 422);
    assert!(too_many.text().contains("An SSO client can have 20 groups."), "{}", too_many.text());
    assert!(fits.text().contains("can no longer log in to Forj"), "{}", fits.text());
}

/// Two admins at once: every setting is compared, in words, and "Save mine" saves every setting.
#[tokio::test]
async fn a_conflict_shows_every_setting_that_differs_in_words() {
    let novi = Novi::start().await;
    let (ann, forj) = (novi.member("Ann").await, novi.client("Forj").await);
    let staff = novi.group("Staff", &[&ann]).await;
    let (mut ruth, mut dan) = (admin(&novi, "Ruth").await, admin(&novi, "Dan").await);
    let of_ruth = ruth.get(&path(&forj)).await;
    let theirs = [("consent", "asked"), ("pkce", "on"), ("auth_method", "client_secret_post")];
    assert_eq!(saves(&mut dan, &forj, &theirs).await.status, 303);

    let mine = [
        ("who", "some"),
        ("group", staff.as_str()),
        ("log_out_url", "https://a.example/out"),
        ("resource_url", "https://api.a.example/"),
    ];
    let conflict = ruth.fill(&of_ruth, &path(&forj), &mine).await;

    assert_eq!(conflict.status, 409);
    for part in [
        "<del>All members</del>",
        "<ins>Staff</ins>",
        "<del>Ask each member first.</del>",
        "<ins>Share them right away.</ins>",
        "<del>Secret Key, in the post body</del>",
        "<ins>Secret Key, in the post body or by Basic</ins>",
        "<del>On</del>",
        "<ins>Off</ins>",
        "<code><ins>https://a.example/out</ins></code>",
        "<code><ins>https://api.a.example/</ins></code>",
    ] {
        assert!(conflict.body.contains(part), "{part} in {}", conflict.body);
    }
    assert!(!conflict.text().contains("Migration"), "what is the same is left out");
    let asked = ruth.fill(&conflict, &path(&forj), &[]).await;
    assert!(asked.text().contains("Save, 2 lose access"), "{}", asked.text());
    let saved = ruth.fill(&asked, &path(&forj), &[("confirmed", "2")]).await;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let now = settings(&novi, &forj).await;
    assert_eq!(now.permitted_groups, [staff]);
    assert_eq!((now.consent, now.requires_pkce), (Consent::Trusted, false));
    assert_eq!(now.auth_method, TokenAuthMethod::Secret);
    assert_eq!(now.post_logout_urls.len(), 1);
}

/// SECURITY.md 0.0 on 1.1: offered when all requests of the last day carried a challenge.
#[tokio::test]
async fn pkce_is_offered_when_nothing_would_break() {
    let novi = Novi::start().await;
    let (ann, forj) = (novi.member("Ann").await, novi.client("Forj").await);
    let offered = "Every request of the last day carried a challenge";
    let challenge = ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let with = [challenge, ("code_challenge_method", "S256")];
    let mut ruth = admin(&novi, "Ruth").await;
    let mut shown = async || ruth.get(&path(&forj)).await.text().contains(offered);

    assert!(!shown().await, "nobody came yet");
    forj.code_for(&ann).await;
    assert!(!shown().await, "one without");
    novi.clock.advance(23 * 3600);
    forj.code_for_with(&ann, &with).await;
    let mut ruth = admin(&novi, "Rita").await;
    let mut shown = async || ruth.get(&path(&forj)).await.text().contains(offered);
    assert!(!shown().await, "one of the last day was without");
    novi.clock.advance(3600);
    assert!(shown().await);
    saves(&mut ruth, &forj, &[("pkce", "on")]).await;
    assert!(!ruth.get(&path(&forj)).await.text().contains(offered), "it is required already");
}

/// Part 4: the method used is shown, and can be made the only one.
#[tokio::test]
async fn the_way_a_client_authenticated_last_is_shown_and_can_be_pinned() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, "Ruth").await;
    let fresh = ruth.get(&path(&forj)).await;
    assert!(fresh.text().contains("It has not proved itself yet."), "{}", fresh.text());
    let ann = novi.member("Ann").await;
    let by_basic = async || {
        let code = forj.code_for(&ann).await;
        forj.exchange_by_basic(&code, &forj.client_id, &forj.secret).await.status
    };
    assert_eq!(by_basic().await, 200);
    novi.clock.advance(120);

    let seen = ruth.get(&path(&forj)).await;
    let words = "Last seen: Secret Key, by Basic, 2 min ago. Choose that below";
    assert!(seen.text().contains(words), "{}", seen.text());
    saves(&mut ruth, &forj, &[("auth_method", "client_secret_basic")]).await;
    let pinned = ruth.get(&path(&forj)).await;

    assert!(!pinned.text().contains("Choose that below"), "{}", pinned.text());
    assert_eq!(forj.exchange(&forj.code_for(&ann).await).await.status, 401, "by post body");
    assert_eq!(by_basic().await, 200);
}

/// With keys of its own a client has no Secret Key to show, and gets one when it goes back.
#[tokio::test]
async fn a_client_that_signs_has_keys_instead_of_a_secret() {
    let novi = Novi::start().await;
    let mut ruth = admin(&novi, "Ruth").await;
    let form = ruth.get(NEW).await;
    let typed =
        [("name", "Signs"), ("url", CALLBACK), ("auth_method", "private_key_jwt"), ("jwks", P256)];
    assert_eq!(ruth.fill(&form, NEW, &typed).await.status, 303);
    let path = path_of(&ruth.get(LIST).await, "Signs");

    let modal = ruth.get(&path).await;
    assert!(modal.text().contains("This client signs with a key of its own"), "{}", modal.text());
    assert!(!modal.body.contains("/reveal") && !modal.body.contains("/new-secret"));
    let kept = values(&modal, &path, "jwks");
    assert_eq!(kept, [P256]);
    let back = ruth.fill(&modal, &path, &[("auth_method", "either"), ("jwks", "")]).await;
    assert_eq!(back.status, 303, "{}", back.text());

    let modal = ruth.get(&path).await;
    assert!(modal.body.contains(&format!("{path}/reveal")), "{}", modal.text());
}

/// A public client stays one, whatever a form says.
#[tokio::test]
async fn a_public_client_stays_public() {
    let novi = Novi::start().await;
    let app = novi.client_at(HOME, "App", &[CALLBACK], TokenAuthMethod::None).await;
    let mut ruth = admin(&novi, "Ruth").await;

    let modal = ruth.get(&path(&app)).await;
    assert!(values(&modal, &path(&app), "auth_method").is_empty());
    let typed = [
        ("auth_method", "client_secret_post"),
        ("machine", "on"),
        ("legacy_sso", "on"),
        ("jwks", P256),
        ("consent", "asked"),
    ];
    assert_eq!(ruth.fill(&modal, &path(&app), &typed).await.status, 303);

    let now = settings(&novi, &app).await;
    assert_eq!((now.auth_method, now.consent), (TokenAuthMethod::None, Consent::Asked));
    assert!(!now.is_machine && !now.has_legacy_sso && now.keys.is_none());
    assert_eq!(novi.count("select count(*) from client_secrets").await, 0);
}

/// RFC 6749 §4.4: software that only calls software receives nobody.
#[tokio::test]
async fn a_machine_needs_no_redirect_url() {
    let novi = Novi::start().await;
    let mut ruth = admin(&novi, "Ruth").await;
    let form = ruth.get(NEW).await;

    let refused = ruth.fill(&form, NEW, &[("name", "Robot")]).await;
    let saved = ruth.fill(&form, NEW, &[("name", "Robot"), ("machine", "on")]).await;

    assert_eq!((refused.status, saved.status), (422, 303), "{}", saved.text());
}

/// The log-out URLs have buttons of their own, and the redirect URLs stay as they are.
#[tokio::test]
async fn log_out_urls_are_added_and_removed_without_script() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, "Ruth").await;
    let (form, to) = (ruth.get(&path(&forj)).await, path(&forj));
    let typed = [("log_out_url", "https://a.example/out; wrong"), ("add_log_out", "1")];

    let more = ruth.fill(&form, &to, &typed).await;
    assert_eq!(values(&more, &to, "log_out_url"), ["https://a.example/out", "wrong", ""]);
    assert!(!more.body.contains("class=\"error\""), "nothing is judged yet");
    let fewer = ruth.fill(&more, &to, &[("remove_log_out", "2")]).await;

    assert_eq!(values(&fewer, &to, "log_out_url"), ["https://a.example/out", ""]);
    assert_eq!(values(&fewer, &to, "url"), [CALLBACK]);
    let many: Vec<String> = (0..21).map(|n| format!("https://a.example/{n}")).collect();
    let too_many = ruth.fill(&form, &to, &[("log_out_url", &many.join("\n"))]).await;
    assert_eq!(too_many.status, 422);
    assert!(too_many.text().contains("can have 20"), "{}", too_many.text());
}

/// SEC-DOS9, SECURITY.md 4.5: 50 clients per association, and then a clean sentence.
#[tokio::test]
async fn the_51st_client_is_refused_in_words_and_nothing_typed_is_lost() {
    let novi = Novi::start().await;
    let mut ruth = admin(&novi, "Ruth").await;
    for number in 0..50 {
        novi.client(&format!("Client {number}")).await;
    }
    let form = ruth.get(NEW).await;

    let refused = ruth.fill(&form, NEW, &[("name", "One more"), ("url", CALLBACK)]).await;

    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("Your association has 50 SSO clients"), "{}", refused.text());
    assert_eq!(refused.field("name").as_deref(), Some("One more"));
    assert_eq!(novi.count("select count(*) from clients").await, 50);
    novi.client_at(ELSEWHERE, "Theirs", &[CALLBACK], TokenAuthMethod::Secret).await;
}

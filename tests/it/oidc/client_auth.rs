//! How clients prove themselves at the token endpoint.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use novi_sso::clients::secrets::{self, Old};
use novi_sso::clients::{
    self, ClientSecret, Identity, RedirectUrl, Settings as ClientSettings, TokenAuthMethod,
};
use novi_sso::events::Actor;
use novi_sso::id::ClientId;

use crate::support::{CALLBACK, HOME, Novi, Platform};

/// R11, R12, PLATFORMS.md 11.3.
#[tokio::test]
async fn a_client_proves_itself_by_post_body_or_by_basic() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);

    let by_post = forj.exchange(&forj.code_for(&ann).await).await;
    let (id, secret) = (&forj.client_id, &forj.secret);
    let by_basic = forj.exchange_by_basic(&forj.code_for(&ann).await, id, secret).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", CALLBACK),
        ("client_id", id),
        ("code", &forj.code_for(&ann).await),
    ];
    // RFC 7617 §2: the scheme in any case. With the client_id in the body too, as some send it.
    let shouted = format!("bAsIc {}", STANDARD.encode(format!("{id}:{secret}")));
    let with_id = forj.post_token(&form, Some(&shouted)).await;

    for reply in [by_post, by_basic, with_id] {
        assert_eq!(reply.status, 200, "{}", reply.json);
    }
}

/// RFC 6749 §2.3.1 encodes both parts before base64, half of the world does not. A Secret Key that was taken over
/// (DEC21) may hold anything.
#[tokio::test]
async fn basic_works_with_encoded_and_with_raw_secrets() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;

    for secret in [
        "aB3-_aB3-_aB3-_aB3",
        "a+b/c=d&e:f%g h!i~j".replace(' ', "#").as_str(),
        "100%25+sure=100%25",
    ] {
        let forj = taken_over(&novi, secret).await;
        let encode =
            |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let id = forj.client_id.clone();

        for (id, sent) in [(id.clone(), secret.to_owned()), (encode(&id), encode(secret))] {
            let reply = forj.exchange_by_basic(&forj.code_for(&ann).await, &id, &sent).await;
            assert_eq!(reply.status, 200, "{secret} as {sent}: {}", reply.json);
        }
        assert_eq!(forj.exchange(&forj.code_for(&ann).await).await.status, 200, "{secret}");
        let wrong = forj.exchange_by_basic("x", &id, &encode(&encode(&format!("{secret}%")))).await;
        assert_eq!(wrong.status, 401, "{secret}");
    }
}

/// RFC 6749 §5.2: 401, and a challenge for those who tried the Authorization header.
#[tokio::test]
async fn a_failed_authentication_is_401_and_a_challenge_for_basic_only() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let (id, secret) = (&forj.client_id, &forj.secret);
    let unknown = "00000000-0000-4000-8000-000000000000";

    let by_post = [
        forj.token(&[("client_secret", "wrong"), ("code", "x")]).await,
        forj.token(&[("client_secret", ""), ("code", "x")]).await,
        forj.token(&[("client_id", unknown), ("code", "x")]).await,
        forj.token(&[("client_id", "nobody"), ("code", "x")]).await,
        forj.token(&[("client_id", ""), ("client_secret", ""), ("code", "x")]).await,
        forj.token(&[("client_secret", &secret.to_uppercase()), ("code", "x")]).await,
        forj.token(&[("client_secret", &secret[..42]), ("code", "x")]).await,
        forj.token(&[("client_secret", &format!("{secret}x")), ("code", "x")]).await,
    ];
    let form = [("grant_type", "authorization_code"), ("code", "x"), ("redirect_uri", CALLBACK)];
    let no_colon = format!("Basic {}", STANDARD.encode(id));
    let by_basic = [
        forj.exchange_by_basic("x", id, "wrong").await,
        forj.exchange_by_basic("x", id, "").await,
        forj.exchange_by_basic("x", unknown, secret).await,
        forj.exchange_by_basic("x", "", "").await,
        forj.post_token(&form, Some("Basic")).await,
        forj.post_token(&form, Some("Basic !!!")).await,
        forj.post_token(&form, Some(&no_colon)).await,
        forj.post_token(&form, Some("Bearer abc")).await,
    ];

    for reply in by_post.iter().chain(&by_basic) {
        assert_eq!((reply.status, &reply["error"]), (401, &"invalid_client".into()));
    }
    assert!(by_post.iter().all(|reply| reply.header("www-authenticate").is_none()));
    for reply in &by_basic {
        assert!(reply.header("www-authenticate").unwrap().starts_with("Basic realm="));
    }
    // Whether the client is unknown or its secret is wrong, nobody is told.
    assert_eq!(by_post[0].json, by_post[2].json);
    assert_eq!(by_basic[0].json, by_basic[2].json);
}

/// PLATFORMS.md 11.3: golang.org/x/oauth2 tries Basic first, then the body.
#[tokio::test]
async fn a_failed_authentication_does_not_consume_the_code() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let forj = novi.client_at(HOME, "Forj", &[CALLBACK], TokenAuthMethod::ClientSecretPost).await;
    let code = forj.code_for(&ann).await;

    let by_basic = forj.exchange_by_basic(&code, &forj.client_id, &forj.secret).await;
    let wrong = forj.token(&[("code", &code), ("client_secret", "wrong")]).await;
    let by_post = forj.exchange(&code).await;

    assert_eq!((by_basic.status, &by_basic["error"]), (401, &"invalid_client".into()));
    assert_eq!(wrong.status, 401);
    assert_eq!(by_post.status, 200, "{}", by_post.json);
}

/// RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request."
#[tokio::test]
async fn two_methods_in_one_request_are_refused() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let other = novi.client("Other").await;
    let code = forj.code_for(&ann).await;
    let basic = basic_of(&forj);

    let form = |id, secret| {
        let usual =
            [("grant_type", "authorization_code"), ("redirect_uri", CALLBACK), ("code", &*code)];
        let own = [("client_id", id), ("client_secret", secret)];
        usual
            .into_iter()
            .chain(own)
            .filter(|(_, value): &(_, &str)| !value.is_empty())
            .collect::<Vec<_>>()
    };
    let refused = [
        forj.post_token(&form(&forj.client_id, &forj.secret), Some(&basic)).await,
        forj.post_token(&form("", &forj.secret), Some(&basic)).await,
        forj.post_token(&form(&forj.client_id, "wrong"), Some(&basic)).await,
        forj.post_token(&form(&other.client_id, ""), Some(&basic)).await,
    ];

    for reply in &refused {
        assert_eq!(
            (reply.status, &reply["error"]),
            (400, &"invalid_request".into()),
            "{}",
            reply.json
        );
    }
    assert_eq!(forj.exchange(&code).await.status, 200);
}

/// A second Authorization header is a second method.
#[tokio::test]
async fn two_authorization_headers_are_refused() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let code = forj.code_for(&ann).await;
    let basic = basic_of(&forj);
    let body =
        format!("grant_type=authorization_code&redirect_uri={}&code={code}", encoded(CALLBACK));

    for second in ["Basic eDp5", basic.as_str()] {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("authorization", &*basic),
            ("authorization", second),
        ];
        let reply = forj.post("/oauth/token", &headers, &body).await;
        assert_eq!((reply.status, &reply["error"]), (400, &"invalid_request".into()));
    }

    assert_eq!(forj.exchange(&code).await.status, 200);
}

#[tokio::test]
async fn a_client_with_a_pinned_method_uses_no_other() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;

    for (method, post, basic) in [
        (TokenAuthMethod::Secret, 200, 200),
        (TokenAuthMethod::ClientSecretPost, 200, 401),
        (TokenAuthMethod::ClientSecretBasic, 401, 200),
    ] {
        let forj = novi.client_at(HOME, "Forj", &[CALLBACK], method).await;
        let by_post = forj.exchange(&forj.code_for(&ann).await).await;
        let code = forj.code_for(&ann).await;
        let by_basic = forj.exchange_by_basic(&code, &forj.client_id, &forj.secret).await;
        let by_none = forj.token(&[("client_secret", ""), ("code", &code)]).await;

        assert_eq!((by_post.status, by_basic.status), (post, basic), "{method:?}");
        assert_eq!(by_none.status, 401, "{method:?}");
    }
}

/// A public client names itself; a secret proves nothing that it does not have.
#[tokio::test]
async fn a_public_client_sends_its_client_id_and_no_secret() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let app = novi.client_at(HOME, "App", &[CALLBACK], TokenAuthMethod::None).await;
    assert_eq!(app.secret, "");
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let asked = [("code_challenge", challenge), ("code_challenge_method", "S256")];
    let code = app.code_for_with(&ann, &asked).await;

    let sent = [("code", &*code), ("code_verifier", verifier)];
    let with_secret = app.token(&[sent[0], sent[1], ("client_secret", "made-up")]).await;
    let by_basic = app.exchange_by_basic(&code, &app.client_id, "").await;
    let right = app.token(&sent).await;

    assert_eq!((with_secret.status, by_basic.status), (401, 401));
    assert_eq!(right.status, 200, "{}", right.json);
}

/// SECURITY.md 4.5 with 0.0: 20 in 5 minutes, failures alone; who knows the secret never waits.
#[tokio::test]
async fn twenty_failures_in_five_minutes_slow_down_guessing_and_nobody_else() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let other = novi.client("Other").await;
    let guess = |client: Platform| async move {
        client.token(&[("client_secret", "guess"), ("code", "x")]).await
    };

    for _ in 0..20 {
        assert_eq!(guess(forj.clone()).await.status, 401);
    }
    let slowed =
        [guess(forj.clone()).await, forj.exchange_by_basic("x", &forj.client_id, "guess").await];

    for reply in slowed {
        assert_eq!((reply.status, &reply["error"]), (429, &"invalid_client".into()));
        let seconds: u32 = reply.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=300).contains(&seconds));
    }
    assert_eq!(
        forj.exchange(&forj.code_for(&ann).await).await.status,
        200,
        "the right secret works"
    );
    assert_eq!(guess(forj.clone()).await.status, 429, "and forgives nothing");
    assert_eq!(guess(other).await.status, 401, "another client is not concerned");
    novi.clock.advance(301);
    assert_eq!(guess(forj).await.status, 401);
}

#[tokio::test]
async fn the_limit_of_failures_can_be_lifted() {
    let lifted =
        Novi::start_with(|settings| settings.limits.failed_client_authentications = None).await;
    let forj = lifted.client("Forj").await;

    for _ in 0..30 {
        assert_eq!(forj.token(&[("client_secret", "guess"), ("code", "x")]).await.status, 401);
    }
}

#[tokio::test]
async fn a_client_that_is_off_cannot_authenticate() {
    let novi = Novi::start().await;
    let (forj, site) = (novi.client("Forj").await, novi.home().await);
    let id: ClientId = forj.client_id.parse().unwrap();

    assert!(clients::disable(&site, &id, "Ann", &Actor::CommandLine).await.unwrap());
    let off =
        [forj.exchange("x").await, forj.exchange_by_basic("x", id.as_str(), &forj.secret).await];
    assert!(clients::enable(&site, &id, &Actor::CommandLine).await.unwrap());
    let on = forj.exchange("x").await;

    for reply in off {
        assert_eq!((reply.status, &reply["error"]), (401, &"invalid_client".into()));
    }
    assert_eq!((on.status, &on["error"]), (400, &"invalid_grant".into()));
}

#[tokio::test]
async fn a_new_secret_key_ends_the_old_one_at_once() {
    let novi = Novi::start().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let code = forj.code_for(&ann).await;

    let id: ClientId = forj.client_id.parse().unwrap();
    let (site, now) = (novi.home().await, Old::StopsAtOnce);
    let replaced = secrets::replace(&site, &id, "", now, &Actor::CommandLine).await;
    let fresh = replaced.unwrap().unwrap().expose().to_owned();

    assert_eq!(forj.exchange(&code).await.status, 401);
    let forj = Platform { secret: fresh, ..forj };
    assert_eq!(forj.exchange(&code).await.status, 200);
}

/// SECURITY.md 4.7: a platform changes over without an outage, in whatever way it sends its key.
#[tokio::test]
async fn two_secret_keys_work_side_by_side_until_the_old_one_expires() {
    let novi = Novi::start().await;
    let old = taken_over(&novi, "a+b/c=d&e:f%g#h!i~j").await;
    let (site, week) = (novi.home().await, Old::StopsIn { days: 7 });
    let replaced = secrets::replace(&site, &old.id(), "moved", week, &Actor::CommandLine).await;
    let fresh = replaced.unwrap().unwrap().expose().to_owned();
    let new = Platform { secret: fresh, ..old.clone() };
    let statuses = |client: Platform| async move {
        let (id, secret) = (client.client_id.clone(), client.secret.clone());
        [
            client.exchange("x").await.refusal().0,
            client.exchange_by_basic("x", &id, &secret).await.refusal().0,
            client.exchange_by_basic("x", &encoded(&id), &encoded(&secret)).await.refusal().0,
        ]
    };

    novi.clock.advance(7 * 24 * 3600 - 1);
    assert_eq!(statuses(old.clone()).await, [400; 3], "past the door: the code is what is wrong");
    assert_eq!(statuses(new.clone()).await, [400; 3]);
    novi.clock.advance(1);
    assert_eq!(statuses(old).await, [401; 3]);
    assert_eq!(statuses(new).await, [400; 3]);
}

/// So that an admin sees when the old one can go: which key was used last, when, and how.
#[tokio::test]
async fn the_last_use_of_each_secret_key_is_noted_once_a_minute() {
    let novi = Novi::start().await;
    let old = novi.client("Forj").await;
    let (site, id) = (novi.home().await, old.id());
    let week = Old::StopsIn { days: 7 };
    let replaced = secrets::replace(&site, &id, "new", week, &Actor::CommandLine).await;
    let secret = replaced.unwrap().unwrap().expose().to_owned();
    let new = Platform { secret, ..old.clone() };
    let noted = || async {
        let client = clients::load(&novi.home().await, &id).await.unwrap().unwrap();
        let seconds = |at: novi_sso::clock::Timestamp| at.unix_seconds() - crate::support::NOW;
        let used: Vec<_> = client.secrets.iter().map(|s| s.last_used_at.map(seconds)).collect();
        (used, client.method_used.map(|(method, at)| (method, seconds(at))))
    };
    assert_eq!(noted().await, (vec![None, None], None));

    novi.clock.advance(10);
    old.exchange("x").await;
    old.token(&[("code", "x"), ("client_secret", "wrong")]).await;
    let post = TokenAuthMethod::ClientSecretPost;
    assert_eq!(noted().await, (vec![Some(10), None], Some((post, 10))));
    novi.clock.advance(20);
    new.exchange("x").await;
    old.exchange("x").await;
    assert_eq!(noted().await, (vec![Some(10), Some(30)], Some((post, 10))), "not each time");
    novi.clock.advance(60);
    old.exchange("x").await;
    new.exchange_by_basic("x", &new.client_id, &new.secret).await;
    assert_eq!(noted().await.0, [Some(90), Some(90)]);
}

#[tokio::test]
async fn a_secret_key_that_is_removed_ends_at_once_and_the_other_goes_on() {
    let novi = Novi::start().await;
    let old = novi.client("Forj").await;
    let (site, id, actor) = (novi.home().await, old.id(), Actor::CommandLine);
    let week = Old::StopsIn { days: 7 };
    let replaced = secrets::replace(&site, &id, "new", week, &actor).await;
    let secret = replaced.unwrap().unwrap().expose().to_owned();
    let new = Platform { secret, ..old.clone() };
    assert_eq!(old.exchange("x").await.status, 400);
    let kept = clients::load(&site, &id).await.unwrap().unwrap();

    secrets::remove(&site, &id, &kept.secrets[0].id, &actor).await.unwrap().unwrap();

    assert_eq!((old.exchange("x").await.status, new.exchange("x").await.status), (401, 400));
    novi.clock.advance(8 * 24 * 3600);
    assert_eq!(new.exchange("x").await.status, 400);
}

/// A pinned method is pinned for every Secret Key, and at every endpoint.
#[tokio::test]
async fn a_pinned_method_holds_at_every_endpoint() {
    let novi = Novi::start().await;
    let basic = TokenAuthMethod::ClientSecretBasic;
    let forj = novi.client_at(HOME, "Forj", &[CALLBACK], basic).await;

    for reply in [
        forj.exchange("x").await,
        forj.refresh("x").await,
        forj.acts_for_itself(&[]).await,
        forj.revoke("x").await,
        forj.introspect("x").await,
        forj.push(&[]).await,
    ] {
        assert_eq!(reply.refusal(), (401, "invalid_client"));
    }
    for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect", "/oauth/par"] {
        let headers = [
            ("authorization", &*basic_of(&forj)),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let reply = forj.post(path, &headers, "token=x").await;
        assert_ne!(reply.status, 401, "{path}: {}", reply.json);
    }
}

/// DEC21: a platform keeps its Client Id and Secret Key.
async fn taken_over(novi: &Novi, secret: &str) -> Platform {
    let redirect_urls = vec![RedirectUrl::register(CALLBACK, false).unwrap()];
    let settings = ClientSettings::new("Taken over", redirect_urls);
    let kept = ClientSecret::take_over(secret).unwrap();
    let identity = Identity::TakenOver(ClientId::random(), kept);
    let added = clients::add(&novi.home().await, &settings, identity, &Actor::CommandLine).await;
    let (client_id, _) = added.unwrap().unwrap();
    let novi = novi.clone();
    let (client_id, callback) = (client_id.to_string(), CALLBACK.to_owned());
    Platform { novi, host: HOME, client_id, secret: secret.to_owned(), callback }
}

fn basic_of(client: &Platform) -> String {
    format!("Basic {}", STANDARD.encode(format!("{}:{}", client.client_id, client.secret)))
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

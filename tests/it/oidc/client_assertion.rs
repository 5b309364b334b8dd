//! `private_key_jwt`: RFC 7523 §2.2 and §3, RFC 7521 §4.2.

mod forged;

use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use novi_sso::clients::{Keys, Settings, TokenAuthMethod};
use novi_sso::housekeeping;
use serde_json::{Value, json};

use crate::support::{
    CALLBACK, ELSEWHERE, HOME, NOW, Novi, Platform, Reply, Signer, signed_by_secret,
};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ISSUER: &str = "https://www.acme.example";
const ENDPOINT: &str = "https://www.acme.example/oauth/token";
/// Past the door: the code is what is wrong.
const PROVEN: (u16, &str) = (400, "invalid_grant");
const REFUSED: (u16, &str) = (401, "invalid_client");

/// A client that signs.
struct Signing {
    novi: Novi,
    forj: Platform,
    signer: Signer,
}

impl Signing {
    async fn with(algorithm: &'static str) -> Self {
        let novi = Novi::start_with(|settings| {
            settings.limits.failed_client_authentications = None;
        });
        let (novi, signer) = (novi.await, Signer::new(algorithm));
        let forj = signing_client(&novi, "Forj", &signer.jwks()).await;
        Self { novi, forj, signer }
    }

    /// What is right in every respect, and new.
    fn claims(&self) -> Value {
        claims_of(&self.forj)
    }

    /// The right claims with these instead; null takes one away.
    fn claims_with(&self, changes: Value) -> Value {
        let mut claims = self.claims();
        for (name, value) in changes.as_object().unwrap() {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
            };
        }
        claims
    }

    async fn presents(&self, assertion: &str) -> Reply {
        presents(&self.forj, assertion).await
    }

    async fn claims_that(&self, changes: Value) -> Reply {
        self.presents(&self.signer.signs(&self.claims_with(changes))).await
    }
}

fn claims_of(client: &Platform) -> Value {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let now = client.novi.clock.now().unix_seconds();
    json!({
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": ISSUER,
        "iat": now,
        "exp": now + 60,
        "jti": format!("jti-{}", NEXT.fetch_add(1, Ordering::Relaxed)),
    })
}

async fn signing_client(novi: &Novi, name: &str, jwks: &str) -> Platform {
    let keys = Keys::parse(jwks).unwrap();
    let set = |settings: &mut Settings| {
        settings.auth_method = TokenAuthMethod::PrivateKeyJwt;
        settings.keys = Some(keys);
    };
    let client = novi.client_that(HOME, name, &[CALLBACK], set).await;
    assert_eq!(client.secret, "", "it has no Secret Key");
    client
}

/// At the token endpoint, with a code that there is not.
async fn presents(client: &Platform, assertion: &str) -> Reply {
    let usual = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", CALLBACK),
        ("code", "x"),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ];
    client.post_form("/oauth/token", &usual, &[("client_secret", "")]).await
}

/// Each of the four algorithms, at each endpoint where clients authenticate, for either audience.
#[tokio::test]
async fn a_client_proves_itself_by_what_it_signs() {
    for algorithm in Signer::ALGORITHMS {
        let signing = Signing::with(algorithm).await;
        let (novi, forj) = (&signing.novi, &signing.forj);
        let ann = novi.member("Ann").await;
        let asked = [("scope", "openid offline_access")];
        let code = forj.code_for_with(&ann, &asked).await;
        let proof = |aud: &str| {
            let assertion = signing.signer.signs(&signing.claims_with(json!({ "aud": aud })));
            [("client_assertion_type", TYPE.to_owned()), ("client_assertion", assertion)]
        };
        let send = |path: &'static str, aud: &str, fields: Vec<(&'static str, String)>| {
            let fields: Vec<_> = fields.into_iter().chain(proof(aud)).collect();
            async move {
                let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, &**value)).collect();
                forj.post_form(path, &fields, &[]).await
            }
        };

        let bought = send(
            "/oauth/token",
            ISSUER,
            vec![
                ("grant_type", "authorization_code".to_owned()),
                ("redirect_uri", CALLBACK.to_owned()),
                ("code", code),
            ],
        );
        let bought = bought.await;
        assert_eq!(bought.status, 200, "{algorithm}: {}", bought.json);
        let refresh = bought.text("refresh_token").to_owned();
        let grant = ("grant_type", "refresh_token".to_owned());
        let next = send("/oauth/token", ENDPOINT, vec![grant, ("refresh_token", refresh)]).await;
        assert_eq!(next.status, 200, "{algorithm}: {}", next.json);
        let token = vec![("token", next.text("access_token").to_owned())];
        let seen = send("/oauth/introspect", ENDPOINT, token.clone()).await;
        assert_eq!(seen["active"], true, "{algorithm}");
        assert_eq!(send("/oauth/revoke", ISSUER, token).await.status, 200, "{algorithm}");
        let request = vec![
            ("response_type", "code".to_owned()),
            ("redirect_uri", CALLBACK.to_owned()),
            ("scope", "openid".to_owned()),
        ];
        assert_eq!(send("/oauth/par", ISSUER, request).await.status, 201, "{algorithm}");
    }
}

/// RFC 7521 §4.2: client_id is optional, and "MUST identify the same client".
#[tokio::test]
async fn the_client_id_beside_an_assertion_may_be_missing_and_may_not_differ() {
    let signing = Signing::with("ES256").await;
    let other = signing.novi.client("Other").await;
    let send = |client_id: String| {
        let assertion = signing.signer.signs(&signing.claims());
        let forj = Platform { client_id, ..signing.forj.clone() };
        async move { presents(&forj, &assertion).await }
    };

    assert_eq!(send(signing.forj.client_id.clone()).await.refusal(), PROVEN);
    assert_eq!(send(String::new()).await.refusal(), PROVEN);
    assert_eq!(send(other.client_id).await.refusal(), REFUSED);
    assert_eq!(send(signing.forj.client_id.to_uppercase()).await.refusal(), REFUSED);
}

/// SEC-C7, RFC 7523 §3: "The authorization server MAY ensure that JWTs are not replayed".
#[tokio::test]
async fn an_assertion_counts_once() {
    let signing = Signing::with("ES256").await;
    let assertion = signing.signer.signs(&signing.claims());
    let used = signing.claims_with(json!({ "jti": "again" }));
    let node = signing.forj.on(&signing.novi.another_node().await);

    assert_eq!(signing.presents(&assertion).await.refusal(), PROVEN);
    assert_eq!(signing.presents(&assertion).await.refusal(), REFUSED);
    assert_eq!(presents(&node, &assertion).await.refusal(), REFUSED, "on no node");
    assert_eq!(signing.presents(&signing.signer.signs(&used)).await.refusal(), PROVEN);
    let same_jti = signing.claims_with(json!({ "jti": "again", "exp": NOW + 200 }));
    assert_eq!(signing.presents(&signing.signer.signs(&same_jti)).await.refusal(), REFUSED);
    // Another client has a jti of its own.
    let other = signing_client(&signing.novi, "Other", &signing.signer.jwks()).await;
    let mut claims = claims_of(&other);
    claims["jti"] = json!("again");
    assert_eq!(presents(&other, &signing.signer.signs(&claims)).await.refusal(), PROVEN);
}

/// SEC-C7: neither the table nor the time that a row stays is without bounds.
#[tokio::test]
async fn what_was_used_is_remembered_until_it_has_expired_and_no_longer() {
    let signing = Signing::with("ES256").await;
    let rows = "select count(*) from client_assertions";
    let long = signing.signer.signs(&signing.claims_with(json!({ "exp": NOW + 360 })));
    assert_eq!(signing.claims_that(json!({})).await.refusal(), PROVEN);
    assert_eq!(signing.presents(&long).await.refusal(), PROVEN);
    for _ in 0..3 {
        assert_eq!(signing.presents("a.b.c").await.refusal(), REFUSED);
        assert_eq!(signing.claims_that(json!({ "aud": "x" })).await.refusal(), REFUSED);
    }
    assert_eq!(signing.novi.count(rows).await, 2, "what is refused leaves nothing behind");

    signing.novi.clock.advance(60);
    housekeeping::tidy(&signing.novi.app).await.unwrap();
    assert_eq!(signing.novi.count(rows).await, 1);
    signing.novi.clock.advance(299);
    housekeeping::tidy(&signing.novi.app).await.unwrap();
    assert_eq!(signing.presents(&long).await.refusal(), REFUSED, "to its last second");
    signing.novi.clock.advance(1);
    housekeeping::tidy(&signing.novi.app).await.unwrap();
    assert_eq!(signing.presents(&long).await.refusal(), REFUSED, "expired");
    assert_eq!(signing.novi.count(rows).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixteen_requests_with_one_assertion_at_once_one_is_let_in() {
    let signing = Signing::with("ES256").await;
    let novi = &signing.novi;
    let other = if novi.on_sqlite() { novi.clone() } else { novi.another_node().await };
    let nodes = [signing.forj.clone(), signing.forj.on(&other)];

    for round in 0..20 {
        let assertion = signing.signer.signs(&signing.claims());
        let tries = (0..16).map(|place| {
            let (node, assertion) = (nodes[place % 2].clone(), assertion.clone());
            tokio::spawn(async move { presents(&node, &assertion).await })
        });
        let mut let_in = 0;
        for tried in tries.collect::<Vec<_>>() {
            let reply = tried.await.unwrap();
            match reply.refusal() {
                PROVEN => let_in += 1,
                refusal => assert_eq!(refusal, REFUSED, "round {round}"),
            }
        }
        assert_eq!(let_in, 1, "round {round}");
    }
}

/// SEC-C6 with 0.0 (CVE-2025-27370): one string, which names us and nobody else.
#[tokio::test]
async fn an_assertion_is_for_this_issuer_alone() {
    let signing = Signing::with("ES256").await;

    for aud in [
        json!([ISSUER]),
        json!([ENDPOINT]),
        json!([ISSUER, "https://evil.example"]),
        json!(["https://evil.example", ISSUER]),
        json!([]),
        json!("https://evil.example"),
        json!("https://www.other.example"),
        json!("https://www.other.example/oauth/token"),
        json!("https://www.acme.example/"),
        json!("https://www.acme.example/oauth/token/"),
        json!("https://www.acme.example/oauth/token?x=1"),
        json!("https://www.acme.example/oauth/revoke"),
        json!("https://www.acme.example/oauth/par"),
        json!("https://www.acme.example.evil.example"),
        json!("HTTPS://WWW.ACME.EXAMPLE"),
        json!("http://www.acme.example"),
        json!("www.acme.example"),
        json!(""),
        json!(null),
    ] {
        let reply = signing.claims_that(json!({ "aud": aud })).await;
        assert_eq!(reply.refusal(), REFUSED, "{aud}");
    }
    let (elsewhere, assertion) =
        (signing.forj.at(ELSEWHERE), signing.signer.signs(&signing.claims()));
    assert_eq!(presents(&elsewhere, &assertion).await.refusal(), REFUSED);
}

/// RFC 7523 §3, 4 to 6; SEC-C7.
#[tokio::test]
async fn an_assertion_is_new_short_lived_and_not_from_the_future() {
    let signing = Signing::with("ES256").await;

    for (changes, refusal) in [
        (json!({ "exp": NOW + 1 }), PROVEN),
        (json!({ "exp": NOW + 300 }), PROVEN),
        (json!({ "exp": NOW + 360 }), PROVEN),
        (json!({ "exp": NOW + 361 }), REFUSED),
        (json!({ "exp": NOW + 3600 }), REFUSED),
        (json!({ "exp": NOW }), REFUSED),
        (json!({ "exp": NOW - 1 }), REFUSED),
        (json!({ "exp": 0 }), REFUSED),
        (json!({ "exp": null }), REFUSED),
        (json!({ "exp": NOW * 1000 }), REFUSED),
        (json!({ "iat": null }), PROVEN),
        (json!({ "iat": NOW + 60 }), PROVEN),
        (json!({ "iat": NOW + 61 }), REFUSED),
        (json!({ "iat": NOW - 360 }), PROVEN),
        (json!({ "iat": NOW - 361 }), REFUSED),
        (json!({ "nbf": NOW }), PROVEN),
        (json!({ "nbf": NOW - 3600 }), PROVEN),
        (json!({ "nbf": NOW + 60 }), PROVEN),
        (json!({ "nbf": NOW + 61 }), REFUSED),
        (json!({ "nbf": NOW * 1000 }), REFUSED),
    ] {
        assert_eq!(signing.claims_that(changes.clone()).await.refusal(), refusal, "{changes}");
    }
}

/// Without a jti nobody could tell a copy from the original.
#[tokio::test]
async fn an_assertion_has_a_name_of_its_own() {
    let signing = Signing::with("ES256").await;

    for jti in [json!(null), json!(""), json!("x".repeat(257)), json!(7), json!(["a"])] {
        assert_eq!(signing.claims_that(json!({ "jti": jti })).await.refusal(), REFUSED, "{jti}");
    }
    for jti in [json!("x".repeat(256)), json!("ü\u{1F600}"), json!("'; drop table grants; --")] {
        assert_eq!(signing.claims_that(json!({ "jti": jti })).await.refusal(), PROVEN, "{jti}");
        assert_eq!(signing.claims_that(json!({ "jti": jti })).await.refusal(), REFUSED, "{jti}");
    }
}

/// RFC 7523 §3: iss and sub "MUST be the "client_id" of the OAuth client", and the key is that client's.
#[tokio::test]
async fn a_client_signs_for_itself_and_for_nobody_else() {
    let signing = Signing::with("ES256").await;
    let other_signer = Signer::new("ES256");
    let other = signing_client(&signing.novi, "Other", &other_signer.jwks()).await;
    let secret = signing.novi.client("Secret").await;
    let unknown = "00000000-0000-4000-8000-000000000000";

    for changes in [
        json!({ "iss": other.client_id }),
        json!({ "iss": "https://self-issued.me" }),
        json!({ "iss": null }),
        json!({ "sub": null }),
        json!({ "sub": other.client_id }),
        json!({ "sub": unknown }),
        json!({ "iss": unknown, "sub": unknown }),
        json!({ "iss": other.client_id, "sub": other.client_id }),
        json!({ "iss": secret.client_id, "sub": secret.client_id }),
    ] {
        let assertion = signing.signer.signs(&signing.claims_with(changes.clone()));
        for client_id in [signing.forj.client_id.clone(), String::new()] {
            let client = Platform { client_id, ..signing.forj.clone() };
            assert_eq!(presents(&client, &assertion).await.refusal(), REFUSED, "{changes}");
        }
    }
    let forged = other_signer.signs(&signing.claims());
    assert_eq!(signing.presents(&forged).await.refusal(), REFUSED);
    let own = other_signer.signs(&claims_of(&other));
    assert_eq!(presents(&other, &own).await.refusal(), PROVEN);
}

/// RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request."
#[tokio::test]
async fn an_assertion_comes_alone() {
    let signing = Signing::with("ES256").await;
    let ann = signing.novi.member("Ann").await;
    let code = signing.forj.code_for(&ann).await;
    let assertion = signing.signer.signs(&signing.claims());
    let basic = format!("Basic {}", STANDARD.encode(format!("{}:x", signing.forj.client_id)));
    let request = (400, "invalid_request");
    let send = |changes: Vec<(&'static str, &'static str)>, authorization: Option<String>| {
        let usual = [
            ("grant_type", "authorization_code"),
            ("redirect_uri", CALLBACK),
            ("code", &*code),
            ("client_id", &*signing.forj.client_id),
            ("client_assertion_type", TYPE),
            ("client_assertion", &*assertion),
        ];
        let kept = usual.into_iter().filter(|(n, _)| changes.iter().all(|(other, _)| n != other));
        let form: Vec<_> =
            kept.chain(changes.clone()).filter(|(_, value)| !value.is_empty()).collect();
        let form: Vec<_> = form.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
        let forj = &signing.forj;
        async move {
            let form: Vec<_> = form.iter().map(|(n, v)| (&**n, &**v)).collect();
            forj.post_token(&form, authorization.as_deref()).await
        }
    };

    for (changes, authorization) in [
        (vec![("client_secret", "x")], None),
        (vec![], Some(basic.clone())),
        (vec![("client_id", "")], Some(basic)),
        (vec![("client_assertion_type", "")], None),
        (vec![("client_assertion", "")], None),
        (
            vec![(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
            )],
            None,
        ),
        (vec![("client_assertion_type", "jwt-bearer")], None),
    ] {
        let reply = send(changes.clone(), authorization.clone()).await;
        assert_eq!(reply.refusal(), request, "{changes:?} {authorization:?}");
    }
    let reply = send(vec![], None).await;
    assert_eq!(reply.status, 200, "neither the code nor the assertion was used up: {}", reply.json);
}

/// PLATFORMS.md 11.3: who fails to authenticate has not presented the code yet.
#[tokio::test]
async fn a_refused_assertion_does_not_consume_the_code() {
    let signing = Signing::with("ES256").await;
    let ann = signing.novi.member("Ann").await;
    let code = signing.forj.code_for(&ann).await;
    let exchange = |assertion: String| {
        let (forj, code) = (&signing.forj, code.clone());
        async move {
            let proof = [
                ("code", &*code),
                ("client_assertion_type", TYPE),
                ("client_assertion", &*assertion),
                ("client_secret", ""),
            ];
            forj.token(&proof).await
        }
    };

    let forged = Signer::new("ES256").signs(&signing.claims());
    let late = signing.signer.signs(&signing.claims_with(json!({ "exp": NOW })));
    assert_eq!(exchange(forged).await.refusal(), REFUSED);
    assert_eq!(exchange(late).await.refusal(), REFUSED);
    let right = exchange(signing.signer.signs(&signing.claims())).await;

    assert_eq!(right.status, 200, "{}", right.json);
}

/// Each client in its own way: one that signs has no secret, and one with a secret does not sign.
#[tokio::test]
async fn an_assertion_is_for_clients_that_sign_and_they_use_nothing_else() {
    let signing = Signing::with("ES256").await;
    let forj = &signing.forj;
    let plain = forj.exchange("x").await;
    let with_secret = forj.token(&[("code", "x"), ("client_secret", "x")]).await;
    let by_basic = forj.exchange_by_basic("x", &forj.client_id, "x").await;

    for reply in [plain, with_secret, by_basic] {
        assert_eq!(reply.refusal(), REFUSED);
    }
    for method in [
        TokenAuthMethod::Secret,
        TokenAuthMethod::ClientSecretPost,
        TokenAuthMethod::ClientSecretBasic,
        TokenAuthMethod::None,
    ] {
        let other = signing.novi.client_at(HOME, "Other", &[CALLBACK], method).await;
        let signed = signing.signer.signs(&claims_of(&other));
        assert_eq!(presents(&other, &signed).await.refusal(), REFUSED, "{method:?}");
        // client_secret_jwt (OpenID Connect Core §9) is not among the methods.
        let secret = other.secret.as_bytes();
        let by_secret = signed_by_secret(secret, None, &claims_of(&other));
        assert_eq!(presents(&other, &by_secret).await.refusal(), REFUSED, "{method:?}");
    }
}

/// RFC 7517 §5: several keys, so that one follows the other; and from a change on, only what stands there.
#[tokio::test]
async fn a_client_changes_its_keys_without_an_outage() {
    let signing = Signing::with("ES256").await;
    let (old, new) = (Signer::new("ES256").called("old"), Signer::new("EdDSA").called("new"));
    let both = json!({ "keys": [old.jwk(), new.jwk()] }).to_string();
    let client = signing_client(&signing.novi, "Both", &both).await;
    let node = client.on(&signing.novi.another_node().await);
    let signs = |signer: &Signer| signer.signs(&claims_of(&client));

    assert_eq!(presents(&client, &signs(&old)).await.refusal(), PROVEN);
    assert_eq!(presents(&node, &signs(&new)).await.refusal(), PROVEN);
    let nameless = new.signs_under(&json!({ "alg": "EdDSA" }), &claims_of(&client));
    assert_eq!(presents(&client, &nameless).await.refusal(), REFUSED, "which of them is not said");
    let crossed = new.signs_under(&json!({ "alg": "EdDSA", "kid": "old" }), &claims_of(&client));
    assert_eq!(presents(&client, &crossed).await.refusal(), REFUSED);

    client.change(|settings| settings.keys = Some(Keys::parse(&new.jwks()).unwrap())).await;

    assert_eq!(presents(&client, &signs(&old)).await.refusal(), REFUSED);
    assert_eq!(presents(&client, &signs(&new)).await.refusal(), PROVEN);
}

/// RFC 6749 §5.2: not a word about what was wrong, and no challenge for a header that was not sent.
#[tokio::test]
async fn whoever_guesses_is_not_told_how_far_off_it_was() {
    let signing = Signing::with("ES256").await;
    let unknown = json!({ "sub": "00000000-0000-4000-8000-000000000000" });
    let used = signing.signer.signs(&signing.claims());
    signing.presents(&used).await;

    let replies = [
        signing.claims_that(json!({ "aud": "x" })).await,
        signing.claims_that(json!({ "exp": NOW })).await,
        presents(
            &Platform { client_id: String::new(), ..signing.forj.clone() },
            &signing.signer.signs(&signing.claims_with(unknown)),
        )
        .await,
        signing.presents(&Signer::new("ES256").signs(&signing.claims())).await,
        signing.presents(&used).await,
    ];

    for reply in &replies {
        assert_eq!(reply.refusal(), REFUSED);
        assert_eq!(reply.json, replies[0].json);
        assert_eq!(reply.header("www-authenticate"), None);
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
}

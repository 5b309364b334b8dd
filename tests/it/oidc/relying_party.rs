//! A relying party of somebody else's making: the `openidconnect` crate, from discovery to userinfo.

use std::convert::Infallible;
use std::pin::Pin;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderValue, Request, Response, Uri, header};
use novi_sso::clients::TokenAuthMethod;
use novi_sso::clock::Clock;
use novi_sso::events::Actor;
use novi_sso::{serve, signing};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreIdToken, CoreIdTokenClaims,
    CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AuthType, AuthorizationCode, ClientId,
    ClientSecret, CsrfToken, DiscoveryError, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::support::{Browser, CALLBACK, HOME, Member, NOW, Novi, Page, Platform, network};

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;
type Answer = Pin<Box<dyn Future<Output = Result<HttpResponse, Infallible>> + Send>>;
pub type Http = Box<dyn Fn(HttpRequest) -> Answer + Send + Sync>;

/// The flat claims that platforms map, beside the standard ones.
#[derive(Debug, Deserialize, Serialize)]
struct Flat {
    company_name: Option<String>,
    job_title: Option<String>,
    member_status: Option<String>,
    groups: Option<Vec<String>>,
}

impl AdditionalClaims for Flat {}

struct RelyingParty {
    http: Http,
    client: Client,
}

/// What it keeps while the member is away.
struct Attempt {
    path: String,
    state: CsrfToken,
    nonce: Nonce,
    verifier: Option<PkceCodeVerifier>,
}

/// What it has when the member is back.
struct SignedIn {
    claims: CoreIdTokenClaims,
    userinfo: UserInfoClaims<Flat, CoreGenderClaim>,
}

/// R9, R10, R11, R13: discovery, log-in, code, token by post body, verified ID token with its nonce, userinfo.
#[tokio::test]
async fn a_relying_party_signs_a_member_in() {
    let novi = at_this_moment(Novi::start().await);
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    novi.group("Board", &[&ann]).await;

    for (auth_type, pkce) in [
        (AuthType::RequestBody, false),
        (AuthType::RequestBody, true),
        (AuthType::BasicAuth, false),
        (AuthType::BasicAuth, true),
    ] {
        let relying_party =
            RelyingParty::of(&forj, novi.router.clone(), "https://www.acme.example");
        let mut relying_party = relying_party.await;
        relying_party.client = relying_party.client.set_auth_type(auth_type);
        let attempt = relying_party.begins(pkce);
        let back = log_in(&mut novi.browser(), &ann, &attempt.path).await;
        let signed_in = relying_party.finishes(attempt, &back).await;

        check(&signed_in, &ann, "https://www.acme.example");
    }
}

/// A public client has no secret and must bring a challenge.
#[tokio::test]
async fn a_public_relying_party_signs_a_member_in_with_pkce() {
    let novi = at_this_moment(Novi::start().await);
    let ann = novi.member("Ann").await;
    novi.group("Board", &[&ann]).await;
    let app = novi.client_at(HOME, "App", &[CALLBACK], TokenAuthMethod::None).await;

    let relying_party =
        RelyingParty::of(&app, novi.router.clone(), "https://www.acme.example").await;
    let attempt = relying_party.begins(true);
    let back = log_in(&mut novi.browser(), &ann, &attempt.path).await;
    let signed_in = relying_party.finishes(attempt, &back).await;

    check(&signed_in, &ann, "https://www.acme.example");
}

/// PLATFORMS.md 0.8: the classic outage is a slash at the end of the Directory Document.
#[tokio::test]
async fn a_relying_party_that_expects_a_slash_at_the_end_refuses_the_document() {
    let novi = Novi::start().await;
    let http = http_over(novi.router.clone());

    for wrong in ["https://www.acme.example/", "https://WWW.acme.example"] {
        let issuer = IssuerUrl::new(wrong.to_owned()).unwrap();
        let refused = CoreProviderMetadata::discover_async(issuer, &http).await;
        assert!(matches!(refused, Err(DiscoveryError::Validation(_))), "{wrong} {refused:?}");
    }
}

/// It verifies with the keys it fetched a day before the key that signs took over.
#[tokio::test]
async fn a_relying_party_that_caches_the_keys_gets_through_a_rotation() {
    let novi = at_this_moment(Novi::start().await.another_node().await);
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    novi.group("Board", &[&ann]).await;
    let rotate =
        async || signing::rotate(&novi.home().await, false, Actor::CommandLine).await.unwrap();
    assert!(rotate().await.is_err(), "it publishes the next key");
    let relying_party =
        RelyingParty::of(&forj, novi.router.clone(), "https://www.acme.example").await;

    novi.clock.advance(24 * 3600);
    rotate().await.unwrap();
    let attempt = relying_party.begins(false);
    let back = log_in(&mut novi.browser(), &ann, &attempt.path).await;
    let signed_in = relying_party.finishes(attempt, &back).await;

    check(&signed_in, &ann, "https://www.acme.example");
}

/// The whole of it once more over a socket, served as it is served to the world.
#[tokio::test]
async fn a_relying_party_signs_a_member_in_over_a_socket() {
    let novi = at_this_moment(Novi::start().await);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host: &'static str = listener.local_addr().unwrap().to_string().leak();
    let site_url = format!("http://{host}");
    novi.associate(&site_url, "Development").await;
    let ann = novi.member_at(host, "Ann", |_| {}).await;
    let callback = "http://127.0.0.1:9/users/auth/openidconnect/callback";
    let forj = novi.client_at(host, "Forj", &[callback], TokenAuthMethod::Secret).await;
    let stop = CancellationToken::new();
    let serving =
        serve::serve(listener, novi.router.clone(), serve::Rules::default(), stop.clone());
    let serving = tokio::spawn(serving);

    let relying_party = RelyingParty::of(&forj, network(), &site_url).await;
    let attempt = relying_party.begins(false);
    let back = log_in(&mut Browser::new(network(), host), &ann, &attempt.path).await;
    let signed_in = relying_party.finishes(attempt, &back).await;
    let slash = IssuerUrl::new(format!("{site_url}/")).unwrap();
    let refused = CoreProviderMetadata::discover_async(slash, &relying_party.http).await;

    assert_eq!(signed_in.claims.issuer().as_str(), site_url);
    assert_eq!(signed_in.userinfo.subject().as_str(), ann.id.as_str());
    assert!(matches!(refused, Err(DiscoveryError::Validation(_))), "{refused:?}");
    drop(relying_party);
    stop.cancel();
    serving.await.unwrap();
}

impl RelyingParty {
    /// Set up as an admin of a platform does it: the issuer, the Client Id, the Secret Key, post body.
    async fn of(platform: &Platform, router: Router, issuer: &str) -> Self {
        let http = http_over(router);
        let issuer = IssuerUrl::new(issuer.to_owned()).unwrap();
        let metadata = CoreProviderMetadata::discover_async(issuer, &http).await.unwrap();
        let secret = Some(platform.secret.clone()).filter(|secret| !secret.is_empty());
        let id = ClientId::new(platform.client_id.clone());
        let client =
            CoreClient::from_provider_metadata(metadata, id, secret.map(ClientSecret::new))
                .set_redirect_uri(RedirectUrl::new(platform.callback.clone()).unwrap())
                .set_auth_type(AuthType::RequestBody);
        Self { http, client }
    }

    fn begins(&self, pkce: bool) -> Attempt {
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let mut request = self.client.authorize_url(flow, CsrfToken::new_random, Nonce::new_random);
        for scope in ["profile", "email", "address", "phone", "groups"] {
            request = request.add_scope(Scope::new(scope.to_owned()));
        }
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        if pkce {
            request = request.set_pkce_challenge(challenge);
        }
        let (url, state, nonce) = request.url();
        let path = format!("{}?{}", url.path(), url.query().unwrap());
        Attempt { path, state, nonce, verifier: pkce.then_some(verifier) }
    }

    async fn finishes(&self, attempt: Attempt, back: &Page) -> SignedIn {
        assert!(back.location().unwrap().starts_with(self.client.redirect_uri().unwrap().as_str()));
        assert_eq!(back.sent("state").as_deref(), Some(attempt.state.secret().as_str()));
        let code = AuthorizationCode::new(back.sent("code").unwrap());
        let mut request = self.client.exchange_code(code).unwrap();
        if let Some(verifier) = attempt.verifier {
            request = request.set_pkce_verifier(verifier);
        }
        let tokens = request.request_async(&self.http).await.unwrap();
        let id_token = tokens.id_token().expect("openid was asked for");
        let claims = self.verify(id_token, tokens.access_token(), &attempt.nonce);
        let subject = Some(claims.subject().clone());
        let userinfo = self.client.user_info(tokens.access_token().clone(), subject).unwrap();
        SignedIn { claims, userinfo: userinfo.request_async(&self.http).await.unwrap() }
    }

    fn verify(
        &self,
        id_token: &CoreIdToken,
        access: &AccessToken,
        nonce: &Nonce,
    ) -> CoreIdTokenClaims {
        let verifier = self.client.id_token_verifier();
        let (algorithm, key) =
            (id_token.signing_alg().unwrap(), id_token.signing_key(&verifier).unwrap());
        assert_eq!(algorithm, &CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256);
        let other = Nonce::new("another".to_owned());
        assert!(id_token.claims(&verifier, &other).is_err(), "the nonce counts");
        let claims = id_token.claims(&verifier, nonce).unwrap();
        let hash = AccessTokenHash::from_token(access, algorithm, key).unwrap();
        assert_eq!(claims.access_token_hash(), Some(&hash));
        claims.clone()
    }
}

fn check(signed_in: &SignedIn, ann: &Member, issuer: &str) {
    let SignedIn { claims, userinfo } = signed_in;
    assert_eq!(claims.issuer().as_str(), issuer);
    assert_eq!(claims.subject().as_str(), ann.id.as_str());
    assert_eq!(claims.email().unwrap().as_str(), "ann@acme.example");
    assert!(claims.auth_time().is_some());
    assert_eq!(userinfo.subject(), claims.subject());
    assert_eq!(userinfo.email(), claims.email());
    assert_eq!(userinfo.email_verified(), Some(false));
    assert_eq!(userinfo.name().unwrap().get(None).unwrap().as_str(), "Ann Archer");
    assert_eq!(userinfo.phone_number().unwrap().as_str(), "+1 555 0100");
    let address = userinfo.address().unwrap();
    assert_eq!(address.formatted.as_ref().unwrap().as_str(), "1 Quay\nHarbor");
    let flat = userinfo.additional_claims();
    assert_eq!(flat.company_name.as_deref(), Some("Archer Roofing"));
    assert_eq!(flat.job_title.as_deref(), Some("Owner"));
    assert_eq!(flat.member_status.as_deref(), Some("current"));
    assert_eq!(flat.groups.as_deref(), Some(&["Board".to_owned()][..]));
}

/// From the platform's link to its callback.
async fn log_in(browser: &mut Browser, member: &Member, path: &str) -> Page {
    let page = browser.visit(path).await;
    let mut page = browser.sign_in_on(&page, member).await;
    while let Some(to) = page.location().filter(|to| to.starts_with('/')) {
        page = browser.get(&to).await;
    }
    page
}

/// The crate asks the system for the time, so the provider has to tell the same.
fn at_this_moment(novi: Novi) -> Novi {
    novi.clock.advance(Clock::System.now().unix_seconds() - NOW);
    novi
}

/// Sends the requests of the crate through a router: the product's own, or one that goes over the network.
pub fn http_over(router: Router) -> Http {
    Box::new(move |request| {
        let router = router.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let host = parts.uri.authority().expect("an absolute URL").as_str();
            parts.headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
            parts.uri = parts.uri.path_and_query().unwrap().as_str().parse::<Uri>().unwrap();
            let Ok(response) = router.oneshot(Request::from_parts(parts, Body::from(body))).await;
            let (parts, body) = response.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
            Ok(Response::from_parts(parts, body))
        })
    })
}

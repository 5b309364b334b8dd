//! The `openidconnect` crate drives the program over a socket, with all that the crate can do: it finds every endpoint in
//! the discovery document.

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClaimName, CoreClaimType,
    CoreClient, CoreClientAuthMethod, CoreErrorResponseType, CoreGrantType, CoreIdToken,
    CoreIdTokenClaims, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreRevocableToken,
    CoreSubjectIdentifierType, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalProviderMetadata, AuthType, AuthorizationCode,
    ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IntrospectionUrl, IssuerUrl, LoginHint, LogoutProviderMetadata, LogoutRequest, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, PostLogoutRedirectUrl,
    ProviderMetadata, RedirectUrl, RefreshToken, RequestTokenError, RevocationUrl, Scope,
    SubjectIdentifier, TokenIntrospectionResponse as _, TokenResponse as _,
};
use serde::{Deserialize, Serialize};

use super::place::{HOST, ISSUER, Place, Server};
use crate::oidc::relying_party::{Http, http_over};
use crate::support::{Browser, CALLBACK, Member, PASSWORD, Page, proxy};

const GOODBYE: &str = "https://acme.mobilize.io/goodbye";

/// What the crate does not read from the discovery document by itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct TokenEndpoints {
    revocation_endpoint: RevocationUrl,
    introspection_endpoint: IntrospectionUrl,
}

impl AdditionalProviderMetadata for TokenEndpoints {}

type Metadata = ProviderMetadata<
    LogoutProviderMetadata<TokenEndpoints>,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointSet,
    EndpointSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The program at work, and a member of its association.
struct Stage {
    place: Place,
    server: Server,
    ann: Member,
}

/// A platform that an admin connected.
struct RelyingParty {
    http: Http,
    metadata: Metadata,
    client: Client,
}

/// What it keeps while the member is away.
struct Attempt {
    path: String,
    state: CsrfToken,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

#[tokio::test]
async fn a_relying_party_signs_a_member_in_however_it_proves_itself() {
    let stage = Stage::set().await;
    for (method, auth_type) in [
        ("client_secret_post", AuthType::RequestBody),
        ("client_secret_basic", AuthType::BasicAuth),
        ("none", AuthType::RequestBody),
    ] {
        let mut mobilize = stage.connect(&["--token-auth-method", method]).await;
        mobilize.client = mobilize.client.set_auth_type(auth_type);

        let (tokens, claims) = mobilize.signs_in(&stage, &["profile", "email"]).await;
        let userinfo = mobilize.userinfo(tokens.access_token(), claims.subject()).await.unwrap();

        assert_eq!(claims.issuer().as_str(), ISSUER);
        assert_eq!(claims.subject().as_str(), stage.ann.id.as_str());
        assert_eq!(claims.email().unwrap().as_str(), stage.ann.email);
        assert_eq!(userinfo.name().unwrap().get(None).unwrap().as_str(), "Ann Archer");
        assert!(tokens.expires_in().is_some());
        assert!(tokens.refresh_token().is_none(), "nobody asked for offline_access");
    }
    stage.server.stop();
}

#[tokio::test]
async fn a_relying_party_refreshes_its_tokens_and_learns_that_an_old_one_was_used_again() {
    let stage = Stage::set().await;
    let mobilize = stage.connect(&[]).await;
    let (first, claims) = mobilize.signs_in(&stage, &["email", "offline_access"]).await;

    let second = mobilize.refreshes(first.refresh_token().unwrap()).await.unwrap();
    let third = mobilize.refreshes(second.refresh_token().unwrap()).await.unwrap();
    let refreshed = mobilize.verified_after_refresh(&third);
    let userinfo = mobilize.userinfo(third.access_token(), claims.subject()).await.unwrap();
    let reused = mobilize.refreshes(first.refresh_token().unwrap()).await;
    let ended = mobilize.refreshes(third.refresh_token().unwrap()).await;

    assert_eq!(userinfo.email().unwrap().as_str(), stage.ann.email);
    assert_eq!(refreshed.subject(), claims.subject());
    assert_eq!(refreshed.auth_time(), claims.auth_time());
    assert_eq!(reused.unwrap_err(), CoreErrorResponseType::InvalidGrant);
    assert_eq!(ended.unwrap_err(), CoreErrorResponseType::InvalidGrant, "the family has ended");
    stage.server.stop();
}

#[tokio::test]
async fn a_relying_party_gives_tokens_back_and_sees_that_they_are_void() {
    let stage = Stage::set().await;
    let mobilize = stage.connect(&[]).await;
    let (tokens, claims) = mobilize.signs_in(&stage, &["email", "offline_access"]).await;
    let (access, refresh) = (tokens.access_token(), tokens.refresh_token().unwrap());

    let before = mobilize.client.introspect(access).request_async(&mobilize.http).await.unwrap();
    mobilize.gives_back(CoreRevocableToken::AccessToken(access.clone())).await;
    let after = mobilize.client.introspect(access).request_async(&mobilize.http).await.unwrap();
    mobilize.gives_back(CoreRevocableToken::RefreshToken(refresh.clone())).await;
    let refreshed = mobilize.refreshes(refresh).await;

    assert!(before.active());
    assert_eq!(before.sub(), Some(stage.ann.id.as_str()));
    assert_eq!(before.client_id(), Some(mobilize.client.client_id()));
    assert!(before.scopes().unwrap().contains(&Scope::new("offline_access".to_owned())));
    assert!(!after.active());
    assert!(mobilize.userinfo(access, claims.subject()).await.is_none(), "the token is void");
    assert_eq!(refreshed.unwrap_err(), CoreErrorResponseType::InvalidGrant);
    stage.server.stop();
}

#[tokio::test]
async fn a_machine_gets_a_token_of_its_own() {
    let stage = Stage::set().await;
    let machine = stage.connect(&["--grant", "client_credentials"]).await;

    let request = machine.client.exchange_client_credentials().unwrap();
    let tokens = request.request_async(&machine.http).await.unwrap();
    let told = machine.client.introspect(tokens.access_token());
    let told = told.request_async(&machine.http).await.unwrap();

    assert!(told.active());
    assert!(tokens.id_token().is_none() && tokens.refresh_token().is_none());
    stage.server.stop();
}

#[tokio::test]
async fn a_relying_party_asks_for_the_password_again_and_names_the_member() {
    let stage = Stage::set().await;
    let mobilize = stage.connect(&[]).await;
    let mut browser = stage.browser();
    stage.log_in(&mut browser, &mobilize.begins(&[]).path).await;

    let unseen = browser.visit(&mobilize.begins_with(&[], CoreAuthPrompt::None).path).await;
    let again = browser.visit(&mobilize.begins_with(&[], CoreAuthPrompt::Login).path).await;
    let stranger = mobilize.begins_with(&[], CoreAuthPrompt::None);
    let stranger = stage.browser().visit(&stranger.path).await;

    assert!(unseen.sent("code").is_some(), "{:?}", unseen.location());
    assert_eq!(again.field("email"), Some(stage.ann.email.clone()), "{}", again.text());
    assert_eq!(stranger.sent("error").as_deref(), Some("login_required"));
    stage.server.stop();
}

#[tokio::test]
async fn a_relying_party_logs_a_member_out() {
    let stage = Stage::set().await;
    let mobilize = stage.connect(&["--post-logout-redirect-url", GOODBYE]).await;
    let attempt = mobilize.begins(&["email"]);
    let mut browser = stage.browser();
    let back = stage.log_in(&mut browser, &attempt.path).await;
    let (tokens, _) = mobilize.finishes(attempt, &back).await;

    let endpoint = &mobilize.metadata.additional_metadata().end_session_endpoint;
    let state = CsrfToken::new_random();
    let url = LogoutRequest::from(endpoint.clone().unwrap())
        .set_id_token_hint(tokens.id_token().unwrap())
        .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(GOODBYE.to_owned()).unwrap())
        .set_state(state.clone())
        .http_get_url();
    let goodbye = browser.visit(&format!("{}?{}", url.path(), url.query().unwrap())).await;
    let unseen = browser.visit(&mobilize.begins_with(&[], CoreAuthPrompt::None).path).await;

    let back = format!("{GOODBYE}?state={}", state.secret());
    assert_eq!(goodbye.location(), Some(back), "{}", goodbye.text());
    assert_eq!(unseen.sent("error").as_deref(), Some("login_required"));
    stage.server.stop();
}

impl Stage {
    async fn set() -> Self {
        let place = Place::with_association().await;
        let email = "ann@acme.example".to_owned();
        let names = ["--first-name", "Ann", "--last-name", "Archer", "--password-stdin"];
        let add = [&["member", "add", "--email", &email][..], &names].concat();
        let added = place.json_with(&add, PASSWORD);
        let id = added["member_id"].as_str().unwrap().parse().unwrap();
        let server = place.serve(&[]);
        Self { place, server, ann: Member { id, email, password: PASSWORD.to_owned() } }
    }

    /// Adds a client by the command line, and sets a relying party up as an admin of a platform does.
    async fn connect(&self, flags: &[&str]) -> RelyingParty {
        let add = ["client", "add", "--name", "Mobilize", "--redirect-url", CALLBACK];
        let added = self.place.json(&[&add, flags].concat());
        let id = ClientId::new(added["client_id"].as_str().unwrap().to_owned());
        let secret = added["client_secret"].as_str().map(str::to_owned).map(ClientSecret::new);
        let http = http_over(proxy(&self.server.address));
        let issuer = IssuerUrl::new(ISSUER.to_owned()).unwrap();
        let metadata = Metadata::discover_async(issuer, &http).await.unwrap();
        let endpoints = metadata.additional_metadata().additional_metadata.clone();
        let client = CoreClient::from_provider_metadata(metadata.clone(), id, secret)
            .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).unwrap())
            .set_auth_type(AuthType::RequestBody)
            .set_revocation_url(endpoints.revocation_endpoint)
            .set_introspection_url(endpoints.introspection_endpoint);
        RelyingParty { http, metadata, client }
    }

    fn browser(&self) -> Browser {
        Browser::new(proxy(&self.server.address), HOST)
    }

    /// From the platform's link over the log-in form to its callback.
    async fn log_in(&self, browser: &mut Browser, path: &str) -> Page {
        let page = browser.visit(path).await;
        let mut page = browser.sign_in_on(&page, &self.ann).await;
        while let Some(to) = page.location().filter(|to| to.starts_with('/')) {
            page = browser.get(&to).await;
        }
        page
    }
}

impl RelyingParty {
    fn begins(&self, scopes: &[&str]) -> Attempt {
        self.attempt(scopes, None)
    }

    fn begins_with(&self, scopes: &[&str], prompt: CoreAuthPrompt) -> Attempt {
        self.attempt(scopes, Some(prompt))
    }

    fn attempt(&self, scopes: &[&str], prompt: Option<CoreAuthPrompt>) -> Attempt {
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = self
            .client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(scopes.iter().map(|scope| Scope::new((*scope).to_owned())))
            .set_login_hint(LoginHint::new("ann@acme.example".to_owned()))
            .set_pkce_challenge(challenge);
        if let Some(prompt) = prompt {
            request = request.add_prompt(prompt);
        }
        let (url, state, nonce) = request.url();
        let path = format!("{}?{}", url.path(), url.query().unwrap());
        Attempt { path, state, nonce, verifier }
    }

    async fn finishes(
        &self,
        attempt: Attempt,
        back: &Page,
    ) -> (CoreTokenResponse, CoreIdTokenClaims) {
        assert_eq!(back.sent("state").as_ref(), Some(attempt.state.secret()), "{}", back.text());
        let code = AuthorizationCode::new(back.sent("code").unwrap());
        let request = self.client.exchange_code(code).unwrap().set_pkce_verifier(attempt.verifier);
        let tokens: CoreTokenResponse = request.request_async(&self.http).await.unwrap();
        let id_token = tokens.id_token().expect("openid was asked for");
        let claims = id_token.claims(&self.client.id_token_verifier(), &attempt.nonce).unwrap();
        self.check_hash(id_token, claims, tokens.access_token());
        let claims = claims.clone();
        (tokens, claims)
    }

    async fn signs_in(
        &self,
        stage: &Stage,
        scopes: &[&str],
    ) -> (CoreTokenResponse, CoreIdTokenClaims) {
        let attempt = self.begins(scopes);
        let back = stage.log_in(&mut stage.browser(), &attempt.path).await;
        self.finishes(attempt, &back).await
    }

    /// The new tokens, or the error that the provider answered.
    async fn refreshes(
        &self,
        token: &RefreshToken,
    ) -> Result<CoreTokenResponse, CoreErrorResponseType> {
        let request = self.client.exchange_refresh_token(token).unwrap();
        match request.request_async(&self.http).await {
            Ok(tokens) => Ok(tokens),
            Err(RequestTokenError::ServerResponse(refused)) => Err(refused.error().clone()),
            Err(broken) => panic!("{broken:?}"),
        }
    }

    /// A refreshed ID token belongs to no request, so it has no nonce.
    fn verified_after_refresh(&self, tokens: &CoreTokenResponse) -> CoreIdTokenClaims {
        let without = |nonce: Option<&Nonce>| match nonce {
            None => Ok(()),
            Some(_) => Err("it has a nonce".to_owned()),
        };
        let id_token = tokens.id_token().expect("openid was granted");
        let claims = id_token.claims(&self.client.id_token_verifier(), without).unwrap();
        self.check_hash(id_token, claims, tokens.access_token());
        claims.clone()
    }

    fn check_hash(&self, id_token: &CoreIdToken, claims: &CoreIdTokenClaims, access: &AccessToken) {
        let verifier = self.client.id_token_verifier();
        let key = id_token.signing_key(&verifier).unwrap();
        let hash = AccessTokenHash::from_token(access, id_token.signing_alg().unwrap(), key);
        assert_eq!(claims.access_token_hash(), Some(&hash.unwrap()));
    }

    /// Nothing, when the provider refuses the token.
    async fn userinfo(
        &self,
        token: &AccessToken,
        subject: &SubjectIdentifier,
    ) -> Option<CoreUserInfoClaims> {
        let request = self.client.user_info(token.clone(), Some(subject.clone())).unwrap();
        request.request_async(&self.http).await.ok()
    }

    async fn gives_back(&self, token: CoreRevocableToken) {
        self.client.revoke_token(token).unwrap().request_async(&self.http).await.unwrap();
    }
}

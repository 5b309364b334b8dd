//! The OpenID Foundation's test modules, one test each, named after its module.
//!
//! Modules of the plans "basic" and "formpost" run in both response modes. What the official suite would
//! only warn of fails here; but that claims of the scopes stand in the ID token (PLATFORMS.md 11.6).

mod backchannel;
mod basic;
mod checks;
mod config;
mod grants;
mod logout;
mod parameters;
mod sessions;
mod suite;

/// Every module of the plans Basic OP, Form Post OP, Config OP, RP-Initiated Logout OP and Back-Channel
/// Logout OP, and which plans it belongs to.
const MODULES: [(&str, &str); 52] = [
    ("oidcc-server", "basic formpost"),
    ("oidcc-response-type-missing", "basic formpost"),
    ("oidcc-idtoken-signature", "basic formpost"),
    ("oidcc-idtoken-unsigned", "basic formpost"),
    ("oidcc-userinfo-get", "basic formpost"),
    ("oidcc-userinfo-post-header", "basic formpost"),
    ("oidcc-userinfo-post-body", "basic formpost"),
    ("oidcc-ensure-request-without-nonce-succeeds-for-code-flow", "basic formpost"),
    ("oidcc-scope-profile", "basic formpost"),
    ("oidcc-scope-email", "basic formpost"),
    ("oidcc-scope-address", "basic formpost"),
    ("oidcc-scope-phone", "basic formpost"),
    ("oidcc-scope-all", "basic formpost"),
    ("oidcc-alternate-happy-flow", "basic formpost"),
    ("oidcc-display-page", "basic formpost"),
    ("oidcc-display-popup", "basic formpost"),
    ("oidcc-ensure-request-with-unknown-parameter-succeeds", "basic formpost"),
    ("oidcc-ui-locales", "basic formpost"),
    ("oidcc-claims-locales", "basic formpost"),
    ("oidcc-prompt-login", "basic formpost"),
    ("oidcc-prompt-none-not-logged-in", "basic formpost"),
    ("oidcc-prompt-none-logged-in", "basic formpost"),
    ("oidcc-max-age-1", "basic formpost"),
    ("oidcc-max-age-10000", "basic formpost"),
    ("oidcc-id-token-hint", "basic formpost"),
    ("oidcc-login-hint", "basic formpost"),
    ("oidcc-ensure-request-with-acr-values-succeeds", "basic formpost"),
    ("oidcc-codereuse", "basic formpost"),
    ("oidcc-codereuse-30seconds", "basic formpost"),
    ("oidcc-ensure-registered-redirect-uri", "basic formpost"),
    ("oidcc-ensure-post-request-succeeds", "basic formpost"),
    ("oidcc-server-client-secret-post", "basic formpost"),
    (
        "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
        "basic formpost",
    ),
    ("oidcc-ensure-request-object-with-redirect-uri", "basic formpost"),
    ("oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported", "basic formpost"),
    ("oidcc-claims-essential", "basic formpost"),
    ("oidcc-refresh-token", "basic formpost"),
    ("oidcc-ensure-request-with-valid-pkce-succeeds", "basic formpost"),
    ("oidcc-discovery-endpoint-verification", "config"),
    ("oidcc-rp-initiated-logout-discovery-endpoint-verification", "logout"),
    ("oidcc-rp-initiated-logout", "logout"),
    ("oidcc-rp-initiated-logout-bad-post-logout-redirect-uri", "logout"),
    ("oidcc-rp-initiated-logout-modified-id-token-hint", "logout"),
    ("oidcc-rp-initiated-logout-no-id-token-hint", "logout"),
    ("oidcc-rp-initiated-logout-no-params", "logout"),
    ("oidcc-rp-initiated-logout-no-post-logout-redirect-uri", "logout"),
    ("oidcc-rp-initiated-logout-no-state", "logout"),
    ("oidcc-rp-initiated-logout-only-state", "logout"),
    ("oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri", "logout"),
    ("oidcc-rp-initiated-logout-bad-id-token-hint", "logout"),
    ("oidcc-backchannel-logout-discovery-endpoint-verification", "backchannel"),
    ("oidcc-backchannel-rp-initiated-logout", "backchannel"),
];

/// The files of the tests, and whether what stands in them runs in both response modes.
const FILES: [(&str, &str); 7] = [
    ("basic formpost", include_str!("basic.rs")),
    ("basic formpost", include_str!("grants.rs")),
    ("basic formpost", include_str!("parameters.rs")),
    ("basic formpost", include_str!("sessions.rs")),
    ("config", include_str!("config.rs")),
    ("logout", include_str!("logout.rs")),
    ("backchannel", include_str!("backchannel.rs")),
];

#[test]
fn every_module_of_the_plans_has_a_test_of_its_name() {
    let mut tests = Vec::new();
    for (plans, source) in FILES {
        for test in source.split("#[tokio::test]\nasync fn ").skip(1) {
            let (name, rest) = test.split_once('(').unwrap();
            let body = rest.split("\n}\n").next().unwrap();
            let is_in_both = body.contains("in_both_modes") || body.contains("Mode::FormPost");
            assert_eq!(is_in_both, plans == "basic formpost", "{name} of {plans}");
            tests.push((name.replace('_', "-"), plans));
        }
    }
    for (module, plans) in MODULES {
        let count = tests.iter().filter(|test| **test == (module.to_owned(), plans)).count();
        assert_eq!(count, 1, "{module} of {plans}");
    }
    assert_eq!(tests.len(), MODULES.len(), "a test that belongs to no module: {tests:#?}");
}

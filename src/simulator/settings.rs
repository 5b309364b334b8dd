//! What the admin of a community platform types into its single sign-on settings.

use zeroize::Zeroizing;

pub struct Settings {
    /// How the community calls itself.
    pub name: String,
    /// Where the community answers, without a slash at the end: `http://127.0.0.1:8081`.
    pub origin: String,
    /// A custom domain of the same community. The redirect URL stays the one on `origin`, which sends members on to here.
    pub second_origin: Option<String>,
    /// The "Directory Document": the association's website as the admin typed it, compared as text from then on.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: AppSecret,
    /// What to ask for, scopes separated by blanks.
    pub scope: String,
    pub button_label: String,
    pub token_auth_method: TokenAuthMethod,
}

/// How the platform shows at the token endpoint who it is (OpenID Connect Core §9).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TokenAuthMethod {
    /// `client_secret_post`, "Post body" in the platform's settings.
    PostBody,
    /// `client_secret_basic`.
    Basic,
}

/// The platform's copy of the Secret Key. Deliberately neither `Debug`, `Display` nor `Serialize`.
pub struct AppSecret(Zeroizing<String>);

impl AppSecret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

//! What is measured, what each thing is compared with, and how good it should be.

use clap::ValueEnum;

#[derive(Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum Scenario {
    Signature,
    #[value(name = "hash")]
    PasswordHash,
    Hello,
    Static,
    Discovery,
    Jwks,
    Userinfo,
    Authorize,
    Exchange,
    Refresh,
    SignIn,
    Start,
    Memory,
}

impl Scenario {
    /// Those that are asked again and again, in the order of the table.
    pub const RATES: [Self; 11] = [
        Self::Signature,
        Self::PasswordHash,
        Self::Hello,
        Self::Static,
        Self::Discovery,
        Self::Jwks,
        Self::Userinfo,
        Self::Authorize,
        Self::Exchange,
        Self::Refresh,
        Self::SignIn,
    ];
    /// Those that ask the server.
    pub const SERVED: [Self; 7] = [
        Self::Discovery,
        Self::Jwks,
        Self::Userinfo,
        Self::Authorize,
        Self::Exchange,
        Self::Refresh,
        Self::SignIn,
    ];
    /// Those that need a member with a session.
    pub const SIGNED_IN: [Self; 4] =
        [Self::Userinfo, Self::Authorize, Self::Exchange, Self::Refresh];

    pub fn title(self) -> &'static str {
        match self {
            Self::Signature => "raw RS256 signature",
            Self::PasswordHash => "raw argon2id hash",
            Self::Hello => "axum hello world",
            Self::Static => "axum static JSON, 1.8 kB",
            Self::Discovery => "discovery",
            Self::Jwks => "JWKS",
            Self::Userinfo => "userinfo",
            Self::Authorize => "authorize with a session",
            Self::Exchange => "code exchange",
            Self::Refresh => "refresh",
            Self::SignIn => "password sign-in",
            Self::Start => "start",
            Self::Memory => "memory",
        }
    }

    /// The name as the command line takes it.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// What it is compared with, in CPU time of the same round.
    pub fn yardstick(self) -> Option<Self> {
        match self {
            Self::Authorize | Self::Exchange => Some(Self::Signature),
            Self::Refresh => Some(Self::Exchange),
            Self::SignIn => Some(Self::PasswordHash),
            Self::Discovery | Self::Jwks | Self::Userinfo => Some(Self::Static),
            Self::Signature
            | Self::PasswordHash
            | Self::Hello
            | Self::Static
            | Self::Start
            | Self::Memory => None,
        }
    }
}

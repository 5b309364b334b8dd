//! How strongly somebody was signed in (OpenID Connect Core §2, `acr` and `amr`).

/// A password alone: ISO/IEC 29115 level 1, which §2 names as a way to say it. "0" would mean that the
/// sign-in does "not meet the requirements of ISO/IEC 29115 level 1".
pub const PASSWORD: &str = "1";

pub const SUPPORTED: [&str; 1] = [PASSWORD];

/// RFC 8176 §2: "pwd: Password-based authentication".
pub const METHODS: [&str; 1] = ["pwd"];

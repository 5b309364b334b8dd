//! Why a sign-in failed, as the platform's page shows it.

use thiserror::Error;

/// In the shape of OAuth's own error answers, because many of these are exactly that.
#[derive(Debug, Error)]
#[error("{error}: {description}")]
pub struct Refusal {
    /// One word for software: the provider's `error`, or the platform's own.
    pub error: String,
    /// A sentence for the admin who has to find the mistake.
    pub description: String,
}

impl Refusal {
    pub fn new(error: impl Into<String>, description: impl Into<String>) -> Self {
        Self { error: error.into(), description: description.into() }
    }
}

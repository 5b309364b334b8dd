//! The Secret Key of an SSO client: URL-safe, verified by its hash, sealed so that it can be shown again.

use crate::id::{AssociationId, ClientId, SecretId};
use crate::token::{Purpose, Token, TokenHash};
use crate::vault::{Place, Unsealable, Vault};

/// The plain Secret Key. Neither `Debug`, `Display` nor `Serialize`.
#[derive(Clone)]
pub struct ClientSecret(Token);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotASecret {
    #[error("the Secret Key is shorter than 16 characters")]
    Short,
    #[error("the Secret Key is longer than 512 characters")]
    Long,
    #[error("the Secret Key holds blanks or characters that platforms cannot send")]
    Character,
}

impl ClientSecret {
    /// Letters, digits, `-` and `_` only: anything else is mistreated by some platform.
    pub fn random() -> Self {
        Self(Token::random())
    }

    /// One that a platform has already (DEC21): kept as it is, whatever printable ASCII it is of.
    pub fn take_over(typed: &str) -> Result<Self, NotASecret> {
        let text = typed.trim();
        match text.len() {
            ..16 => Err(NotASecret::Short),
            513.. => Err(NotASecret::Long),
            _ if !text.bytes().all(|byte| byte.is_ascii_graphic()) => Err(NotASecret::Character),
            _ => Ok(Self(Token::presented(text))),
        }
    }

    pub fn hash(&self) -> TokenHash {
        self.0.hash(Purpose::ClientSecret)
    }

    /// Enough to tell two apart, and far too little to guess the rest.
    pub fn start(&self) -> &str {
        &self.expose()[..4]
    }

    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    pub fn seal(&self, vault: &Vault, association: &AssociationId, id: &SecretId) -> String {
        vault.seal(association, &place(id), self.0.expose().as_bytes())
    }

    pub fn unseal(
        vault: &Vault,
        association: &AssociationId,
        id: &SecretId,
        sealed: &str,
    ) -> Result<Self, Unsealable> {
        let bytes = vault.open_sealed(association, &place(id), sealed)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| Unsealable)?;
        Ok(Self(Token::presented(text)))
    }
}

/// The table is the one that Secret Keys stood in first; what was sealed there still opens, because
/// the first Secret Key of such a client has the Client Id as its id.
fn place(id: &SecretId) -> Place<'_> {
    Place { table: "clients", column: "secret_sealed", row: id.as_str() }
}

/// The id of the Secret Key that a client is made with.
pub fn first_id(client: &ClientId) -> SecretId {
    SecretId::presented(client.as_str())
}

//! The master key, and what is sealed under it: private keys, Secret Keys, the personal parts of events.
//!
//! AES-256-GCM with random nonces, under a key of each association derived from the master key. A
//! sealed value is bound to its table, association, row and column: moved elsewhere, it does not open.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk, Salt};
use zeroize::{Zeroize as _, Zeroizing};

use crate::db::{self, Db};
use crate::id::AssociationId;
use crate::token::{base64url, from_base64url, random_bytes};

const FILE: &str = "master.key";
const CANARY: &str = "canary";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "there is no master key at {0}; this database was sealed with one: put it back from its backup"
    )]
    Missing(PathBuf),
    #[error("there is a master key at {0} already; it stays as it is")]
    Exists(PathBuf),
    #[error("the master key {path} can be read by others (mode {mode:o}); run: chmod 600 {path}")]
    Readable { path: PathBuf, mode: u32 },
    #[error("{0} is not a master key: it should hold 43 characters and nothing else")]
    Malformed(PathBuf),
    #[error(
        "the master key {0} is not the one this database was sealed with; put the right one back"
    )]
    Wrong(PathBuf),
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error("cannot use {path}: {source}")]
    Io { path: PathBuf, source: io::Error },
}

/// A sealed value did not open: it was changed, moved, or sealed under another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value does not open; it was changed, moved, or sealed under another master key")]
pub struct Unsealable;

/// Where a sealed value stands.
pub struct Place<'a> {
    pub table: &'static str,
    pub column: &'static str,
    pub row: &'a str,
}

pub struct Vault {
    root: Prk,
    path: PathBuf,
}

impl Vault {
    pub fn exists(keys_dir: &Path) -> bool {
        keys_dir.join(FILE).exists()
    }

    /// Writes a fresh master key, readable by its owner alone. Never replaces one.
    pub fn init(keys_dir: &Path) -> Result<PathBuf, Error> {
        let path = keys_dir.join(FILE);
        let io = |source| Error::Io { path: path.clone(), source };
        fs::create_dir_all(keys_dir).map_err(io)?;
        let opened = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let mut file = match opened {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return Err(Error::Exists(path));
            }
            other => other.map_err(io)?,
        };
        let mut key = Zeroizing::new(base64url(Zeroizing::new(random_bytes::<32>()).as_slice()));
        key.push('\n');
        file.write_all(key.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
        Ok(path)
    }

    pub fn open(keys_dir: &Path) -> Result<Self, Error> {
        let path = keys_dir.join(FILE);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(Error::Missing(path));
            }
            Err(source) => return Err(Error::Io { path, source }),
            Ok(text) => Zeroizing::new(text),
        };
        let mode =
            fs::metadata(&path).map_err(|source| Error::Io { path: path.clone(), source })?.mode();
        // systemd hands credentials over in a folder of its own, where root's group may read.
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY");
        let is_credential = credentials.is_some_and(|folder| path.starts_with(folder));
        if mode & if is_credential { 0o037 } else { 0o077 } != 0 {
            return Err(Error::Readable { path, mode: mode & 0o777 });
        }
        let mut key = match from_base64url(text.trim_end()) {
            Some(key) if key.len() == 32 => key,
            _ => return Err(Error::Malformed(path)),
        };
        let root = Salt::new(HKDF_SHA256, b"novi-sso vault 1").extract(&key);
        key.zeroize();
        Ok(Self { root, path })
    }

    /// Whether this database belongs to a master key already.
    pub async fn has_sealed(db: &Db) -> Result<bool, db::Error> {
        Ok(db.kept(CANARY).await?.is_some())
    }

    /// Opens the canary of this database; seals it when there is none yet.
    pub async fn check(&self, db: &Db) -> Result<(), Error> {
        let (whole, place) = (
            AssociationId::presented("installation"),
            Place { table: "installation", column: "value", row: CANARY },
        );
        let kept = match db.kept(CANARY).await? {
            Some(kept) => kept,
            None => {
                let canary = self.seal(&whole, &place, b"the master key fits");
                db.installation(CANARY, &canary).await?
            }
        };
        match self.open_sealed(&whole, &place, &kept) {
            Ok(_) => Ok(()),
            Err(Unsealable) => Err(Error::Wrong(self.path.clone())),
        }
    }

    /// 32 bytes for one purpose that is not sealing.
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut bytes = Zeroizing::new([0; 32]);
        self.root
            .expand(&[b"derive", purpose.as_bytes()], HKDF_SHA256)
            .and_then(|output| output.fill(bytes.as_mut_slice()))
            .expect("HKDF gives 32 bytes");
        bytes
    }

    pub fn seal(&self, association: &AssociationId, place: &Place<'_>, secret: &[u8]) -> String {
        let mut bytes = secret.to_vec();
        let nonce = self
            .key(association)
            .seal_in_place_append_tag(bound_to(association, place), &mut bytes)
            .expect("AES-256-GCM seals anything shorter than 64 GiB");
        let mut sealed = nonce.as_ref().to_vec();
        sealed.append(&mut bytes);
        base64url(sealed)
    }

    pub fn open_sealed(
        &self,
        association: &AssociationId,
        place: &Place<'_>,
        sealed: &str,
    ) -> Result<Zeroizing<Vec<u8>>, Unsealable> {
        let mut bytes = from_base64url(sealed).ok_or(Unsealable)?;
        let (nonce, secret) = bytes.split_at_mut_checked(12).ok_or(Unsealable)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unsealable)?;
        let opened = self
            .key(association)
            .open_in_place(nonce, bound_to(association, place), secret)
            .map_err(|_| Unsealable)?;
        Ok(Zeroizing::new(opened.to_vec()))
    }

    fn key(&self, association: &AssociationId) -> RandomizedNonceKey {
        let mut bytes = Zeroizing::new([0; 32]);
        self.root
            .expand(&[b"seal", association.as_str().as_bytes()], HKDF_SHA256)
            .and_then(|output| output.fill(bytes.as_mut_slice()))
            .expect("HKDF gives 32 bytes");
        RandomizedNonceKey::new(&AES_256_GCM, bytes.as_slice()).expect("AES-256-GCM takes 32 bytes")
    }
}

fn bound_to(association: &AssociationId, place: &Place<'_>) -> Aad<String> {
    Aad::from([place.table, place.column, association.as_str(), place.row].join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault() -> Vault {
        Vault { root: Salt::new(HKDF_SHA256, b"test").extract(&[7; 32]), path: PathBuf::new() }
    }

    #[test]
    fn a_sealed_value_opens_in_its_place_and_nowhere_else() {
        let (vault, ours, theirs) = (vault(), AssociationId::random(), AssociationId::random());
        let here = Place { table: "clients", column: "secret_sealed", row: "1" };
        let sealed = vault.seal(&ours, &here, b"k7Gd");

        assert_eq!(vault.open_sealed(&ours, &here, &sealed).unwrap().as_slice(), b"k7Gd");
        assert!(vault.open_sealed(&theirs, &here, &sealed).is_err());
        for elsewhere in [
            Place { table: "signing_keys", column: "secret_sealed", row: "1" },
            Place { table: "clients", column: "secret_hash", row: "1" },
            Place { table: "clients", column: "secret_sealed", row: "2" },
        ] {
            assert!(vault.open_sealed(&ours, &elsewhere, &sealed).is_err());
        }
    }

    /// SEC-D4: every nonce is random, so none comes again after a restart.
    #[test]
    fn a_changed_or_cut_value_does_not_open() {
        let (vault, ours) = (vault(), AssociationId::random());
        let here = Place { table: "t", column: "c", row: "r" };
        let sealed = vault.seal(&ours, &here, b"secret");
        for cut in 0..sealed.len() {
            assert!(vault.open_sealed(&ours, &here, &sealed[..cut]).is_err());
        }
        assert_ne!(sealed, vault.seal(&ours, &here, b"secret"), "nonces are random");
    }
}

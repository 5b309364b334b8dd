//! App: everything that lives as long as the process, built once.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::associations::Directory;
use crate::cache::Cache;
use crate::clients::Client;
use crate::clock::Clock;
use crate::db::{self, Db};
use crate::hooks::Doors;
use crate::id::{AssociationId, ClientId};
use crate::members::HashPool;
use crate::oidc::discovery::Document;
use crate::outbound::Outbound;
use crate::settings::Settings;
use crate::signing::{KeySource, Ring};
use crate::vault::{self, Vault};
use crate::web::companion::Companion;

#[derive(Clone)]
pub struct App(Arc<Parts>);

pub struct Parts {
    pub db: Db,
    pub clock: Clock,
    pub settings: Settings,
    pub vault: Vault,
    pub hashing: HashPool,
    pub key_source: KeySource,
    pub directory: Directory,
    pub rings: Cache<AssociationId, Ring>,
    pub documents: Cache<AssociationId, Document>,
    pub clients: Cache<(AssociationId, ClientId), Client>,
    pub outbound: Outbound,
    pub hook_doors: Doors,
    /// Told when a session ended, so that its clients are told at once.
    pub notices: Notify,
    companion: OnceLock<Box<dyn Companion>>,
    /// Cancelled when the process was told to stop.
    pub draining: CancellationToken,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Database(#[from] db::Error),
    #[error(transparent)]
    Vault(#[from] vault::Error),
    #[error("cannot prepare calls to the outside: {0}")]
    Outbound(#[from] reqwest::Error),
}

impl App {
    /// The database must be migrated. Refuses a master key that does not open its canary.
    pub async fn new(
        db: Db,
        clock: Clock,
        settings: Settings,
        vault: Vault,
        key_source: KeySource,
    ) -> Result<Self, Error> {
        vault.check(&db).await?;
        let outbound = Outbound::new(settings.loopback_calls)?;
        let hashing = HashPool::start(&vault.derive("password pepper"), settings.hash_cost);
        Ok(Self(Arc::new(Parts {
            db,
            clock,
            settings,
            vault,
            hashing,
            key_source,
            directory: Directory::default(),
            rings: Cache::new(1000),
            documents: Cache::new(1000),
            clients: Cache::new(10_000),
            outbound,
            hook_doors: Doors::default(),
            notices: Notify::new(),
            companion: OnceLock::new(),
            draining: CancellationToken::new(),
        })))
    }

    /// Lets a module add to the pages of groups and members. The first one stays.
    pub fn accompany(&self, companion: impl Companion + 'static) {
        self.companion.set(Box::new(companion)).ok();
    }

    pub fn companion(&self) -> Option<&dyn Companion> {
        self.companion.get().map(|it| &**it)
    }

    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

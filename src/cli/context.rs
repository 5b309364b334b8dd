//! What a command works with: the settings, and on demand the database, the keys, one association.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};

use super::Global;
use super::output::Output;
use crate::app::{self, App};
use crate::associations::{self, Issuer, Refusal, Site};
use crate::clock::Clock;
use crate::db::{Db, without_password};
use crate::events::Actor;
use crate::members::Cost;
use crate::settings::{self, Layer, Settings};
use crate::signing::KeySource;
use crate::vault::Vault;

pub const ACTOR: Actor = Actor::CommandLine;
/// Beside what the command line did, where a page names who did it.
pub const NAME: &str = "the command line";

pub struct Context {
    pub settings: Settings,
    pub output: Output,
    pub config: Option<PathBuf>,
    pub association: Option<String>,
}

impl Context {
    pub fn new(global: Global, flags: Layer) -> Result<Self> {
        let file = Layer::of_file(global.config.as_deref()).map_err(in_one_line)?;
        let environment = Layer::of_environment(|name| env::var(name).ok());
        let flags = Layer { database_url: global.database_url, keys_dir: global.keys_dir, ..flags };
        let mut settings = Settings::of(&[file, environment, flags])?;
        if is_cheap_hashing_asked_for() {
            settings.hash_cost = Cost { memory_kib: 8, passes: 1 };
        }
        let output = if global.json { Output::Json } else { Output::Lines };
        Ok(Self { settings, output, config: global.config, association: global.association })
    }

    /// The database; an embedded one is made when it is missing.
    pub async fn open(&self) -> Result<Db> {
        let url = &self.settings.database_url;
        Db::open(url).await.with_context(|| format!("cannot open {}", without_password(url)))
    }

    /// The database, which must be there.
    pub async fn database(&self) -> Result<Db> {
        let url = &self.settings.database_url;
        if !Db::exists(url)? {
            let url = without_password(url);
            bail!("there is no database at {url}; start the server once, or run: novi-sso migrate");
        }
        self.open().await
    }

    /// The database, which must be of this version.
    pub async fn migrated(&self) -> Result<Db> {
        let db = self.database().await?;
        let pending = db.pending_migrations().await?;
        if !pending.is_empty() {
            let pending = pending.join(", ");
            bail!(
                "the database lacks {pending}; start this version's server, or run: novi-sso migrate"
            );
        }
        Ok(db)
    }

    pub async fn app(&self) -> Result<App> {
        let db = self.migrated().await?;
        let dir = &self.settings.keys_dir;
        if !Vault::exists(dir) && !Vault::has_sealed(&db).await? {
            let dir = dir.display();
            bail!(
                "there is no master key in {dir} yet; start the server once, or run: novi-sso keys init"
            );
        }
        let vault = Vault::open(dir)?;
        self.app_with(db, vault).await
    }

    pub async fn app_with(&self, db: Db, vault: Vault) -> Result<App> {
        let app = App::new(db, clock(), self.settings.clone(), vault, KeySource::Fresh);
        app.await.map_err(|error| match error {
            // As itself, so that a bad key is known for one.
            app::Error::Vault(error) => error.into(),
            other => other.into(),
        })
    }

    /// The association that is meant: the one that is named, or the only one.
    pub async fn site(&self) -> Result<Site> {
        let app = self.app().await?;
        let mut all = associations::list(&app).await?;
        let found = match &self.association {
            Some(named) => {
                let named = host(named);
                let found = all.into_iter().find(|association| association.host == named);
                found.ok_or(Refusal::Unknown(named))?
            }
            None if all.len() > 1 => {
                let hosts: Vec<_> = all.iter().map(|association| &*association.host).collect();
                bail!("say which association with --association HOST: {}", hosts.join(", "));
            }
            None => all.pop().ok_or_else(|| {
                anyhow!("there is no association yet; add one with: novi-sso association add --site-url URL --name NAME")
            })?,
        };
        let now = app.clock.now();
        Ok(Site::new(app, found.into(), now))
    }
}

/// A whole site URL names its host too.
fn host(named: &str) -> String {
    match Issuer::parse(named) {
        Ok(issuer) => issuer.host().to_owned(),
        Err(_) => named.trim().to_ascii_lowercase(),
    }
}

/// Without the picture of the line that the parser draws.
fn in_one_line(error: settings::Error) -> anyhow::Error {
    match error {
        settings::Error::Malformed { path, source } => {
            let whole = source.to_string();
            let place = whole.lines().next().unwrap_or_default();
            anyhow!("{}: {place}: {}", path.display(), source.message())
        }
        other => other.into(),
    }
}

/// So that tests do not spend their time on passwords. No shipped program listens to it.
fn is_cheap_hashing_asked_for() -> bool {
    cfg!(debug_assertions) && env::var("NOVI_SSO_TEST_HASH_COST").is_ok_and(|cost| cost == "low")
}

/// So that tests need not wait: it stands still, so many seconds ahead. No shipped program listens
/// to it.
fn clock() -> Clock {
    let ahead =
        cfg!(debug_assertions).then(|| env::var("NOVI_SSO_TEST_CLOCK_AHEAD").ok()).flatten();
    match ahead.and_then(|seconds| seconds.parse::<i64>().ok()) {
        Some(seconds) => Clock::manual(Clock::System.now().unix_seconds() + seconds),
        None => Clock::System,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_association_is_named_by_its_host_or_its_site_url() {
        assert_eq!(host("www.Acme.example"), "www.acme.example");
        assert_eq!(host("https://www.acme.example/"), "www.acme.example");
        assert_eq!(host("127.0.0.1:8080"), "127.0.0.1:8080");
    }

    #[test]
    fn a_mistake_in_the_file_says_where_and_what_in_one_line() {
        let source = toml::from_str::<Layer>("listne = 1").unwrap_err();
        let error = settings::Error::Malformed { path: "a.toml".into(), source: Box::new(source) };

        let said = in_one_line(error).to_string();

        assert!(
            said.starts_with(
                "a.toml: TOML parse error at line 1, column 1: unknown field `listne`"
            ),
            "{said}"
        );
        assert!(!said.contains('\n'));
    }
}

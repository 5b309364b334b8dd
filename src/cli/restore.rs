//! `restore`: fills an empty place from a backup.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use serde_json::json;

use super::context::Context;
use crate::db::Db;
use crate::vault::{self, Vault};

#[derive(Args)]
pub struct Arguments {
    /// What `backup` wrote
    file: PathBuf,
}

pub async fn run(context: &Context, arguments: &Arguments) -> Result<()> {
    let url = &context.settings.database_url;
    if url.starts_with("sqlite:") && Db::exists(url)? {
        bail!(
            "{url} exists already; name a new file with --database-url, or move the old one away"
        );
    }
    let db = context.open().await?;
    if let Err(error) = fill(&db, &arguments.file).await {
        if let Some(file) = db.sqlite_file() {
            remove(file);
        }
        return Err(error);
    }
    let key = key(&db, &context.settings.keys_dir).await?;
    let line = match &key {
        None => format!("restored {}; the master key opens it", arguments.file.display()),
        Some(problem) => format!("restored {}; but {problem}", arguments.file.display()),
    };
    let object = json!({ "file": arguments.file, "master_key_opens_it": key.is_none() });
    context.output.say(&line, &object)
}

async fn fill(db: &Db, from: &Path) -> Result<()> {
    let _alone = db.serve_alone()?;
    db.migrate().await?;
    Ok(db.restore(from).await?)
}

/// What is wrong with the master key, if anything: the data is of no use without it.
async fn key(db: &Db, keys_dir: &Path) -> Result<Option<String>> {
    if !Vault::has_sealed(db).await? {
        return Ok(None);
    }
    let fits = match Vault::open(keys_dir) {
        Ok(vault) => vault.check(db).await,
        Err(error) => Err(error),
    };
    match fits {
        Ok(()) => Ok(None),
        Err(vault::Error::Database(error)) => Err(error.into()),
        Err(problem) => Ok(Some(problem.to_string())),
    }
}

/// The file that was made for this and holds nothing: the next try must find the place empty.
fn remove(file: &Path) {
    for end in ["", "-wal", "-shm", ".lock"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        std::fs::remove_file(PathBuf::from(name)).ok(); // it was not made, then
    }
}

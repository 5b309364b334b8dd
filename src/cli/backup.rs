//! `backup`: a consistent copy of the database, also while it is served.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::json;

use super::context::Context;

#[derive(Args)]
pub struct Arguments {
    /// The file to write; it must not exist yet
    file: PathBuf,
}

pub async fn run(context: &Context, arguments: &Arguments) -> Result<()> {
    let db = context.migrated().await?;
    let file = &arguments.file;
    db.backup(file).await?;
    let bytes = std::fs::metadata(file).context("the backup is not there")?.len();
    let line = format!(
        "wrote {} ({bytes} bytes); the master key is not in it: keep a copy of {} in another place",
        file.display(),
        context.settings.keys_dir.join("master.key").display()
    );
    context.output.say(&line, &json!({ "file": file, "bytes": bytes }))
}

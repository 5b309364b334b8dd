//! `migrate`: brings the database up to this version.

use anyhow::Result;
use serde_json::json;

use super::context::Context;
use crate::db::Migrated;

pub async fn run(context: &Context) -> Result<()> {
    let db = context.open().await?;
    let migrated = db.migrate().await?;
    let object = json!({ "applied": migrated.applied, "snapshot": migrated.snapshot });
    context.output.say(&sentence(&migrated), &object)
}

/// What was done, and where the database as it was before lies.
pub fn sentence(migrated: &Migrated) -> String {
    if migrated.applied.is_empty() {
        return "the database is up to date".to_owned();
    }
    let mut said = format!("migrated the database: {}", migrated.applied.join(", "));
    if let Some(snapshot) = &migrated.snapshot {
        said.push_str(&format!("; as it was before, it is in {}", snapshot.display()));
    }
    said
}

//! Which association owns a host: the whole list, kept in memory, so that a stranger's `Host`
//! header never reaches the database.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Association, store};
use crate::cache::Cache;
use crate::db::{self, Db};

pub struct Directory(Cache<(), HashMap<String, Arc<Association>>>);

impl Default for Directory {
    fn default() -> Self {
        Self(Cache::new(1))
    }
}

impl Directory {
    /// `host` is a `Host` header: host, and port unless it is the scheme's own. Upper case folds.
    pub async fn find(&self, db: &Db, host: &str) -> Result<Option<Arc<Association>>, db::Error> {
        let hosts = self.hosts(db).await?;
        Ok(match hosts.get(host) {
            Some(association) => Some(association.clone()),
            None if host.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                hosts.get(&host.to_ascii_lowercase()).cloned()
            }
            None => None,
        })
    }

    async fn hosts(&self, db: &Db) -> Result<Arc<HashMap<String, Arc<Association>>>, db::Error> {
        let epoch = db.config_epoch();
        if let Some(hosts) = self.0.get(epoch, &()) {
            return Ok(hosts);
        }
        let all = store::all(db).await?;
        let hosts = all.into_iter().map(|found| (found.host.clone(), Arc::new(found)));
        Ok(self.0.put(epoch, (), hosts.collect()))
    }
}

//! A bounded cache that forgets everything as soon as the configuration has changed.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, RwLock};

/// Values are shared, never changed. Unknown keys are not remembered, so that nobody can fill it
/// with names that do not exist.
pub struct Cache<K, V> {
    entries: RwLock<Entries<K, V>>,
    capacity: usize,
}

struct Entries<K, V> {
    epoch: u64,
    map: HashMap<K, Arc<V>>,
}

impl<K: Eq + Hash + Clone, V> Cache<K, V> {
    pub fn new(capacity: usize) -> Self {
        Self { entries: RwLock::new(Entries { epoch: 0, map: HashMap::new() }), capacity }
    }

    /// What was loaded under this very epoch.
    pub fn get(&self, epoch: u64, key: &K) -> Option<Arc<V>> {
        let entries = self.entries.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        if entries.epoch == epoch { entries.map.get(key).cloned() } else { None }
    }

    /// `epoch` is the one from before the value was loaded: what changed meanwhile drops it again.
    pub fn put(&self, epoch: u64, key: K, value: V) -> Arc<V> {
        let value = Arc::new(value);
        let mut entries = self.entries.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        if entries.epoch < epoch || entries.map.len() >= self.capacity {
            entries.map.clear();
        }
        if entries.epoch <= epoch {
            entries.epoch = epoch;
            entries.map.insert(key, value.clone());
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_gone_with_its_epoch_and_the_cache_never_grows_past_its_bound() {
        let cache = Cache::new(2);
        cache.put(1, "a", 1);
        assert_eq!(cache.get(1, &"a").as_deref(), Some(&1));
        assert_eq!(cache.get(2, &"a"), None);

        cache.put(2, "b", 2);
        cache.put(1, "late", 3);
        assert_eq!(cache.get(2, &"late"), None, "loaded before the change");

        cache.put(2, "c", 4);
        cache.put(2, "d", 5);
        assert_eq!(cache.get(2, &"b"), None);
        assert_eq!(cache.get(2, &"d").as_deref(), Some(&5));
    }
}

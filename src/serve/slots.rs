//! How many connections are open, in all and per address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use ipnet::IpNet;

use super::Rules;
use crate::web::{TrustedProxies, subscriber};

const OPEN: &str = "http_connections_open";
const REFUSED: &str = "http_connections_refused_total";

pub struct Slots {
    limit: usize,
    limit_per_address: usize,
    exempt: TrustedProxies,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    open: usize,
    by_address: HashMap<IpNet, usize>,
    warned: Option<Instant>,
}

/// A connection's place; free again when dropped.
pub struct Slot {
    slots: Arc<Slots>,
    counted: Option<IpNet>,
}

impl Slots {
    pub fn new(rules: &Rules) -> Arc<Slots> {
        Arc::new(Slots {
            limit: rules.connections,
            limit_per_address: rules.connections_per_address,
            exempt: rules.trusted_proxies.clone(),
            taken: Mutex::default(),
        })
    }

    pub fn take(self: &Arc<Self>, peer: IpAddr) -> Option<Slot> {
        let counted = (!self.exempt.contains(peer)).then(|| subscriber(peer));
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.open >= self.limit {
            metrics::counter!(REFUSED, "limit" => "all").increment(1);
            taken.warn(|| {
                tracing::warn!(limit = self.limit, "too many connections: refusing new ones")
            });
            return None;
        }
        if let Some(address) = counted {
            let open = taken.by_address.entry(address).or_default();
            if *open >= self.limit_per_address {
                metrics::counter!(REFUSED, "limit" => "address").increment(1);
                taken.warn(|| {
                    tracing::warn!(
                        %address,
                        limit = self.limit_per_address,
                        "too many connections from one address: if it is your proxy, name it as trusted"
                    );
                });
                return None;
            }
            *open += 1;
        }
        taken.open += 1;
        metrics::gauge!(OPEN).increment(1.0);
        Some(Slot { slots: Arc::clone(self), counted })
    }
}

impl Taken {
    /// Once a minute, or a flood of connections would be a flood of lines.
    fn warn(&mut self, say: impl FnOnce()) {
        if self.warned.is_none_or(|last| last.elapsed() > Duration::from_mins(1)) {
            self.warned = Some(Instant::now());
            say();
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.open -= 1;
        metrics::gauge!(OPEN).decrement(1.0);
        let Some(address) = self.counted else { return };
        if let Some(open) = taken.by_address.get_mut(&address) {
            *open -= 1;
            if *open == 0 {
                taken.by_address.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(all: usize, per_address: usize, exempt: &str) -> Arc<Slots> {
        Slots::new(&Rules {
            connections: all,
            connections_per_address: per_address,
            trusted_proxies: exempt.parse().unwrap(),
            ..Rules::default()
        })
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_its_share_and_gets_it_back() {
        let slots = slots(10, 2, "");

        let first = slots.take(ip("203.0.113.9")).unwrap();
        let _second = slots.take(ip("::ffff:203.0.113.9")).unwrap();
        assert!(slots.take(ip("203.0.113.9")).is_none());
        assert!(slots.take(ip("203.0.113.10")).is_some());

        drop(first);
        assert!(slots.take(ip("203.0.113.9")).is_some());
    }

    #[test]
    fn ipv6_addresses_of_one_subscriber_share() {
        let slots = slots(10, 1, "");

        let _one = slots.take(ip("2001:db8::1")).unwrap();

        assert!(slots.take(ip("2001:db8::2")).is_none());
        assert!(slots.take(ip("2001:db8:0:1::1")).is_some());
    }

    #[test]
    fn a_trusted_proxy_is_held_to_the_total_alone() {
        let slots = slots(3, 1, "10.0.0.1");

        let held: Vec<_> = (0..3).map(|_| slots.take(ip("10.0.0.1")).unwrap()).collect();
        assert!(slots.take(ip("10.0.0.1")).is_none());
        assert!(slots.take(ip("203.0.113.9")).is_none());

        drop(held);
        assert!(slots.take(ip("203.0.113.9")).is_some());
    }

    #[test]
    fn addresses_that_left_are_forgotten() {
        let slots = slots(10, 1, "");

        drop(slots.take(ip("203.0.113.9")));
        drop(slots.take(ip("2001:db8::1")));

        assert!(slots.taken.lock().unwrap().by_address.is_empty());
    }
}

//! How long a peer may take and how much it may hold.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::web::TrustedProxies;

/// Files that connections must leave to the databases, the key and the logs.
const OTHER_FILES: usize = 512;

#[derive(Clone, Debug)]
pub struct Rules {
    /// From accepting a connection to its first byte.
    pub first_byte: Duration,
    /// From a request's first byte to the end of its header.
    pub header: Duration,
    /// From the end of the header to the end of the body.
    pub body: Duration,
    /// From one answer to the first byte of the next request.
    pub idle: Duration,
    /// How long a peer may take nothing of an answer that waits for it.
    pub write: Duration,
    /// After this, the next answer is the connection's last.
    pub age: Duration,
    /// How long to listen to the rest of a request that was answered unread. Closing at once would
    /// reset the connection, and the peer could lose the answer.
    pub linger: Duration,
    /// How long requests in flight may take after `stop`.
    pub drain: Duration,

    pub header_bytes: usize,
    pub header_fields: usize,
    pub uri_bytes: usize,

    pub connections: usize,
    /// Counted per IPv4 address and per /64 of IPv6.
    pub connections_per_address: usize,
    /// Their connections do not count per address: each stands for many people.
    pub trusted_proxies: TrustedProxies,
    /// From this moment on, still before `stop`, every answer is its connection's last, so that
    /// load balancers find few open connections to lose when `stop` comes.
    pub draining: CancellationToken,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules {
            first_byte: Duration::from_secs(5),
            header: Duration::from_secs(5),
            body: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            write: Duration::from_secs(30),
            age: Duration::from_mins(10),
            linger: Duration::from_secs(1),
            drain: Duration::from_secs(20),
            header_bytes: 32 * 1024,
            header_fields: 64,
            uri_bytes: 8 * 1024,
            connections: 8192,
            connections_per_address: 256,
            trusted_proxies: TrustedProxies::default(),
            draining: CancellationToken::new(),
        }
    }
}

impl Rules {
    /// Fewer connections where the system allows this process fewer open files.
    pub fn within_open_files(mut self) -> Rules {
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        if let Some(files) = open_files(&limits) {
            self.connections =
                self.connections.min(files.saturating_sub(OTHER_FILES).max(files / 2));
        }
        self
    }
}

fn open_files(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_soft_limit_of_open_files_is_read_from_the_kernels_table() {
        let table = "Limit                     Soft Limit           Hard Limit           Units     \n\
                     Max processes             63704                63704                processes \n\
                     Max open files            1024                 524288               files     \n";

        assert_eq!(open_files(table), Some(1024));
        assert_eq!(open_files(&table.replace("1024 ", "unlimited")), None);
        assert_eq!(open_files(""), None);
    }

    #[test]
    fn connections_leave_files_to_the_rest_of_the_process() {
        let rules = Rules { connections: usize::MAX, ..Rules::default() }.within_open_files();

        assert!(rules.connections < usize::MAX);
    }
}

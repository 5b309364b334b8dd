//! Who runs PostgreSQL when we are root.

use std::fs;

use super::broken;
use crate::process::Failure;
use crate::signals;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Account {
    pub user: u32,
    pub group: u32,
}

impl Account {
    /// PostgreSQL refuses to run as root; anybody else runs it as themselves.
    pub fn unprivileged() -> Result<Option<Account>, Failure> {
        if !signals::we_are_root() {
            return Ok(None);
        }
        let accounts = fs::read_to_string("/etc/passwd")
            .map_err(|error| broken("read /etc/passwd", &error))?;
        ["postgres", "nobody"].iter().find_map(|name| Account::named(name, &accounts)).map(Some).ok_or_else(|| {
            Failure::Broken("PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`".into())
        })
    }

    fn named(name: &str, accounts: &str) -> Option<Account> {
        accounts.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            match fields.as_slice() {
                [first, _, user, group, ..] if *first == name => {
                    Some(Account { user: user.parse().ok()?, group: group.parse().ok()? })
                }
                _ => None,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: &str = "root:x:0:0:root:/root:/bin/bash\n\
                            postgres-exporter:x:99:99::/:/bin/false\n\
                            nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n\
                            postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash\n";

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        assert_eq!(Account::named("postgres", ACCOUNTS), Some(Account { user: 101, group: 104 }));
        assert_eq!(Account::named("nobody", ACCOUNTS), Some(Account { user: 65534, group: 65534 }));
        assert_eq!(Account::named("post", ACCOUNTS), None);
    }
}

//! Versions as programs print them, far enough to say which is newer.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    pub major: u32,
    pub minor: u32,
}

impl Version {
    pub const fn new(major: u32, minor: u32) -> Self {
        Version { major, minor }
    }

    /// The first number in what `--version` printed: `v18.20.4`, `postgres (PostgreSQL) 15.18 (Debian …)`, `17beta1`.
    pub fn parse(text: &str) -> Option<Self> {
        let start = text.find(|c: char| c.is_ascii_digit())?;
        let (major, rest) = leading_number(&text[start..])?;
        let minor = rest.strip_prefix('.').and_then(leading_number).map_or(0, |(minor, _)| minor);
        Some(Version { major, minor })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

fn leading_number(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_found_in_what_programs_print() {
        let cases = [
            ("v20.20.2\n", (20, 20)),
            ("9.2.0", (9, 2)),
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", (15, 18)),
            ("postgres (PostgreSQL) 17beta1", (17, 0)),
            ("Chromium 141.0.7390.54 built on Debian GNU/Linux 12 (bookworm)", (141, 0)),
            ("cc (Debian 12.2.0-14+deb12u1) 12.2.0", (12, 2)),
        ];
        for (printed, (major, minor)) in cases {
            assert_eq!(Version::parse(printed), Some(Version::new(major, minor)), "{printed}");
        }
    }

    #[test]
    fn what_has_no_number_has_no_version() {
        assert_eq!(Version::parse("command not found"), None);
        assert_eq!(Version::parse(""), None);
    }

    #[test]
    fn ten_is_newer_than_nine() {
        assert!(Version::new(10, 0) > Version::new(9, 6));
        assert!(Version::new(18, 20) > Version::new(18, 3));
    }
}

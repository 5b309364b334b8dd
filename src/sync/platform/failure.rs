//! How a call to a platform fails: what may be tried again, what may have been carried out, and the
//! platform's own words, made fit to be shown.

use std::fmt;

use serde_json::Value;

const LONGEST_WORDS: usize = 200;
/// A shorter one would be found in ordinary words.
const SHORTEST_SECRET: usize = 4;

/// `words` are the platform's own where it has any: at most 200 characters, neither markup nor a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The call did not arrive; nothing happened there.
    Unreachable { words: String },
    /// It may have been carried out.
    Unknown { words: String },
    /// Not now: too many calls, or another bulk is going on. Nothing happened there. `status` is None
    /// where it was not even asked, because it had said so before.
    Busy { status: Option<u16>, retry_after_seconds: Option<i64>, words: String },
    /// It was not sent: the platform would refuse it.
    Unsendable { words: String },
    /// The same call will be refused again.
    Refused { status: u16, words: String },
    /// The credentials do not open this connection.
    Unauthorized { status: u16, words: String },
    /// The group is not there any more.
    GroupGone { words: String },
    /// Out of order: an error of theirs, a page instead of data, half an answer, a redirect elsewhere.
    Broken { status: Option<u16>, words: String },
}

impl Failure {
    pub fn words(&self) -> &str {
        match self {
            Self::Unreachable { words }
            | Self::Unknown { words }
            | Self::Busy { words, .. }
            | Self::Unsendable { words }
            | Self::Refused { words, .. }
            | Self::Unauthorized { words, .. }
            | Self::GroupGone { words }
            | Self::Broken { words, .. } => words,
        }
    }

    /// What HTTP said, where the platform answered at all.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } | Self::Unauthorized { status, .. } => Some(*status),
            Self::GroupGone { .. } => Some(404),
            Self::Broken { status, .. } | Self::Busy { status, .. } => *status,
            Self::Unreachable { .. } | Self::Unknown { .. } | Self::Unsendable { .. } => None,
        }
    }

    /// Whether to try the same again is of no use, until the record or the link changes.
    pub fn is_permanent(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::GroupGone { .. } | Self::Unsendable { .. })
    }

    /// Whether what was to be sent left this house, whatever became of it.
    pub fn has_left(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Unsendable { .. } => false,
            Self::Busy { status, .. } => status.is_some(),
            _ => true,
        }
    }

    /// Whether it says that the platform is out of order or out of reach, whatever it was asked for.
    pub fn is_of_the_platform(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Unknown { .. } | Self::Broken { .. })
    }

    /// Whether a change may have been carried out in spite of the failure.
    pub fn outcome_is_unknown(&self) -> bool {
        match self {
            Self::Unknown { .. } => true,
            // Whoever redirects elsewhere did not do it.
            Self::Broken { status, .. } => !status.is_some_and(|it| (300..400).contains(&it)),
            _ => false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl std::error::Error for Failure {}

/// What a body of JSON says of an error, in the shapes that platforms and their gateways use.
pub fn said(body: &[u8]) -> Option<String> {
    const NAMES: [&str; 8] = [
        "error_message",
        "errorMessage",
        "message",
        "error_description",
        "detail",
        "error",
        "title",
        "errors",
    ];
    fn find(value: &Value, depth: u8) -> Option<String> {
        match value {
            Value::String(words) => Some(words.clone()).filter(|words| !words.trim().is_empty()),
            Value::Object(members) if depth > 0 => {
                NAMES.iter().find_map(|name| find(members.get(*name)?, depth - 1))
            }
            Value::Array(list) if depth > 0 => list.iter().find_map(|item| find(item, depth - 1)),
            _ => None,
        }
    }
    let value: Value = serde_json::from_slice(body).ok()?;
    // A list of records is no error, whatever stands in it.
    value.is_object().then(|| find(&value, 3)).flatten()
}

/// Words of a stranger made fit to be shown, or None where nothing is left of them.
pub fn clean(words: &str, secrets: &[&str]) -> Option<String> {
    let visible: String = words
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c })
        .collect();
    let mut plain = without_tags(&visible);
    for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST_SECRET) {
        plain = plain.replace(secret, "[hidden]");
    }
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut = match plain.char_indices().nth(LONGEST_WORDS) {
        None => plain,
        Some(_) => plain.chars().take(LONGEST_WORDS - 1).chain(['…']).collect(),
    };
    (!cut.is_empty()).then_some(cut)
}

/// Whether words of a failure are ours: of the platform we speak as "it". They go without quotes.
pub fn is_ours(words: &str) -> bool {
    const BEGINNINGS: [&str; 6] = [
        "it ",
        "its ",
        "the answer ",
        "this e-mail leads to an account there ",
        "several people there have this e-mail",
        "these credentials open another community",
    ];
    BEGINNINGS.iter().any(|beginning| words.starts_with(beginning))
}

/// Soft hyphens, joiners, marks of direction: what makes one text look like another.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        plain.push_str(before);
        let is_tag =
            tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        rest = if is_tag {
            plain.push(' ');
            tag.find('>').map_or("", |end| &tag[end + 1..])
        } else {
            plain.push('<');
            &tag[1..]
        };
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_read_in_the_shapes_of_platforms_and_gateways() {
        for (body, words) in [
            (r#"{"error_message":"Email is invalid","error_code":"x"}"#, Some("Email is invalid")),
            (
                r#"{"success":false,"errorMessage":"Invalid TenantCode"}"#,
                Some("Invalid TenantCode"),
            ),
            (r#"{"message":"Forbidden"}"#, Some("Forbidden")),
            (r#"{"error":{"message":"No"}}"#, Some("No")),
            (r#"{"error":"invalid","error_description":"No"}"#, Some("No")),
            (r#"{"errors":["First","second"]}"#, Some("First")),
            (r#"{"errors":[{"detail":"First"}]}"#, Some("First")),
            (r#"{"error_message":" ","message":"No"}"#, Some("No")),
            (r#"[{"message":"a record"}]"#, None),
            (r#"{"status":500}"#, None),
            ("<h1>Error</h1>", None),
            ("", None),
        ] {
            assert_eq!(said(body.as_bytes()).as_deref(), words, "{body}");
        }
    }

    /// SECURITY.md 3.5: what a platform says is neither rendered nor trusted.
    #[test]
    fn words_are_short_and_plain_and_hold_no_secret() {
        for (words, shown) in [
            ("Email\r\n\tis\0 invalid", Some("Email is invalid")),
            (
                "<b>Email</b> is <script>alert(1)</script> invalid",
                Some("Email is alert(1) invalid"),
            ),
            ("less < more", Some("less < more")),
            ("cut off <img src=x", Some("cut off")),
            ("\u{202e}drow\u{200b}s", Some("drows")),
            ("the key k7Gd-1 is wrong", Some("the key [hidden] is wrong")),
            ("the key k7\u{200b}Gd-1 is wrong", Some("the key [hidden] is wrong")),
            (" \n ", None),
            ("<p>", None),
        ] {
            assert_eq!(clean(words, &["k7Gd-1", "is"]).as_deref(), shown, "{words:?}");
        }
        assert_eq!(clean(&"ß".repeat(200), &[]).unwrap(), "ß".repeat(200));
        let cut = clean(&"ß".repeat(201), &[]).unwrap();
        assert_eq!((cut.chars().count(), cut.ends_with('…')), (200, true));
    }

    #[test]
    fn our_own_words_are_told_apart_from_the_platforms() {
        for ours in [
            "it answered 422 without a word",
            "its list did not hold still",
            "it needs an e-mail address of whoever is new there",
            "it takes pushes of at most 1000 bytes",
        ] {
            assert!(is_ours(ours), "{ours}");
        }
        for theirs in ["Email is invalid", "item 3 is invalid", "", "This e-mail is taken"] {
            assert!(!is_ours(theirs), "{theirs}");
        }
    }

    #[test]
    fn a_failure_says_whether_it_may_have_been_done_and_whether_to_try_again() {
        let words = || "words".to_owned();
        for (failure, permanent, unknown) in [
            (Failure::Unreachable { words: words() }, false, false),
            (Failure::Unknown { words: words() }, false, true),
            (
                Failure::Busy { status: None, retry_after_seconds: None, words: words() },
                false,
                false,
            ),
            (Failure::Unsendable { words: words() }, true, false),
            (Failure::Refused { status: 422, words: words() }, true, false),
            (Failure::Unauthorized { status: 401, words: words() }, false, false),
            (Failure::GroupGone { words: words() }, true, false),
            (Failure::Broken { status: Some(502), words: words() }, false, true),
            (Failure::Broken { status: Some(200), words: words() }, false, true),
            (Failure::Broken { status: Some(302), words: words() }, false, false),
        ] {
            assert_eq!(failure.is_permanent(), permanent, "{failure:?}");
            assert_eq!(failure.outcome_is_unknown(), unknown, "{failure:?}");
            assert_eq!(failure.words(), "words");
        }
    }
}

//! One call of an API: its method, and its path with the places of ids.

use serde::{Deserialize, Serialize};

use crate::outbound::call::Method;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    pub method: Method,
    /// Below the base URL: `/groups/{group_id}`.
    pub path: String,
}

impl Route {
    pub fn new(method: Method, path: &str) -> Self {
        Self { method, path: path.to_owned() }
    }

    /// What is wrong with a path that should have exactly these places.
    pub fn mistake(&self, places: &[&str]) -> Option<String> {
        let path = &self.path;
        if !path.starts_with('/') {
            return Some(format!("the path {path} should begin with /"));
        }
        let mut segments: Vec<&str> = path.split('/').skip(1).collect();
        // Some call it with a slash at the end.
        if segments.len() > 1 && segments.last() == Some(&"") {
            segments.pop();
        }
        let mut found = Vec::new();
        for segment in segments {
            match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(place) => found.push(place),
                None if segment.is_empty()
                    || is_dots(segment)
                    || !segment.bytes().all(is_plain) =>
                {
                    return Some(format!("the path {path} is not one of plain words"));
                }
                None => {}
            }
        }
        found.sort_unstable();
        let mut wanted = places.to_vec();
        wanted.sort_unstable();
        let named = || wanted.iter().map(|place| format!("{{{place}}}")).collect::<Vec<_>>();
        (found != wanted).then(|| match wanted.is_empty() {
            true => format!("the path {path} has no places to fill"),
            false => format!("the path {path} should have {} once", named().join(" and ")),
        })
    }

    /// None if an id cannot stand in a path: a URL would take `..` as the way up.
    pub fn fill(&self, values: &[(&str, &str)]) -> Option<String> {
        let mut path = self.path.clone();
        for (place, value) in values {
            if value.is_empty() || is_dots(value) {
                return None;
            }
            path = path.replace(&format!("{{{place}}}"), &escaped(value));
        }
        Some(path)
    }
}

fn is_dots(text: &str) -> bool {
    matches!(text, "." | "..")
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// RFC 3986 §2.3: what is not unreserved is percent-encoded.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for byte in value.bytes() {
        if is_plain(byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_from_elsewhere_stays_within_its_segment() {
        let route = Route::new(Method::Get, "/groups/{group_id}/members/{user_id}");
        let fill = |user: &str| route.fill(&[("group_id", "4711"), ("user_id", user)]);
        for (id, path) in [
            ("9f3c", Some("/groups/4711/members/9f3c")),
            ("a/../b?x#y", Some("/groups/4711/members/a%2F..%2Fb%3Fx%23y")),
            ("{group_id}", Some("/groups/4711/members/%7Bgroup_id%7D")),
            ("%2e%2e", Some("/groups/4711/members/%252e%252e")),
            ("é", Some("/groups/4711/members/%C3%A9")),
            ("..", None),
            (".", None),
            ("", None),
        ] {
            assert_eq!(fill(id).as_deref(), path, "{id}");
        }
    }

    #[test]
    fn a_path_has_the_places_that_its_call_needs() {
        let mistake = |path: &str| Route::new(Method::Get, path).mistake(&["group_id"]);
        for right in ["/groups/{group_id}", "/v2/{group_id}/members/"] {
            assert_eq!(mistake(right), None, "{right}");
        }
        for wrong in [
            "groups/{group_id}",
            "/groups",
            "/groups/{user_id}",
            "/groups/{group_id}/{group_id}",
            "/groups/{group_id}?all=1",
            "/../{group_id}",
            "//{group_id}",
            "/@evil/{group_id}",
            "/groups/{group_id}x",
        ] {
            assert!(mistake(wrong).is_some(), "{wrong}");
        }
    }
}

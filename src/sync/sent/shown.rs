//! What was sent, as a person reads it: each field by its name there, with its value.

use serde_json::Value;

/// The fields of what went out, in their order; of a list each entry by itself.
pub fn fields(payload: &str) -> Vec<(String, String)> {
    let Ok(value) = serde_json::from_str::<Value>(payload) else { return Vec::new() };
    let mut all = Vec::new();
    match &value {
        // So they were kept before they were kept as they go out.
        Value::Array(pairs) => {
            for pair in pairs.iter().filter_map(Value::as_array) {
                if let [name, value] = pair.as_slice() {
                    all.push((text(name), text(value)));
                }
            }
        }
        value => collect(value, &mut all),
    }
    all
}

fn collect(value: &Value, all: &mut Vec<(String, String)>) {
    let Value::Object(members) = value else { return };
    for (name, value) in members {
        match value {
            Value::Object(_) => collect(value, all),
            Value::Array(list) if list.is_empty() => all.push((name.clone(), String::new())),
            Value::Array(list) => {
                all.extend(list.iter().map(|entry| (name.clone(), text(entry))));
            }
            value => all.push((name.clone(), text(value))),
        }
    }
}

/// One value, or all of an entry with their names.
fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(members) => {
            let each = members.iter().map(|(name, value)| format!("{name}: {}", text(value)));
            each.collect::<Vec<_>>().join(", ")
        }
        Value::Array(list) => list.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_out_is_read_field_by_field() {
        for (payload, shown) in [
            (
                r#"{"user_id":"9f3c","fields":{"first_name":"Ada","job_title":""}}"#,
                vec![("user_id", "9f3c"), ("first_name", "Ada"), ("job_title", "")],
            ),
            (
                r#"{"MemberDetails":{"IsActive":true},"SecurityGroups":[],
                    "CommunityGroups":[{"GroupKey":"g1","GroupName":"Board"}]}"#,
                vec![
                    ("IsActive", "true"),
                    ("SecurityGroups", ""),
                    ("CommunityGroups", "GroupKey: g1, GroupName: Board"),
                ],
            ),
            (r#"[["first_name","Ada"]]"#, vec![("first_name", "Ada")]),
            ("not JSON", vec![]),
        ] {
            let mut read = fields(payload);
            read.sort();
            let mut shown: Vec<_> = shown.into_iter().map(|(a, b)| (a.into(), b.into())).collect();
            shown.sort();
            assert_eq!(read, shown, "{payload}");
        }
    }
}

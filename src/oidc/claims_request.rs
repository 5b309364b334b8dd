//! The `claims` parameter: claims asked for by name (OpenID Connect Core §5.5).

use serde_json::{Map, Value};

use super::acr;
use super::claims::Wanted;
use super::error::{Code, Error};

/// What was asked for, as far as we have it: "any members used that are not understood MUST be ignored".
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ClaimsRequest {
    pub id_token: Wanted,
    pub userinfo: Wanted,
    /// The one person that the request is about.
    pub sub: Option<String>,
}

impl ClaimsRequest {
    pub fn parse(text: &str) -> Result<Self, Error> {
        let malformed = || Error::invalid_request("claims must be a JSON object");
        let value: Value = serde_json::from_str(text).map_err(|_| malformed())?;
        let object = value.as_object().ok_or_else(malformed)?;
        let mut request = Self::default();
        for (place, asked) in object {
            let asked = match (place.as_str(), asked) {
                ("id_token" | "userinfo", Value::Object(asked)) => asked,
                ("id_token" | "userinfo", Value::Null) => continue,
                ("id_token" | "userinfo", _) => {
                    return Err(Error::invalid_request(
                        "claims.id_token and claims.userinfo must be objects",
                    ));
                }
                _ => continue,
            };
            let wanted = asked.keys().fold(Wanted::default(), |all, name| all.with_name(name));
            match place.as_str() {
                "id_token" => {
                    request.id_token = wanted;
                    check_acr(asked)?;
                }
                _ => request.userinfo = wanted,
            }
            if let Some(sub) = asked.get("sub").and_then(|sub| sub.get("value")) {
                let sub = sub.as_str().ok_or_else(malformed)?.to_owned();
                // Two different people cannot both be the one.
                if request.sub.replace(sub.clone()).is_some_and(|other| other != sub) {
                    return Err(Error::new(
                        Code::LoginRequired,
                        "claims name two different people",
                    ));
                }
            }
        }
        Ok(request)
    }
}

/// §5.5.1.1: "If this is an Essential Claim and the requirement cannot be met, then the Authorization
/// Server MUST treat that outcome as a failed authentication attempt."
fn check_acr(asked: &Map<String, Value>) -> Result<(), Error> {
    let Some(acr) = asked.get("acr").filter(|acr| acr["essential"] == true) else { return Ok(()) };
    let one = acr.get("value").into_iter();
    let mut values = one.chain(acr["values"].as_array().into_iter().flatten()).peekable();
    if values.peek().is_none() || values.any(|value| value == acr::PASSWORD) {
        return Ok(());
    }
    let description = "no sign-in here reaches the acr asked for";
    Err(Error::new(Code::UnmetAuthenticationRequirements, description))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of §5.5.
    #[test]
    fn the_example_of_the_specification_is_read() {
        let text = r#"{
            "userinfo": {
                "given_name": {"essential": true},
                "nickname": null,
                "email": {"essential": true},
                "email_verified": {"essential": true},
                "picture": null,
                "http://example.info/claims/groups": null
            },
            "id_token": {
                "auth_time": {"essential": true},
                "acr": {"values": ["urn:mace:incommon:iap:silver"]}
            }
        }"#;
        let read = ClaimsRequest::parse(text).unwrap();
        let names = "given_name nickname picture email email_verified";
        assert_eq!(read.userinfo.to_string(), names);
        assert!(read.id_token.is_empty());
        assert_eq!(read.sub, None);
    }

    #[test]
    fn an_essential_acr_that_nobody_reaches_is_refused() {
        let asked = |acr: &str| ClaimsRequest::parse(&format!(r#"{{"id_token":{{"acr":{acr}}}}}"#));
        for met in [
            "null",
            r#"{"essential":true}"#,
            r#"{"essential":true,"value":"1"}"#,
            r#"{"essential":true,"values":["2","1"]}"#,
            r#"{"values":["2"]}"#,
            r#"{"essential":false,"value":"2"}"#,
        ] {
            assert!(asked(met).is_ok(), "{met}");
        }
        for unmet in [r#"{"essential":true,"value":"2"}"#, r#"{"essential":true,"values":["2"]}"#] {
            let code = asked(unmet).unwrap_err().code;
            assert_eq!(code, Code::UnmetAuthenticationRequirements, "{unmet}");
        }
    }

    /// SEC-DOS6, SEC-C1: whatever JSON there is, it is an answer and no crash.
    #[test]
    fn what_is_no_claims_request_is_refused() {
        let deep = "[".repeat(4000);
        for text in ["", "null", "[]", "1", "{", r#"{"userinfo":[]}"#, r#"{"id_token":1}"#, &deep] {
            assert!(ClaimsRequest::parse(text).is_err(), "{text:.20}");
        }
        assert!(ClaimsRequest::parse(r#"{"id_token":{"sub":{"value":1}}}"#).is_err());
        let two = r#"{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"value":"b"}}}"#;
        assert!(ClaimsRequest::parse(two).is_err());
        assert_eq!(
            ClaimsRequest::parse(r#"{"x":1,"userinfo":null}"#).unwrap(),
            ClaimsRequest::default()
        );
    }
}

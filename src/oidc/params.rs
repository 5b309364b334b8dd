//! OAuth parameters, read from the raw pairs of a query or a form (RFC 6749 §3.1, §3.2, appendix B).

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Method, header};

use super::error::Error;

const LONGEST_VALUE: usize = 4096;
const MOST: usize = 64;

/// Each parameter at most once; an empty one counts as absent.
#[derive(Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    /// RFC 6749 §3.1: "Request and response parameters MUST NOT be included more than once."
    /// "Parameters sent without a value MUST be treated as if they were omitted from the request."
    pub fn parse(encoded: &[u8]) -> Result<Self, Error> {
        let mut found: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(encoded) {
            if value.is_empty() {
                continue;
            }
            if value.len() > LONGEST_VALUE || found.len() == MOST {
                return Err(Error::invalid_request(
                    "a parameter is too long, or there are too many",
                ));
            }
            // No value may hold one (RFC 6749 appendix A), and PostgreSQL keeps none.
            if value.contains('\0') {
                return Err(Error::invalid_request("a parameter holds a NUL character"));
            }
            if found.iter().any(|(known, _)| *known == name) {
                return Err(Error::invalid_request("a parameter is repeated"));
            }
            found.push((name.into_owned(), value.into_owned()));
        }
        Ok(Self(found))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    pub fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    pub fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These and no others.
    pub fn only(&self, names: &[&str]) -> Self {
        let named = self.0.iter().filter(|(name, _)| names.contains(&&**name));
        Self(named.cloned().collect())
    }

    /// All but these.
    pub fn without(&self, names: &[&str]) -> Self {
        let others = self.0.iter().filter(|(name, _)| !names.contains(&&**name));
        Self(others.cloned().collect())
    }

    /// As a form sends them.
    pub fn encoded(&self) -> String {
        let mut encoded = url::form_urlencoded::Serializer::new(String::new());
        encoded.extend_pairs(&self.0).finish()
    }

    pub fn require(&self, name: &'static str) -> Result<&str, Error> {
        self.get(name).ok_or_else(|| Error::missing(name))
    }
}

/// A form in the body, and nothing in the query: parameters in both are refused.
pub struct FormParams(pub Params);

impl<S: Send + Sync> FromRequest<S> for FormParams {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        if !is_form(request.headers()) {
            return Err(Error::invalid_request(
                "the body must be a form: application/x-www-form-urlencoded",
            ));
        }
        if request.uri().query().is_some_and(|query| !query.is_empty()) {
            return Err(Error::invalid_request("parameters belong in the body, not in the URL"));
        }
        let body = Bytes::from_request(request, state).await.map_err(|_| Error::too_large())?;
        Params::parse(&body).map(Self)
    }
}

pub fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| {
        let media_type = kind.split(';').next().unwrap_or_default().trim();
        media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

/// The one `Authorization` header; two would leave it to each reader which one counts.
pub fn authorization(headers: &HeaderMap) -> Result<Option<&str>, Error> {
    let mut found = headers.get_all(header::AUTHORIZATION).iter();
    match (found.next(), found.next()) {
        (_, Some(_)) => Err(Error::invalid_request("the Authorization header is repeated")),
        (first, None) => Ok(first.map(|value| value.to_str().unwrap_or_default())),
    }
}

/// Query of a GET, or form of a POST.
pub struct QueryOrForm(pub Result<Params, Error>);

impl<S: Send + Sync> FromRequest<S> for QueryOrForm {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, std::convert::Infallible> {
        Ok(Self::of(request).await)
    }
}

impl QueryOrForm {
    pub async fn of(request: Request) -> Self {
        Self(if request.method() == Method::POST {
            FormParams::from_request(request, &()).await.map(|form| form.0)
        } else {
            Params::parse(request.uri().query().unwrap_or_default().as_bytes())
        })
    }
}

/// Blanks as `%20`, not as `+`: what some platforms decode is a path, not a form.
pub fn encode(text: &str) -> Cow<'_, str> {
    const PLAIN: &[u8] = b"-._~";
    if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || PLAIN.contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || PLAIN.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    Cow::Owned(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SEC-A14.
    #[test]
    fn a_repeated_parameter_is_refused_and_an_empty_one_is_absent() {
        assert!(Params::parse(b"client_id=a&client_id=a").is_err());
        assert!(Params::parse(b"client_id=a&state=&client_id=b").is_err());
        let params = Params::parse(b"nonce=&state=a%20b+c&&x").unwrap();
        assert_eq!(params.get("state"), Some("a b c"));
        assert_eq!(params.get("nonce"), None);
    }

    /// SEC-DOS5.
    #[test]
    fn oversized_requests_are_refused() {
        let long = format!("scope={}", "x".repeat(LONGEST_VALUE + 1));
        assert!(Params::parse(long.as_bytes()).is_err());
        let many: Vec<_> = (0..=MOST).map(|n| format!("p{n}=1")).collect();
        assert!(Params::parse(many.join("&").as_bytes()).is_err());
    }

    #[test]
    fn what_is_encoded_decodes_to_itself() {
        let text = "a b&c=d/é?#%";
        let encoded = encode(text);
        assert_eq!(encoded, "a%20b%26c%3Dd%2F%C3%A9%3F%23%25");
        assert_eq!(Params::parse(format!("x={encoded}").as_bytes()).unwrap().get("x"), Some(text));
    }
}

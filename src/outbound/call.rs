//! Calls to the APIs of platforms: any method, headers, an answer with its headers. What went wrong says
//! whether the call may have been carried out.

use std::time::Duration;

use reqwest::header::{
    CONTENT_TYPE, DATE, HeaderMap, HeaderName, HeaderValue, LOCATION, RETRY_AFTER,
};

use super::{NotPublic, Outbound};

/// SECURITY.md 4.13.
pub(super) const CONNECT: Duration = Duration::from_secs(3);
pub(super) const TOTAL: Duration = Duration::from_secs(15);
/// A longer answer is none: half of a list would look like a short list.
pub const LONGEST: usize = 1 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// What to send. Deliberately not `Debug`: secrets stand in its headers, and people in its body.
pub struct Call {
    method: Method,
    url: String,
    headers: HeaderMap,
    json: Option<Vec<u8>>,
}

/// What came back, all of it. A redirect is an answer too.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    headers: HeaderMap,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The call never arrived, so nothing happened there.
    #[error("{0}")]
    Unreachable(String),
    /// It may have arrived and been carried out.
    #[error("{0}")]
    Unknown(String),
    /// It was answered, but the answer did not come to its end.
    #[error("the answer broke off: {words}")]
    BrokeOff { status: u16, words: String },
    #[error("the answer is longer than {} KiB", LONGEST / 1024)]
    TooLong { status: u16 },
}

/// Header values are visible ASCII with single spaces in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it holds characters that cannot be sent")]
pub struct NotAHeader;

impl Call {
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self { method, url: url.into(), headers: HeaderMap::new(), json: None }
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Result<Self, NotAHeader> {
        self.headers.insert(HeaderName::from_static(name), header(value)?);
        Ok(self)
    }

    /// One that no log and no error ever prints.
    pub fn secret(mut self, name: &'static str, value: &str) -> Result<Self, NotAHeader> {
        let mut value = header(value)?;
        value.set_sensitive(true);
        self.headers.insert(HeaderName::from_static(name), value);
        Ok(self)
    }

    pub fn json(mut self, body: Vec<u8>) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.json = Some(body);
        self
    }
}

fn header(value: &str) -> Result<HeaderValue, NotAHeader> {
    let is_plain = value.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    HeaderValue::from_str(value).ok().filter(|_| is_plain).ok_or(NotAHeader)
}

impl Answer {
    pub fn location(&self) -> Option<&str> {
        self.text(&LOCATION)
    }

    pub fn content_type(&self) -> Option<&str> {
        self.text(&CONTENT_TYPE)
    }

    pub fn retry_after(&self) -> Option<&str> {
        self.text(&RETRY_AFTER)
    }

    /// The other side's clock: what a date in Retry-After is to be compared with.
    pub fn date(&self) -> Option<&str> {
        self.text(&DATE)
    }

    fn text(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl From<Method> for reqwest::Method {
    fn from(method: Method) -> Self {
        match method {
            Method::Get => Self::GET,
            Method::Post => Self::POST,
            Method::Put => Self::PUT,
            Method::Patch => Self::PATCH,
            Method::Delete => Self::DELETE,
        }
    }
}

impl Outbound {
    /// Any status is an answer. Nothing is sent twice, and no redirect is followed.
    pub async fn send(&self, call: Call) -> Result<Answer, Error> {
        let url = self.allowed(&call.url).map_err(|error| Error::Unreachable(error.to_string()))?;
        let client = self.platforms().map_err(|error| not_answered(&error))?;
        let mut request = client.request(call.method.into(), url).headers(call.headers);
        if let Some(json) = call.json {
            request = request.body(json);
        }
        let mut response = request.send().await.map_err(|error| not_answered(&error))?;
        let status = response.status().as_u16();
        let told = response.content_length().and_then(|length| usize::try_from(length).ok());
        if told.is_some_and(|length| length > LONGEST) {
            return Err(Error::TooLong { status });
        }
        let mut body = Vec::with_capacity(told.unwrap_or_default());
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > LONGEST => {
                    return Err(Error::TooLong { status });
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => {
                    return Err(Error::BrokeOff { status, words: cause(&error).to_string() });
                }
            }
        }
        Ok(Answer { status, body, headers: std::mem::take(response.headers_mut()) })
    }
}

fn not_answered(error: &reqwest::Error) -> Error {
    let cause = cause(error);
    if let Some(refused) = cause.downcast_ref::<NotPublic>() {
        return Error::Unreachable(refused.to_string());
    }
    // Before there is a connection, nothing was said on it.
    match (error.is_connect() || error.is_builder(), error.is_timeout()) {
        (true, true) => {
            Error::Unreachable(format!("it could not be reached within {} s", CONNECT.as_secs()))
        }
        (true, false) => Error::Unreachable(format!("it could not be reached: {cause}")),
        (false, true) => Error::Unknown(format!("it did not answer within {} s", TOTAL.as_secs())),
        (false, false) => Error::Unknown(format!("it hung up without an answer: {cause}")),
    }
}

/// reqwest's own words name the URL and then the cause; the cause is what helps.
pub(super) fn cause(error: &reqwest::Error) -> &(dyn std::error::Error + 'static) {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbound::Loopback;

    #[test]
    fn a_secret_header_is_not_printed() {
        let call = Call::new(Method::Get, "https://api.example/").secret("x-api-key", "k7Gd");
        let printed = format!("{:?}", call.ok().unwrap().headers);
        assert!(!printed.contains("k7Gd"), "{printed}");
    }

    #[test]
    fn what_is_no_header_is_refused_before_anything_is_sent() {
        for value in ["a\r\nx-more: 1", "a\0", "ключ", "a\u{7f}"] {
            let call = Call::new(Method::Get, "https://api.example/");
            assert!(call.secret("x-api-key", value).is_err(), "{value:?}");
        }
    }

    /// SEC-S4 holds for these calls too, and no call leaves by plain http.
    #[tokio::test]
    async fn calls_go_to_public_addresses_by_https_only() {
        let outbound = Outbound::new(Loopback::Refused).unwrap();
        for url in
            ["https://127.0.0.1/", "https://10.0.0.1/v1", "http://localhost/", "http://a.example/"]
        {
            let refused = outbound.send(Call::new(Method::Get, url)).await;
            assert!(matches!(refused, Err(Error::Unreachable(_))), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_called() {
        let lookup: crate::outbound::Lookup = std::sync::Arc::new(|_| {
            Box::pin(async { Ok(vec!["1.1.1.1".parse().unwrap(), "10.0.0.7".parse().unwrap()]) })
        });
        let outbound = Outbound::with_lookup(Loopback::Allowed, lookup).unwrap();
        let refused = outbound.send(Call::new(Method::Get, "https://rebinding.example/")).await;
        let Err(Error::Unreachable(words)) = refused else { panic!("it was called") };
        assert!(words.contains("not on the public internet"), "{words}");
    }
}

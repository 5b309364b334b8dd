//! Forms that change something: same origin, and a token that only our own page can know.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, header};

use super::Error;
use crate::app::App;
use crate::associations::Site;
use crate::sessions::Visitor;

/// The fields of a form, as they came. A name may stand more than once.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first of that name, without blanks around it; empty when there is none.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// As it was typed: for passwords, whose blanks count.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    pub fn optional(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty()).map(str::to_owned)
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| &**value)
    }
}

/// A form whose token was looked at but may be stale: for pages that show themselves again.
pub struct CheckedForm {
    pub visitor: Visitor,
    pub fields: Fields,
    pub is_current: bool,
}

/// A form of ours, sent by the very browser that was given it. Anything else is 403.
pub struct Form {
    pub visitor: Visitor,
    pub fields: Fields,
}

impl FromRequest<App> for CheckedForm {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let (mut parts, body) = request.into_parts();
        let site = Site::from_request_parts(&mut parts, app).await?;
        if is_foreign(&site, &parts.headers) {
            return Err(Error::too_old());
        }
        let visitor = Visitor::from_request_parts(&mut parts, app).await?;
        let body = Bytes::from_request(Request::from_parts(parts, body), app)
            .await
            .map_err(|_| Error::too_large())?;
        let pairs = url::form_urlencoded::parse(&body).into_owned().collect();
        let fields = Fields(pairs);
        let is_current = visitor.has_form_token(fields.raw("form_token"));
        Ok(Self { visitor, fields, is_current })
    }
}

impl FromRequest<App> for Form {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let form = CheckedForm::from_request(request, app).await?;
        if !form.is_current {
            return Err(Error::too_old());
        }
        Ok(Self { visitor: form.visitor, fields: form.fields })
    }
}

/// Browsers say where a request comes from (Fetch Metadata, or Origin); who says neither goes on to
/// the form token.
pub fn is_foreign(site: &Site, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    match text("sec-fetch-site") {
        Some("same-origin" | "none") => {}
        Some(_) => return true,
        None => {}
    }
    text(header::ORIGIN.as_str()).is_some_and(|origin| origin != site.association.issuer.as_str())
}

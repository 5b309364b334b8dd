//! How an answer travels to the client (OAuth 2.0 Multiple Response Type Encoding Practices §2.1,
//! OAuth 2.0 Form Post Response Mode).

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// For `response_type=code` "the default Response Mode […] is the query encoding".
    #[default]
    Query,
    /// "Authorization Response parameters are encoded as HTML form values that are auto-submitted in
    /// the User Agent".
    FormPost,
}

impl ResponseMode {
    pub const SUPPORTED: [&str; 2] = ["query", "form_post"];

    /// None for a mode that we do not know: then there is no way in which even an error could be sent
    /// as it was asked for (SEC-A8).
    pub fn parse(asked: Option<&str>) -> Option<Self> {
        match asked {
            None | Some("query") => Some(Self::Query),
            Some("form_post") => Some(Self::FormPost),
            Some(_) => None,
        }
    }
}

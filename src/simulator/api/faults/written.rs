//! A fault as `/__control/faults` takes it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{Change, Fault, Redirect};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    route: String,
    nth: Option<u64>,
    times: Option<u64>,
    /// The work is done first, whatever is answered then.
    #[serde(default)]
    after: bool,
    #[serde(default)]
    delay_ms: u64,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    change: Option<Change>,
    status: Option<u16>,
    body: Option<Value>,
    #[serde(default)]
    drop: bool,
    #[serde(default)]
    html: bool,
    #[serde(default)]
    truncate: bool,
    /// Milliseconds for each byte.
    slow: Option<u64>,
    /// `add-slash`, `drop-slash`, `loop`, or an origin.
    redirect: Option<String>,
    #[serde(default)]
    huge: bool,
}

#[derive(Debug, thiserror::Error)]
#[error(
    "a fault has one of status, drop, html, truncate, slow, redirect and huge; {0} has several"
)]
pub struct Several(String);

impl TryFrom<Written> for Fault {
    type Error = Several;

    fn try_from(written: Written) -> Result<Self, Several> {
        let answers = written.redirect.is_none()
            && (written.status.or(written.body.as_ref().map(|_| 200))).is_some();
        let troubles = [
            answers,
            written.drop,
            written.html,
            written.truncate,
            written.slow.is_some(),
            written.redirect.is_some(),
            written.huge,
        ];
        if troubles.into_iter().filter(|there| *there).count() > 1 {
            return Err(Several(written.route));
        }
        let mut fault = Self::on(written.route).delay_ms(written.delay_ms);
        fault.nth = written.nth;
        fault.times = written.times;
        fault.headers = written.headers.into_iter().collect();
        fault.change = written.change;
        if written.after {
            fault = fault.after_work();
        }
        let status = written.status;
        Ok(match (written.redirect.as_deref(), written.slow) {
            (Some(to), _) => fault.redirect_by(status.unwrap_or(307), redirect(to)),
            (None, Some(ms)) => fault.slow(ms),
            _ if written.drop => fault.drop_connection(),
            _ if written.html => fault.html(),
            _ if written.truncate => fault.truncate(),
            _ if written.huge => fault.huge(),
            _ if !answers => fault,
            _ => match written.body {
                None => fault.answer(status.unwrap_or(200)),
                Some(Value::String(text)) => {
                    fault.answer_text(status.unwrap_or(200), "text/plain", text)
                }
                Some(body) => fault.answer_json(status.unwrap_or(200), &body),
            },
        })
    }
}

fn redirect(to: &str) -> Redirect {
    match to {
        "add-slash" => Redirect::AddSlash,
        "drop-slash" => Redirect::DropSlash,
        "loop" => Redirect::Loop,
        origin => Redirect::Host(origin.trim_end_matches('/').to_owned()),
    }
}

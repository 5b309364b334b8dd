//! A member at a browser: keeps cookies, reads the log-in form, sends it.

use std::net::SocketAddr;

use crate::drive::Outcome;
use crate::http::{self, Connection};

pub const PASSWORD: &str = "correct horse battery staple";

#[derive(Default)]
pub struct Browser {
    cookies: Vec<(String, String)>,
}

impl Browser {
    /// The cookies as one header line.
    pub fn cookie_line(&self) -> String {
        if self.cookies.is_empty() {
            return String::new();
        }
        let pairs: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("cookie: {}\r\n", pairs.join("; "))
    }

    /// Opens the log-in page and sends its form; good if that ends in a session.
    pub async fn sign_in(
        &mut self,
        connection: &mut Connection,
        address: SocketAddr,
        email: &str,
    ) -> Outcome {
        match self.try_sign_in(connection, address, email).await {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Wrong(format!("sign-in: {error}")),
        }
    }

    async fn try_sign_in(
        &mut self,
        connection: &mut Connection,
        address: SocketAddr,
        email: &str,
    ) -> std::io::Result<Outcome> {
        let page = connection.send(&http::get(address, "/log-in", &self.cookie_line())).await?;
        if page.status != 200 {
            return Ok(refused("the log-in page", &page));
        }
        self.keep(page.headers("set-cookie"));
        let page = page.text().into_owned();
        let mut fields = hidden_fields(&page);
        fields.extend([("email", email), ("password", PASSWORD)]);
        // What a browser says of a form it sends back to where it came from.
        let lines = format!(
            "origin: http://{address}\r\nsec-fetch-site: same-origin\r\n{}",
            self.cookie_line()
        );
        let answer = connection.send(&http::post(address, "/log-in", &lines, &fields)).await?;
        // A refused log-in is the page again; only success leads away from it with another cookie.
        let away = answer.status == 303
            && answer.header("location").is_some_and(|to| !to.contains("/log-in"))
            && answer.header("set-cookie").is_some();
        if !away {
            return Ok(refused("the log-in", &answer));
        }
        self.keep(answer.headers("set-cookie"));
        Ok(Outcome::Good)
    }

    fn keep<'a>(&mut self, set: impl Iterator<Item = &'a str>) {
        for cookie in set {
            let pair = cookie.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else { continue };
            self.cookies.retain(|(kept, _)| kept != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

fn refused(what: &str, answer: &http::Answer<'_>) -> Outcome {
    match answer.status {
        503 => Outcome::Busy,
        _ => Outcome::Wrong(format!("{what}: {}", answer.summary())),
    }
}

/// Name and value of every hidden field of the form that posts to `/log-in`.
fn hidden_fields(page: &str) -> Vec<(&str, &str)> {
    let form = page.split("<form").find(|form| attribute(form, "action") == Some("/log-in"));
    let form = form.and_then(|form| form.split("</form>").next()).unwrap_or(page);
    form.split("<input")
        .skip(1)
        .filter_map(|input| input.split('>').next())
        .filter(|input| attribute(input, "type") == Some("hidden"))
        .filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)))
        .collect()
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()
}

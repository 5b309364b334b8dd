//! Whether the world reaches each association under its issuer, and is told that very issuer.

use std::time::Duration;

use anyhow::{Context as _, Result};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use tokio::task::JoinSet;

use super::findings::Findings;
use crate::associations::{Issuer, Site};

const PATIENCE: Duration = Duration::from_secs(3);
const LONGEST: usize = 64 * 1024;

#[derive(Deserialize)]
struct Document {
    issuer: String,
}

enum Answer {
    Unreachable(String),
    Refused(StatusCode),
    Other,
    Issuer(String),
}

/// All at once: one that does not answer takes its time.
pub async fn look(sites: Vec<Site>, findings: &mut Findings) {
    let mut asked = JoinSet::new();
    for (place, site) in sites.into_iter().enumerate() {
        let issuer = site.association.issuer.clone();
        asked.spawn(async move {
            let answer = ask(&issuer).await;
            (place, issuer, answer)
        });
    }
    let mut answers = asked.join_all().await;
    answers.sort_by_key(|(place, _, _)| *place);
    for (_, issuer, answer) in answers {
        judge(&issuer, answer, findings);
    }
}

fn judge(issuer: &Issuer, answer: Answer, findings: &mut Findings) {
    const NAME: &str = "public URL";
    match answer {
        Answer::Issuer(told) if told == issuer.as_str() => {
            findings.ok(NAME, format!("{issuer} is reached, and says so itself"));
        }
        Answer::Issuer(told) => {
            let what = format!("{issuer} answers with the issuer {told:?}");
            findings.wrong(NAME, format!("{what}; platforms compare them letter by letter"));
        }
        Answer::Other => {
            let what = "answers with something that is no directory document";
            findings.wrong(NAME, format!("{issuer} {what}; send our paths here"));
        }
        Answer::Refused(status) if status.is_server_error() => {
            findings.warning(NAME, format!("{issuer} answers {status}; is the server running?"));
        }
        Answer::Refused(status) => {
            let what = format!("{issuer} answers {status} to the directory document");
            findings.wrong(NAME, format!("{what}; send our paths here, without a redirect"));
        }
        Answer::Unreachable(why) => {
            findings.warning(NAME, format!("{issuer} cannot be reached from here: {why}"));
        }
    }
}

async fn ask(issuer: &Issuer) -> Answer {
    match fetch(issuer).await {
        Ok(response) if response.status() != StatusCode::OK => Answer::Refused(response.status()),
        Ok(response) => match read(response).await {
            Ok(body) => match serde_json::from_slice::<Document>(&body) {
                Ok(document) => Answer::Issuer(document.issuer),
                Err(_) => Answer::Other,
            },
            Err(error) => Answer::Unreachable(crate::cli::failure::one_line(&error)),
        },
        Err(error) => Answer::Unreachable(crate::cli::failure::one_line(&error)),
    }
}

async fn fetch(issuer: &Issuer) -> Result<Response> {
    let client = Client::builder().timeout(PATIENCE).redirect(Policy::none());
    // A proxy of this machine is the way out of it, not to itself.
    let client = if issuer.is_loopback() { client.no_proxy() } else { client };
    let url = format!("{issuer}/.well-known/openid-configuration");
    let asked = client.build()?.get(url).send().await;
    asked.map_err(reqwest::Error::without_url).context("no answer")
}

async fn read(mut response: Response) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST {
            break; // too long for a directory document, so it will not be one
        }
    }
    Ok(body)
}

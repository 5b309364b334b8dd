//! Telling clients that a session ended (OpenID Connect Back-Channel Logout 1.0): what a logout token
//! says, and the task that delivers the notices of `logouts`.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::associations::{self, Site};
use crate::clients;
use crate::id::{ClientId, MemberId, Sid};
use crate::logouts::{self, Notice, Outcome};
use crate::token::random_text;
use crate::{db, outbound, signing};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// §2.4: "it is RECOMMENDED that the expiration time of the Logout Token be short, preferably at most
/// two minutes in the future".
const SECONDS: i64 = 120;
/// The safety net; whoever ends a session on this node wakes the task at once.
const OFTEN: Duration = Duration::from_secs(1);
/// Claimed and sent together.
const STEP: i64 = 16;
const LONGEST_WORDS: usize = 200;

/// §2.4. A nonce is prohibited, and there is none.
#[derive(Serialize)]
struct LogoutToken<'a> {
    iss: &'a str,
    sub: &'a MemberId,
    aud: &'a ClientId,
    iat: i64,
    exp: i64,
    jti: String,
    events: Value,
    sid: &'a Sid,
}

/// Until stopped. To be stopped halfway does no harm: a claim runs out, and the notice is sent again,
/// which clients take as often as it comes.
pub async fn run(app: App, stop: CancellationToken) {
    let work = async {
        loop {
            if let Err(error) = deliver(&app).await {
                tracing::warn!(%error, "log-outs were not told to clients");
            }
            tokio::time::timeout(OFTEN, app.notices.notified()).await.ok();
        }
    };
    stop.run_until_cancelled(work).await;
}

/// Sends all that is due now, of all associations, and returns when it is answered.
pub async fn deliver(app: &App) -> Result<(), db::Error> {
    let waiting = logouts::waiting(&app.db, app.clock.now()).await?;
    if waiting.is_empty() {
        return Ok(());
    }
    for association in associations::list(app).await? {
        if !waiting.contains(&association.association_id) {
            continue;
        }
        let site = Site::new(app.clone(), association.into(), app.clock.now());
        loop {
            let claimed = logouts::claim(&site, STEP).await?;
            if claimed.is_empty() {
                break;
            }
            let mut sending = JoinSet::new();
            for notice in claimed {
                sending.spawn(tell(site.clone(), notice));
            }
            while let Some(told) = sending.join_next().await {
                match told {
                    Ok(told) => told?,
                    Err(panicked) => tracing::error!(%panicked, "a notice was not sent"),
                }
            }
        }
    }
    Ok(())
}

async fn tell(site: Site, notice: Notice) -> Result<(), db::Error> {
    let client = clients::find(&site, &notice.client_id).await?;
    let url = client.as_ref().and_then(|client| client.backchannel_logout_url.as_ref());
    let Some(url) = url else {
        return logouts::answered(&site, &notice, Outcome::Refused, "no URL any more").await;
    };
    let (outcome, answer) = match token(&site, &notice).await {
        Ok(token) => {
            let form = [("logout_token", &*token)];
            judged(site.app.outbound.post_form(url.as_str(), &form).await)
        }
        Err(error) => (Outcome::Failed, error.to_string()),
    };
    metrics::counter!("logout_notices_total", "outcome" => word(outcome)).increment(1);
    let client = notice.client_id.as_str();
    tracing::info!(client, ?outcome, answer, tries = notice.tries, "told a client of a log-out");
    logouts::answered(&site, &notice, outcome, &answer).await
}

async fn token(site: &Site, notice: &Notice) -> Result<String, signing::Error> {
    let claims = LogoutToken {
        iss: site.association.issuer.as_str(),
        sub: &notice.member_id,
        aud: &notice.client_id,
        iat: site.now.unix_seconds(),
        exp: site.now.plus_seconds(SECONDS).unix_seconds(),
        jti: random_text(),
        events: json!({ EVENT: {} }),
        sid: &notice.sid,
    };
    Ok(site.ring().await?.current.sign_logout(&claims))
}

/// §2.8: "If the logout succeeded, the RP MUST respond with HTTP 200 OK. However, note that some Web
/// frameworks will substitute an HTTP 204 No Content response"; "If the logout request was invalid or
/// the logout failed, the RP MUST respond with HTTP 400 Bad Request."
fn judged(answer: Result<outbound::Answer, outbound::Error>) -> (Outcome, String) {
    match answer {
        Ok(answer) => {
            let outcome = match answer.status {
                200..300 => Outcome::Done,
                400 => Outcome::Refused,
                _ => Outcome::Failed,
            };
            let words = if outcome == Outcome::Done { String::new() } else { words(&answer.body) };
            (outcome, format!("{} {words}", answer.status).trim_end().to_owned())
        }
        Err(error) => (Outcome::Failed, error.to_string()),
    }
}

/// What a client says beyond the status, if it says it in the JSON that §2.8 allows.
fn words(body: &str) -> String {
    let said: Option<Value> = serde_json::from_str(body).ok();
    let part = |name: &str| said.as_ref()?.get(name)?.as_str().map(str::to_owned);
    let words = [part("error"), part("error_description")].into_iter().flatten();
    let words = words.collect::<Vec<_>>().join(": ");
    words.chars().filter(|c| !c.is_control()).take(LONGEST_WORDS).collect()
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Refused => "refused",
        Outcome::Failed => "failed",
    }
}

//! F-01, shortened: the process is killed in the middle of 1,000 code exchanges, three times.

use std::collections::HashMap;
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use novi_sso::token::random_bytes;
use reqwest::Client;
use reqwest::header::{COOKIE, LOCATION};
use serde_json::Value;
use sqlx::{Connection as _, SqliteConnection};
use tokio::task::JoinSet;

use crate::support::{Browser, Member, PASSWORD, database_url, network, temporary};

const KILLS: usize = 3;
const CODES: usize = 250;
const IN_FLIGHT: usize = 50;
const REGISTRATIONS: usize = 20;
const CALLBACK: &str = "http://127.0.0.1:9/cb";
/// A second more than the three that it may take, twice that on a busy machine with a slow build.
const READY_WITHIN: Duration = Duration::from_secs(8);

struct Place {
    folder: PathBuf,
    database_url: String,
    port: u16,
}

impl Place {
    fn site_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_novi-sso"));
        command
            .args(arguments)
            .args(["--database-url", &self.database_url, "--keys-dir"])
            .arg(self.folder.join("keys"))
            .current_dir(&self.folder)
            .env("NOVI_SSO_TEST_HASH_COST", "low")
            .env("NOVI_SSO_LIMITS_PENDING_REQUESTS", "off");
        command
    }

    /// Runs a command that answers one JSON object.
    fn run(&self, arguments: &[&str], input: &str) -> Value {
        use std::io::Write as _;
        let mut command = self.command(arguments);
        command.arg("--json").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}");
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    /// Starts the server and waits until it is ready.
    async fn serve(&self, http: &Client) -> Server {
        let listen = format!("127.0.0.1:{}", self.port);
        let mut command = self.command(&["serve", "--listen", &listen]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut server = Server(child);
        let begun = Instant::now();
        let ready = format!("{}/readyz", self.site_url());
        while !http.get(&ready).send().await.is_ok_and(|answer| answer.status() == 200) {
            assert!(begun.elapsed() < READY_WITHIN, "not ready after {:?}", begun.elapsed());
            assert!(server.0.try_wait().unwrap().is_none(), "the server ended by itself");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        server
    }
}

/// A server that does not outlive a test that failed.
struct Server(Child);

impl Server {
    fn kill(mut self) {
        self.0.kill().unwrap();
        assert_eq!(self.0.wait().unwrap().signal(), Some(9), "not a graceful end");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().ok(); // it has ended already
        self.0.wait().ok();
    }
}

/// How the token endpoint answered for a code.
#[derive(Clone, Copy, PartialEq)]
enum Answer {
    Tokens,
    Refused,
    /// A broken connection, or none at all: whether the code was used is unknown.
    Unknown,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_redeems_no_code_twice_and_loses_no_acknowledged_write() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let place = Place { folder: temporary("kill"), database_url: database_url().await, port };
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
    let http = http.timeout(Duration::from_secs(20)).build().unwrap();
    place.run(&["migrate"], "");
    place.run(&["keys", "init"], "");
    let site_url = place.site_url();
    place.run(&["association", "add", "--site-url", &site_url, "--name", "Acme Builders"], "");
    let client = place.run(&["client", "add", "--name", "Forj", "--redirect-url", CALLBACK], "");
    let add = ["member", "add", "--email", "ruth@acme.example", "--first-name", "Ruth"];
    let rest = ["--last-name", "Okafor", "--admin", "--password-stdin"];
    let added = place.run(&[&add[..], &rest].concat(), PASSWORD);
    let ruth = Member {
        id: added["member_id"].as_str().unwrap().parse().unwrap(),
        email: "ruth@acme.example".to_owned(),
        password: PASSWORD.to_owned(),
    };
    let mut server = place.serve(&http).await;
    let mut admin = Browser::new(network(), &format!("127.0.0.1:{port}"));
    assert_eq!(admin.sign_in(&ruth).await.status, 303);
    let cookies: Vec<_> = admin.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
    let session = cookies.join("; ");
    let blank = admin.get("/admin/sso-clients/new").await;
    let form_token = blank.form_token();

    let (mut redeemed, mut unknown, mut acknowledged) = (0, 0, Vec::new());
    for round in 0..=KILLS {
        let codes = codes(&http, &place, &client, &session).await;
        let exchange = |codes| exchange_all(http.clone(), site_url.clone(), client.clone(), codes);
        let work = tokio::spawn(exchange(codes.clone()));
        let names: Vec<_> = (0..REGISTRATIONS).map(|n| format!("client {round}-{n}")).collect();
        let register =
            register(http.clone(), site_url.clone(), session.clone(), form_token.clone(), names);
        let register = tokio::spawn(register);
        if round < KILLS {
            // A random moment within the time that the round takes.
            let moment = u64::from(u16::from_le_bytes(random_bytes())) % 400;
            tokio::time::sleep(Duration::from_millis(50 + moment)).await;
            server.kill();
            server = place.serve(&http).await;
        }
        let first = work.await.unwrap();
        acknowledged.extend(register.await.unwrap());
        redeemed += having(&first, Answer::Tokens).len();
        unknown += having(&first, Answer::Unknown).len();
        assert!(having(&first, Answer::Refused).is_empty(), "a fresh code was refused");
        if round == KILLS {
            assert_eq!(having(&first, Answer::Tokens).len(), CODES);
            continue;
        }
        // Who got no answer asks again, and so do those who got tokens before the end.
        let second = exchange(codes).await;
        assert!(having(&second, Answer::Unknown).is_empty(), "the server is up again");
        let late = having(&second, Answer::Tokens);
        let twice = late.iter().filter(|code| first[*code] == Answer::Tokens).count();
        assert_eq!(twice, 0, "codes redeemed twice");
        redeemed += late.len();
        let third = exchange(late).await;
        assert!(having(&third, Answer::Tokens).is_empty(), "codes redeemed twice");
    }

    assert!(redeemed > KILLS.div_ceil(2) * CODES, "{redeemed} redeemed");
    assert!(unknown > 0, "no kill was in the middle of anything");
    let listed = place.run(&["client", "list"], "");
    let listed = listed.to_string();
    let lost: Vec<_> =
        acknowledged.iter().filter(|name| !listed.contains(&format!("\"{name}\""))).collect();
    assert!(acknowledged.len() >= REGISTRATIONS, "{} acknowledged", acknowledged.len());
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    server.kill();
    if let Some(file) = place.database_url.strip_prefix("sqlite://") {
        assert_eq!(integrity(Path::new(file)).await, "ok");
    }
}

/// Through the front door, with the session of somebody who is signed in.
async fn codes(http: &Client, place: &Place, client: &Value, session: &str) -> Vec<String> {
    let query = encoded(&[
        ("response_type", "code"),
        ("client_id", client["client_id"].as_str().unwrap()),
        ("redirect_uri", CALLBACK),
        ("scope", "openid profile"),
    ]);
    let authorize = format!("{}/oauth/authorize?{query}", place.site_url());
    let mut asking = JoinSet::new();
    for _ in 0..CODES {
        let request = http.get(&authorize).header(COOKIE, session);
        asking.spawn(async move {
            let answer = request.send().await.unwrap();
            let location = answer.headers()[LOCATION].to_str().unwrap().to_owned();
            let (_, query) = location.split_once('?').unwrap();
            let mut pairs = url::form_urlencoded::parse(query.as_bytes());
            pairs.find(|(name, _)| name == "code").unwrap().1.into_owned()
        });
    }
    asking.join_all().await
}

/// Each code once, [`IN_FLIGHT`] at a time.
async fn exchange_all(
    http: Client,
    site_url: String,
    client: Value,
    codes: Vec<String>,
) -> HashMap<String, Answer> {
    let mut workers = JoinSet::new();
    let share = codes.len().div_ceil(IN_FLIGHT).max(1);
    for codes in codes.chunks(share) {
        let (http, codes) = (http.clone(), codes.to_vec());
        let (url, client) = (format!("{site_url}/oauth/token"), client.clone());
        workers.spawn(async move {
            let mut seen = Vec::new();
            for code in codes {
                let form = encoded(&[
                    ("grant_type", "authorization_code"),
                    ("code", &code),
                    ("redirect_uri", CALLBACK),
                    ("client_id", client["client_id"].as_str().unwrap()),
                    ("client_secret", client["client_secret"].as_str().unwrap()),
                ]);
                let request = http.post(&url).body(form);
                let kind = "application/x-www-form-urlencoded";
                let answer = match request.header("content-type", kind).send().await {
                    Ok(answer) if answer.status() == 200 => Answer::Tokens,
                    Ok(answer) if answer.status() == 400 => Answer::Refused,
                    _ => Answer::Unknown,
                };
                seen.push((code, answer));
            }
            seen
        });
    }
    workers.join_all().await.into_iter().flatten().collect()
}

/// Adds clients one after another; answers the names of those that were acknowledged.
async fn register(
    http: Client,
    site_url: String,
    session: String,
    form_token: String,
    names: Vec<String>,
) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for name in names {
        let url = "https://acme.mobilize.io/users/auth/openidconnect/callback";
        let form = encoded(&[("form_token", &form_token), ("name", &name), ("url", url)]);
        let request = http
            .post(format!("{site_url}/admin/sso-clients/new"))
            .header(COOKIE, &session)
            .header("origin", &site_url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form);
        if request.send().await.is_ok_and(|answer| answer.status() == 303) {
            acknowledged.push(name);
        }
    }
    acknowledged
}

fn having(answers: &HashMap<String, Answer>, wanted: Answer) -> Vec<String> {
    let found = answers.iter().filter(|(_, answer)| **answer == wanted);
    found.map(|(code, _)| code.clone()).collect()
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

async fn integrity(file: &Path) -> String {
    let url = format!("sqlite://{}", file.display());
    let mut conn = SqliteConnection::connect(&url).await.unwrap();
    sqlx::query_scalar("pragma integrity_check").fetch_one(&mut conn).await.unwrap()
}

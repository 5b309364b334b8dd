//! A running server with what the scenarios need: a client, members, sessions, an access token.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use crate::drive::{Bounds, Outcome, Target, drive};
use crate::http::{self, Connection};
use crate::jobs::{Authorize, CALLBACK, Client, Exchange};
use crate::member::{Browser, PASSWORD};
use crate::place::{Place, free_address};
use crate::server::{Home, Server};

const MEMBERS: usize = 8;
const SESSIONS: usize = 16;

pub struct Ready<'a> {
    pub server: Server<'a>,
    pub client: Client,
    pub emails: Vec<String>,
    pub sessions: Vec<Browser>,
}

impl<'a> Ready<'a> {
    /// Makes sessions only where a scenario needs them: each costs a password hash.
    pub async fn new(place: &'a Place, signed_in: bool) -> Result<Self> {
        let home = Home::new(place.home("loaded")?, free_address()?);
        let server = Server::start(place, home).await?;
        let client = add_client(&server)?;
        let emails: Vec<_> = (1..=MEMBERS).map(|n| format!("member{n}@load.example")).collect();
        for email in &emails {
            let name = ["--first-name", "Ann", "--last-name", "Loader"];
            let add = ["member", "add", "--email", email, name[0], name[1], name[2], name[3]];
            let add: Vec<_> = add.into_iter().chain(["--password-stdin"]).collect();
            server.command_line(&add, &format!("{PASSWORD}\n"))?;
        }
        let mut ready = Self { server, client, emails, sessions: Vec::new() };
        if signed_in {
            ready.sign_members_in().await?;
        }
        Ok(ready)
    }

    pub fn target(&self) -> Target {
        Target { address: self.server.home.address, pid: self.server.process.pid() }
    }

    pub fn authorize(&self) -> Arc<Authorize> {
        self.authorize_for("openid profile email")
    }

    fn authorize_for(&self, scope: &str) -> Arc<Authorize> {
        let address = self.server.home.address;
        Arc::new(Authorize::new(address, &self.client, &self.sessions, scope))
    }

    /// A fresh one: it lives only ten minutes.
    pub async fn access_token(&self) -> Result<String> {
        text(&self.tokens(self.authorize()).await?, "access_token")
    }

    pub async fn refresh_tokens(&self, count: usize) -> Result<Vec<String>> {
        let mut tokens = Vec::with_capacity(count);
        for _ in 0..count {
            let authorize = self.authorize_for("openid profile email offline_access");
            tokens.push(text(&self.tokens(authorize).await?, "refresh_token")?);
        }
        Ok(tokens)
    }

    async fn tokens(&self, authorize: Arc<Authorize>) -> Result<Value> {
        let once = Bounds { connections: 1, requests: 1, window: Duration::from_secs(30) };
        let sample = drive(&self.target(), &once, authorize.clone()).await?;
        let codes = authorize.codes.take();
        let Some((code, _)) = codes.first().cloned() else {
            bail!(
                "a member with a session got no code: {}",
                sample.first_wrong.unwrap_or_default()
            );
        };
        let (address, client) = (self.server.home.address, self.client.clone());
        let exchange = Exchange { address, client, codes };
        let mut connection = Connection::open(address).await?;
        let answer = connection.send(&exchange.request(&code)).await?;
        ensure!(answer.status == 200, "the first code bought nothing: {}", answer.summary());
        Ok(serde_json::from_slice(&answer.body)?)
    }

    pub fn userinfo(&self, access_token: &str) -> Vec<u8> {
        let bearer = format!("authorization: Bearer {access_token}\r\n");
        http::get(self.server.home.address, "/oauth/userinfo", &bearer)
    }

    async fn sign_members_in(&mut self) -> Result<()> {
        let address = self.server.home.address;
        let mut connection = Connection::open(address).await?;
        for email in self.emails.iter().cycle().take(SESSIONS) {
            let mut browser = Browser::default();
            match browser.sign_in(&mut connection, address, email).await {
                Outcome::Good => self.sessions.push(browser),
                Outcome::Wrong(what) => bail!("the first members could not sign in: {what}"),
                Outcome::Busy | Outcome::NoMore => bail!("the server is busy before any load"),
            }
        }
        Ok(())
    }
}

fn add_client(server: &Server<'_>) -> Result<Client> {
    let add = ["client", "add", "--name", "Load", "--redirect-url", CALLBACK];
    let added = server.command_line(&add, "")?;
    Ok(Client { id: text(&added, "client_id")?, secret: text(&added, "client_secret")? })
}

fn text(object: &Value, name: &str) -> Result<String> {
    let value = object.get(name).and_then(Value::as_str);
    value.map(ToOwned::to_owned).with_context(|| format!("there is no {name} in the answer"))
}

//! The run: everything once in every round, each scenario right after what it is compared with, because a shared
//! machine is faster in one minute than in the next.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use crate::cpu;
use crate::drive::{Bounds, Target, drive};
use crate::hello::Hello;
use crate::http;
use crate::jobs::{Exchange, Fetch, Refresh, SignIn};
use crate::machine::Machine;
use crate::options::Options;
use crate::place::{Place, free_address};
use crate::raw::Raw;
use crate::ready::Ready;
use crate::results::{Results, Start};
use crate::scenario::Scenario;
use crate::server::{Home, Server};

/// More than any server here answers in a round.
const REQUESTS: usize = 1_000_000;
/// So many codes are bought back well before they expire.
const CODES: usize = 6_000;
/// Sign-ins are slow, so a round has few of them: it takes longer.
const SIGN_IN_WINDOWS: u32 = 2;
const QUIET: Duration = Duration::from_secs(1);

struct Run<'a> {
    options: &'a Options,
    place: &'a Place,
    raw: Raw,
    hello: Hello,
    ready: Option<Ready<'a>>,
    results: Results,
}

pub async fn run(options: &Options) -> Result<Results> {
    let place = Place::make(options)?;
    let machine = Machine::look(place.path());
    let ready = if options.wants_any(&Scenario::SERVED) {
        Some(Ready::new(&place, options.wants_any(&Scenario::SIGNED_IN)).await?)
    } else {
        None
    };
    let mut run = Run {
        options,
        place: &place,
        raw: Raw::new()?,
        hello: Hello::start(&place)?,
        ready,
        results: Results::new(machine),
    };
    for round in 1..=options.rounds() {
        eprintln!("load: round {round} of {}", options.rounds());
        run.fixed_pages().await?;
        run.userinfo().await?;
        run.codes().await?;
        run.sign_ins().await?;
        run.starts(round).await?;
    }
    if let Some(ready) = run.ready {
        run.results.loaded = Some(cpu::memory(ready.server.process.pid())?);
        ready.server.stop()?;
    }
    Ok(run.results)
}

impl Run<'_> {
    async fn fixed_pages(&mut self) -> Result<()> {
        let hello = Target { address: self.hello.address, pid: self.hello.process.pid() };
        self.fetch(&hello, Scenario::Hello, "/hello", "Hello, World!").await?;
        self.fetch(&hello, Scenario::Static, "/static.json", "\"names\"").await?;
        let Some(server) = self.ready.as_ref().map(Ready::target) else { return Ok(()) };
        let discovery = "/.well-known/openid-configuration";
        self.fetch(&server, Scenario::Discovery, discovery, "\"jwks_uri\"").await?;
        self.fetch(&server, Scenario::Jwks, "/oauth/jwks", "\"kid\"").await
    }

    async fn fetch(
        &mut self,
        target: &Target,
        scenario: Scenario,
        path: &str,
        expected: &'static str,
    ) -> Result<()> {
        if self.options.wants(scenario) {
            let fetch = Fetch { request: http::get(target.address, path, ""), expected };
            let sample = drive(target, &self.bounds(REQUESTS), Arc::new(fetch)).await?;
            self.results.add(scenario, sample);
        }
        Ok(())
    }

    async fn userinfo(&mut self) -> Result<()> {
        if let Some(ready) = &self.ready
            && self.options.wants(Scenario::Userinfo)
        {
            let request = ready.userinfo(&ready.access_token().await?);
            let fetch = Fetch { request, expected: "\"sub\"" };
            let sample = drive(&ready.target(), &self.bounds(REQUESTS), Arc::new(fetch)).await?;
            self.results.add(Scenario::Userinfo, sample);
        }
        Ok(())
    }

    /// The codes that authorize gives out are those the exchange buys tokens with; they are measured one after the
    /// other, and the signature between them.
    async fn codes(&mut self) -> Result<()> {
        let bounds = self.bounds(CODES);
        let mut codes = Vec::new();
        if let Some(ready) = &self.ready
            && self.options.wants_any(&[Scenario::Authorize, Scenario::Exchange, Scenario::Refresh])
        {
            let job = ready.authorize();
            let sample = drive(&ready.target(), &bounds, job.clone()).await?;
            self.results.add(Scenario::Authorize, sample);
            codes = job.codes.take();
        }
        if self.options.wants(Scenario::Signature) {
            let sample = self.raw.signatures(self.options.window() / 2)?;
            self.results.add(Scenario::Signature, sample);
        }
        if let Some(ready) = &self.ready
            && self.options.wants(Scenario::Exchange)
        {
            let (target, client) = (ready.target(), ready.client.clone());
            let job = Exchange { address: target.address, client, codes };
            let sample = drive(&target, &bounds, Arc::new(job)).await?;
            self.results.add(Scenario::Exchange, sample);
        }
        if let Some(ready) = &self.ready
            && self.options.wants(Scenario::Refresh)
        {
            let (target, client) = (ready.target(), ready.client.clone());
            let live = ready.refresh_tokens(bounds.connections).await?.into();
            let job = Refresh { address: target.address, client, live };
            let sample = drive(&target, &bounds, Arc::new(job)).await?;
            self.results.add(Scenario::Refresh, sample);
        }
        Ok(())
    }

    async fn sign_ins(&mut self) -> Result<()> {
        if self.options.wants(Scenario::PasswordHash) {
            let sample = self.raw.hashes(self.options.window())?;
            self.results.add(Scenario::PasswordHash, sample);
        }
        if let Some(ready) = &self.ready
            && self.options.wants(Scenario::SignIn)
        {
            let target = ready.target();
            let job = SignIn { address: target.address, emails: ready.emails.clone() };
            let few = Bounds {
                connections: self.options.sign_in_connections,
                requests: REQUESTS,
                window: self.options.window() * SIGN_IN_WINDOWS,
            };
            let sample = drive(&target, &few, Arc::new(job)).await?;
            self.results.add(Scenario::SignIn, sample);
        }
        Ok(())
    }

    async fn starts(&mut self, round: u16) -> Result<()> {
        if !self.options.wants_any(&[Scenario::Start, Scenario::Memory]) {
            return Ok(());
        }
        let home = Home::new(self.place.home(&format!("start-{round}"))?, free_address()?);
        let first = Server::start(self.place, home).await?;
        let empty = millis(first.started_in);
        let second = Server::start(self.place, first.stop()?).await?;
        let existing = millis(second.started_in);
        tokio::time::sleep(QUIET).await;
        let idle = cpu::memory(second.process.pid())?.resident;
        second.stop()?;
        self.results.add_start(Start { empty, existing, idle });
        Ok(())
    }

    fn bounds(&self, requests: usize) -> Bounds {
        let (connections, window) = (self.options.connections, self.options.window());
        Bounds { connections, requests, window }
    }
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

//! `--sync`: how long one change takes to reach a community platform, from an admin's click on, in groups
//! of different sizes; how long the first sync of a whole group takes; and what memory it needs. The
//! platform is the stand-in, on loopback, in this process; the server is one of its own.
#![expect(clippy::disallowed_methods, reason = "members by the hundred thousand, past the product")]

use std::fmt::Write as _;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, anyhow, ensure};
use novi_sso::app::App;
use novi_sso::associations::{self, Site};
use novi_sso::clock::Clock;
use novi_sso::db::Db;
use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::id::GroupId;
use novi_sso::outbound::Loopback;
use novi_sso::settings::Settings;
use novi_sso::signing::KeySource;
use novi_sso::simulator::api::mobilize::{self, Community, Group};
use novi_sso::simulator::api::{Api, Limits};
use novi_sso::sync::integration::{self, Credentials, Switches, Typed};
use novi_sso::sync::link::{self, Target};
use novi_sso::sync::platform::Platform;
use novi_sso::sync::queue;
use novi_sso::vault::Vault;
use serde::Serialize;
use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use tokio::net::TcpListener;

use crate::cpu;
use crate::drive::Outcome;
use crate::http::{self, Connection};
use crate::machine::Machine;
use crate::member::{Browser, PASSWORD};
use crate::options::Options;
use crate::place::{Place, free_address};
use crate::sample::median;
use crate::server::{Home, Server};

const SIZES: [usize; 3] = [100, 10_000, 100_000];
const CHANGES: usize = 30;
const BOARD: u64 = 4711;
const ROWS: usize = 500;
const PLATFORM: Platform = Platform::Mobilize;
const UNLIMITED: &str = r#"{"calls":{"per_second":1000,"per_minute":60000}}"#;
/// For a first sync of the largest group on a busy machine.
const PATIENCE: Duration = Duration::from_secs(1_800);

#[derive(Serialize)]
struct Figures {
    members: usize,
    change_p50_ms: f64,
    change_p95_ms: f64,
    first_sync_s: f64,
    first_sync_calls: u64,
    memory_before_mb: f64,
    memory_peak_mb: f64,
}

pub async fn run(options: &Options) -> Result<()> {
    let place = Place::make(options)?;
    let machine = Machine::look(place.path());
    let sizes: &[usize] = match (&*options.size, options.quick) {
        ([], true) => &[100, 1_000],
        ([], false) => &SIZES,
        (chosen, _) => chosen,
    };
    let mut all = Vec::new();
    for size in sizes {
        eprintln!("{size} members");
        all.push(measure(&place, *size).await.with_context(|| format!("{size} members"))?);
    }
    if options.json {
        println!("{}", serde_json::json!({ "machine": machine, "sync": all }));
    } else {
        print!("{}", table(&machine, &all));
    }
    Ok(())
}

async fn measure(place: &Place, size: usize) -> Result<Figures> {
    let platform = Api::mobilize(mobilize::Settings::new("key", "s3cret"), now);
    platform.seed_group(Group::private(BOARD, "Board"));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/v1", listener.local_addr()?);
    let router = platform.router();
    let serving = tokio::spawn(async { axum::serve(listener, router).await });

    let home = Home::new(place.home(&format!("sync-{size}"))?, free_address()?);
    let server = Server::start(place, home.that_calls_loopback()).await?;
    let admin = sign_in(&server).await?;
    let site = site(&server).await?;
    let group = groups::add(&site, "Board", false, &Actor::CommandLine).await?;
    let group = group.map_err(|refusal| anyhow!("no group: {refusal:?}"))?;
    crowd(&server, &site, &group, size).await?;
    let before = cpu::memory(server.process.pid())?.resident;

    connect(&site, &url).await?;
    let began = Instant::now();
    let target = Target {
        base_url: &url,
        remote_group_id: &BOARD.to_string(),
        remote_name: "Board",
        group_type: None,
    };
    let linked = link::link(&site, PLATFORM, &group, &target, &Actor::CommandLine).await?;
    linked.map_err(|refusal| anyhow!("not linked: {refusal:?}"))?;
    in_step(&server, &site, &group).await?;
    let first_sync = began.elapsed();
    let calls = platform.requests().last().map_or(0, |last| last.number);
    let peak = cpu::memory(server.process.pid())?.peak;
    ensure!(platform.members(BOARD).len() == size, "not everybody is there");

    platform.change_settings(|settings| settings.limits = Limits::OFF);
    integration::set_profile(&site, PLATFORM, Some(UNLIMITED), &Actor::CommandLine).await?;
    let mut waits = Vec::new();
    let mut connection = Connection::open(server.home.address).await?;
    for index in size..size + CHANGES {
        waits.push(change(&server, &mut connection, &admin, &group, &platform, index).await?);
    }
    waits.sort_unstable();
    let millis = |percent: usize| {
        let rank = (waits.len() * percent).div_ceil(100);
        waits.get(rank - 1).map_or(f64::NAN, |wait| wait.as_secs_f64() * 1e3)
    };
    let figures = Figures {
        members: size,
        change_p50_ms: millis(50),
        change_p95_ms: millis(95),
        first_sync_s: first_sync.as_secs_f64(),
        first_sync_calls: calls,
        memory_before_mb: before,
        memory_peak_mb: peak,
    };
    drop(site);
    server.stop()?;
    serving.abort();
    Ok(figures)
}

/// An admin in a browser, with the session as a header line.
async fn sign_in(server: &Server<'_>) -> Result<Browser> {
    let email = "admin@load.example";
    let add = ["member", "add", "--email", email, "--first-name", "Ruth", "--last-name", "Admin"];
    let add: Vec<_> = add.into_iter().chain(["--admin", "--password-stdin"]).collect();
    server.command_line(&add, &format!("{PASSWORD}\n"))?;
    let mut admin = Browser::default();
    let mut connection = Connection::open(server.home.address).await?;
    match admin.sign_in(&mut connection, server.home.address, email).await {
        Outcome::Good => Ok(admin),
        Outcome::Wrong(what) => Err(anyhow!("the admin could not sign in: {what}")),
        Outcome::Busy | Outcome::NoMore => Err(anyhow!("the server is busy before any load")),
    }
}

/// The server's association, from another node that changes it beside the server.
async fn site(server: &Server<'_>) -> Result<Site> {
    let db = Db::open(&server.home.database_url()).await?;
    let vault = Vault::open(&server.home.keys_dir())?;
    let settings = Settings {
        database_url: server.home.database_url(),
        loopback_calls: Loopback::Allowed,
        ..Settings::default()
    };
    let app = App::new(db, Clock::System, settings, vault, KeySource::Fresh).await?;
    let association = associations::list(&app).await?.pop().context("no association")?;
    let now = app.clock.now();
    Ok(Site::new(app, association.into(), now))
}

async fn connect(site: &Site, url: &str) -> Result<()> {
    let text = |text: &str| text.to_owned().into();
    let typed = Typed {
        credentials: Credentials { api_key: text("key"), api_secret: text("s3cret") },
        tenant_code: None,
        base_url: url.to_owned(),
        profile: None,
    };
    let saved = integration::save(site, PLATFORM, &typed, true, &Actor::CommandLine).await?;
    saved.map_err(|refusal| anyhow!("not connected: {refusal:?}"))?;
    integration::switch(site, PLATFORM, Switches::default(), &Actor::CommandLine).await?;
    Ok(())
}

/// Members with logins; the last few are not in the group yet.
async fn crowd(server: &Server<'_>, site: &Site, group: &GroupId, size: usize) -> Result<()> {
    let association = site.id();
    let mut database = SqliteConnection::connect(&server.home.database_url()).await?;
    let numbers: Vec<usize> = (0..size + CHANGES).collect();
    for step in numbers.chunks(ROWS) {
        let rows = |row: &dyn Fn(usize) -> String| {
            step.iter().map(|number| row(*number)).collect::<Vec<_>>().join(",")
        };
        let members = rows(&|number| {
            let id = member_id(number);
            format!(
                "('{association}','{id}','Ann','Archer {number}','archer {number} ann',
                  'archer {number} ann','Owner',0,0,0)"
            )
        });
        let logins = rows(&|number| {
            format!("('{association}','{}','{}',0,0)", member_id(number), email(number))
        });
        let text = format!(
            "insert into members (association_id, member_id, first_name, last_name, sort_name,
                 search_text, job_title, epoch, created_at, updated_at) values {members};
             insert into logins (association_id, member_id, email, created_at, updated_at)
             values {logins}"
        );
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut database).await?;
        let inside: Vec<_> = step.iter().filter(|number| **number < size).collect();
        if !inside.is_empty() {
            let rows: Vec<String> = { inside.into_iter() }
                .map(|number| format!("('{association}','{group}','{}',0)", member_id(*number)))
                .collect();
            let text = format!(
                "insert into group_members (association_id, group_id, member_id, added_at)
                 values {}",
                rows.join(",")
            );
            sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut database).await?;
        }
    }
    Ok(())
}

/// Scattered over the index, as real ids are.
fn member_id(number: usize) -> String {
    let scattered = (number as u32).wrapping_mul(2_654_435_761);
    format!("{scattered:08x}-0000-4000-8000-{number:012x}")
}

fn email(number: usize) -> String {
    format!("member{number}@load.example")
}

/// Until the first check is done and nothing is left to be sent.
async fn in_step(server: &Server<'_>, site: &Site, group: &GroupId) -> Result<()> {
    let began = Instant::now();
    loop {
        let site = Site { now: site.app.clock.now(), ..site.clone() };
        let link = link::find(&mut site.read(), PLATFORM, group).await?;
        let is_checked = link.is_some_and(|link| link.checked_at.is_some());
        if is_checked && queue::length(&mut site.read(), PLATFORM).await? == 0 {
            return Ok(());
        }
        cpu::memory(server.process.pid())?;
        ensure!(began.elapsed() < PATIENCE, "the first sync does not come to an end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// From the click that adds one person to the moment when the platform has them in the group.
async fn change(
    server: &Server<'_>,
    connection: &mut Connection,
    admin: &Browser,
    group: &GroupId,
    platform: &Api<Community>,
    index: usize,
) -> Result<Duration> {
    let address = server.home.address;
    let path = format!("/admin/groups/{group}/members/add");
    let form = http::get(address, "/admin/groups/new", &admin.cookie_line());
    let page = connection.send(&form).await?;
    let token = page.text();
    let token = token.split("name=\"form_token\" value=\"").nth(1);
    let token = token.and_then(|rest| rest.split('"').next()).context("a page without a form")?;
    let (token, record, who) = (token.to_owned(), member_id(index), email(index));
    let lines = format!(
        "origin: http://{address}\r\nsec-fetch-site: same-origin\r\n{}",
        admin.cookie_line()
    );
    let fields = [("form_token", &*token), ("record", &*record)];
    let click = http::post(address, &path, &lines, &fields);
    let began = Instant::now();
    let answer = connection.send(&click).await?;
    ensure!(answer.status == 303, "not added: {}", answer.summary());
    while platform.member(BOARD, &who).is_none() {
        ensure!(began.elapsed() < Duration::from_secs(60), "a change does not arrive");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let wait = began.elapsed();
    // The next click is another one's.
    tokio::time::sleep(Duration::from_millis(200)).await;
    Ok(wait)
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn table(machine: &Machine, all: &[Figures]) -> String {
    let mut lines = format!("{}, {} CPUs, Linux {}\n", machine.cpu, machine.cpus, machine.kernel);
    for doubt in machine.doubts() {
        // Writing to a text cannot fail.
        writeln!(lines, "note: {doubt}").ok();
    }
    writeln!(
        lines,
        "\n{:>8}{:>12}{:>12}{:>14}{:>8}{:>12}{:>10}",
        "members", "p50 ms", "p95 ms", "first sync s", "calls", "memory MB", "more MB"
    )
    .ok();
    for one in all {
        writeln!(
            lines,
            "{:>8}{:>12.0}{:>12.0}{:>14.1}{:>8}{:>12.1}{:>10.1}",
            one.members,
            one.change_p50_ms,
            one.change_p95_ms,
            one.first_sync_s,
            one.first_sync_calls,
            one.memory_peak_mb,
            one.memory_peak_mb - one.memory_before_mb,
        )
        .ok();
    }
    let of = |pick: fn(&Figures) -> f64| all.iter().map(pick).fold(f64::NAN, f64::max);
    let p50: Vec<f64> = all.iter().map(|one| one.change_p50_ms).collect();
    let least = p50.iter().copied().fold(f64::NAN, f64::min);
    let middle = median(p50.iter().copied()).unwrap_or(f64::NAN);
    writeln!(
        lines,
        "\n{:<44}{:>8}{:>10.2}\n{:<44}{:>8}{:>10.0}\n{:<44}{:>8}{:>10.1}",
        format!("slowest median by the fastest ({middle:.0} ms between)"),
        1.5,
        of(|one| one.change_p50_ms) / least,
        "a change at the 95th percentile, ms",
        2_000,
        of(|one| one.change_p95_ms),
        "more memory, MB",
        100,
        of(|one| one.memory_peak_mb - one.memory_before_mb),
    )
    .ok();
    lines
}

//! A Novi with two associations, without a socket: members, browsers and platforms that talk to it.
#![expect(clippy::disallowed_methods, reason = "tests see the database from the outside too")]

mod browser;
mod crowd;
mod doubles;
pub mod faults;
mod jwt;
mod network;
mod page;
mod platform;
mod process;
mod receiver;
mod sign_ins;
mod signer;
mod stage;
mod tables;
mod watch;

use std::io::Write as _;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Once, OnceLock};
use std::task::Poll;

use axum::Router;
use novi_sso::app::App;
use novi_sso::associations::{self, Issuer, Site};
use novi_sso::clients::{self, Identity, RedirectUrl, Settings as ClientSettings, TokenAuthMethod};
use novi_sso::clock::Clock;
use novi_sso::db::{self, Db, Writer};
use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::id::{AssociationId, ClientId, GroupId, MemberId};
use novi_sso::members::{self, Address, Cost, Email, NewMember, Password};
use novi_sso::router::router;
use novi_sso::settings::Settings;
use novi_sso::signing::{self, KeySource, PrivateKey};
use novi_sso::vault::Vault;
use novi_sso::web::companion::Companion;
use sqlx::{Connection as _, PgConnection, SqliteConnection};

pub use browser::Browser;
pub use crowd::{crowd_email, crowd_member};
pub use doubles::DOUBLE;
pub use jwt::{Stranger, claims, header_of, kids, verified};
pub use network::{network, proxy};
pub use page::Page;
pub use platform::{Platform, Reply};
pub use process::Process;
pub use receiver::{Received, Receiver};
pub use sign_ins::{Comparison, SignIns};
pub use signer::{Signer, signed_by_secret, unsigned};
pub use stage::{BOARD, Stage};
pub use watch::{Seen, Watch};

pub const HOME: &str = "www.acme.example";
pub const ELSEWHERE: &str = "www.other.example";
pub const CALLBACK: &str = "https://acme.mobilize.io/users/auth/openidconnect/callback";
pub const PASSWORD: &str = "copper kettle on friday";
pub const NOW: i64 = 1_800_000_000;

#[derive(Clone)]
pub struct Novi {
    pub clock: Clock,
    pub url: String,
    pub app: App,
    pub router: Router,
    pub keys_dir: PathBuf,
}

/// Somebody with a login.
#[derive(Clone)]
pub struct Member {
    pub id: MemberId,
    pub email: String,
    pub password: String,
}

impl Novi {
    /// SQLite in a file of its own, or a fresh PostgreSQL database when a server is named. Two
    /// associations, [`HOME`] and [`ELSEWHERE`]; a clock that stands still.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_as(change, |_| {}).await
    }

    /// With another companion of the pages than the one that comes with the product.
    pub async fn start_beside(companion: impl Companion + 'static) -> Self {
        Self::start_as(|_| {}, |app| app.accompany(companion)).await
    }

    /// For what happens in processes of their own: with the clock on the wall, which they have, too.
    pub async fn start_by_the_wall(change: impl FnOnce(&mut Settings)) -> Self {
        let url = database_url().await;
        Self::prepared(&url, Clock::System, change, |_| {}).await.with_both().await
    }

    async fn start_as(change: impl FnOnce(&mut Settings), prepare: impl FnOnce(&App)) -> Self {
        let url = database_url().await;
        Self::prepared(&url, Clock::manual(NOW), change, prepare).await.with_both().await
    }

    async fn with_both(self) -> Self {
        for (host, name) in [(HOME, "Acme Builders"), (ELSEWHERE, "Other Nurses")] {
            self.associate(&format!("https://{host}"), name).await;
        }
        self
    }

    /// Over an existing or new database, without any association.
    pub async fn empty(url: &str, change: impl FnOnce(&mut Settings)) -> Self {
        Self::prepared(url, Clock::manual(NOW), change, |_| {}).await
    }

    async fn prepared(
        url: &str,
        clock: Clock,
        change: impl FnOnce(&mut Settings),
        prepare: impl FnOnce(&App),
    ) -> Self {
        let db = Db::open(url).await.unwrap();
        db.migrate().await.unwrap();
        let mut settings = Settings {
            database_url: url.to_owned(),
            hash_cost: Cost { memory_kib: 8, passes: 1 },
            ..Settings::default()
        };
        change(&mut settings);
        let keys_dir = temporary("keys");
        Vault::init(&keys_dir).unwrap();
        let vault = Vault::open(&keys_dir).unwrap();
        let source = KeySource::given(private_keys());
        let app = App::new(db, clock.clone(), settings, vault, source).await.unwrap();
        prepare(&app);
        Self { clock, url: url.to_owned(), router: router(app.clone()), app, keys_dir }
    }

    /// Another node on the same database: caches, connections and a source of signing keys of its own.
    pub async fn another_node(&self) -> Self {
        let db = Db::open(&self.url).await.unwrap();
        let vault = Vault::open(&self.keys_dir).unwrap();
        let (clock, settings) = (self.clock.clone(), self.app.settings.clone());
        let app = App::new(db, clock, settings, vault, KeySource::Fresh).await.unwrap();
        Self { router: router(app.clone()), app, ..self.clone() }
    }

    pub async fn associate(&self, site_url: &str, name: &str) -> Site {
        let issuer = Issuer::parse(site_url).unwrap();
        associations::add(&self.app, &issuer, name, &Actor::CommandLine).await.unwrap().unwrap()
    }

    pub fn on_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// The association of a host, at this moment.
    pub async fn site(&self, host: &str) -> Site {
        let found = self.app.directory.find(&self.app.db, host).await.unwrap();
        Site::new(self.app.clone(), found.expect("the host is ours"), self.clock.now())
    }

    pub async fn home(&self) -> Site {
        self.site(HOME).await
    }

    /// A person of [`HOME`] with a login: `ann@acme.example` for "Ann".
    pub async fn member(&self, first_name: &str) -> Member {
        self.member_at(HOME, first_name, |_| {}).await
    }

    pub async fn admin(&self, first_name: &str) -> Member {
        self.member_at(HOME, first_name, |member| member.is_admin = true).await
    }

    pub async fn member_at(
        &self,
        host: &str,
        first_name: &str,
        change: impl FnOnce(&mut NewMember),
    ) -> Member {
        let site = self.site(host).await;
        let domain = host.trim_start_matches("www.").split(':').next().unwrap();
        let email = format!("{}@{domain}", first_name.to_lowercase());
        let password = self.app.hashing.hash(Password::typed(PASSWORD).unwrap()).await.unwrap();
        let mut member = NewMember {
            first_name: first_name.to_owned(),
            last_name: "Archer".to_owned(),
            email: Some(Email::parse(&email).unwrap()),
            password: Some(password),
            company: Some("Archer Roofing".to_owned()),
            job_title: Some("Owner".to_owned()),
            phone: Some("+1 555 0100".to_owned()),
            address: Address {
                street: Some("1 Quay".to_owned()),
                city: Some("Harbor".to_owned()),
                ..Address::default()
            },
            member_status: Some("current".to_owned()),
            is_admin: false,
            ..NewMember::default()
        };
        change(&mut member);
        let mut tx = site.write().await.unwrap();
        let id = members::add(&mut tx, &self.app.vault, &member, &Actor::CommandLine).await;
        tx.commit().await.unwrap();
        Member { id: id.unwrap().unwrap(), email, password: PASSWORD.to_owned() }
    }

    /// A group of [`HOME`] that clients may see, with these members.
    pub async fn group(&self, name: &str, members: &[&Member]) -> GroupId {
        let site = self.home().await;
        let actor = Actor::CommandLine;
        let group = groups::add(&site, name, true, &actor).await.unwrap().unwrap();
        for member in members {
            assert!(groups::add_member(&site, &group, &member.id, &actor).await.unwrap());
        }
        group
    }

    /// An SSO client of [`HOME`] with the redirect URL [`CALLBACK`].
    pub async fn client(&self, name: &str) -> Platform {
        self.client_at(HOME, name, &[CALLBACK], TokenAuthMethod::Secret).await
    }

    pub async fn client_at(
        &self,
        host: &'static str,
        name: &str,
        redirect_urls: &[&str],
        method: TokenAuthMethod,
    ) -> Platform {
        self.client_that(host, name, redirect_urls, |settings| settings.auth_method = method).await
    }

    /// An SSO client with these settings changed.
    pub async fn client_that(
        &self,
        host: &'static str,
        name: &str,
        redirect_urls: &[&str],
        change: impl FnOnce(&mut ClientSettings),
    ) -> Platform {
        let site = self.site(host).await;
        let urls = redirect_urls.iter().map(|url| registered(url));
        let mut settings = ClientSettings::new(name, urls.collect());
        change(&mut settings);
        let added = clients::add(&site, &settings, Identity::Fresh, &Actor::CommandLine);
        let (client_id, secret) = added.await.unwrap().unwrap();
        let secret = secret.map(|secret| secret.expose().to_owned()).unwrap_or_default();
        Platform {
            novi: self.clone(),
            host,
            client_id: client_id.to_string(),
            secret,
            callback: redirect_urls[0].to_owned(),
        }
    }

    /// A browser with its own cookies, at [`HOME`].
    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone(), HOME)
    }

    pub fn browser_at(&self, host: &str) -> Browser {
        Browser::new(self.router.clone(), host)
    }

    /// Without the association: for tests of the database itself.
    pub async fn write(&self, association: &AssociationId) -> Result<Writer, db::Error> {
        self.app.db.write(association, self.clock.now()).await
    }

    /// Runs statements that the product has no words for.
    pub async fn tamper(&self, text: &'static str) {
        if self.on_sqlite() {
            let mut conn = SqliteConnection::connect(&self.url).await.unwrap();
            sqlx::raw_sql(text).execute(&mut conn).await.unwrap();
        } else {
            let mut conn = PgConnection::connect(&self.url).await.unwrap();
            sqlx::raw_sql(text).execute(&mut conn).await.unwrap();
        }
    }

    /// One number, straight from the database.
    pub async fn count(&self, text: &'static str) -> i64 {
        if self.on_sqlite() {
            let mut conn = SqliteConnection::connect(&self.url).await.unwrap();
            sqlx::query_scalar(text).fetch_one(&mut conn).await.unwrap()
        } else {
            let mut conn = PgConnection::connect(&self.url).await.unwrap();
            sqlx::query_scalar(text).fetch_one(&mut conn).await.unwrap()
        }
    }

    /// A group and a hook with the id of each client, so that all routes with an id can be walked with one.
    pub async fn namesakes(&self) {
        self.tamper(
            "insert into groups (association_id, group_id, name, created_at, updated_at)
             select association_id, client_id, name, created_at, updated_at from clients;
             insert into hooks (association_id, hook_id, name, secret, secrets, fields, made_at,
                 made_by, calls_day, calls, ignored, waiting, counted_from)
             select association_id, client_id, name, 'none', 1, 'phone', created_at, name,
                 0, 0, 0, 0, 0
             from clients",
        )
        .await;
    }

    /// How often an event of this kind was recorded, in all associations.
    pub async fn events(&self, kind: &str) -> i64 {
        let counted =
            self.app.db.across_associations("select count(*) from events where kind = $1");
        counted.bind(kind).optional::<(i64,)>().await.unwrap().unwrap().0
    }

    pub async fn client_exists(&self, host: &str, id: &str) -> bool {
        let id: ClientId = id.parse().unwrap();
        clients::load(&self.site(host).await, &id).await.unwrap().is_some()
    }

    /// A client of [`HOME`] with the redirect URL [`CALLBACK`] and these settings changed.
    pub async fn client_with(
        &self,
        name: &str,
        change: impl FnOnce(&mut ClientSettings),
    ) -> Platform {
        self.client_that(HOME, name, &[CALLBACK], change).await
    }

    /// A browser in which this member of [`HOME`] is signed in.
    pub async fn browser_of(&self, member: &Member) -> Browser {
        let mut browser = self.browser();
        browser.sign_in(member).await;
        assert!(browser.is_signed_in());
        browser
    }
}

/// A URL as the association of its host takes it: http on loopback is fine for a development association.
pub fn registered(url: &str) -> RedirectUrl {
    let development = url.starts_with("http://");
    RedirectUrl::register(url, development).unwrap()
}

/// All that an association may keep of a person.
pub fn everything(member: &mut NewMember) {
    for (name, value) in [
        ("middle_name", "Beth"),
        ("nickname", "Annie"),
        ("preferred_username", "annie"),
        ("profile", "https://www.acme.example/people/ann"),
        ("picture", "https://www.acme.example/people/ann.png"),
        ("website", "https://archer.example/"),
        ("gender", "female"),
        ("birthdate", "1970-12-31"),
        ("zoneinfo", "America/New_York"),
        ("locale", "en-US"),
    ] {
        member.details.set(name, value).unwrap();
    }
}

/// SQLite in a fresh file, or a fresh database on the PostgreSQL server that `NOVI_TEST_POSTGRES` names.
pub async fn database_url() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("novi_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    match std::env::var("NOVI_TEST_POSTGRES") {
        Ok(server) => {
            let mut admin = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
            let create = sqlx::AssertSqlSafe(format!("create database {name}"));
            sqlx::raw_sql(create).execute(&mut admin).await.unwrap();
            format!("{server}/{name}")
        }
        Err(_) => {
            say_what_is_left_out();
            format!("sqlite://{}", temporary("db").join("novi.db").display())
        }
    }
}

/// Once, and past the harness, which would keep it from whoever reads.
fn say_what_is_left_out() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let words = "on SQLite; PostgreSQL is skipped here, cargo xtask test runs both";
        writeln!(std::io::stderr(), "{words}").ok();
    });
}

/// A copy of a database that nobody uses at this moment.
pub async fn copy_of_database(url: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let copy = format!("novi_{}_copy_{number}", std::process::id());
    match std::env::var("NOVI_TEST_POSTGRES") {
        Ok(server) => {
            let mut admin = PgConnection::connect(&format!("{server}/postgres")).await.unwrap();
            let original = url.rsplit('/').next().unwrap();
            let create = format!("create database {copy} template {original}");
            sqlx::raw_sql(sqlx::AssertSqlSafe(create)).execute(&mut admin).await.unwrap();
            format!("{server}/{copy}")
        }
        Err(_) => {
            let (original, copy) = (url.trim_start_matches("sqlite://"), temporary("db"));
            // What is committed may still stand beside the file.
            for end in ["", "-wal"] {
                let from = PathBuf::from(format!("{original}{end}"));
                if from.exists() {
                    std::fs::copy(from, copy.join(format!("novi.db{end}"))).unwrap();
                }
            }
            format!("sqlite://{}", copy.join("novi.db").display())
        }
    }
}

/// A folder of its own, below one folder of this run that the next run clears away.
pub fn temporary(purpose: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let run = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(std::process::id().to_string());
    let folder = run.join(format!("{purpose}-{number}"));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Two keys for the whole run: making one takes long.
fn private_keys() -> Vec<PrivateKey> {
    static KEYS: OnceLock<Vec<PrivateKey>> = OnceLock::new();
    KEYS.get_or_init(|| (0..3).map(|_| signing::generate()).collect()).clone()
}

/// Polls a future this many times and then drops it, as hyper does when the client goes away.
pub async fn dropped_after<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

//! What the database core promises, on whichever database is underneath.

mod backup;
mod cancellation;
mod full_disk;
mod group_commit;
mod handlers;
mod migrations;
mod opening;
mod statements;
mod transactions;
mod watch;

use std::time::Duration;

use novi_sso::db::{self, Db, Writer};
use novi_sso::id::{AssociationId, CompanyId};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::support::{HOME, Member, Novi, Platform};

/// Companies written in pairs, both in one transaction: half of a write would show.
#[derive(Clone)]
struct Pairs {
    novi: Novi,
    home: AssociationId,
}

impl Pairs {
    async fn of(novi: &Novi) -> Self {
        Self { novi: novi.clone(), home: novi.site(HOME).await.id().clone() }
    }

    async fn writer(&self) -> Result<Writer, db::Error> {
        self.novi.write(&self.home).await
    }

    async fn add(&self, name: &str) -> Result<(), db::Error> {
        let mut tx = self.writer().await?;
        one(&mut tx, name).await?;
        one(&mut tx, name).await?;
        tx.commit().await
    }

    /// The names of all companies, as a fresh process would find them.
    async fn after_reopening(&self) -> Vec<String> {
        let db = Db::open(&self.novi.url).await.unwrap();
        names(&db, &self.home).await
    }

    /// No half of a pair, and every connection still does what it is told.
    async fn are_sound(&self) {
        // Who was dropped while committing may be committed yet; behind this one, all of them are.
        self.writer().await.unwrap().commit().await.unwrap();
        let names = self.after_reopening().await;
        assert_paired(&names);
        let mut writers = JoinSet::new();
        for _ in 0..40 {
            let pairs = self.clone();
            writers.spawn(async move { pairs.add("afterwards").await });
        }
        for written in writers.join_all().await {
            written.unwrap();
        }
        assert_eq!(self.after_reopening().await.len(), names.len() + 80);
        if !self.novi.on_sqlite() {
            let open = "select count(*) from pg_stat_activity
                 where datname = current_database() and state like 'idle in transaction%'";
            assert_eq!(self.novi.count(open).await, 0, "transactions left open");
        }
    }
}

/// One of a pair.
async fn one(tx: &mut Writer, name: &str) -> Result<(), db::Error> {
    tx.change(
        "insert into companies (association_id, company_id, name, created_at, updated_at)
         values ($1, $2, $3, 0, 0)",
    )
    .bind(CompanyId::random())
    .bind(name)
    .run()
    .await
}

async fn names(db: &Db, association: &AssociationId) -> Vec<String> {
    let mut reader = db.read(association, novi_sso::clock::Clock::System.now());
    let names = reader.find("select name from companies where association_id = $1 order by name");
    names.all::<(String,)>().await.unwrap().into_iter().map(|(name,)| name).collect()
}

/// `names` are in order.
fn assert_paired(names: &[String]) {
    for pair in names.chunks(2) {
        assert!(pair.len() == 2 && pair[0] == pair[1], "half a pair: {pair:?}");
    }
}

/// Codes from one browser in which the member is signed in.
async fn codes(platform: &Platform, member: &Member, number: usize) -> Vec<String> {
    let mut browser = platform.novi.browser_at(platform.host);
    browser.sign_in(member).await;
    let mut codes = Vec::new();
    for _ in 0..number {
        let page = browser.get(&platform.authorize_url()).await;
        codes.push(page.sent("code").expect("a code"));
    }
    codes
}

/// Asks again and again, for ten seconds at most.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let asking = async {
        while !holds().await {
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(Duration::from_secs(10), asking).await.unwrap_or_else(|_| panic!("never came: {what}"));
}

/// A moment to go away at.
fn random_patience(below_micros: u64) -> Duration {
    let random = u64::from_le_bytes(novi_sso::token::random_bytes());
    Duration::from_micros(random % below_micros)
}

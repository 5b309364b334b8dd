//! One writer of an association at a time, all of it or nothing, and never without its association.

use std::time::Duration;

use novi_sso::db::Error;
use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;

use super::{Pairs, one};
use crate::support::{ELSEWHERE, Novi};

/// PostgreSQL alone would lose most of these; SQLite alone would refuse them as "locked".
#[tokio::test(flavor = "multi_thread")]
async fn what_a_transaction_read_stays_true_until_it_commits() {
    let novi = Novi::start().await;
    let pairs = Pairs::of(&novi).await;
    let mut tx = pairs.writer().await.unwrap();
    one(&mut tx, "0").await.unwrap();
    tx.commit().await.unwrap();

    let mut writers = JoinSet::new();
    for _ in 0..16 {
        let pairs = pairs.clone();
        writers.spawn(async move {
            let mut tx = pairs.writer().await.unwrap();
            let text = "select name from companies where association_id = $1";
            let names: Vec<(String,)> = tx.find(text).all().await.unwrap();
            let next = names[0].0.parse::<i64>().unwrap() + 1;
            yield_now().await;
            let text = "update companies set name = $2 where association_id = $1";
            tx.change(text).bind(next.to_string()).run().await.unwrap();
            tx.commit().await.unwrap();
        });
    }
    writers.join_all().await;

    assert_eq!(pairs.after_reopening().await, ["16"]);
}

#[tokio::test]
async fn after_a_failed_statement_nothing_of_a_transaction_is_kept() {
    let novi = Novi::start().await;
    let pairs = Pairs::of(&novi).await;
    let mut tx = pairs.writer().await.unwrap();
    one(&mut tx, "before").await.unwrap();

    let broken = "insert into companies (association_id, company_id, name, created_at, updated_at)
         values ($1, null, 'broken', 0, 0)";
    let failed = tx.change(broken).run().await;
    let after = one(&mut tx, "after").await;
    let commit = tx.commit().await;

    assert!(matches!(failed, Err(Error::Failed(_))), "{failed:?}");
    assert!(matches!(after, Err(Error::Over)), "{after:?}");
    assert!(matches!(commit, Err(Error::Over)), "{commit:?}");
    assert!(pairs.after_reopening().await.is_empty());
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing_and_holds_nobody_up() {
    let novi = Novi::start().await;
    let pairs = Pairs::of(&novi).await;

    let mut tx = pairs.writer().await.unwrap();
    one(&mut tx, "dropped").await.unwrap();
    drop(tx);

    pairs.add("kept").await.unwrap();
    assert_eq!(pairs.after_reopening().await, ["kept", "kept"]);
}

/// A row may not point across associations, whatever a statement says.
#[tokio::test]
async fn the_database_refuses_a_row_that_points_into_another_association() {
    let novi = Novi::start().await;
    let (forj, bob) = (novi.client("Forj").await, novi.member_at(ELSEWHERE, "Bob", |_| {}).await);
    let home = novi.home().await;

    let across = home
        .once(
            "insert into grants
                 (association_id, code_hash, client_id, member_id, epoch, redirect_uri, scope,
                  claims, auth_time, created_at, code_expires_at)
             values ($1, 'h', $2, $3, 0, '', '', '{}', 0, 0, 0)",
        )
        .bind(&*forj.client_id)
        .bind(&bob.id)
        .run()
        .await;

    assert!(matches!(across, Err(Error::Failed(_))), "{across:?}");
}

/// A large association's sign-ins are not served one by one (ARCHITECTURE.md 3.1).
#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_only_the_writers_of_one_association_wait_for_each_other() {
    let novi = Novi::start().await;
    if novi.on_sqlite() {
        return;
    }
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let code = forj.code_for(&ann).await;
    let pairs = Pairs::of(&novi).await;
    let elsewhere = novi.site(ELSEWHERE).await;
    let soon = Duration::from_secs(3);

    let mut first = pairs.writer().await.unwrap();
    one(&mut first, "first").await.unwrap();

    let other = timeout(soon, elsewhere.write()).await.expect("another association's writer");
    other.unwrap().commit().await.unwrap();
    let bought = timeout(soon, forj.exchange(&code)).await.expect("a single statement");
    assert_eq!(bought.status, 200);
    let second = pairs.clone();
    let mut second = tokio::spawn(async move { second.add("second").await });
    assert!(timeout(Duration::from_millis(50), &mut second).await.is_err(), "it has to wait");
    first.commit().await.unwrap();
    second.await.unwrap().unwrap();
}

#[tokio::test]
#[should_panic(expected = "$1 must be the association")]
async fn a_select_that_forgets_the_association_does_not_run() {
    let novi = Novi::start().await;
    let mut db = novi.home().await.read();
    let text = "select name from companies where company_id = $2";
    let _ = db.find(text).bind("any").all::<(String,)>().await;
}

#[tokio::test]
#[should_panic(expected = "$1 must be the association")]
async fn a_change_that_forgets_the_association_does_not_run() {
    let novi = Novi::start().await;
    let mut tx = Pairs::of(&novi).await.writer().await.unwrap();
    let _ = tx.change("update companies set name = $2").bind("any").run().await;
}

#[tokio::test]
#[should_panic(expected = "$1 must be the association")]
async fn a_single_statement_that_forgets_the_association_does_not_run() {
    let novi = Novi::start().await;
    let text = "delete from grants where code_hash = $2 and association_id <> $1";
    let _ = novi.home().await.once(text).bind("any").run().await;
}

#[tokio::test]
#[should_panic(expected = "find() is for selects")]
async fn find_changes_nothing() {
    let novi = Novi::start().await;
    let text = "delete from companies where association_id = $1 returning name";
    let _ = novi.home().await.read().find(text).all::<(String,)>().await;
}

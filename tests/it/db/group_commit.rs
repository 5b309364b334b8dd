//! Writers share a transaction on SQLite, and must not notice.

use std::fs;

use novi_sso::db::Error;
use tokio::task::JoinSet;

use super::{Pairs, one};
use crate::support::Novi;

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_share_few_flushes_and_every_acknowledged_write_is_there() {
    let novi = Novi::start().await;
    if !novi.on_sqlite() {
        return;
    }
    let pairs = Pairs::of(&novi).await;
    let before = flushes(&novi);

    let mut writers = JoinSet::new();
    for n in 0..128 {
        let pairs = pairs.clone();
        writers.spawn(async move { pairs.add(&format!("{n:03}")).await.unwrap() });
    }
    writers.join_all().await;
    let flushed = flushes(&novi) - before;

    assert_eq!(pairs.after_reopening().await, doubled(0..128));
    // Some ten on a machine that has nothing else to do; a group also ends after a while.
    assert!((1..=96).contains(&flushed), "128 writers took {flushed} flushes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_neighbour_that_fails_takes_nobody_with_it() {
    let novi = Novi::start().await;
    let pairs = Pairs::of(&novi).await;

    let mut writers = JoinSet::new();
    for n in 0..96 {
        let pairs = pairs.clone();
        writers.spawn(async move {
            match n % 3 {
                0 => pairs.add(&format!("{n:03}")).await.unwrap(),
                1 => {
                    let mut tx = pairs.writer().await.unwrap();
                    one(&mut tx, "half").await.unwrap();
                    let broken = "insert into companies (association_id, name) values ($1, 'half')";
                    assert!(tx.change(broken).run().await.is_err());
                }
                _ => {
                    let mut tx = pairs.writer().await.unwrap();
                    one(&mut tx, "dropped").await.unwrap();
                }
            }
        });
    }
    writers.join_all().await;

    assert_eq!(pairs.after_reopening().await, doubled((0..96).step_by(3)));
}

/// A single statement in the line is its own transaction, whatever its neighbours do.
#[tokio::test(flavor = "multi_thread")]
async fn a_single_statement_stays_when_the_writers_around_it_fail() {
    let novi = Novi::start().await;
    let pairs = Pairs::of(&novi).await;
    pairs.add("counted").await.unwrap();

    let mut writers = JoinSet::new();
    for n in 0..60 {
        let pairs = pairs.clone();
        writers.spawn(async move {
            let db = pairs.novi.app.db.clone();
            match n % 3 {
                0 => db
                    .once(
                        &pairs.home,
                        "update companies set created_at = created_at + 1
                         where association_id = $1",
                    )
                    .run()
                    .await
                    .unwrap(),
                1 => {
                    let broken = "insert into companies (association_id, name) values ($1, 'x')";
                    assert!(db.once(&pairs.home, broken).run().await.is_err());
                }
                _ => {
                    let mut tx = pairs.writer().await.unwrap();
                    one(&mut tx, "dropped").await.unwrap();
                }
            }
        });
    }
    writers.join_all().await;

    assert_eq!(novi.count("select count(*) from companies where created_at = 20").await, 2);
    assert_eq!(pairs.after_reopening().await, ["counted", "counted"]);
}

/// A deferred foreign key makes the commit itself fail. Our own schema has none, for that reason.
#[tokio::test] // of one thread, so that all stand in the line before the first is served
async fn a_failed_flush_is_told_to_everyone_who_waited_for_it() {
    let novi = Novi::start().await;
    if !novi.on_sqlite() {
        return;
    }
    novi.tamper(
        "create table doomed (
             association_id text not null,
             missing        text not null references associations deferrable initially deferred
         )",
    )
    .await;
    let pairs = Pairs::of(&novi).await;

    let (mut expected, mut shared) = (Vec::new(), false);
    for round in 0..20 {
        let (kept, lost) = doomed(&pairs, round).await;
        expected.extend(kept.into_iter().flat_map(|name| [name.clone(), name]));
        assert!(lost.contains(&format!("{round:02} 01")), "it is doomed: {lost:?}");
        // On a busy machine it may have been alone, because a group also ends after a while.
        shared |= lost.len() > 1;
        if shared {
            break;
        }
    }

    assert!(shared, "nobody ever shared the flush that failed");
    expected.sort();
    assert_eq!(pairs.after_reopening().await, expected);
    pairs.are_sound().await;
}

/// Ten pairs at once, the second of them doomed: which are kept, and which are said to be lost.
async fn doomed(pairs: &Pairs, round: usize) -> (Vec<String>, Vec<String>) {
    let mut writers = JoinSet::new();
    for n in 0..10 {
        let pairs = pairs.clone();
        writers.spawn(async move {
            let name = format!("{round:02} {n:02}");
            if n != 1 {
                return (pairs.add(&name).await, name);
            }
            let mut tx = pairs.writer().await.unwrap();
            one(&mut tx, &name).await.unwrap();
            let doomed = "insert into doomed (association_id, missing) values ($1, 'nobody')";
            tx.change(doomed).run().await.unwrap();
            (tx.commit().await, name)
        });
    }
    let (mut kept, mut lost) = (Vec::new(), Vec::new());
    for (end, name) in writers.join_all().await {
        match end {
            Ok(()) => kept.push(name),
            Err(Error::Failed(_)) => lost.push(name),
            Err(other) => panic!("{name}: {other}"),
        }
    }
    (kept, lost)
}

fn doubled(numbers: impl Iterator<Item = usize>) -> Vec<String> {
    numbers.flat_map(|n| [n, n]).map(|n| format!("{n:03}")).collect()
}

/// Counts the commit frames of the write-ahead log (sqlite.org/fileformat2.html#walformat): what
/// the disk has seen, whatever we believe.
fn flushes(novi: &Novi) -> usize {
    let path = novi.url.strip_prefix("sqlite://").unwrap().to_owned() + "-wal";
    let wal = fs::read(path).unwrap();
    let word = |at: usize| u32::from_be_bytes(wal[at..at + 4].try_into().unwrap());
    let frame = 24 + word(8) as usize;
    let is_commit = |at: &usize| wal[*at + 8..*at + 16] == wal[16..24] && word(*at + 4) > 0;
    (32..wal.len()).step_by(frame).filter(is_commit).count()
}

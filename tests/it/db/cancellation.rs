//! hyper drops a handler when its client disconnects, wherever it happens to be (F-02; sqlx #4385).

use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Pairs, codes, random_patience};
use crate::support::{HOME, Novi, dropped_after};

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_dropped_at_any_await_leaves_both_rows_or_none() {
    let novi = Novi::start().await;
    let pairs = Pairs::of(&novi).await;

    let mut finished = 0;
    for polls in 0.. {
        let end = dropped_after(polls, pairs.add(&format!("{polls:03}"))).await;
        finished += usize::from(end.is_some());
        if finished == 20 {
            break;
        }
    }

    pairs.are_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_cancelled_at_random_moments_leave_no_poisoned_connection() {
    let novi = Novi::start().await;
    let pairs = Pairs::of(&novi).await;
    let forj = novi.client("Forj").await;
    let ann = novi.member_at(HOME, "Ann", |ann| ann.company = None).await;
    let codes = codes(&forj, &ann, 10 * 20).await;

    for some in codes.chunks(20) {
        let mut writers = JoinSet::new();
        for (n, code) in some.iter().enumerate() {
            let (pairs, name) = (pairs.clone(), format!("{n:03} {code}"));
            writers.spawn(async move {
                let end = timeout(random_patience(8_000), pairs.add(&name)).await;
                end.map(|written| written.unwrap()).ok().map(|()| name)
            });
            let (forj, code) = (forj.clone(), code.clone());
            writers.spawn(async move {
                timeout(random_patience(8_000), forj.exchange(&code)).await.ok();
                None
            });
        }
        let acknowledged: Vec<_> = writers.join_all().await.into_iter().flatten().collect();

        let present = pairs.after_reopening().await;
        assert!(acknowledged.iter().all(|name| present.contains(name)));
    }

    pairs.are_sound().await;
}

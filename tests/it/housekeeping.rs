//! What housekeeping forgets, and what it keeps.

use novi_sso::clock::Timestamp;
use novi_sso::housekeeping;

use crate::support::{HOME, Member, NOW, Novi};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// Counted together with what the other association has.
async fn rows(novi: &Novi) -> [i64; 5] {
    [
        novi.count("select count(*) from sign_ins").await,
        novi.count("select count(*) from grants").await,
        novi.count("select count(*) from throttles").await,
        novi.count("select count(*) from sessions").await,
        novi.count("select count(*) from devices").await,
    ]
}

#[tokio::test]
async fn what_expired_is_forgotten_and_nothing_before() {
    let novi = Novi::start().await;
    let (ann, forj) = (novi.member("Ann").await, novi.client("Forj").await);
    forj.code_for(&ann).await;
    let guess = Member { password: "a wrong password".to_owned(), ..ann };
    novi.browser().sign_in(&guess).await;
    let all = rows(&novi).await;

    housekeeping::tidy(&novi.app).await.unwrap();
    let at_once = rows(&novi).await;
    novi.clock.advance(HOUR);
    housekeeping::tidy(&novi.app).await.unwrap();
    let [sign_ins, grants, ..] = rows(&novi).await;
    novi.clock.advance(61);
    housekeeping::tidy(&novi.app).await.unwrap();
    let [_, grants_later, throttles, sessions, devices] = rows(&novi).await;
    novi.clock.advance(181 * DAY);
    housekeeping::tidy(&novi.app).await.unwrap();

    assert!(all.iter().all(|rows| *rows > 0), "{all:?}");
    assert_eq!(at_once, all);
    assert_eq!((sign_ins, grants), (0, 1), "a code that comes again is known for an hour more");
    assert_eq!(grants_later, 0);
    assert_eq!([throttles, sessions, devices], all[2..]);
    assert_eq!(rows(&novi).await, [0; 5]);
}

/// The list of clients says when one was last used, however long ago.
#[tokio::test]
async fn a_clients_last_log_in_outlives_its_grants() {
    let novi = Novi::start().await;
    let (ann, forj) = (novi.member("Ann").await, novi.client("Forj").await);
    novi.client("Unused").await;
    forj.code_for(&ann).await;
    novi.clock.advance(50);
    forj.code_for(&ann).await;

    novi.clock.advance(2 * HOUR);
    housekeeping::tidy(&novi.app).await.unwrap();

    let listed = novi_sso::clients::list(&mut novi.home().await.read()).await.unwrap();
    let last: Vec<_> = listed.iter().map(|client| client.last_log_in_at).collect();
    assert_eq!(novi.count("select count(*) from grants").await, 0);
    assert_eq!(last, [Some(Timestamp::from_unix_seconds(NOW + 50)), None]);
}

/// Bulk work goes in steps, and all of them are taken.
#[tokio::test]
async fn more_than_one_step_of_rows_is_forgotten_in_one_round() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let site = novi.site(HOME).await;
    let client = forj.client_id.parse().unwrap();
    for _ in 0..450 {
        novi_sso::sessions::keep(&site, &client, "{}", None, "203.0.113.9/32").await.unwrap();
    }

    novi.clock.advance(HOUR);
    housekeeping::tidy(&novi.app).await.unwrap();

    assert_eq!(novi.count("select count(*) from sign_ins").await, 0);
}

/// SECURITY 4.8: the timeline of each association's keys goes on by itself.
#[tokio::test]
async fn the_next_signing_key_is_published_takes_over_and_the_old_one_goes() {
    let novi = Novi::start().await;
    let published =
        async || novi.count("select count(*) from signing_keys where withdrawn_at is null").await;

    let before = published().await;
    novi.clock.advance(88 * DAY);
    housekeeping::tidy(&novi.app).await.unwrap();
    housekeeping::tidy(&novi.app).await.unwrap();
    let with_next = published().await;
    novi.clock.advance(2 * DAY);
    housekeeping::tidy(&novi.app).await.unwrap();
    let with_retired = published().await;
    novi.clock.advance(2 * DAY);
    housekeeping::tidy(&novi.app).await.unwrap();

    assert_eq!([before, with_next, with_retired, published().await], [2, 4, 4, 2]);
}

//! F-22 by the clock on the wall: a tool that floods the program, and members who sign in all the while.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{ALL, Tool};
use crate::support::faults::{figures, is_full, number};
use crate::support::{Comparison, Novi, Process, SignIns};

/// A thousand in a minute.
const BETWEEN_CALLS: Duration = Duration::from_millis(60);

/// F-22: others wait no longer than before, and what is refused changes nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_a_thousand_a_minute_makes_nobody_else_wait() {
    let novi = Novi::start_by_the_wall(|settings| {
        if is_full() {
            settings.hash_cost = novi_sso::members::Cost::default();
        }
    })
    .await;
    let mut people = Vec::new();
    for name in ["Ann", "Ben", "Cas", "Dan", "Eva", "Fay", "Gil", "Hal"] {
        people.push(novi.member(name).await);
    }
    let ruth = novi.admin("Ruth").await;
    let process = Process::serve(&novi).await;
    let mut browser = process.novi.browser_of(&ruth).await;
    let zap = Tool::added(&mut browser, &process.novi, &ALL).await;
    let forger = Tool { secret: "guess".to_owned(), ..zap.clone() };
    let signing = SignIns::start(&process.novi, &people);
    tokio::time::sleep(Duration::from_secs(number(10, 1) as u64)).await;
    let begun = Instant::now();
    tokio::time::sleep(Duration::from_secs(number(180, 2) as u64)).await;

    let (flood, mut next) = (Instant::now(), tokio::time::interval(BETWEEN_CALLS));
    let mut answers = [0; 3];
    for call in 0..number(3_000, 40) {
        next.tick().await;
        let fields = json!({ "phone": "555 0199" });
        let body = json!({ "n": call, "member": people[0].id.as_str(), "fields": fields });
        // Every other one is forged.
        let tool = if call % 2 == 0 { &zap } else { &forger };
        let status = tool.parcel(&body).sent(&process.novi).await.status;
        let place = [200, 429, 401].iter().position(|known| *known == status);
        answers[place.unwrap_or_else(|| panic!("{status}"))] += 1;
    }
    let end = Instant::now();
    let all = signing.end().await;

    let compared = Comparison::of(&all, begun..flood, flood..end);
    let changes = novi.events("hook.changed_member").await;
    let [taken, too_many, forged] = answers;
    figures(
        &novi,
        "F-22 (a flood)",
        &format!(
            "{taken} taken, {too_many} × 429 and {forged} × 401 in {:.0} s, {changes} change, \
             {compared}",
            (end - flood).as_secs_f64()
        ),
    );
    assert_eq!(changes, 1, "the others said the same again, or counted for nothing");
    assert_eq!(forged, number(1_500, 20));
    if is_full() {
        assert!(too_many > 0 && taken <= 60 * 4, "{answers:?}");
        assert!(compared.is_fine(), "{compared}");
    }
}

//! The list of groups, and a group that is longer than a page.

use std::collections::BTreeSet;

use novi_sso::events::Actor;
use novi_sso::groups;

use super::{at, people, ruth};
use crate::support::{Browser, Novi};

#[tokio::test]
async fn groups_are_found_by_a_part_of_their_name() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;
    let none = ruth.get("/admin/groups").await;
    for name in ["Safety Committee", "Board", "Élan"] {
        novi.group(name, &[]).await;
    }

    let all = ruth.get("/admin/groups").await;
    let some = ruth.get("/admin/groups?q=COMMIT").await;
    let nobody = ruth.get("/admin/groups?q=%25").await;

    assert!(none.text().contains("No groups yet"), "{}", none.text());
    assert!(all.text().contains("Board") && all.text().contains("Élan"));
    assert!(some.text().contains("Safety Committee") && !some.text().contains("Board"));
    assert!(nobody.text().contains("No group matches"), "{}", nobody.text());
}

/// The ids on each page, following Next to the end.
async fn walked(ruth: &mut Browser, mut url: String) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    loop {
        let page = ruth.get(&url).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let rows = page.body.split("name=\"record\" value=\"").skip(1);
        pages.push(rows.map(|row| row.split('"').next().unwrap().to_owned()).collect());
        assert!(pages.len() < 100, "there is an end");
        let links = page.body.split("<a class=\"btn\" href=\"").skip(1);
        let next = { links }.find(|link| link.contains(">Next"));
        match next.and_then(|link| link.split('"').next()) {
            Some(next) => url = next.replace("&#38;", "&"),
            None => return pages,
        }
    }
}

/// A page costs the same wherever it is, and nobody is skipped or shown twice, though many have one name.
#[tokio::test]
async fn a_group_of_a_thousand_records_is_walked_through_completely_and_once() {
    let novi = Novi::start().await;
    let board = novi.group("Board", &[]).await;
    let name = |number: i32| (format!("Ann {}", number % 7), format!("Archer {}", number % 11));
    let ids = people(&novi, (0..1000).map(name)).await;
    let site = novi.home().await;
    let added = groups::add_all(&site, &board, &ids, &Actor::CommandLine).await.unwrap();
    assert_eq!(added, 1000);
    let mut ruth = ruth(&novi).await;

    let pages = walked(&mut ruth, at(&board, "/members")).await;
    let file = ruth.get(&at(&board, "/members?export=csv")).await;
    let some = walked(&mut ruth, at(&board, "/members?q=ann+3")).await;

    assert_eq!(pages.len(), 20);
    let seen: Vec<&String> = pages.iter().flatten().collect();
    let unique: BTreeSet<&str> = seen.iter().map(|id| id.as_str()).collect();
    assert_eq!((seen.len(), unique.len()), (1000, 1000));
    assert_eq!(unique, ids.iter().map(|id| id.as_str()).collect());
    assert_eq!(some.iter().flatten().count(), (0..1000).filter(|number| number % 7 == 3).count());
    let lines: BTreeSet<&str> = file.body.lines().collect();
    assert_eq!((file.body.lines().count(), lines.len()), (1001, 1001));
    assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"Board.csv\""));
    assert_eq!(novi.events("group.member_added").await, 1000, "each is an event of its own");
}

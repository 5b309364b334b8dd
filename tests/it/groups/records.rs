//! Who is in: people and companies, added and removed one by one.

use novi_sso::clients::permitted;
use novi_sso::events::{self, Actor};
use novi_sso::groups::{self, membership};
use novi_sso::id::RecordId;

use super::{at, company, is_in, people, ruth, saved, told};
use crate::support::{HOME, Novi};

/// R20, R21: specific records, people and companies.
#[tokio::test]
async fn a_person_and_a_company_are_found_and_added_and_removed() {
    let novi = Novi::start().await;
    let (board, ann) = (novi.group("Board", &[]).await, novi.member("Ann").await);
    let lumber = company(&novi, "Northshore Lumber").await;
    let ann = RecordId::from(ann.id);
    let mut ruth = ruth(&novi).await;
    let add = at(&board, "/members/add");

    for (search, name, record) in
        [("ann%40acme", "Ann Archer", &ann), ("NORTHshore+l", "Northshore Lumber", &lumber)]
    {
        let found = ruth.get(&format!("{add}?q={search}")).await;
        assert!(found.text().contains(name), "{}", found.text());
        let added = ruth.submit(&found, &add, &[("record", record.as_str())]).await;
        saved(&added, &at(&board, "/members"));
        assert!(is_in(&novi, &board, record).await);
        let again = ruth.get(&format!("{add}?q={search}")).await;
        assert!(again.text().contains("Is in"), "{}", again.text());
    }
    let members = ruth.get(&at(&board, "/members")).await;
    assert!(members.text().contains("Members (2)"), "{}", members.text());
    assert!(members.text().contains("Northshore LumberCompany record"), "{}", members.text());
    let remove = at(&board, "/members/remove");
    // The button of a line means that line, whatever is ticked.
    let only = [("only", lumber.as_str()), ("record", ann.as_str())];
    saved(&ruth.fill(&members, &remove, &only).await, &at(&board, "/members"));

    assert!(is_in(&novi, &board, &ann).await && !is_in(&novi, &board, &lumber).await);
    let site = novi.home().await;
    let mut history = told(&site, &board).await;
    history.sort();
    assert_eq!(
        history,
        [
            "Ann Archer was added to Board",
            "Northshore Lumber was added to Board",
            "Northshore Lumber was removed from Board",
            "The group Board was added",
        ]
    );
    // What happens between two stands in the history of both.
    let mut db = site.read();
    let of_lumber = events::history(&mut db, lumber.as_str(), None, 10).await.unwrap();
    let between = of_lumber.iter().filter(|event| event.kind.starts_with("group."));
    assert_eq!(between.count(), 2);
    let groups = membership::groups_of(&mut site.read(), &ann).await.unwrap();
    assert_eq!(groups.iter().map(|group| &*group.name).collect::<Vec<_>>(), ["Board"]);
    assert_eq!(membership::size(&mut site.read(), &board).await.unwrap(), 1);
}

#[tokio::test]
async fn several_that_are_ticked_are_removed_at_once_and_the_page_stays_where_it_was() {
    let novi = Novi::start().await;
    let board = novi.group("Board", &[]).await;
    let names = ["Ann", "Bo", "Cy"].map(|name| (name.to_owned(), "Archer".to_owned()));
    let ids = people(&novi, names).await;
    let site = novi.home().await;
    groups::add_all(&site, &board, &ids, &Actor::CommandLine).await.unwrap();
    let mut ruth = ruth(&novi).await;
    let page = ruth.get(&at(&board, "/members?q=archer")).await;

    let ticked = [("record", ids[0].as_str()), ("record", ids[1].as_str())];
    let removed = ruth.fill(&page, &at(&board, "/members/remove"), &ticked).await;
    let nothing = ruth.fill(&page, &at(&board, "/members/remove"), &[("record", "x")]).await;

    saved(&removed, &at(&board, "/members?q=archer"));
    saved(&nothing, &at(&board, "/members?q=archer"));
    assert!(nothing.header("set-cookie").is_none_or(|cookie| !cookie.contains("removed")));
    assert!(is_in(&novi, &board, &ids[2]).await);
    assert_eq!(membership::size(&mut site.read(), &board).await.unwrap(), 1);
    assert_eq!(novi.events("group.member_removed").await, 2);
}

/// SEC-D5: what a client holds of somebody who is kept out is void; a company keeps nobody out.
#[tokio::test]
async fn permitted_groups_count_people_and_companies_change_nothing_there() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let board = novi.group("Board", &[&ann]).await;
    let (group, site) = (board.clone(), novi.home().await);
    let forj = novi.client_with("Forj", |settings| settings.permitted_groups = vec![group]).await;
    let lumber = company(&novi, "Northshore Lumber").await;
    let client = novi_sso::clients::load(&site, &forj.client_id.parse().unwrap()).await.unwrap();
    let client = client.unwrap();
    let mut browser = novi.browser_of(&ann).await;
    let code = browser.get(&forj.authorize_url()).await.sent("code").unwrap();
    let tokens = forj.exchange(&code).await;
    let token = tokens["access_token"].as_str().unwrap().to_owned();

    for is_added in [true, false] {
        let actor = &Actor::CommandLine;
        let changed = match is_added {
            true => groups::add_member(&site, &board, &lumber, actor).await,
            false => groups::remove_member(&site, &board, &lumber, actor).await,
        };
        assert!(changed.unwrap());
        let change = permitted::change(&site, Some(&client.client_id), &[]).await.unwrap();
        assert_eq!((change.before, change.lose), (1, 0), "only Ann");
        assert!(permitted::allows(&mut site.read(), &client, &ann.id).await.unwrap());
        assert_eq!(forj.userinfo(&token).await["sub"], ann.id.as_str());
    }
    groups::remove_member(&site, &board, &ann.id, &Actor::CommandLine).await.unwrap();

    assert!(!permitted::allows(&mut site.read(), &client, &ann.id).await.unwrap());
    assert_eq!(novi.count("select count(*) from grants where revoked_at is null").await, 0);
}

/// SEC-X4, SEC-X6: names are text, on pages and in the spreadsheet that somebody opens.
#[tokio::test]
async fn hostile_names_are_text_on_pages_and_in_a_file() {
    const CANARY: &str = "\"><img src=x onerror=1>'{{7*7}}";
    let novi = Novi::start().await;
    let board = novi.group(CANARY, &[]).await;
    let names = [
        ("=HYPERLINK(\"https://evil.example\")", "A"),
        ("+1", "B"),
        ("-1", "C"),
        ("@sum(1)", "D"),
        (CANARY, "E"),
    ];
    let names = names.map(|(first, last)| (first.to_owned(), last.to_owned()));
    let ids = people(&novi, names).await;
    let site = novi.home().await;
    groups::add_all(&site, &board, &ids, &Actor::CommandLine).await.unwrap();
    let mut ruth = ruth(&novi).await;

    for path in ["", "/members", "/members/add?q=img", "/members/paste", "/history", "/delete"] {
        let page = ruth.get(&at(&board, path)).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text().contains(CANARY), "{path}: {}", page.text());
        assert!(!page.body.contains("<img"), "{path}");
    }
    let file = ruth.get(&at(&board, "/members?export=csv")).await;
    let log = ruth.get("/admin/events?export=csv").await;

    let cells: Vec<&str> =
        file.body.lines().skip(1).map(|line| line.trim_start_matches('"')).collect();
    assert_eq!(cells.len(), 5);
    assert!(cells.iter().all(|line| !line.starts_with(['=', '+', '-', '@'])), "{}", file.body);
    assert_eq!(cells.iter().filter(|line| line.starts_with('\'')).count(), 4);
    assert!(log.body.lines().all(|line| !line.contains(",=") && !line.contains(",\"=")));
    assert!(file.body.contains("\"\"><img src=x"), "{}", file.body);
}

/// What an address may bring is looked for and nothing else.
#[tokio::test]
async fn odd_addresses_are_answered_calmly() {
    let novi = Novi::start().await;
    let board = novi.group("Board", &[]).await;
    let mut ruth = ruth(&novi).await;
    for query in [
        "?q=%00",
        "?q=%25%5F%21%27%22",
        "?after=%00",
        "?after=x&s=%00&q=a",
        "?after=00000000-0000-0000-0000-000000000000",
        "?q=%ff",
        "?q=a&q=b",
    ] {
        for rest in ["/members", "/members/add"] {
            let page = ruth.get(&at(&board, &format!("{rest}{query}"))).await;
            assert_eq!(page.status, 200, "{rest}{query}: {}", page.text());
        }
    }
    for id in ["x", "%00", "00000000-0000-0000-0000-000000000000", "..%2f"] {
        assert_eq!(ruth.get(&format!("/admin/groups/{id}/members")).await.status, 404, "{id}");
    }
    let unknown = ruth.get(&at(&board, "/history?before=event_nothing%00")).await;
    assert_eq!(unknown.status, 200);
    let mut ann = novi.browser_of(&novi.member_at(HOME, "Ann", |_| {}).await).await;
    assert_eq!(ann.get(&at(&board, "/members?export=csv")).await.status, 403);
}

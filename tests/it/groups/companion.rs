//! Another module adds to the pages of groups, and they know it by its answers only.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use axum::response::IntoResponse;
use novi_sso::associations::Site;
use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::id::{GroupId, RecordId};
use novi_sso::sessions::SignedIn;
use novi_sso::web::Fields;
use novi_sso::web::companion::{
    Answer, Choice, Columns, Companion, GroupDetails, GroupList, GroupMembers, Markup, Taken,
};

use super::{at, people, ruth, saved};
use crate::support::Novi;

/// Says what it was asked, and takes what a field `sync` says.
#[derive(Clone, Default)]
struct Beside {
    board: Arc<Mutex<Option<GroupId>>>,
    pending: Arc<Mutex<Vec<RecordId>>>,
    saved: Arc<Mutex<Vec<String>>>,
}

fn answer<'a, T: Send + 'a>(value: T) -> Answer<'a, T> {
    Box::pin(async move { Ok(value) })
}

fn markup(text: &str) -> Markup {
    Markup(format!("<p>{text}</p>"))
}

fn columns<T>(heading: &str, rows: &[T], cell: impl Fn(&T) -> String) -> Columns {
    let rows = rows.iter().map(|row| vec![markup(&cell(row))]).collect();
    Columns { headings: vec![heading.to_owned()], rows }
}

fn choices(value: &str, words: &str) -> Vec<Choice> {
    vec![Choice { value: value.to_owned(), words: words.to_owned() }]
}

impl Companion for Beside {
    fn group_list<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        groups: &'a [GroupId],
        choice: &'a str,
    ) -> Answer<'a, GroupList> {
        let board: Vec<GroupId> = self.board.lock().unwrap().iter().cloned().collect();
        answer(GroupList {
            banners: Markup::default(),
            choices: choices("attention", "Needs attention (1)"),
            left: (choice == "attention").then_some(board),
            columns: columns("Sync", groups, |group| format!("status of {group}")),
            note: markup("Last check: no differences."),
        })
    }

    fn group_details<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        _: &'a GroupId,
        typed: Option<&'a Fields>,
    ) -> Answer<'a, GroupDetails> {
        let typed = typed.map_or("untouched", |fields| fields.text("sync"));
        let field = format!("<input name=\"sync\" aria-label=\"Sync\" value=\"{typed}\">");
        answer(GroupDetails { beside: Markup(field), ..GroupDetails::default() })
    }

    fn save_group<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        group: &'a GroupId,
        fields: &'a Fields,
    ) -> Answer<'a, Taken> {
        let typed = fields.text("sync").to_owned();
        if typed == "ask" {
            let asked = (StatusCode::CONFLICT, "first look").into_response();
            return answer(Taken::Asks(Box::new(asked)));
        }
        self.saved.lock().unwrap().push(format!("{group} {typed}"));
        answer(Taken::Done)
    }

    fn group_members<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        _: &'a GroupId,
    ) -> Answer<'a, GroupMembers> {
        answer(GroupMembers { above: markup("31 of 48 done"), ..GroupMembers::default() })
    }

    fn member_columns<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        _: &'a GroupId,
        records: &'a [RecordId],
    ) -> Answer<'a, Columns> {
        answer(columns("Sync", records, |record| format!("status of {record}")))
    }

    fn member_filter<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        _: &'a GroupId,
    ) -> Answer<'a, Vec<Choice>> {
        answer(choices("pending", "Pending (60)"))
    }

    fn members_that_are<'a>(
        &'a self,
        _: &'a Site,
        _: &'a GroupId,
        choice: &'a str,
        after: Option<&'a RecordId>,
        most: i64,
    ) -> Answer<'a, Vec<RecordId>> {
        assert_eq!(choice, "pending");
        let all = self.pending.lock().unwrap();
        let rest = all.iter().filter(|id| after.is_none_or(|after| *id > after));
        answer(rest.take(usize::try_from(most).unwrap()).cloned().collect())
    }

    fn group_history<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        _: &'a GroupId,
    ) -> Answer<'a, Markup> {
        answer(markup("3 runs"))
    }

    fn record_section<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        _: &'a RecordId,
    ) -> Answer<'a, Markup> {
        answer(Markup::default())
    }

    fn field_switches<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        _: bool,
        _: bool,
    ) -> Answer<'a, Markup> {
        answer(Markup::default())
    }
}

#[tokio::test]
async fn the_list_of_groups_shows_the_companions_columns_filter_and_note() {
    let beside = Beside::default();
    let novi = Novi::start_beside(beside.clone()).await;
    let (board, staff) = (novi.group("Board", &[]).await, novi.group("Staff", &[]).await);
    *beside.board.lock().unwrap() = Some(board.clone());
    let mut ruth = ruth(&novi).await;

    let all = ruth.get("/admin/groups").await.text();
    let some = ruth.get("/admin/groups?state=attention").await;
    let unknown = ruth.get("/admin/groups?state=%22%3E%3Cimg").await.text();

    for text in [&all, &unknown] {
        assert!(text.contains(&format!("status of {board}")), "{text}");
        assert!(text.contains(&format!("status of {staff}")), "{text}");
        assert!(text.contains("Last check: no differences."), "{text}");
    }
    assert!(some.text().contains(&format!("status of {board}")), "{}", some.text());
    assert!(!some.text().contains("Staff"), "{}", some.text());
    assert!(some.body.contains("value=\"attention\" selected"), "{}", some.body);
}

#[tokio::test]
async fn the_companion_takes_its_part_of_a_groups_form_after_the_group_itself() {
    let beside = Beside::default();
    let novi = Novi::start_beside(beside.clone()).await;
    let board = novi.group("Board", &[]).await;
    let mut ruth = ruth(&novi).await;
    let url = at(&board, "");

    let page = ruth.get(&url).await;
    assert_eq!(page.field("sync").as_deref(), Some("untouched"));
    let wrong = ruth.fill(&page, &url, &[("name", ""), ("sync", "typed")]).await;
    let asks = ruth.fill(&page, &url, &[("name", "Directors"), ("sync", "ask")]).await;
    let done = ruth.fill(&page, &url, &[("name", "Directors"), ("sync", "on")]).await;

    assert_eq!(wrong.status, 422);
    assert_eq!(wrong.field("sync").as_deref(), Some("typed"), "{}", wrong.body);
    assert_eq!((asks.status, &*asks.body), (409, "first look"));
    saved(&done, &url);
    assert_eq!(*beside.saved.lock().unwrap(), [format!("{board} on")]);
    let history = ruth.get(&at(&board, "/history")).await.text();
    assert!(history.contains("3 runs") && history.contains("Board becomes Directors"), "{history}");
}

#[tokio::test]
async fn the_members_tab_shows_the_companions_part_and_walks_through_its_choice() {
    let beside = Beside::default();
    let novi = Novi::start_beside(beside.clone()).await;
    let board = novi.group("Board", &[]).await;
    let name = |number: i32| (format!("Ann {number}"), "Archer".to_owned());
    let ids = people(&novi, (0..70).map(name)).await;
    let site = novi.home().await;
    groups::add_all(&site, &board, &ids, &Actor::CommandLine).await.unwrap();
    let mut pending = ids[..60].to_vec();
    pending.sort();
    *beside.pending.lock().unwrap() = pending.clone();
    let mut ruth = ruth(&novi).await;

    let all = ruth.get(&at(&board, "/members")).await.text();
    let first = ruth.get(&at(&board, "/members?s=pending")).await;
    let next = first.body.split("href=\"").find(|link| link.contains("after=")).unwrap();
    let next = next.split('"').next().unwrap().replace("&#38;", "&");
    let rest = ruth.get(&next).await;
    let named = ruth.get(&at(&board, "/members?s=pending&q=ANN+7")).await;
    let file = ruth.get(&at(&board, "/members?s=pending&export=csv")).await;

    assert!(all.contains("31 of 48 done") && all.contains("Pending (60)"), "{all}");
    let shown = |body: &str| {
        let rows = body.split("name=\"record\" value=\"").skip(1);
        rows.map(|row| row.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (first, rest) = (shown(&first.body), shown(&rest.body));
    assert_eq!((first.len(), rest.len()), (50, 10));
    let expected: Vec<_> = pending.iter().map(ToString::to_string).collect();
    assert_eq!([first, rest].concat(), expected);
    let in_file = file.body.lines().skip(1).map(|line| line.split(',').nth(4).unwrap());
    assert_eq!(in_file.collect::<Vec<_>>(), expected, "the file has what the page shows");
    assert_eq!(shown(&named.body), [ids[7].to_string()], "{}", named.text());
    assert!(named.text().contains(&format!("status of {}", ids[7])), "{}", named.text());
}

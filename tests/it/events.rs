//! The log of an association: what is found in it, by whom, and what it says.

use std::collections::BTreeSet;

use novi_sso::clients::{self, Settings};
use novi_sso::events::{self, Actor, Change, Filter, Kind};
use novi_sso::groups;

use crate::support::{Browser, ELSEWHERE, HOME, Novi};

async fn ruth(novi: &Novi) -> Browser {
    novi.browser_of(&novi.admin("Ruth").await).await
}

/// What a person did, what was done to them, and what else happened, each found by what one knows of it.
#[tokio::test]
async fn events_are_found_by_a_name_an_email_or_an_id() {
    let novi = Novi::start().await;
    let (ann, bo) = (novi.member("Ann").await, novi.member("Bo").await);
    let board = novi.group("Board", &[&ann]).await;
    let forj = novi.client("Forj").await;
    let mut ruth = ruth(&novi).await;
    let by_ann = Actor::Member(ann.id.clone());
    groups::add_member(&novi.home().await, &board, &bo.id, &by_ann).await.unwrap();
    let id = ann.id.as_str().to_uppercase();

    for search in ["ann@acme", "ANN%20arch", ann.id.as_str(), &id] {
        let text = ruth.get(&format!("/admin/events?q={search}")).await.text();
        assert!(text.contains("Ann Archer was added to Board"), "as object, {search}: {text}");
        assert!(text.contains("Ann Archer was added "), "as subject, {search}: {text}");
        assert!(text.contains("Bo Archer was added to Board"), "as actor, {search}: {text}");
        assert!(!text.contains("Ruth Archer logged in"), "{search}: {text}");
    }
    let board = ruth.get("/admin/events?q=board").await.text();
    let client = ruth.get(&format!("/admin/events?q={}", forj.client_id)).await.text();
    let command = ruth.get("/admin/events?q=command+line&topic=records").await.text();
    let nobody = ruth.get("/admin/events?q=mallory").await.text();

    assert!(board.contains("The group Board was added") && !board.contains("SSO client Forj"));
    assert!(client.contains("The SSO client Forj was added") && !client.contains("Board"));
    assert!(command.contains("Bo Archer was added") && !command.contains("SSO client Forj"));
    assert!(nobody.contains("Nothing happened that looks like this"), "{nobody}");
}

#[tokio::test]
async fn events_are_chosen_by_topic_and_by_whether_they_are_a_problem() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;
    let forj = novi.client("Forj").await;
    novi.group("Board", &[]).await;
    let site = novi.home().await;
    let mut tx = site.write().await.unwrap();
    for kind in [Kind::CodeReplayed, Kind::SyncFailed] {
        let (subject, vault) = (&*forj.client_id, &novi.app.vault);
        events::record(&mut tx, vault, kind, &Actor::System, subject, &()).await.unwrap();
    }
    tx.commit().await.unwrap();

    let mut shown = Vec::new();
    for query in
        ["topic=records", "topic=settings", "problems=1", "problems=1&topic=sync", "topic=x"]
    {
        shown.push(ruth.get(&format!("/admin/events?{query}")).await.text());
    }

    let has = |page: usize, words: &str| shown[page].contains(words);
    assert!(has(0, "The group Board was added") && !has(0, "SSO client Forj"));
    assert!(has(1, "The SSO client Forj was added") && !has(1, "Board was added"));
    assert!(has(2, "Problem Forj used a code twice") && has(2, "The sync of"));
    assert!(!has(2, "Board was added"), "{}", shown[2]);
    assert!(has(3, "The sync of") && !has(3, "used a code twice"), "{}", shown[3]);
    assert!(has(4, "Board was added") && has(4, "Ruth Archer logged in"), "an unknown one is none");
}

/// Nothing is skipped and nothing comes twice, though many things happened in one moment.
#[tokio::test]
async fn the_log_is_walked_through_completely_and_once_whatever_is_asked() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let site = novi.home().await;
    for step in 0..12 {
        novi.clock.advance(step % 2);
        let site = novi.home().await;
        let mut tx = site.write().await.unwrap();
        for kind in [Kind::GroupChanged, Kind::MemberChanged, Kind::SignedIn] {
            let (vault, by) = (&novi.app.vault, Actor::System);
            for (subject, object) in [(ann.id.as_str(), "x"), ("x", ann.id.as_str()), ("x", "y")] {
                let between = (subject, object);
                events::record_between(&mut tx, vault, kind, &by, between, &()).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
    }
    let by_ann = Actor::Member(ann.id.clone());
    groups::add(&site, "Board", false, &by_ann).await.unwrap().unwrap();
    let about = Some(vec![ann.id.to_string(), "x".to_owned()]);
    let topic = events::Topic::of_text("records");

    for (filter, expected) in [
        (Filter::default(), None),
        (Filter { topic, ..Filter::default() }, None),
        (Filter { about: about.clone(), ..Filter::default() }, Some(12 * 9 + 2)),
        (Filter { about, topic, ..Filter::default() }, Some(12 * 6 + 2)),
        (Filter { only_problems: true, ..Filter::default() }, Some(0)),
    ] {
        let whole = events::page(&mut site.read(), &filter, None, 10_000).await.unwrap();
        let mut walked = Vec::new();
        loop {
            let before = walked.last().map(events::Event::cursor);
            let page = events::page(&mut site.read(), &filter, before.as_ref(), 7).await.unwrap();
            if page.is_empty() {
                break;
            }
            walked.extend(page);
        }
        let ids = |events: &[events::Event]| {
            events.iter().map(|event| event.event_id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(ids(&walked), ids(&whole), "{filter:?}");
        assert_eq!(ids(&walked).iter().collect::<BTreeSet<_>>().len(), walked.len(), "{filter:?}");
        assert!(walked.is_sorted_by(|one, next| one.at >= next.at), "{filter:?}");
        if let Some(expected) = expected {
            assert_eq!(walked.len(), expected, "{filter:?}");
        }
    }
}

#[tokio::test]
async fn older_events_are_one_link_away_and_a_file_has_them_all() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;
    for number in 0..60 {
        novi.group(&format!("Group {number}"), &[]).await;
    }

    let first = ruth.get("/admin/events?q=group&topic=records").await;
    let all = ruth.get("/admin/events?topic=records").await;
    let older = all.body.split("href=\"").find(|link| link.contains("before=")).unwrap();
    let older = older.split('"').next().unwrap().replace("&#38;", "&");
    let rest = ruth.get(&older).await;
    let file = ruth.get("/admin/events?topic=records&export=csv").await;

    assert!(first.text().contains("More than 10 match."), "{}", first.text());
    assert!(older.contains("topic=records"), "{older}");
    let count = |text: &str| text.matches("The group Group ").count();
    assert_eq!(count(&all.text()) + count(&rest.text()), 60);
    assert_eq!(count(&file.body), 60, "{}", file.body);
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"events.csv\""));
    assert!(
        file.body.starts_with("Time,What happened,Before and after,Who,Kind,"),
        "{}",
        file.body
    );
    assert!(file.body.contains(",Command line,group.added,"), "{}", file.body);
}

/// SEC-M4 and R42: before and after are readable here, though they are sealed in the database.
#[tokio::test]
async fn an_event_tells_what_was_before_and_after() {
    let novi = Novi::start().await;
    let board = novi.group("Board", &[]).await;
    let forj = novi.client("Forj").await;
    let (site, actor) = (novi.home().await, Actor::CommandLine);
    let id = forj.client_id.parse().unwrap();
    let client = clients::load(&site, &id).await.unwrap().unwrap();
    let before: Settings = client.settings.clone();
    let mut after = before.clone();
    after.permitted_groups = vec![board.clone()];
    after.requires_pkce = true;
    clients::change(&site, &id, client.version, &before, &after, &actor).await.unwrap().unwrap();
    let ann = novi.member("Ann").await;
    let mut tx = site.write().await.unwrap();
    let changes = [
        Change::of("job_title", Some("Foreman"), Some("Owner")).unwrap(),
        Change::of("custom.shirt_size", None, Some("XL")).unwrap(),
    ];
    let (vault, subject) = (&novi.app.vault, ann.id.as_str());
    events::record(&mut tx, vault, Kind::MemberChanged, &actor, subject, &changes).await.unwrap();
    tx.commit().await.unwrap();
    let mut ruth = ruth(&novi).await;

    let page = ruth.get("/admin/events").await;
    let file = ruth.get("/admin/events?export=csv").await;

    let text = page.text();
    assert!(text.contains("Job title: Foreman becomes Owner"), "{text}");
    assert!(text.contains("shirt size: XL"), "{text}");
    assert!(text.contains("Permitted Groups: Board"), "{text}");
    assert!(text.contains("Requires PKCE: yes"), "{text}");
    assert!(page.body.contains(&format!("<a href=\"/admin/groups/{board}\">Board</a>")));
    assert!(page.body.contains(&format!("<a href=\"/admin/members/{}\">Ann Archer</a>", ann.id)));
    assert!(file.body.contains("Job title: Foreman becomes Owner; shirt size: nothing becomes XL"));
    let sealed = "select count(*) from events where details like '%Foreman%'";
    assert_eq!(novi.count(sealed).await, 0);
}

/// What a client was called is told when there is no client any more, and so is a member of the release
/// before that knew no object.
#[tokio::test]
async fn what_is_gone_and_what_was_recorded_long_ago_can_still_be_read() {
    let novi = Novi::start().await;
    let (ann, board) = (novi.member("Ann").await, novi.group("Board", &[]).await);
    let forj = novi.client("Forj").await;
    let (site, actor) = (novi.home().await, Actor::System);
    clients::delete(&site, &forj.client_id.parse().unwrap(), &actor).await.unwrap();
    let mut tx = site.write().await.unwrap();
    let (vault, kind) = (&novi.app.vault, Kind::GroupMemberAdded);
    events::record(&mut tx, vault, kind, &actor, board.as_str(), &ann.id).await.unwrap();
    tx.commit().await.unwrap();
    novi.tamper(
        "update events set details = 'broken' where kind = 'group.added';
         update events set kind = 'group.of_tomorrow' where kind = 'member.added'",
    )
    .await;
    let mut ruth = ruth(&novi).await;

    let page = ruth.get("/admin/events").await;

    let text = page.text();
    assert!(text.contains("The SSO client Forj was deleted"), "{text}");
    assert!(!page.body.contains(&format!("/admin/sso-clients/{}\"", forj.client_id)));
    assert!(text.contains("Ann Archer was added to Board"), "{text}");
    assert!(text.contains("The group Board was added"), "{text}");
    assert!(text.contains("group.of_tomorrow"), "{text}");
}

/// SEC-T2: the log of one association says nothing of another, by whatever it is asked.
#[tokio::test]
async fn no_event_of_another_association_can_be_read() {
    let novi = Novi::start().await;
    let nora = novi.member_at(ELSEWHERE, "Nora", |member| member.is_admin = true).await;
    let site = novi.site(ELSEWHERE).await;
    let theirs = groups::add(&site, "Nurses", true, &Actor::CommandLine).await.unwrap().unwrap();
    let (mut ruth, mut theirs_admin) = (ruth(&novi).await, novi.browser_at(ELSEWHERE));
    theirs_admin.sign_in(&nora).await;
    let cursor = events::page(&mut site.read(), &Filter::default(), None, 1).await.unwrap();
    let cursor = &cursor[0].event_id;

    assert!(theirs_admin.get("/admin/events").await.text().contains("Nurses"));
    for query in [
        String::new(),
        format!("?q={theirs}"),
        format!("?q={}", nora.id),
        format!("?before={cursor}"),
        format!("?q={}&export=csv", nora.id),
    ] {
        let page = ruth.get(&format!("/admin/events{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        for word in ["Nurses", "Nora"] {
            assert!(!page.body.contains(word), "{word} by {query}");
        }
    }
}

/// What an address may bring is looked for and nothing else.
#[tokio::test]
async fn odd_questions_are_answered_calmly_and_members_not_at_all() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;
    for query in
        ["?q=%00", "?q=%25%5F%21%27%22", "?before=%00", "?before=x&topic=%00", "?q=%ff&q=b"]
    {
        for end in ["", "&export=csv"] {
            let page = ruth.get(&format!("/admin/events{query}{end}")).await;
            assert_eq!(page.status, 200, "{query}{end}: {}", page.text());
        }
    }
    let mut ann = novi.browser_of(&novi.member_at(HOME, "Ann", |_| {}).await).await;
    assert_eq!(ann.get("/admin/events?export=csv").await.status, 403);
}

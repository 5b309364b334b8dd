//! The list of people and companies: order, pages, search and filter.

use novi_sso::housekeeping;
use novi_sso::members::{NewMember, logins};

use super::{fill, path, ruth};
use crate::support::{HOME, Novi, Page};

/// The names in the list, from top to bottom.
fn names(page: &Page) -> Vec<String> {
    let rows = page.body.split("<th scope=\"row\"><a href=\"/admin/members/").skip(1);
    rows.map(|row| row.split('>').nth(1).unwrap().split('<').next().unwrap().to_owned()).collect()
}

fn called(first: &str, last: &str) -> impl FnOnce(&mut NewMember) {
    let (first, last) = (first.to_owned(), last.to_owned());
    move |member| {
        (member.first_name, member.last_name) = (first, last);
        member.company = None;
    }
}

#[tokio::test]
async fn people_and_companies_stand_in_one_list_by_name_without_accents_and_case() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;
    for (email, first, last) in
        [("Zoe", "Zoë", "Álvarez"), ("Bo", "Bo", "baker"), ("Al", "Al", "Zorn")]
    {
        novi.member_at(HOME, email, called(first, last)).await;
    }

    let page = ruth.get("/admin/members").await;

    let expected = ["Zoë Álvarez", "Archer Roofing", "Ruth Archer", "Bo baker", "Al Zorn"];
    assert_eq!(
        names(&page),
        ["Zoë Álvarez", "Archer Roofing", "Ruth Archer", "Bo baker", "Al Zorn"]
    );
    assert_eq!(names(&page).len(), expected.len());
    assert!(page.text().contains("Companies have none"), "{}", page.text());
}

/// Every one exactly once, however many share a name.
#[tokio::test]
async fn the_pages_of_the_list_show_everybody_once() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;
    for number in 0..95 {
        let twin = called("Kim", "Lim");
        novi.member_at(HOME, &format!("Kim{number}"), twin).await;
    }

    let (mut seen, mut next, mut pages) = (Vec::new(), "/admin/members".to_owned(), 0);
    loop {
        let page = ruth.get(&next).await;
        let ids = page.body.split("<th scope=\"row\"><a href=\"").skip(1);
        seen.extend(ids.map(|row| row.split('"').next().unwrap().to_owned()));
        pages += 1;
        let Some((before, _)) = page.body.split_once("\">Next page") else { break };
        let (_, url) = before.rsplit_once("href=\"").unwrap();
        next = url.replace("&amp;", "&").replace("&#38;", "&");
    }

    assert_eq!((seen.len(), pages), (97, 3));
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 97);
}

#[tokio::test]
async fn the_search_finds_names_e_mails_and_companies_in_any_order_of_words() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;
    novi.member_at(HOME, "Zoe", called("Zoë", "D’Àmico")).await;
    novi.member_at(HOME, "Percy", called("100%_!", "Percent")).await;

    for (search, found) in [
        ("zoe", vec!["Zoë D’Àmico"]),
        ("AMICO zo", vec!["Zoë D’Àmico"]),
        ("zoe@acme", vec!["Zoë D’Àmico"]),
        ("roofing", vec!["Archer Roofing", "Ruth Archer"]),
        ("roofing ruth", vec!["Ruth Archer"]),
        ("%", vec!["100%_! Percent"]),
        ("_!", vec!["100%_! Percent"]),
        ("zoe percent", vec![]),
        ("\u{0}zoe", vec!["Zoë D’Àmico"]),
    ] {
        let query: String = url::form_urlencoded::byte_serialize(search.as_bytes()).collect();
        let page = ruth.get(&format!("/admin/members?q={query}")).await;
        assert_eq!(names(&page), found, "{search:?}");
    }
    let none = ruth.get("/admin/members?q=nobody+at+all").await;
    assert!(none.text().contains("Nobody looks like this"), "{}", none.text());
}

#[tokio::test]
async fn the_filter_tells_who_has_a_login_who_has_none_and_who_is_out() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;
    let bare = |bo: &mut NewMember| (bo.email, bo.password) = (None, None);
    novi.member_at(HOME, "Bo", bare).await;
    let (cy, di) = (novi.member("Cy").await, novi.member("Di").await);
    let site = novi.home().await;
    let actor = novi_sso::events::Actor::CommandLine;
    assert!(logins::disable(&site, &cy.id, &actor).await.unwrap());
    assert!(novi_sso::members::deactivate(&site, &di.id, &actor).await.unwrap());

    for (filter, found) in [
        ("has", vec!["Ruth Archer"]),
        ("none", vec!["Bo Archer"]),
        ("disabled", vec!["Cy Archer"]),
        ("deactivated", vec!["Di Archer"]),
    ] {
        let page = ruth.get(&format!("/admin/members?login={filter}")).await;
        assert_eq!(names(&page), found, "{filter}");
    }
    let all = ruth.get("/admin/members?login=';drop%20table").await;
    assert_eq!(names(&all).len(), 5, "an unknown filter is none: {}", all.text());
}

#[tokio::test]
async fn a_line_says_when_somebody_last_logged_in_and_which_groups_they_are_in() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    novi.group("Staff", &[&ann]).await;
    novi.group("Board", &[&ann]).await;
    novi.group("Choir", &[&ann]).await;
    let never = ruth.get("/admin/members?q=ann@").await.text();

    novi.browser_of(&ann).await;
    novi.clock.advance(300);
    let later = ruth.get("/admin/members?q=ann@").await.text();

    assert!(never.contains("Has a login Never Board and 2 more"), "{never}");
    assert!(later.contains("Has a login 5 min ago Board and 2 more"), "{later}");
}

/// What a release before this one wrote is comparable after housekeeping, at its first run.
#[tokio::test]
async fn people_and_companies_of_an_older_release_are_listed_once_housekeeping_ran() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;
    for number in 0..250 {
        novi.member_at(HOME, &format!("Kim{number}"), called("Kim", "Lim")).await;
    }
    novi.tamper("update members set sort_name = null, search_text = null").await;
    novi.tamper("update companies set sort_name = null, search_text = null").await;

    let before = ruth.get("/admin/members").await;
    housekeeping::tidy(&novi.app).await.unwrap();
    let after = ruth.get("/admin/members?q=ruth").await;

    assert_eq!(names(&before), [""; 0]);
    assert_eq!(names(&after), ["Ruth Archer"]);
    assert_eq!(novi.count("select count(*) from members where sort_name is null").await, 0);
    assert_eq!(novi.count("select count(*) from companies where sort_name is null").await, 0);
}

/// A person's new name moves them in the list at once.
#[tokio::test]
async fn a_renamed_person_is_found_by_the_new_name_only() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);

    fill(&mut ruth, &path(&ann.id, "/edit"), &[("first_name", "Änne")]).await;

    assert_eq!(names(&ruth.get("/admin/members?q=anne").await), ["Änne Archer"]);
}

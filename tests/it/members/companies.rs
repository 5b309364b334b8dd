//! Companies: added, renamed, put out of use.

use novi_sso::members::records::Whose;

use super::{fill, id_in, path, press, record, ruth};
use crate::support::Novi;

#[tokio::test]
async fn a_company_has_a_page_like_a_person_but_no_login() {
    let novi = Novi::start().await;
    let mut ruth = ruth(&novi).await;

    let typed = [("name", "Lim Carpentry"), ("website", "https://limcarpentry.example/")];
    let added = fill(&mut ruth, "/admin/members/new?kind=company", &typed).await;
    let id = id_in(&added);
    let page = ruth.get(&path(&id, "")).await;

    let text = page.text();
    assert!(text.contains("Company record") && text.contains("People of this company"), "{text}");
    assert!(!text.contains("log in?") && !text.contains("Add a login"), "{text}");
    for rest in ["/login", "/login/disable"] {
        assert_eq!(ruth.get(&path(&id, rest)).await.status, 404, "{rest}");
    }
    assert_eq!(novi.events("company.added").await, 2);
}

/// R58: a renamed company shows through on its people, also in what platforms are told, and the event
/// that says so is the company's.
#[tokio::test]
async fn a_renamed_company_is_renamed_on_all_its_people() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let forj = novi.client("Forj").await;
    let Whose::Person { company: Some(company), .. } = record(&novi, ann.id.clone()).await.whose
    else {
        panic!("Ann is of Archer Roofing")
    };

    let rename = [("name", "Archer & Daughters")];
    let saved = fill(&mut ruth, &path(&company, "/edit"), &rename).await;
    let list = ruth.get("/admin/members?q=daughters").await;
    let bought = forj.exchange(&forj.code_for(&ann).await).await;
    let userinfo = forj.userinfo(bought["access_token"].as_str().unwrap()).await;

    assert_eq!(saved.status, 303);
    assert_eq!(record(&novi, ann.id).await.sheet.get("company"), Some("Archer & Daughters"));
    assert!(list.text().contains("Ann Archer"), "{}", list.text());
    assert_eq!(userinfo["company_name"], "Archer & Daughters");
    assert_eq!(novi.events("company.changed").await, 1);
    assert_eq!(novi.events("member.changed").await, 0);
}

/// A person's company is found by its name, whatever its case and accents, or made.
#[tokio::test]
async fn a_company_that_is_there_is_not_made_twice() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let bo = novi.member_at(crate::support::HOME, "Bo", |bo| bo.company = None).await;
    let company = |whose| match whose {
        Whose::Person { company, .. } => company,
        Whose::Company(_) => None,
    };

    fill(&mut ruth, &path(&bo.id, "/edit"), &[("company", "ÁRCHER roofing")]).await;
    let same = company(record(&novi, bo.id.clone()).await.whose);
    fill(&mut ruth, &path(&bo.id, "/edit"), &[("company", "Baker Glass")]).await;
    let new = company(record(&novi, bo.id.clone()).await.whose);
    fill(&mut ruth, &path(&bo.id, "/edit"), &[("company", "")]).await;
    let none = company(record(&novi, bo.id.clone()).await.whose);

    assert_eq!(same, company(record(&novi, ann.id).await.whose));
    assert!(new.is_some() && new != same);
    assert_eq!(none, None);
    assert_eq!(novi.events("company.added").await, 2);
}

#[tokio::test]
async fn a_company_out_of_use_keeps_its_people_and_takes_no_new_ones() {
    let novi = Novi::start().await;
    let (mut ruth, ann) = (ruth(&novi).await, novi.member("Ann").await);
    let Whose::Person { company: Some(company), .. } = record(&novi, ann.id.clone()).await.whose
    else {
        panic!("Ann is of Archer Roofing")
    };
    let out = path(&company, "/deactivate");

    let asks = ruth.get(&out).await;
    let done = ruth.fill(&asks, &out, &[]).await;
    let list = ruth.get("/admin/members?login=deactivated").await;
    let kept = fill(&mut ruth, &path(&ann.id, "/edit"), &[("job_title", "Chair")]).await;
    let cy = novi.member("Cy").await;
    let back = press(&mut ruth, &path(&company, ""), &path(&company, "/reactivate")).await;

    assert!(asks.text().contains("Its people stay as they are"), "{}", asks.text());
    assert_eq!((done.status, kept.status, back.status), (303, 303, 303));
    assert!(list.text().contains("Company record, Deactivated"), "{}", list.text());
    let still = |whose| matches!(whose, Whose::Person { company: Some(id), .. } if id == company);
    assert!(still(record(&novi, ann.id).await.whose));
    assert!(!still(record(&novi, cy.id).await.whose), "another company of that name was made");
    for kind in ["company.deactivated", "company.reactivated"] {
        assert_eq!(novi.events(kind).await, 1, "{kind}");
    }
}

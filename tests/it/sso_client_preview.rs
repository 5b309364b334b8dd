//! The preview in a client's page: what it would learn about a member, before anybody logs in.

use serde_json::{Value, json};

use crate::sso_clients::admin;
use crate::support::{Browser, ELSEWHERE, Member, Novi, Page, Platform, claims};

const LIST: &str = "/admin/sso-clients";

fn path(platform: &Platform) -> String {
    format!("{LIST}/{}/preview", platform.client_id)
}

async fn about(browser: &mut Browser, to: &Platform, member: &Member, scopes: &[&str]) -> Page {
    let chosen: String = scopes.iter().map(|scope| format!("&scope={scope}")).collect();
    browser.get(&format!("{}?member={}&chosen=1{chosen}", path(to), member.id)).await
}

/// The JSON objects on the page, in their order.
fn objects(page: &Page) -> Vec<Value> {
    let code = page.body.split("<pre").skip(1).map(|code| {
        let code = code.split_once("<code>").unwrap().1.split("</code>").next().unwrap();
        code.replace("&#34;", "\"").replace("&#39;", "'").replace("&#38;", "&")
    });
    code.map(|code| serde_json::from_str(&code).unwrap()).collect()
}

/// Issue 3, part 9: exactly what the endpoints answer, with each set of scopes, lean and not.
#[tokio::test]
async fn the_preview_shows_exactly_what_the_endpoints_answer() {
    let novi = Novi::start().await;
    let (ann, forj) = (novi.member("Ann").await, novi.client("Forj").await);
    novi.group("Safety", &[&ann]).await;
    let mut ruth = admin(&novi, "Ruth").await;
    for lean in ["on", ""] {
        let modal = ruth.get(&format!("{LIST}/{}", forj.client_id)).await;
        let to = format!("{LIST}/{}", forj.client_id);
        assert_eq!(ruth.fill(&modal, &to, &[("id_token_claims", lean)]).await.status, 303);
        for scopes in [
            &["openid"][..],
            &["openid", "profile", "email"],
            &["openid", "profile", "email", "address", "phone", "groups"],
            &["profile"],
        ] {
            let asked = scopes.join(" ");
            let code = forj.code_for_with(&ann, &[("scope", &asked)]).await;
            let bought = forj.exchange(&code).await;
            let access = bought["access_token"].as_str().unwrap();
            let userinfo = forj.userinfo(access).await.json;

            let page = about(&mut ruth, &forj, &ann, scopes).await;

            let mut shown = objects(&page).into_iter();
            if scopes.contains(&"openid") {
                let mut id_token = claims(&bought["id_token"]);
                let object = id_token.as_object_mut().unwrap();
                for of_each_log_in in ["iat", "exp", "auth_time", "nonce", "at_hash", "sid"] {
                    object.remove(of_each_log_in);
                }
                assert_eq!(shown.next().unwrap(), id_token, "{asked}");
            } else {
                assert!(page.text().contains("Without the scope openid there is no ID token."));
            }
            assert_eq!(shown.next().unwrap(), userinfo, "{asked}");
        }
    }
}

#[tokio::test]
async fn each_scope_is_shown_with_what_it_adds() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let ann = novi.member_at(crate::support::HOME, "Ann", |ann| ann.phone = None).await;
    let mut ruth = admin(&novi, "Ruth").await;

    let page = about(&mut ruth, &forj, &ann, &["email"]).await;

    let row = |scope: &str| {
        let row = page.body.split(&format!("<th scope=\"row\"><code>{scope}</code>")).nth(1);
        row.unwrap().split("</tr>").next().unwrap().to_owned()
    };
    assert!(row("email").contains("ann@acme.example"), "{}", row("email"));
    assert!(!row("email").contains("sub"), "{}", row("email"));
    assert!(row("phone").contains("Nothing: your records do not have it."), "{}", row("phone"));
    assert!(row("offline_access").contains("while the member is away"));
    assert!(page.text().contains("User Info answers 403"), "{}", page.text());
}

/// The usual scopes are chosen until somebody chooses others.
#[tokio::test]
async fn a_member_is_found_by_name_or_e_mail_and_chosen_by_a_link() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, "Ruth").await;
    novi.member("Ann").await;
    novi.member("Élodie").await;
    novi.member("100%_Sure").await;
    let mut found = async |q: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let query = query.append_pair("q", q).finish();
        let page = ruth.get(&format!("{}?{query}", path(&forj))).await;
        assert_eq!(page.status, 200, "{q}");
        let links = page.body.split("<a href=\"").skip(1);
        let links = links.filter(|link| link.contains("/preview?member=")).map(|link| {
            let (to, rest) = link.split_once("\">").unwrap();
            (to.replace("&#38;", "&"), rest.split('<').next().unwrap().to_owned())
        });
        (links.collect::<Vec<_>>(), page)
    };

    for (typed, name) in [
        ("ann", "Ann Archer"),
        ("ANN ARCH", "Ann Archer"),
        ("ann@acme", "Ann Archer"),
        ("Élodie", "Élodie Archer"),
        ("0%_S", "100%_Sure Archer"),
        ("%", "100%_Sure Archer"),
        ("_", "100%_Sure Archer"),
    ] {
        let (links, page) = found(typed).await;
        let names: Vec<_> = links.iter().map(|(_, name)| &**name).collect();
        assert_eq!(names, [name], "{typed}: {}", page.text());
    }
    assert_eq!(found("archer").await.0.len(), 4);
    for nobody in ["quilting", "\u{0}", "!", "' or 1=1 --"] {
        let (links, page) = found(nobody).await;
        assert!(links.is_empty() && page.text().contains("No member matches"), "{nobody}");
    }
    let (links, _) = found("ann").await;
    let page = ruth.get(&links[0].0).await;
    assert!(page.text().contains("About Ann Archer"), "{}", page.text());
    let checked: Vec<_> = page.body.split("name=\"scope\"").skip(1).collect();
    let is_checked = |tag: &&&str| tag.split('>').next().unwrap().contains(" checked");
    assert_eq!(checked.iter().filter(is_checked).count(), 3, "openid profile email");
    let expected = json!("ann@acme.example");
    assert_eq!(objects(&page)[1]["email"], expected);
}

#[tokio::test]
async fn at_most_20_members_are_listed_and_the_page_says_that_there_are_more() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, "Ruth").await;
    for number in 0..20 {
        novi.member(&format!("Zoe{number}")).await;
    }
    let to = format!("{}?q=zoe", path(&forj));
    assert!(!ruth.get(&to).await.text().contains("There are more."));
    novi.member("Zoe20").await;

    let page = ruth.get(&to).await;

    assert!(page.text().contains("There are more. Type more of the name."), "{}", page.text());
    assert_eq!(page.body.matches("/preview?member=").count(), 20);
}

/// Whoever cannot log in there has nothing to preview, and the page says why.
#[tokio::test]
async fn a_member_who_cannot_log_in_there_has_a_sentence_instead() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let without = novi
        .member_at(crate::support::HOME, "Wim", |wim| {
            wim.email = None;
            wim.password = None;
        })
        .await;
    let (gone, out) = (novi.member("Gus").await, novi.member("Olga").await);
    let (ann, mut ruth) = (novi.member("Ann").await, admin(&novi, "Ruth").await);
    let site = novi.home().await;
    let actor = novi_sso::events::Actor::CommandLine;
    novi_sso::members::deactivate(&site, &gone.id, &actor).await.unwrap();
    let staff = novi.group("Staff", &[&ann, &gone]).await;
    let to = format!("{LIST}/{}", forj.client_id);
    let modal = ruth.get(&to).await;
    let asked = ruth.fill(&modal, &to, &[("who", "some"), ("group", staff.as_str())]).await;
    assert_eq!(ruth.fill(&asked, &to, &[("confirmed", "2")]).await.status, 303);

    for (member, sentence) in [
        (&without, "Wim Archer has no login, so Forj learns nothing."),
        (&gone, "Gus Archer is deactivated, so Forj learns nothing."),
        (&out, "Olga Archer is in none of the groups that may log in to Forj."),
    ] {
        let page = about(&mut ruth, &forj, member, &["openid", "profile"]).await;
        assert!(page.text().contains(sentence), "{sentence}: {}", page.text());
        assert!(objects(&page).is_empty());
    }
    assert!(!objects(&about(&mut ruth, &forj, &ann, &["openid"]).await).is_empty());
}

/// SEC-T2, SEC-D6: members of another association do not exist, and neither do scopes of nobody.
#[tokio::test]
async fn nobody_of_another_association_is_found_or_shown() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let nora = novi.member_at(ELSEWHERE, "Nora", |_| {}).await;
    let mut ruth = admin(&novi, "Ruth").await;

    let search = ruth.get(&format!("{}?q=nora", path(&forj))).await;
    let shown = about(&mut ruth, &forj, &nora, &["openid"]).await;

    assert!(search.text().contains("No member matches “nora”"), "{}", search.text());
    assert_eq!(shown.status, 200);
    assert!(!shown.body.contains("About") && !shown.body.contains("other.example"));
    for odd in ["?member=x", "?member=%00", "?member", "?q=%FF", "?scope=x&chosen=1&scope=openid"] {
        assert_eq!(ruth.get(&format!("{}{odd}", path(&forj))).await.status, 200, "{odd}");
    }
}

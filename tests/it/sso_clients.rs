//! SSO clients as an admin meets them in the help documents (R1–R8): listed, added, opened again.

use novi_sso::clients::TokenAuthMethod;

use crate::support::{Browser, CALLBACK, HOME, Novi, PASSWORD, Page, Platform};

const LIST: &str = "/admin/sso-clients";
const NEW: &str = "/admin/sso-clients/new";
const HIGHER_LOGIC: &str =
    "https://community.acme.example/HigherLogic/Security/OAuth/Authentication.aspx";

pub async fn admin(novi: &Novi, first_name: &str) -> Browser {
    let mut browser = novi.browser();
    assert_eq!(browser.sign_in(&novi.admin(first_name).await).await.status, 303);
    browser
}

/// The path of the client that the list shows under this name.
pub fn path_of(list: &Page, name: &str) -> String {
    let link = list.body.split(&format!("\">{name}</a>")).next().unwrap();
    let (_, path) = link.rsplit_once("href=\"").unwrap_or_else(|| panic!("{}", list.body));
    assert!(path.starts_with("/admin/sso-clients/") && path.len() == 55, "{path}");
    path.to_owned()
}

/// The redirect URLs of the form, one for each field.
fn urls(page: &Page, action: &str) -> Vec<String> {
    page.form(action).into_iter().filter(|(name, _)| name == "url").map(|(_, url)| url).collect()
}

/// A browser presses a button of the form: its name and value go along with the fields as they are.
async fn press(browser: &mut Browser, page: &Page, action: &str, button: (&str, &str)) -> Page {
    browser.fill(page, action, &[button]).await
}

/// The steps of the help documents, word by word (M:60–M:90).
#[tokio::test]
async fn the_help_documents_steps_lead_to_a_client_that_works() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let mut ruth = admin(&novi, "Ruth").await;

    // "Navigate to SSO Clients by clicking the gear icon in the top right corner"
    let home = ruth.visit("/admin/sso-clients").await;
    let menu = home.body.split("<details class=\"menu\">").nth(1).unwrap();
    assert!(menu.contains("#gear") && menu.contains("href=\"/admin/sso-clients\""), "{menu}");
    assert!(home.text().contains("No SSO clients yet"), "{}", home.text());
    assert!(home.text().contains("An SSO client lets one website use your members’ login."));
    // "Click the Add SSO Client button"
    assert!(home.body.contains("href=\"/admin/sso-clients/new\">"), "{}", home.body);
    let form = ruth.get(NEW).await;
    assert!(form.text().contains("Add SSO Client") && form.text().contains("Valid Redirect Urls"));
    // "Name the SSO client", "enter the following"; the printed line ends with a blank.
    let pasted = format!("{CALLBACK} ");
    let saved = ruth.fill(&form, NEW, &[("name", "Mobilize"), ("url", &pasted)]).await;
    assert_eq!((saved.status, saved.location().as_deref()), (303, Some(LIST)), "{}", saved.text());
    // "Once it has saved, click on it in the list to re-open the modal."
    let list = ruth.get(LIST).await;
    assert!(list.text().contains("Added. Click it in the list for its Client Id and Secret Key."));
    assert!(list.text().contains("Not used yet"), "{}", list.text());
    let path = path_of(&list, "Mobilize");
    let modal = ruth.get(&path).await;
    assert!(modal.body.contains("<dialog open"), "{}", modal.body);
    assert!(modal.text().contains("Client Id") && modal.text().contains("Secret Key"));
    let shown = ruth.fill(&modal, &format!("{path}/reveal"), &[]).await;
    // "Mobilize App ID: The "Client Id"", "Mobilize App Secret: The "Secret Key"",
    // "Directory Document: The full URL of your Novi website"
    let value = |id: &str| {
        let input = shown.body.split(&format!("<input id=\"{id}\" value=\"")).nth(1).unwrap();
        input.split('"').next().unwrap().to_owned()
    };
    assert_eq!(value("directory-document"), "https://www.acme.example");
    assert_eq!(value("authorization-url"), "https://www.acme.example/oauth/authorize");
    assert_eq!(value("token-url"), "https://www.acme.example/oauth/token");
    assert_eq!(value("userinfo-url"), "https://www.acme.example/oauth/userinfo");
    assert_eq!(value("scope"), "profile");
    let mobilize = Platform {
        novi: novi.clone(),
        host: HOME,
        client_id: value("client-id"),
        secret: value("secret-key"),
        callback: CALLBACK.to_owned(),
    };
    let url_safe = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    assert!(mobilize.secret.len() >= 43 && mobilize.secret.chars().all(url_safe));

    let tokens = mobilize.exchange(&mobilize.code_for(&ann).await).await;

    assert_eq!(tokens.status, 200, "{}", tokens.json);
    novi.clock.advance(120);
    let list = ruth.get(LIST).await;
    assert!(list.text().contains("Last log-in 2 min ago"), "{}", list.text());
}

/// R4: several URLs, one a line or as a pasted list.
#[tokio::test]
async fn several_redirect_urls_come_one_a_line_or_as_a_pasted_list() {
    let novi = Novi::start().await;
    let mut ruth = admin(&novi, "Ruth").await;
    let wanted =
        ["https://a.example/cb", "https://b.example/cb", "https://c.example/cb", HIGHER_LOGIC];

    for (name, fields) in [
        ("Fields", wanted.to_vec()),
        ("Lines", vec![&*wanted.join("\r\n")]),
        ("Commas", vec![&*wanted.join(", ")]),
        ("Semicolons", vec![&*wanted.join(";")]),
        ("Blanks", vec![&*wanted.join("  ")]),
        ("Mixed", vec![&*format!("{}\n\n {},{} ", wanted[0], wanted[1], wanted[2]), "", wanted[3]]),
    ] {
        let form = ruth.get(NEW).await;
        let mut typed = vec![("name", name)];
        typed.extend(fields.iter().map(|field| ("url", *field)));
        let saved = ruth.fill(&form, NEW, &typed).await;
        assert_eq!(saved.status, 303, "{name}: {}", saved.text());
        let path = path_of(&ruth.get(LIST).await, name);
        assert_eq!(urls(&ruth.get(&path).await, &path), wanted, "{name}");
    }
}

/// Every mistake with a redirect URL, its sentence, and the address that would be right (R4).
#[tokio::test]
async fn every_mistake_has_its_sentence_and_nothing_that_was_typed_is_lost() {
    let novi = Novi::start().await;
    let mut ruth = admin(&novi, "Ruth").await;
    let good = "https://harbor.mobilize.io/users/auth/openidconnect/callback";
    let long = format!("https://a.example/{}", "x".repeat(2000));

    for (typed, sentence) in [
        (&*good.replace("harbor", "my_community"), "Yours is probably harbor, as in another line."),
        ("http://a.example/cb", "Enter https://a.example/cb"),
        (&good.replace("https", "http"), "Forj prints this address with http"),
        ("https://a.example/cb#top", "Remove the # and what follows it."),
        ("https://*.a.example/cb", "addresses must match letter by letter"),
        ("https://ruth@a.example/cb", "Remove the user name before the @."),
        ("https://a.example/a b", "There is a blank inside this address."),
        ("/users/auth/openidconnect/callback", "beginning with https://."),
        ("a.example/cb", "Write the whole address"),
        ("ftp://a.example/cb", "Only an address that begins with https://"),
        ("javascript:alert(1)", "Only an address that begins with https://"),
        ("https://a.example/{id}", "no URL may have it"),
        ("https://a.example/\u{1}", "an invisible character"),
        ("https://a..example/cb", "is not a host name"),
        ("https://A.Example/cb", "Enter https://a.example/cb"),
        (good, "This address is on the list already."),
        (&long, "It may have 2000 characters."),
    ] {
        let form = ruth.get(NEW).await;
        let page = ruth.fill(&form, NEW, &[("name", "Forj"), ("url", good), ("url", typed)]).await;

        assert_eq!(page.status, 422, "{typed:.50}");
        let text = page.text().replace("2,000", "2000");
        assert!(text.contains("Not saved yet: one thing to correct."), "{typed:.50}: {text}");
        assert!(text.contains(sentence), "{typed:.50}: {text}");
        let error = page.body.split("id=\"url-2-error\"").nth(1);
        assert!(error.is_some(), "the sentence stands at its field: {}", page.body);
        assert!(page.body.contains("href=\"#url-2\""), "and the summary leads there");
        assert_eq!(urls(&page, NEW), [good, typed], "{typed:.50}");
        assert_eq!(page.field("name").as_deref(), Some("Forj"));
    }
    assert_eq!(novi.count("select count(*) from clients").await, 0);
}

/// A host label with `_` is fine, and so is everything else that platforms really use.
#[tokio::test]
async fn what_platforms_really_use_is_accepted() {
    let novi = Novi::start().await;
    let mut ruth = admin(&novi, "Ruth").await;
    for (n, url) in [
        "https://harbor_trades.mobilize.io/users/auth/openidconnect/callback",
        HIGHER_LOGIC,
        "https://a.example:8443/cb?tenant=1&x=%20",
        "https://xn--bcher-kva.example/cb",
        "https://a.example/",
    ]
    .iter()
    .enumerate()
    {
        let form = ruth.get(NEW).await;
        let saved = ruth.fill(&form, NEW, &[("name", &format!("C{n}")), ("url", url)]).await;
        assert_eq!(saved.status, 303, "{url}: {}", saved.text());
    }
}

#[tokio::test]
async fn a_client_needs_a_name_and_a_url_and_has_room_for_20() {
    let novi = Novi::start().await;
    let mut ruth = admin(&novi, "Ruth").await;
    let form = ruth.get(NEW).await;
    let many: Vec<String> = (0..21).map(|n| format!("https://a.example/{n}")).collect();
    let (all, fits) = (many.join("\n"), many[..20].join("\n"));
    let (long, longest) = ("x".repeat(101), "ü".repeat(100));

    let nothing = ruth.fill(&form, NEW, &[("name", "  "), ("url", " ")]).await;
    let too_many = ruth.fill(&form, NEW, &[("name", "Forj"), ("url", &all)]).await;
    let too_long = ruth.fill(&form, NEW, &[("name", &long), ("url", CALLBACK)]).await;
    let fits = ruth.fill(&form, NEW, &[("name", &longest), ("url", &fits)]).await;

    assert_eq!(
        [nothing.status, too_many.status, too_long.status, fits.status],
        [422, 422, 422, 303]
    );
    let text = nothing.text();
    assert!(text.contains("Not saved yet: 2 things to correct."), "{text}");
    assert!(text.contains("Give it a name, perhaps the platform’s."), "{text}");
    assert!(text.contains("Enter at least one redirect URL."), "{text}");
    assert!(too_many.text().contains("can have 20 redirect URLs"), "{}", too_many.text());
    assert_eq!(urls(&too_many, NEW).len(), 21, "nothing typed is lost");
    assert!(too_long.text().contains("Use at most 100 characters."), "{}", too_long.text());
    assert_eq!(too_long.field("name").as_deref(), Some(&*long));
}

/// The buttons beside the URLs are buttons of the form, so they work without script.
#[tokio::test]
async fn url_fields_are_added_and_removed_without_script_and_nothing_is_saved() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, "Ruth").await;
    let path = format!("{LIST}/{}", forj.client_id);
    for action in [NEW, &*path] {
        let before = novi.tables().await;
        let form = ruth.get(action).await;
        let typed =
            [("name", "New name"), ("url", "https://a.example/cb"), ("url", "wrong"), ("add", "1")];

        let page = ruth.fill(&form, action, &typed).await;
        assert_eq!(page.status, 200);
        assert_eq!(urls(&page, action), ["https://a.example/cb", "wrong", ""]);
        assert!(!page.body.contains("class=\"error\""), "nothing is judged yet");
        let page = press(&mut ruth, &page, action, ("remove", "2")).await;
        assert_eq!(urls(&page, action), ["https://a.example/cb", ""]);
        let page = press(&mut ruth, &page, action, ("remove", "1")).await;
        assert_eq!(urls(&page, action), [""]);
        let page = press(&mut ruth, &page, action, ("remove", "1")).await;
        assert_eq!(urls(&page, action), [""], "one field is always there");
        let lines =
            [("url", ""), ("url", "https://b.example/cb, https://c.example/cb"), ("url", "d")];
        let page = ruth.fill(&form, action, &[&lines[..], &[("remove", "3")]].concat()).await;
        assert_eq!(urls(&page, action), ["", "https://b.example/cb", "https://c.example/cb"]);
        let page = ruth.fill(&page, action, &[("name", "New name"), ("add", "1")]).await;
        assert_eq!(urls(&page, action).len(), 4);
        assert_eq!(page.field("name").as_deref(), Some("New name"));
        assert_eq!(novi.tables().await.changed_since(&before), [""; 0], "nothing is saved");
    }
}

/// SEC-M9: whatever a number is said to be.
#[tokio::test]
async fn a_number_that_is_none_breaks_nothing() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ruth = admin(&novi, "Ruth").await;
    let path = format!("{LIST}/{}", forj.client_id);
    let form = ruth.get(&path).await;
    let numbers =
        ["0", "-1", "2147483648", "9223372036854775808", "NaN", "1e9", "", "１", "1 or 1=1"];

    for number in numbers {
        let kept = ruth.fill(&form, &path, &[("remove", number)]).await;
        assert_eq!((kept.status, urls(&kept, &path)), (200, vec![CALLBACK.to_owned()]), "{number}");
        let stale = ruth.fill(&form, &path, &[("version", number), ("name", "Mine")]).await;
        assert_eq!(stale.status, 409, "{number}");
    }
    assert!(ruth.get(&path).await.text().contains("Forj"));
}

#[tokio::test]
async fn the_list_is_sorted_and_searched_by_name_website_and_client_id() {
    let novi = Novi::start().await;
    let mut ruth = admin(&novi, "Ruth").await;
    let at = async |name: &str, url: &str| {
        novi.client_at(HOME, name, &[url], TokenAuthMethod::Secret).await.client_id
    };
    at("Zebra Forum", "https://zebra.example/cb").await;
    let hub = at("Learning Hub", "https://learn.example/cb").await;
    at("Été 100%", "https://summer.example/cb").await;
    let mut found = async |q: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let page = ruth.get(&format!("{LIST}?{}", query.append_pair("q", q).finish())).await;
        assert_eq!(page.status, 200, "{q}");
        let rows = page.body.split("<th scope=\"row\">").skip(1);
        let names =
            rows.map(|row| row.split('>').nth(1).unwrap().split('<').next().unwrap().to_owned());
        (names.collect::<Vec<_>>(), page)
    };

    assert_eq!(found("").await.0, ["Learning Hub", "Zebra Forum", "Été 100%"]);
    assert_eq!(found("  hub ").await.0, ["Learning Hub"]);
    assert_eq!(found("ZEBRA.example").await.0, ["Zebra Forum"]);
    assert_eq!(found(&hub[..8]).await.0, ["Learning Hub"]);
    assert_eq!(found(&hub.to_uppercase()).await.0, ["Learning Hub"]);
    assert_eq!(found("été").await.0, ["Été 100%"]);
    assert_eq!(found("100%").await.0, ["Été 100%"]);
    assert_eq!(found("%").await.0, ["Été 100%"], "a sign, not a pattern");
    let (none, page) = found("quilting").await;
    assert!(none.is_empty());
    assert!(page.text().contains("No SSO client matches “quilting”"), "{}", page.text());
    assert!(page.text().contains("Show all SSO clients"), "{}", page.text());
    assert_eq!(page.field("q").as_deref(), Some("quilting"));
    let (_, page) = found("\"><img src=x>").await;
    assert!(!page.body.contains("<img"), "{}", page.body);
}

/// DEC21: a platform that is set up already keeps its settings.
#[tokio::test]
async fn an_existing_client_id_and_secret_key_are_taken_over() {
    let novi = Novi::start().await;
    let ann = novi.member("Ann").await;
    let mut ruth = admin(&novi, "Ruth").await;
    let form = ruth.get(NEW).await;
    let id = "8C1F6A2E-4B7D-4F0E-9A53-2D6E7C90B1F4";
    let secret = "a+b/c=d&e%20f!~1234";
    let typed =
        [("name", "Mobilize"), ("url", CALLBACK), ("client_id", id), ("secret_key", secret)];

    let saved = ruth.fill(&form, NEW, &typed).await;

    assert_eq!(saved.status, 303, "{}", saved.text());
    let mobilize = Platform {
        novi: novi.clone(),
        host: HOME,
        client_id: id.to_owned(),
        secret: secret.to_owned(),
        callback: CALLBACK.to_owned(),
    };
    assert_eq!(mobilize.exchange(&mobilize.code_for(&ann).await).await.status, 200);
    let path = format!("{LIST}/{}", id.to_lowercase());
    let modal = ruth.get(&path).await;
    let shown = ruth.fill(&modal, &format!("{path}/reveal"), &[]).await;
    assert!(
        shown.text().contains("Mobilize")
            && shown.body.contains("value=\"a+b/c=d&#38;e%20f!~1234\"")
    );
}

#[tokio::test]
async fn every_mistake_with_a_taken_over_key_has_its_sentence_and_no_secret_comes_back() {
    let novi = Novi::start().await;
    let taken = novi.client("Forj").await.client_id;
    let mut ruth = admin(&novi, "Ruth").await;
    let id = "8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4";
    let secret = "sixteen-or-more-characters";
    let long = "x".repeat(513);

    for (client_id, secret_key, sentence) in [
        (id, "", "Enter the Secret Key too"),
        ("", secret, "Enter the Client Id too"),
        ("mobilize", secret, "A Client Id looks like"),
        ("8c1f6a2e4b7d4f0e9a532d6e7c90b1f4", secret, "A Client Id looks like"),
        (&*taken, secret, "Another SSO client has this Client Id."),
        (id, "fifteen-letters", "It needs 16 characters."),
        (id, &*long, "It may have 512 characters."),
        (id, "with blanks in the middle", "no blanks"),
        (id, "ümläuts-and-sixteen-or-more", "letters, digits and signs"),
    ] {
        let form = ruth.get(NEW).await;
        let typed = [("name", "Mobilize"), ("url", CALLBACK)];
        let typed = [&typed[..], &[("client_id", client_id), ("secret_key", secret_key)]].concat();
        let page = ruth.fill(&form, NEW, &typed).await;

        assert_eq!(page.status, 422, "{client_id} {secret_key:.40}");
        assert!(page.text().contains(sentence), "{client_id} {secret_key:.40}: {}", page.text());
        assert_eq!(page.field("client_id").as_deref(), Some(client_id));
        assert_eq!(page.field("name").as_deref(), Some("Mobilize"));
        assert_eq!(urls(&page, NEW), [CALLBACK]);
        assert_eq!(page.field("secret_key").as_deref(), Some(""));
        assert!(secret_key.is_empty() || !page.body.contains(secret_key), "{}", page.body);
        let typed_again = page.text().contains("You typed a Secret Key. It was not kept");
        assert_eq!(typed_again, !secret_key.is_empty(), "{}", page.text());
    }
    assert_eq!(novi.count("select count(*) from clients").await, 1);
}

/// A form from before a log-out and log-in: nothing is saved, nothing is lost.
#[tokio::test]
async fn a_stale_form_of_a_client_comes_back_with_what_was_typed() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let ruth_member = novi.admin("Ruth").await;
    let mut ruth = novi.browser();
    ruth.sign_in(&ruth_member).await;
    let path = format!("{LIST}/{}", forj.client_id);
    for action in [NEW, &*path] {
        let form = ruth.get(action).await;
        let page = ruth.get("/log-out").await;
        ruth.fill(&page, "/log-out", &[]).await;
        ruth.sign_in(&ruth_member).await;
        let before = novi.tables().await;

        let typed = [("name", "Typed"), ("url", HIGHER_LOGIC), ("url", "wrong")];
        let page = ruth.fill(&form, action, &typed).await;

        assert_eq!(page.status, 403);
        assert!(page.text().contains("Nothing is lost and nothing was saved."), "{}", page.text());
        assert_eq!(page.field("name").as_deref(), Some("Typed"));
        assert_eq!(urls(&page, action), [HIGHER_LOGIC, "wrong"]);
        assert_eq!(novi.tables().await.changed_since(&before), [""; 0]);
        let saved = ruth.fill(&page, action, &[("url", HIGHER_LOGIC)]).await;
        assert_eq!(saved.status, 303, "and now it works: {}", saved.text());
    }
}

/// R1: it is a page of the admins.
#[tokio::test]
async fn members_and_strangers_cannot_reach_sso_clients() {
    let novi = Novi::start().await;
    let forj = novi.client("Forj").await;
    let mut ann = novi.browser();
    ann.sign_in(&novi.member("Ann").await).await;

    for path in [LIST.to_owned(), NEW.to_owned(), format!("{LIST}/{}", forj.client_id)] {
        let page = ann.get(&path).await;
        assert_eq!(page.status, 403, "{path}");
        assert!(
            page.text().contains("You are logged in as Ann Archer, who is not an administrator.")
        );
        assert!(page.body.contains("href=\"/log-out\""), "the way to another login");
        assert!(!page.body.contains(&forj.client_id) && !page.body.contains(PASSWORD));
        assert_eq!(novi.browser().get(&path).await.location().as_deref(), Some("/log-in"));
    }
}

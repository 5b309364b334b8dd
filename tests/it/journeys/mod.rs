//! The three help documents, sentence by sentence: an admin who does what they say through the pages on
//! our side, and a platform on the other, whose state tells whether it came true. The stand-ins are as
//! strict as the platforms. Each document's module begins with a table: which lines are walked where.

mod forj;
mod higher_logic;
mod mobilize;
mod office;

use axum::Router;

use crate::support::{Browser, HOME, Member, Novi, Page};

/// Each table names tests that are there, and leaves out no line of its document.
#[test]
fn the_tables_name_what_is_there_and_leave_out_no_line() {
    let folder = |name: &str| format!("{}/tests/it/journeys/{name}", env!("CARGO_MANIFEST_DIR"));
    for (document, last) in [("mobilize", 181), ("forj", 120), ("higher_logic", 120)] {
        let table = std::fs::read_to_string(format!("{}/mod.rs", folder(document))).unwrap();
        let mut next = 1;
        for row in table.lines().filter_map(|line| line.strip_prefix("//! | ")) {
            let walks: Vec<_> = row.split('`').skip(1).step_by(2).collect();
            for walk in &walks {
                let (file, test) = walk.rsplit_once("::").unwrap();
                let file = match file.split_once("::") {
                    Some((other, file)) => format!("{}/{file}.rs", folder(other)),
                    None => format!("{}/{file}.rs", folder(document)),
                };
                let tests = std::fs::read_to_string(&file).unwrap();
                assert!(tests.contains(&format!("async fn {test}()")), "{document}: {walk}");
            }
            let lines = row.split(" | ").next().unwrap();
            let (from, to) = lines.split_once('–').unwrap_or((lines, lines));
            let (Ok(from), Ok(to)) = (from.parse::<u32>(), to.parse::<u32>()) else { continue };
            assert!(from == next && to >= from, "{document}: {row}");
            assert!(!walks.is_empty() || row.contains("nothing to walk"), "{document}: {row}");
            next = to + 1;
        }
        assert_eq!(next, last + 1, "{document}");
    }
}

/// What an admin copies out of the modal.
struct Keys {
    client_id: String,
    secret_key: String,
    directory_document: String,
}

/// "Click the Add SSO Client button. Name the SSO client. In the Valid Redirect Urls section, enter
/// the following. Save the SSO client. Once it has saved, click on it in the list to re-open the
/// modal." (R1 to R6)
async fn add_sso_client(novi: &Novi, name: &str, redirect_urls: &str) -> Keys {
    let ruth = novi.admin("Ruth").await;
    sso_client(&mut novi.browser_of(&ruth).await, name, redirect_urls).await
}

/// The same, by an admin who is there already.
async fn sso_client(admin: &mut Browser, name: &str, redirect_urls: &str) -> Keys {
    let list = admin.visit("/admin/sso-clients").await;
    assert!(list.body.contains("Add SSO Client"), "{}", list.body);
    let blank = admin.get("/admin/sso-clients/new").await;
    let fields = [("name", name), ("url", redirect_urls)];
    let saved = admin.submit(&blank, "/admin/sso-clients/new", &fields).await;
    assert_eq!(saved.status, 303, "{}", saved.body);

    let list = admin.visit("/admin/sso-clients").await;
    let row = list.body.split("<a href=\"").find(|row| row.contains(&format!(">{name}<")));
    let modal = row.and_then(|row| row.split('"').next()).expect("the client is in the list");
    let modal = modal.to_owned();
    let opened = admin.get(&modal).await;
    let revealed = admin.submit(&opened, &format!("{modal}/reveal"), &[]).await;
    assert_eq!(revealed.status, 200, "{}", revealed.body);
    Keys {
        client_id: by_id(&revealed, "client-id"),
        secret_key: by_id(&revealed, "secret-key"),
        directory_document: by_id(&revealed, "directory-document"),
    }
}

/// The value of the copy field with this id.
fn by_id(page: &Page, id: &str) -> String {
    let marker = format!("id=\"{id}\"");
    let field = page.body.split("<input").find(|tag| tag.contains(&marker));
    let (_, value) = field.and_then(|tag| tag.split_once("value=\"")).expect("a copy field");
    value.split('"').next().unwrap_or_default().to_owned()
}

/// One person at one computer: a browser that goes from host to host.
struct Person {
    hosts: Vec<(String, Browser)>,
}

impl Person {
    /// `sites` are host and router; the association's own is known.
    fn at(novi: &Novi, sites: &[(&str, &Router)]) -> Self {
        let mut hosts = vec![(HOME.to_owned(), novi.browser())];
        for (host, router) in sites {
            hosts.push(((*host).to_owned(), Browser::new((*router).clone(), host)));
        }
        Self { hosts }
    }

    fn browser(&mut self, host: &str) -> &mut Browser {
        let found = self.hosts.iter_mut().find(|(known, _)| known == host);
        &mut found.unwrap_or_else(|| panic!("nobody is at {host}")).1
    }

    /// Goes wherever an answer sends the browser, across hosts, and answers the page it ends on.
    async fn follow(&mut self, mut host: String, mut page: Page) -> (String, Page) {
        for _ in 0..12 {
            let Some(to) = page.location() else { break };
            let path = match to.strip_prefix("https://") {
                Some(rest) => {
                    let at = rest.find('/').unwrap_or(rest.len());
                    host = rest[..at].to_owned();
                    rest[at..].to_owned()
                }
                None => to,
            };
            let path = if path.is_empty() { "/".to_owned() } else { path };
            page = self.browser(&host).get(&path).await;
        }
        (host, page)
    }

    /// From the log-in page to wherever the platform welcomes its member.
    async fn logs_in(&mut self, page: &Page, member: &Member) -> (String, Page) {
        let answer = self.browser(HOME).sign_in_on(page, member).await;
        self.follow(HOME.to_owned(), answer).await
    }
}

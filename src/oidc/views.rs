//! What a member is asked, or told, on the way to a client.

use askama::Template;

pub use crate::consents::ShareOf;
use crate::sessions::views::Asking;
use crate::web::{
    locale::{Arg, Rich},
    page::Page,
};

/// Asks before a client that is not trusted learns about a member.
#[derive(Template)]
#[template(path = "oidc/consent.html")]
pub struct Consent {
    pub page: Page,
    pub client: Asking,
    /// Names the stored authorization request.
    pub request: String,
    /// Where to start anew when that request is gone.
    pub client_id: String,
    /// Who is logged in.
    pub name: String,
    /// What the client will see, in the order of the page.
    pub shares: Vec<Share>,
    /// The client may look again while the member is away.
    pub stays: bool,
    /// False where the member allowed this client before, and it asks once more.
    pub is_new: bool,
}

pub struct Share {
    pub what: ShareOf,
    /// What it is now; None where the association knows nothing.
    pub value: Option<String>,
}

/// Asks whether the member who is logged in is the one to go on.
#[derive(Template)]
#[template(path = "oidc/choose_account.html")]
pub struct ChooseAccount {
    pub page: Page,
    pub client: Asking,
    pub request: String,
    pub client_id: String,
    pub name: String,
    pub email: String,
}

/// The member is in none of the client's Permitted Groups: why, whom to ask, and the ways on.
#[derive(Template)]
#[template(path = "oidc/not_permitted.html")]
pub struct NotPermitted {
    pub page: Page,
    pub client: Asking,
    pub request: String,
    pub client_id: String,
    pub name: String,
    /// The groups whose members may log in there.
    pub groups: Vec<String>,
}

/// Carries an answer to a client by POST (OAuth 2.0 Form Post Response Mode): a script posts it, and
/// a button where there is no script.
#[derive(Template)]
#[template(path = "oidc/form_post.html")]
pub struct FormPost {
    pub page: Page,
    /// The client's name.
    pub client: String,
    /// Its redirect URL.
    pub action: String,
    pub fields: Vec<(&'static str, String)>,
}

impl Consent {
    /// A client may ask only for who it is, and then there are no details to share.
    fn is_bare(&self) -> bool {
        self.shares.is_empty()
    }

    fn title(&self) -> String {
        let key = if self.is_bare() { "consent-bare-title" } else { "consent-title" };
        self.page.t1(key, "client", &self.client.name)
    }

    fn yes(&self) -> &'static str {
        if self.is_bare() { "consent-bare-continue" } else { "consent-share" }
    }

    fn no(&self) -> &'static str {
        if self.is_bare() { "consent-bare-no" } else { "consent-no" }
    }
}

impl Share {
    fn icon(&self) -> &'static str {
        match self.what {
            ShareOf::Name => "person",
            ShareOf::Email => "mail",
            ShareOf::Phone => "phone",
            ShareOf::Address => "place",
            ShareOf::Work => "building",
            ShareOf::MemberStatus => "card",
            ShareOf::About => "person",
            ShareOf::Groups => "people",
        }
    }

    fn label(&self, page: &Page) -> String {
        page.t(match self.what {
            ShareOf::Name => "share-name",
            ShareOf::Email => "share-email",
            ShareOf::Phone => "share-phone",
            ShareOf::Address => "share-address",
            ShareOf::Work => "share-work",
            ShareOf::MemberStatus => "share-member-status",
            ShareOf::About => "share-about",
            ShareOf::Groups => "share-groups",
        })
    }

    fn now(&self, page: &Page) -> String {
        self.value.clone().unwrap_or_else(|| page.t("share-nothing"))
    }
}

impl ChooseAccount {
    fn whereto(&self) -> Rich {
        let args = [("client", (&self.client.name).into()), ("host", (&self.client.host).into())];
        self.page.locale.rich("choose-whereto", &args)
    }
}

impl NotPermitted {
    /// Who may log in there, and that this login is not among them.
    fn why(&self) -> Rich {
        let (client, name) = (Arg::from(&self.client.name), Arg::from(&self.name));
        let locale = self.page.locale;
        match &*self.groups {
            [only] => {
                let args = [("client", client), ("name", name), ("group", only.into())];
                locale.rich("not-permitted-group", &args)
            }
            _ => locale.rich("not-permitted-groups", &[("client", client), ("name", name)]),
        }
    }
}

#[cfg(test)]
pub mod samples {
    use super::*;
    use crate::web::page::Here;
    use crate::web::page::samples::{CANARY, hostile, page};

    const ID: &str = "8c1f6a2e-4b7d-4f0e-9a53-2d6e7c90b1f4";

    fn text(text: &str) -> String {
        text.to_owned()
    }

    fn asking(name: &str, host: &str, initials: &str) -> Asking {
        Asking { name: text(name), host: text(host), initials: text(initials) }
    }

    pub fn consent() -> Consent {
        let share = |what, value: &str| Share { what, value: Some(text(value)) };
        Consent {
            page: page(Here::Elsewhere),
            client: asking("Job Board", "jobs.harbortrades.example", "JB"),
            request: text("req_4711"),
            client_id: text(ID),
            name: text("Marta Lindqvist"),
            shares: vec![
                share(ShareOf::Name, "Marta Lindqvist"),
                share(ShareOf::Email, "marta@lindqvistroofing.example"),
                share(ShareOf::Work, "Lindqvist Roofing, Owner"),
            ],
            stays: false,
            is_new: true,
        }
    }

    /// Everything that can be shared, by a member of whom the association knows little.
    fn wide_consent() -> Consent {
        let known = |what, value: &str| Share { what, value: Some(text(value)) };
        let unknown = |what| Share { what, value: None };
        Consent {
            shares: vec![
                known(ShareOf::Name, "Marta Lindqvist"),
                known(ShareOf::Email, "marta@lindqvistroofing.example"),
                unknown(ShareOf::Phone),
                known(ShareOf::Address, "14 Harbor Street, Duluth, MN 55802, US"),
                unknown(ShareOf::Work),
                known(ShareOf::MemberStatus, "Active"),
                known(ShareOf::Groups, "Board, Roofers, Safety Committee"),
            ],
            stays: true,
            is_new: false,
            ..consent()
        }
    }

    pub fn not_permitted(groups: &[&str]) -> NotPermitted {
        NotPermitted {
            page: page(Here::Elsewhere),
            client: asking("Board Room", "board.harbortrades.example", "BR"),
            request: text("req_4711"),
            client_id: text(ID),
            name: text("Marta Lindqvist"),
            groups: groups.iter().map(|group| text(group)).collect(),
        }
    }

    pub fn form_post() -> FormPost {
        FormPost {
            page: page(Here::Elsewhere),
            client: text("Harbor Community"),
            action: text("https://harbortrades.mobilize.io/sso/callback?tenant=1&b=2"),
            fields: vec![
                ("code", text("SplxlOBeZQQYbYS6WxSbIA")),
                ("state", text(r#"a "quoted" & odd <state>"#)),
                ("iss", text("https://login.harbortrades.example")),
            ],
        }
    }

    /// Every state of every page, by name.
    pub fn all() -> Vec<(&'static str, String)> {
        let choose = ChooseAccount {
            page: page(Here::Elsewhere),
            client: asking("Harbor Community", "harbortrades.mobilize.io", "HC"),
            request: text("req_4711"),
            client_id: text(ID),
            name: text("Marta Lindqvist"),
            email: text("marta@lindqvistroofing.example"),
        };
        let bare = Consent { shares: Vec::new(), ..consent() };
        let mut nobody_to_ask = not_permitted(&["Board", "Executive Staff"]);
        nobody_to_ask.page.association.help_email = None;
        nobody_to_ask.page.association.help_phone = None;
        vec![
            ("consent", consent().render().unwrap()),
            ("consent-wide", wide_consent().render().unwrap()),
            ("consent-bare", bare.render().unwrap()),
            ("choose-account", choose.render().unwrap()),
            ("not-permitted", not_permitted(&["Board"]).render().unwrap()),
            ("not-permitted-nobody-to-ask", nobody_to_ask.render().unwrap()),
            ("form-post", form_post().render().unwrap()),
        ]
    }

    /// Every page with the canary in every text that somebody may type.
    pub fn hostile_pages() -> Vec<String> {
        let canary = || text(CANARY);
        let page = || hostile(Here::Elsewhere);
        let client = || asking(CANARY, CANARY, CANARY);
        let (request, client_id, name) = (canary, canary, canary);
        let consent = Consent {
            page: page(),
            client: client(),
            request: request(),
            client_id: client_id(),
            name: name(),
            shares: vec![Share { what: ShareOf::Groups, value: Some(canary()) }],
            stays: true,
            is_new: false,
        };
        let choose = ChooseAccount {
            page: page(),
            client: client(),
            request: request(),
            client_id: client_id(),
            name: name(),
            email: canary(),
        };
        let refused = |groups| NotPermitted {
            page: page(),
            client: client(),
            request: request(),
            client_id: client_id(),
            name: name(),
            groups,
        };
        let post = FormPost {
            page: page(),
            client: canary(),
            action: canary(),
            fields: vec![("state", canary())],
        };
        vec![
            consent.render().unwrap(),
            choose.render().unwrap(),
            refused(vec![canary()]).render().unwrap(),
            refused(vec![canary(), canary()]).render().unwrap(),
            post.render().unwrap(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consent_shows_what_is_shared_and_nothing_else_of_the_member() {
        let html = samples::consent().render().unwrap();
        let none = Consent { shares: Vec::new(), ..samples::consent() }.render().unwrap();

        assert!(html.contains("marta@lindqvistroofing.example"), "{html}");
        assert!(!none.contains("marta@") && !none.contains("Lindqvist Roofing"), "{none}");
        for answer in ["share", "no", "switch"] {
            let button = format!(r#"name="answer" value="{answer}""#);
            assert_eq!(html.matches(&button).count(), 1, "{html}");
        }
    }

    #[test]
    fn who_is_not_permitted_reads_why_and_whom_to_ask() {
        let html = samples::not_permitted(&["Board"]).render().unwrap();

        assert!(html.contains("members of <strong>Board</strong>"), "{html}");
        assert!(html.contains("mailto:help@harbortrades.example"), "{html}");
        assert!(html.contains(">Back to Board Room</button>"), "{html}");
    }

    /// OAuth 2.0 Form Post Response Mode 2: the parameters, and no others, are posted to the client.
    #[test]
    fn a_form_post_carries_the_answer_and_nothing_of_ours() {
        let html = samples::form_post().render().unwrap();
        let form = html.split("<form").nth(1).unwrap().split("</form>").next().unwrap();

        assert!(form.contains(r#"action="https://harbortrades.mobilize.io/sso/callback?tenant=1"#));
        assert_eq!(form.matches(" name=\"").count(), 3, "{form}");
        assert!(form.contains(r#"name="code" value="SplxlOBeZQQYbYS6WxSbIA""#), "{form}");
        assert!(!form.contains("<state>") && !form.contains("\"quoted\""), "{form}");
        assert!(html.contains("/form_post.js\" defer></script>"), "{html}");
    }
}

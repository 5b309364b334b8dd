//! Ruth, who sets everything up as the help documents say: she goes where a link leads, presses buttons
//! and reads. The platforms that she connects are stand-ins.

use novi_sso::events::Actor;
use novi_sso::sync::platform::Platform;
use novi_sso::sync::switch::{self, Mark};

use crate::support::{BOARD, Browser, HOME, Member, Novi, PASSWORD, Page, Stage};

/// The tab with who is in a group; its number follows.
pub const MEMBERS: &str = "Members (";

pub struct Office {
    pub stage: Stage,
    pub ruth: Browser,
    pub admin: Member,
}

impl Office {
    /// Nothing is connected yet.
    pub async fn open() -> Self {
        let stage = Stage::unconnected().await;
        let admin = stage.novi.admin("Ruth").await;
        let ruth = stage.novi.browser_of(&admin).await;
        Self { stage, ruth, admin }
    }

    /// With this platform connected, as its document's first steps say.
    pub async fn connected_to(platform: &str) -> Self {
        let mut office = Self::open().await;
        office.connects(platform).await;
        office
    }

    pub fn novi(&self) -> &Novi {
        &self.stage.novi
    }

    /// A person with a login, who was there before.
    pub async fn member(&self, first_name: &str) -> Member {
        self.stage.novi.member(first_name).await
    }

    /// A person whose record is there, and who has no login.
    pub async fn without_login(&self, first_name: &str) -> Member {
        let nobody = |member: &mut novi_sso::members::NewMember| {
            (member.email, member.password) = (None, None);
        };
        self.stage.novi.member_at(HOME, first_name, nobody).await
    }

    /// Follows links by their words, from page to page.
    pub async fn goes(&mut self, links: &[&str]) -> Page {
        let mut page = self.ruth.get("/admin/members").await;
        for words in links {
            let to = page.link(words).unwrap_or_else(|| panic!("{words}: {}", page.text()));
            page = self.ruth.visit(&to).await;
            assert_eq!(page.status, 200, "{words}: {}", page.text());
        }
        page
    }

    pub async fn reads(&mut self, links: &[&str]) -> String {
        self.goes(links).await.text()
    }

    /// Types into the form around a button and presses it; answers the page that she then sees.
    pub async fn presses(&mut self, page: &Page, button: &str, typed: &[(&str, &str)]) -> Page {
        let (action, mut fields) = page.button(button);
        fields.retain(|(name, _)| typed.iter().all(|(other, _)| other != name));
        fields.extend(typed.iter().map(|(name, value)| (name.to_string(), value.to_string())));
        let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        let answer = self.ruth.post(&action, &fields).await;
        match answer.location() {
            Some(to) => self.ruth.visit(&to).await,
            None => answer,
        }
    }

    /// Switches a choice of the form off, and presses its button.
    pub async fn unticks(&mut self, page: &Page, choice: &str, button: &str) -> Page {
        let (action, mut fields) = page.button(button);
        fields.retain(|(name, _)| name != choice);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        let answer = self.ruth.post(&action, &fields).await;
        match answer.location() {
            Some(to) => self.ruth.visit(&to).await,
            None => answer,
        }
    }

    /// What she was given for a platform, and where its stand-in is.
    pub fn keys(&self, platform: &str) -> Vec<(&'static str, String)> {
        let kind = match platform {
            "Higher Logic" => Platform::HigherLogic,
            "Forj Community" => Platform::Forj,
            _ => Platform::Mobilize,
        };
        let typed = self.stage.typed(kind);
        let key = typed.credentials.api_key.to_string();
        let mut keys = vec![("api_key", key), ("base_url", typed.base_url)];
        keys.extend(typed.profile.map(|profile| ("profile", profile)));
        match typed.tenant_code {
            Some(code) => keys.extend([("tenant_code", code), ("go_ahead", "1".to_owned())]),
            None => keys.push(("api_secret", typed.credentials.api_secret.to_string())),
        }
        keys
    }

    /// Association Settings, Integrations: tests what is typed, and saves it.
    pub async fn connects(&mut self, platform: &str) {
        let page = self.goes(&["Association Settings", "Integrations"]).await;
        let keys = self.keys(platform);
        let keys: Vec<_> = keys.iter().map(|(name, value)| (*name, &**value)).collect();
        let test = format!("Test Connection to {platform}");
        let tested = self.presses(&page, &test, &keys).await;
        assert!(tested.text().contains("Connection works."), "{}", tested.text());
        let saved = self.presses(&tested, &format!("Save {platform}"), &[]).await;
        assert!(saved.text().ends_with("Saved."), "{}", saved.text());
    }

    /// Makes a group, and puts these people and companies into it.
    pub async fn makes(&mut self, group: &str, members: &[&str]) {
        let blank = self.goes(&["Groups", "Add group"]).await;
        let made = self.presses(&blank, "Add group", &[("name", group)]).await;
        assert!(made.text().contains("Added. Now say who is in."), "{}", made.text());
        for member in members {
            self.adds(group, member).await;
        }
    }

    pub async fn adds(&mut self, group: &str, member: &str) {
        let blank = self.goes(&["Groups", group, MEMBERS, "Add member"]).await;
        let search: String = url::form_urlencoded::byte_serialize(member.as_bytes()).collect();
        let here = blank.link("Back").map(|to| format!("{to}/add?q={search}"));
        let found = self.ruth.get(&here.expect("a way back to the members")).await;
        let added = self.presses(&found, &format!("Add {member}"), &[]).await;
        assert!(added.text().contains(member), "{}", added.text());
    }

    pub async fn removes(&mut self, group: &str, member: &str) {
        let page = self.goes(&["Groups", group, MEMBERS]).await;
        let removed = self.presses(&page, &format!("Remove {member}"), &[]).await;
        assert_eq!(removed.status, 200, "{}", removed.text());
    }

    /// "In the dropdown, select the appropriate Group and save"; answers the page that follows.
    pub async fn chooses(&mut self, group: &str, field: &str, there: &str) -> Page {
        let page = self.goes(&["Groups", group]).await;
        let value = option(&page, field, there);
        self.presses(&page, "Save", &[(field, &value)]).await
    }

    /// Chooses it, and what is chosen is saved without a question.
    pub async fn links(&mut self, group: &str, field: &str, there: &str) {
        let saved = self.chooses(group, field, there).await;
        assert!(saved.text().contains("Saved. The group is syncing."), "{}", saved.text());
    }

    /// Switches "Sync to Higher Logic" on.
    pub async fn switches_on(&mut self, group: &str, group_type: &str) -> Page {
        let page = self.goes(&["Groups", group]).await;
        let typed = [("higher_logic", "1"), ("group_type", group_type)];
        let saved = self.presses(&page, "Save", &typed).await;
        assert!(saved.text().contains("Saved. The group is syncing."), "{}", saved.text());
        saved
    }

    pub async fn edits(&mut self, who: &str, fields: &[(&str, &str)]) {
        let page = self.goes(&["Members", who, "Edit"]).await;
        let saved = self.presses(&page, "Save", fields).await;
        assert!(saved.text().contains("Saved."), "{}", saved.text());
    }

    pub async fn gives_login(&mut self, who: &str, email: &str) {
        let page = self.goes(&["Members", who, "Add a login"]).await;
        let typed = [("login_email", email), ("password", PASSWORD)];
        let saved = self.presses(&page, "Save", &typed).await;
        assert!(saved.text().contains(email), "{}", saved.text());
    }

    pub async fn changes_email(&mut self, who: &str, email: &str) {
        let page = self.goes(&["Members", who, "Change"]).await;
        let saved = self.presses(&page, "Save", &[("login_email", email)]).await;
        assert!(saved.text().contains(email), "{}", saved.text());
    }

    pub async fn deactivates(&mut self, who: &str) {
        let page = self.goes(&["Members", who, "Deactivate"]).await;
        let done = self.presses(&page, "Deactivate", &[]).await;
        assert!(done.text().contains("Reactivate"), "{}", done.text());
    }

    pub async fn reactivates(&mut self, who: &str) {
        let page = self.goes(&["Members", who]).await;
        let done = self.presses(&page, "Reactivate", &[]).await;
        assert!(done.text().contains("Deactivate"), "{}", done.text());
    }

    /// The status of a member in the tab Members of a group.
    pub async fn status(&mut self, group: &str, member: &str, platform: &str) -> String {
        self.goes(&["Groups", group, MEMBERS]).await.cell(member, platform)
    }

    /// The status of a group in the list of all.
    pub async fn group_status(&mut self, group: &str, platform: &str) -> String {
        self.goes(&["Groups"]).await.cell(group, platform)
    }

    /// The group's own id, out of its address.
    pub async fn id_of(&mut self, group: &str) -> String {
        let list = self.goes(&["Groups"]).await;
        let url = list.link(group).unwrap_or_else(|| panic!("{group}: {}", list.text()));
        url.rsplit('/').next().unwrap().to_owned()
    }

    /// Until nothing is left to be done at this moment.
    pub async fn settles(&self) {
        self.stage.settle().await;
    }

    /// Later, with what is due until then; she logs in anew.
    pub async fn later(&mut self, seconds: i64) {
        self.stage.passes(seconds).await;
        self.ruth = self.stage.novi.browser_of(&self.admin).await;
    }

    /// A night: everything is read back and compared, and what is wrong is set right.
    pub async fn overnight(&mut self) {
        self.later(24 * 3600 + 1).await;
        self.later(11).await;
    }

    /// What the vendor's operator does from the command line.
    pub async fn operator_marks(&self, mark: Mark) {
        switch::mark(&self.stage.site().await, mark, &Actor::CommandLine).await.unwrap();
    }

    /// Whether anything was asked of Mobilize that changes it.
    pub fn changes_sent(&self) -> usize {
        self.stage.mobilize.requests().iter().filter(|request| request.method != "GET").count()
    }

    /// What was asked about the group "Board" there or about people, not only which groups there are.
    pub fn talk(&self) -> usize {
        let requests = self.stage.mobilize.requests();
        let is_talk = |path: &str| path.contains(&format!("/{BOARD}")) || path.contains("/users");
        requests.iter().filter(|request| is_talk(&request.path)).count()
    }
}

/// The value of an option that can be chosen, by its words.
fn option(page: &Page, field: &str, words: &str) -> String {
    let choices = page.choices(field);
    let found = choices.iter().find(|choice| choice.words == words && choice.is_possible);
    found.unwrap_or_else(|| panic!("{words}: {}", page.text())).value.clone()
}

/// Words in the order in which they should be read.
#[track_caller]
pub fn in_order(text: &str, words: &[&str]) {
    let mut rest = text;
    for word in words {
        let Some((_, after)) = rest.split_once(word) else {
            panic!("{word:?} is not there, or before another: {text}");
        };
        rest = after;
    }
}

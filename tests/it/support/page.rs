//! A page as a browser has it: what it says, where it leads, and what its forms send.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, header};
use tower::ServiceExt as _;

/// What came back.
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

/// An option of a `<select>`.
pub struct Choice {
    pub value: String,
    pub words: String,
    pub is_possible: bool,
    pub is_chosen: bool,
}

impl Page {
    /// The answer to a request that no browser would send.
    pub async fn of(router: &Router, request: Request<Body>) -> Self {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        Self { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub fn location(&self) -> Option<String> {
        self.headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned())
    }

    /// A parameter of the query in `Location`.
    pub fn sent(&self, name: &str) -> Option<String> {
        let location = self.location()?;
        let (_, query) = location.split_once('?')?;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        pairs.find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    /// The value of the first `<input name="…">`.
    pub fn field(&self, name: &str) -> Option<String> {
        let tags = self.body.split("<input").skip(1).filter_map(|tag| tag.split('>').next());
        let mut found = tags.filter(|tag| attribute(tag, "name").as_deref() == Some(name));
        found.next().map(|tag| attribute(tag, "value").unwrap_or_default())
    }

    pub fn form_token(&self) -> String {
        self.field("form_token").expect("a form with a token")
    }

    /// The fields of the form that posts to `action`, as they stand on the page.
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        let form = self.form_to(action);
        fields_of(form.unwrap_or_else(|| panic!("no form posts to {action}: {}", self.body)))
    }

    /// Where the button with these words sends its form to, and the form's fields with its own.
    pub fn button(&self, words: &str) -> (String, Vec<(String, String)>) {
        let buttons = self.body.match_indices("<button").map(|(at, _)| at);
        let says = |at: &usize| inner(&self.body[*at..], "</button>") == words;
        let at = { buttons }.find(says);
        let at = at.unwrap_or_else(|| panic!("no button says {words:?}: {}", self.text()));
        let tag = self.body[at..].split('>').next().unwrap();
        let start = match attribute(tag, "form") {
            Some(id) => self.body.find(&format!("<form id=\"{id}\"")),
            None => self.body[..at].rfind("<form"),
        };
        let form = &self.body[start.expect("a form around the button")..];
        let form = form.split("</form>").next().unwrap();
        let action = attribute(form.split('>').next().unwrap(), "action").unwrap();
        let mut fields = fields_of(form);
        if let Some(name) = attribute(tag, "name") {
            fields.push((name, attribute(tag, "value").unwrap_or_default()));
        }
        (action, fields)
    }

    /// Where the link with these words leads; failing that, one that begins with them.
    pub fn link(&self, words: &str) -> Option<String> {
        let links = || self.body.match_indices("<a ").map(|(at, _)| &self.body[at..]);
        let says = |link: &&str| inner(link, "</a>") == words;
        let begins = |link: &&str| inner(link, "</a>").starts_with(words);
        let found = links().find(says).or_else(|| links().find(begins))?;
        attribute(found.split('>').next().unwrap(), "href")
    }

    /// What can be chosen in the `<select>` of this name.
    pub fn choices(&self, name: &str) -> Vec<Choice> {
        let selects = self.body.split("<select").skip(1);
        let is_meant = |select: &&str| attribute(select, "name").as_deref() == Some(name);
        let select = { selects }.find(is_meant);
        let select = select.unwrap_or_else(|| panic!("nothing to choose: {}", self.text()));
        let options = select.split("</select>").next().unwrap().split("<option").skip(1);
        let choice = |option: &str| {
            let tag = option.split('>').next().unwrap();
            Choice {
                value: attribute(tag, "value").unwrap_or_default(),
                words: inner(option, "</option>"),
                is_possible: !tag.contains(" disabled"),
                is_chosen: tag.contains(" selected"),
            }
        };
        options.map(choice).collect()
    }

    /// What a table says in this column of the line that begins with these words.
    pub fn cell(&self, line: &str, column: &str) -> String {
        let is_meant = |row: &&str| inner(row, "</th>").starts_with(line);
        let rows = self.body.split("<tr>").skip(1).map(|row| row.split("</tr>").next().unwrap());
        let row = { rows }.find(is_meant).unwrap_or_else(|| panic!("{line}: {}", self.text()));
        let marker = format!("data-th=\"{column}\"");
        let mut cells = row.split("<td").skip(1);
        let cell = cells.find(|cell| cell.split('>').next().unwrap().contains(&marker));
        inner(cell.unwrap_or_else(|| panic!("{line} has no {column}: {row}")), "</td>")
    }

    pub fn posts_to(&self, action: &str) -> bool {
        self.form_to(action).is_some()
    }

    fn form_to(&self, action: &str) -> Option<&str> {
        let forms =
            self.body.split("<form").skip(1).filter_map(|form| form.split("</form>").next());
        let posts_there = |form: &&str| {
            let tag = form.split('>').next().unwrap_or_default();
            let found = attribute(tag, "action").unwrap_or_default();
            found.split('#').next() == Some(action)
        };
        { forms }.find(posts_there)
    }

    /// What a person reads: the page without its tags.
    pub fn text(&self) -> String {
        text_of(&self.body)
    }

    pub fn hidden_fields(&self) -> Vec<(String, String)> {
        let tags = self.body.split("<input").skip(1).filter_map(|tag| tag.split('>').next());
        let hidden = tags.filter(|tag| attribute(tag, "type").as_deref() == Some("hidden"));
        let mut found: Vec<(String, String)> = Vec::new();
        for tag in hidden {
            let name = attribute(tag, "name").unwrap_or_default();
            if found.iter().all(|(known, _)| *known != name) {
                found.push((name, attribute(tag, "value").unwrap_or_default()));
            }
        }
        found
    }
}

/// What a browser sends of a form: nothing that is disabled, and no choice that is not made.
fn fields_of(form: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let kinds = ["<input", "<textarea", "<select"];
    for (at, kind) in kinds.iter().flat_map(|kind| form.match_indices(kind)) {
        let (tag, rest) = form[at..].split_once('>').unwrap();
        let Some(name) = attribute(tag, "name") else { continue };
        let is_choice = ["radio", "checkbox"].map(|kind| format!(" type=\"{kind}\""));
        let is_choice = is_choice.iter().any(|kind| tag.contains(kind));
        if is_choice && !tag.contains(" checked") || tag.contains(" disabled") {
            continue;
        }
        let value = match kind {
            "<textarea" => Some(unescaped(rest.split("</textarea>").next().unwrap())),
            "<select" => chosen(rest.split("</select>").next().unwrap()),
            _ => Some(attribute(tag, "value").unwrap_or_default()),
        };
        fields.extend(value.map(|value| (name, value)));
    }
    fields
}

/// The option that is selected, or else the first that can be.
fn chosen(options: &str) -> Option<String> {
    let tags = || options.split("<option").skip(1).filter_map(|option| option.split('>').next());
    let is_possible = |tag: &&str| !tag.contains(" disabled");
    let found = tags().find(|tag| tag.contains(" selected"));
    attribute(found.or_else(|| tags().find(is_possible)).filter(is_possible)?, "value")
}

/// What a person reads of an element that this text begins within.
fn inner(html: &str, end: &str) -> String {
    let element = html.split(end).next().unwrap();
    text_of(element.split_once('>').map_or(element, |(_, inside)| inside))
}

fn text_of(html: &str) -> String {
    let mut text = String::new();
    for piece in html.split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_, words)| words));
    }
    let words: Vec<_> = text.split_whitespace().collect();
    unescaped(&words.join(" "))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(unescaped(value))
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&#60;", "<")
        .replace("&gt;", ">")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

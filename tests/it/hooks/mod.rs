//! Updates from automation tools (R73), through the front door.

mod abuse;
mod echo;
mod flood;
mod pages;
mod quarantine;
mod taken;
mod walk;

use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::hmac;
use axum::body::Body;
use axum::http::{Request, header};
use serde_json::{Value, json};

use crate::support::{Browser, HOME, Member, Novi, Page};

const ALL: [&str; 9] = [
    "phone",
    "picture",
    "bio",
    "website",
    "facebook",
    "linkedin",
    "twitter",
    "youtube",
    "instagram",
];

/// An automation tool, as it knows itself.
#[derive(Clone)]
pub struct Tool {
    novi: Novi,
    host: &'static str,
    id: String,
    secret: String,
}

/// A request that can be changed before it is sent.
#[derive(Clone)]
struct Parcel {
    path: String,
    host: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Tool {
    /// Added by an admin on the page.
    pub async fn added(browser: &mut Browser, novi: &Novi, fields: &[&str]) -> Self {
        let page = browser.get("/admin/settings/hooks/new").await;
        let form_token = page.form_token();
        let id = page.field("hook_id").unwrap();
        let mut form = vec![("form_token", &*form_token), ("hook_id", &*id), ("name", "Zap")];
        form.extend(fields.iter().map(|field| ("field", *field)));
        let made = browser.post("/admin/settings/hooks/new", &form).await;
        assert_eq!(made.status, 200, "{}", made.text());
        Self { novi: novi.clone(), host: HOME, secret: secret_on(&made), id }
    }

    fn parcel(&self, body: &Value) -> Parcel {
        self.parcel_at(body.to_string().as_bytes(), self.novi.clock.now().unix_seconds())
    }

    fn parcel_at(&self, body: &[u8], timestamp: i64) -> Parcel {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let timestamp = timestamp.to_string();
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        let tag = hmac::sign(&key, &[timestamp.as_bytes(), b".", body].concat());
        let hexadecimal: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let delivery = format!("delivery-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        Parcel {
            path: format!("/hooks/{}", self.id),
            host: self.host,
            headers: vec![
                ("x-novi-timestamp", timestamp),
                ("x-novi-delivery", delivery),
                ("x-novi-signature", format!("sha256={hexadecimal}")),
            ],
            body: body.to_vec(),
        }
    }

    async fn sends(&self, body: Value) -> Page {
        self.parcel(&body).sent(&self.novi).await
    }

    /// An update of one member; answers what became of it.
    pub async fn updates(&self, member: &Member, fields: Value) -> String {
        let page = self.sends(json!({ "member": member.id.as_str(), "fields": fields })).await;
        page.json()["result"].as_str().unwrap_or_else(|| panic!("{}", page.body)).to_owned()
    }

    fn url(&self, rest: &str) -> String {
        format!("/admin/settings/hooks/{}{rest}", self.id)
    }
}

impl Parcel {
    fn with(mut self, name: &str, value: &str) -> Self {
        let header = self.headers.iter_mut().find(|(known, _)| *known == name).unwrap();
        header.1 = value.to_owned();
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    async fn sent(&self, novi: &Novi) -> Page {
        let mut request = Request::post(&self.path).header(header::HOST, self.host);
        request = request.header(header::CONTENT_TYPE, "application/json");
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        Page::of(&novi.router, request.body(Body::from(self.body.clone())).unwrap()).await
    }
}

/// What the one page that shows it has in its field.
fn secret_on(page: &Page) -> String {
    let tag = page.body.split("<input id=\"secret\" value=\"").nth(1).expect("a secret");
    tag.split('"').next().unwrap().to_owned()
}

/// An association with Ann and Ruth, who added a tool that may write everything there is.
struct Scene {
    novi: Novi,
    ann: Member,
    ruth: Browser,
    zap: Tool,
}

async fn scene() -> Scene {
    scene_of(Novi::start().await).await
}

async fn scene_of(novi: Novi) -> Scene {
    let (ann, admin) = (novi.member("Ann").await, novi.admin("Ruth").await);
    let mut ruth = novi.browser_of(&admin).await;
    let zap = Tool::added(&mut ruth, &novi, &ALL).await;
    Scene { novi, ann, ruth, zap }
}

/// So many people more, written straight into the database.
async fn crowd(novi: &Novi, size: usize) -> Vec<Member> {
    let site = novi.home().await;
    let mut people = Vec::new();
    let mut tx = site.write().await.unwrap();
    for number in 0..size {
        let new = novi_sso::members::NewMember {
            first_name: format!("Person {number}"),
            last_name: "Crowd".to_owned(),
            ..Default::default()
        };
        let actor = novi_sso::events::Actor::CommandLine;
        let id = novi_sso::members::add(&mut tx, &novi.app.vault, &new, &actor).await;
        let id = id.unwrap().unwrap();
        people.push(Member { id, email: String::new(), password: String::new() });
        if number % 100 == 99 {
            tx.commit().await.unwrap();
            tx = site.write().await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    people
}

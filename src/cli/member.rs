//! `member`: people, with login or without.

use anyhow::{Context as _, Result, anyhow};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::context::{ACTOR, Context};
use super::input;
use crate::associations::Site;
use crate::id::RecordId;
use crate::members::{
    self, Details, Email, Listed, NewMember, Password, PasswordHash, Refusal, logins, records,
};

const PAGE: i64 = 200;

#[derive(Subcommand)]
pub enum Command {
    /// Add a person; with an e-mail they have a login, with a password they can sign in
    Add(Box<Add>),
    /// Set a password; every session, code and token of the member ends
    SetPassword {
        /// The member's e-mail or UniqueID
        #[arg(value_name = "EMAIL|ID")]
        member: String,
        #[command(flatten)]
        password: NewPassword,
    },
    /// Put a member out, at once: no sign-in, and every session, code and token is void
    Deactivate {
        #[arg(value_name = "EMAIL|ID")]
        member: String,
    },
    /// Bring a member back; what was ended stays ended
    Reactivate {
        #[arg(value_name = "EMAIL|ID")]
        member: String,
    },
    /// Change what is known of a member
    Change {
        #[arg(value_name = "EMAIL|ID")]
        member: String,
        /// A field and its new value, as in job_title=Owner or custom.key=42; blank clears it; may stand
        /// more than once
        #[arg(long, value_name = "NAME=VALUE", required = true)]
        set: Vec<String>,
    },
    /// Add a login, change its e-mail, or switch it off or on
    Login(Login),
    /// Show the members, by name
    List,
}

#[derive(Args)]
pub struct Login {
    #[arg(value_name = "EMAIL|ID")]
    member: String,
    /// What they log in with from now on; a person without a login gets one
    #[arg(long, value_parser = Email::parse, group = "what", required_unless_present_any = ["disable", "enable"])]
    email: Option<Email>,
    /// Nobody can log in with it, and every session, code and token is void
    #[arg(long, group = "what")]
    disable: bool,
    /// It works again; what was ended stays ended
    #[arg(long, group = "what")]
    enable: bool,
}

#[derive(Args)]
pub struct Add {
    /// What they sign in with
    #[arg(long, value_parser = Email::parse)]
    email: Option<Email>,
    #[arg(long, value_name = "NAME", value_parser = input::name)]
    first_name: String,
    #[arg(long, value_name = "NAME", value_parser = input::name)]
    last_name: String,
    /// Found by its name, or made
    #[arg(long, value_name = "NAME", value_parser = input::name)]
    company: Option<String>,
    #[arg(long, value_name = "TITLE", value_parser = input::name)]
    job_title: Option<String>,
    #[arg(long, value_name = "NUMBER", value_parser = input::name)]
    phone: Option<String>,
    /// As in the claim `member_status`
    #[arg(long, value_name = "STATUS", value_parser = input::name)]
    member_status: Option<String>,
    /// Another standard claim, as in website=https://annie.example/ or birthdate=1970-12-31; may stand
    /// more than once
    #[arg(long = "detail", value_name = "NAME=VALUE")]
    details: Vec<String>,
    /// May do everything in this association
    #[arg(long)]
    admin: bool,
    /// Read a password from standard input
    #[arg(long, requires = "email")]
    password_stdin: bool,
    /// Take a password that is short or easy to guess
    #[arg(long, requires = "password_stdin")]
    weak_password_ok: bool,
}

#[derive(Args)]
pub struct NewPassword {
    /// Read the password from standard input
    #[arg(long, required = true)]
    password_stdin: bool,
    /// Take a password that is short or easy to guess
    #[arg(long)]
    weak_password_ok: bool,
}

pub async fn run(context: &Context, command: Command) -> Result<()> {
    let site = context.site().await?;
    match command {
        Command::Add(who) => add(context, &site, *who).await,
        Command::SetPassword { member, password } => {
            set_password(context, &site, &member, password.weak_password_ok).await
        }
        Command::Deactivate { member } => deactivate(context, &site, &member).await,
        Command::Reactivate { member } => reactivate(context, &site, &member).await,
        Command::Change { member, set } => change(context, &site, &member, &set).await,
        Command::Login(what) => login(context, &site, what).await,
        Command::List => list(context, &site).await,
    }
}

async fn add(context: &Context, site: &Site, who: Add) -> Result<()> {
    let password = if who.password_stdin {
        let email = who.email.as_ref().map_or("", Email::as_str);
        let known = [&*who.first_name, &*who.last_name, email];
        Some(password(site, &known, who.weak_password_ok).await?)
    } else {
        None
    };
    let mut details = Details::default();
    for detail in &who.details {
        let (name, value) =
            detail.split_once('=').with_context(|| format!("write {detail} as NAME=VALUE"))?;
        details.set(name, value)?;
    }
    let member = NewMember {
        details,
        first_name: who.first_name,
        last_name: who.last_name,
        email: who.email,
        password,
        company: who.company,
        job_title: who.job_title,
        phone: who.phone,
        member_status: who.member_status,
        is_admin: who.admin,
        ..NewMember::default()
    };
    let mut tx = site.write().await?;
    let id = members::add(&mut tx, &site.app.vault, &member, &ACTOR).await??;
    tx.commit().await?;
    let line = format!("added {} {}: {id}", member.first_name, member.last_name);
    context.output.say(&line, &json!({ "member_id": id }))
}

async fn set_password(context: &Context, site: &Site, named: &str, weak_ok: bool) -> Result<()> {
    let member = members::find(&mut site.read(), named).await??;
    let email = members::email_of(&mut site.read(), &member).await?;
    let email = email.ok_or_else(|| Refusal::NoLogin(named.to_owned()))?;
    let name = members::name(&mut site.read(), &member).await?.unwrap_or_default();
    let hash = password(site, &[&*name, email.as_str()], weak_ok).await?;
    let mut tx = site.write().await?;
    if !members::set_password(&mut tx, &site.app.vault, &member, &hash, &ACTOR).await? {
        return Err(Refusal::NoLogin(named.to_owned()).into());
    }
    tx.commit().await?;
    let line = format!("{email} has a new password; every session, code and token has ended");
    context.output.say(&line, &json!({ "member_id": member }))
}

/// The password of standard input, hashed.
async fn password(site: &Site, known: &[&str], weak_ok: bool) -> Result<PasswordHash> {
    let text = input::secret()?;
    let chosen = if weak_ok {
        Password::accept(&text)?
    } else {
        let known: Vec<_> = known.iter().copied().chain([&*site.association.name]).collect();
        let hint = "choose another one, or say --weak-password-ok";
        Password::choose(&text, &known).map_err(|weak| anyhow!("{weak}; {hint}"))?
    };
    site.app.hashing.hash(chosen).await.context("cannot hash the password")
}

async fn deactivate(context: &Context, site: &Site, named: &str) -> Result<()> {
    let member = members::find(&mut site.read(), named).await??;
    let changed = members::deactivate(site, &member, &ACTOR).await?;
    let line = if changed {
        format!("{named} is out; every session, code and token has ended")
    } else {
        format!("{named} is out already")
    };
    context.output.say(&line, &json!({ "member_id": member, "changed": changed }))
}

async fn reactivate(context: &Context, site: &Site, named: &str) -> Result<()> {
    let member = members::find(&mut site.read(), named).await??;
    let changed = members::reactivate(site, &member, &ACTOR).await?;
    let line = format!("{named} is {} active", if changed { "again" } else { "already" });
    context.output.say(&line, &json!({ "member_id": member, "changed": changed }))
}

async fn change(context: &Context, site: &Site, named: &str, set: &[String]) -> Result<()> {
    let member = members::find(&mut site.read(), named).await??;
    let changed = set_fields(site, &member.clone().into(), set).await?;
    let line = format!("{named} is {}", if changed { "changed" } else { "like that already" });
    context.output.say(&line, &json!({ "member_id": member, "changed": changed }))
}

/// False when everything is like that already.
pub async fn set_fields(site: &Site, id: &RecordId, set: &[String]) -> Result<bool> {
    let record = records::find(&mut site.read(), id).await?.context("there is no such record")?;
    let mut sheet = record.sheet.clone();
    input::fill(&mut sheet, &record.places(), set)?;
    let seen = record.sheet.fingerprint();
    records::change(site, id, &seen, &sheet, &ACTOR).await??;
    Ok(sheet != record.sheet)
}

async fn login(context: &Context, site: &Site, what: Login) -> Result<()> {
    let named = &what.member;
    let member = members::find(&mut site.read(), named).await??;
    let before = logins::state(&mut site.read(), &member).await?;
    let (changed, line) = match (&what.email, before) {
        (Some(email), None) => {
            logins::add(site, &member, email, None, &ACTOR).await??;
            (true, format!("{named} has the login {email}, and no password yet"))
        }
        (Some(email), Some(before)) => {
            logins::change_email(site, &member, email, &ACTOR).await??;
            (before.email != *email, format!("{named} logs in with {email}"))
        }
        (None, None) => return Err(Refusal::NoLogin(named.clone()).into()),
        (None, Some(_)) if what.disable => {
            let changed = logins::disable(site, &member, &ACTOR).await?;
            (
                changed,
                format!("the login of {named} is off; every session, code and token has ended"),
            )
        }
        (None, Some(_)) => {
            let changed = logins::enable(site, &member, &ACTOR).await?;
            (changed, format!("the login of {named} is on"))
        }
    };
    context.output.say(&line, &json!({ "member_id": member, "changed": changed }))
}

async fn list(context: &Context, site: &Site) -> Result<()> {
    let mut all: Vec<Listed> = Vec::new();
    loop {
        let page = members::list(&mut site.read(), all.last(), PAGE).await?;
        if page.is_empty() {
            break;
        }
        all.extend(page);
    }
    let rows: Vec<_> = all.iter().map(row).collect();
    let object = json!({ "members": all.iter().map(object).collect::<Vec<_>>() });
    context.output.list(&["id", "name", "e-mail", "company", ""], &rows, &object)
}

fn row(member: &Listed) -> Vec<String> {
    let state = match (member.deactivated_at, member.admin_since) {
        (Some(since), _) => format!("out since {since}"),
        (None, Some(_)) => "admin".to_owned(),
        (None, None) => String::new(),
    };
    vec![
        member.member_id.to_string(),
        format!("{} {}", member.first_name, member.last_name),
        member.email.clone().unwrap_or_default(),
        member.company_name.clone().unwrap_or_default(),
        state,
    ]
}

fn object(member: &Listed) -> Value {
    json!({
        "member_id": member.member_id,
        "first_name": member.first_name,
        "last_name": member.last_name,
        "email": member.email,
        "company_name": member.company_name,
        "job_title": member.job_title,
        "admin": member.admin_since.is_some(),
        "deactivated_at": member.deactivated_at.map(|at| at.to_string()),
    })
}

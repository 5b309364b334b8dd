//! `client`: SSO clients, the websites that members open with their login.

use std::ops::RangeInclusive;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand, value_parser};
use serde_json::{Value, json};

use super::client_settings::Flags;
use super::context::{ACTOR, Context, NAME};
use super::input;
use crate::associations::Site;
use crate::clients::secrets::{self, LONGEST_OVERLAP_DAYS, Old};
use crate::clients::{
    self, Client, ClientSecret, Identity, RedirectUrl, Refusal, Secret, Settings, TokenAuthMethod,
    permitted,
};
use crate::groups;
use crate::id::{ClientId, GroupId, SecretId};

const DAYS: RangeInclusive<i64> = 1..=LONGEST_OVERLAP_DAYS;

#[derive(Subcommand)]
pub enum Command {
    /// Add an SSO client
    Add(Box<Add>),
    /// Show the SSO clients, by name
    List,
    /// Show one SSO client
    Show {
        #[arg(value_name = "CLIENT_ID")]
        id: ClientId,
        /// Its Secret Key too; that is recorded
        #[arg(long)]
        secret: bool,
    },
    /// Change settings of an SSO client; what is not said stays as it is
    Change(Box<Change>),
    /// Make a new Secret Key; the old one stops working at once, or some days later
    NewSecret {
        #[arg(value_name = "CLIENT_ID")]
        id: ClientId,
        /// What to call it, to tell the two apart
        #[arg(long, value_parser = input::name)]
        name: Option<String>,
        /// The old one works so many days more
        #[arg(long, value_name = "DAYS", value_parser = value_parser!(i64).range(DAYS))]
        old_works_days: Option<i64>,
    },
    /// End one of two Secret Keys; client show lists them
    RemoveSecret {
        #[arg(value_name = "CLIENT_ID")]
        id: ClientId,
        #[arg(value_name = "SECRET_ID")]
        secret: String,
    },
    /// Switch an SSO client off: nobody signs in through it, its codes and tokens are void
    Disable {
        #[arg(value_name = "CLIENT_ID")]
        id: ClientId,
    },
    /// Switch an SSO client on again
    Enable {
        #[arg(value_name = "CLIENT_ID")]
        id: ClientId,
    },
    /// Delete an SSO client with its codes and tokens
    Delete {
        #[arg(value_name = "CLIENT_ID")]
        id: ClientId,
    },
}

#[derive(Args)]
pub struct Add {
    #[arg(long, value_parser = input::name)]
    name: String,
    #[command(flatten)]
    settings: Flags,
    /// Take over the Client Id that a platform has already
    #[arg(long, value_name = "GUID", requires = "client_secret_stdin")]
    #[arg(conflicts_with = "token_auth_method")]
    client_id: Option<ClientId>,
    /// Read the Secret Key that the platform has from standard input
    #[arg(long, requires = "client_id")]
    client_secret_stdin: bool,
}

#[derive(Args)]
pub struct Change {
    #[arg(value_name = "CLIENT_ID")]
    id: ClientId,
    #[arg(long, value_parser = input::name)]
    name: Option<String>,
    #[command(flatten)]
    settings: Flags,
    /// All members with a login may log in
    #[arg(long, conflicts_with = "permitted_groups")]
    everybody: bool,
}

pub async fn run(context: &Context, command: Command) -> Result<()> {
    let site = context.site().await?;
    match command {
        Command::Add(client) => add(context, &site, *client).await,
        Command::List => list(context, &site).await,
        Command::Show { id, secret } => show(context, &site, &id, secret).await,
        Command::Change(client) => change(context, &site, *client).await,
        Command::NewSecret { id, name, old_works_days } => {
            let old = old_works_days.map_or(Old::StopsAtOnce, |days| Old::StopsIn { days });
            let name = name.unwrap_or_default();
            new_secret(context, &site, &id, &name, old).await
        }
        Command::RemoveSecret { id, secret } => remove_secret(context, &site, &id, &secret).await,
        Command::Disable { id } => disable(context, &site, &id).await,
        Command::Enable { id } => enable(context, &site, &id).await,
        Command::Delete { id } => delete(context, &site, &id).await,
    }
}

async fn add(context: &Context, site: &Site, add: Add) -> Result<()> {
    let mut settings = Settings::new(add.name, Vec::new());
    add.settings.apply(site, &mut settings).await?;
    let identity = match add.client_id {
        Some(id) => Identity::TakenOver(id, ClientSecret::take_over(&input::secret()?)?),
        None => Identity::Fresh,
    };
    let is_known = matches!(identity, Identity::TakenOver(..));
    let (id, secret) = clients::add(site, &settings, identity, &ACTOR).await??;
    let mut line = format!("added {}\nClient Id:  {id}", settings.name);
    match &secret {
        Some(_) if is_known => line.push_str("\nSecret Key: as the platform has it"),
        Some(secret) => line.push_str(&format!("\nSecret Key: {}", secret.expose())),
        None if settings.keys.is_some() => line.push_str("\nit signs with a key of its own"),
        None => line.push_str("\na public client; it has no Secret Key"),
    }
    let secret = secret.as_ref().map(ClientSecret::expose);
    context.output.say(&line, &json!({ "client_id": id, "client_secret": secret }))
}

async fn change(context: &Context, site: &Site, change: Change) -> Result<()> {
    let client = found(site, &change.id).await?;
    let mut settings = client.settings.clone();
    if let Some(name) = change.name {
        settings.name = name;
    }
    if change.everybody {
        settings.permitted_groups = Vec::new();
    }
    change.settings.apply(site, &mut settings).await?;
    let id = &client.client_id;
    let who = permitted::change(site, Some(id), &settings.permitted_groups).await?;
    let before = &client.settings;
    clients::change(site, id, client.version, before, &settings, &ACTOR).await??;
    let mut line = format!("changed {}", settings.name);
    if who.lose > 0 {
        line.push_str(&format!("; {} members can no longer log in there", who.lose));
    }
    if who.gain > 0 {
        line.push_str(&format!("; {} more members can", who.gain));
    }
    let object = json!({ "client_id": id, "lose_access": who.lose, "gain_access": who.gain });
    context.output.say(&line, &object)
}

async fn list(context: &Context, site: &Site) -> Result<()> {
    let all = clients::list(&mut site.read()).await?;
    let rows = all.iter().map(|client| {
        let state = match (client.disabled_at, client.last_log_in_at) {
            (Some(since), _) => format!("off since {since}"),
            (None, Some(at)) => format!("last log-in {at}"),
            (None, None) => "not used yet".to_owned(),
        };
        let host = client.first_url.as_ref().map(RedirectUrl::host).unwrap_or_default();
        vec![client.client_id.to_string(), client.name.clone(), host, state]
    });
    let rows: Vec<_> = rows.collect();
    let object = |client: &clients::Listed| {
        json!({
            "client_id": client.client_id,
            "name": client.name,
            "disabled_at": client.disabled_at.map(|at| at.to_string()),
            "last_log_in_at": client.last_log_in_at.map(|at| at.to_string()),
        })
    };
    let object = json!({ "clients": all.iter().map(object).collect::<Vec<Value>>() });
    context.output.list(&["Client Id", "name", "host", ""], &rows, &object)
}

async fn show(context: &Context, site: &Site, id: &ClientId, with_secret: bool) -> Result<()> {
    let client = found(site, id).await?;
    let secret = if with_secret {
        let newest = secrets::newest(&client, site.now).ok_or(Refusal::NoSecret)?;
        let secret = secrets::show(site, id, &newest.id, NAME, &ACTOR).await?;
        Some(secret.ok_or(Refusal::NoSecret)?)
    } else {
        None
    };
    let secret = secret.as_ref().map(ClientSecret::expose);
    let groups = permitted_groups(site, &client).await?;
    let mut object = shown(&client, &groups);
    if let Some(secret) = secret {
        object["client_secret"] = secret.into();
    }
    let lines = lines(&client, &groups, secret);
    context.output.say(&lines.join("\n"), &object)
}

/// UniqueIDs and names.
async fn permitted_groups(site: &Site, client: &Client) -> Result<Vec<(GroupId, String)>> {
    let all = groups::list(&mut site.read()).await?;
    let named = all.into_iter().filter(|it| client.permitted_groups.contains(&it.group_id));
    Ok(named.map(|group| (group.group_id, group.name)).collect())
}

fn lines(client: &Client, groups: &[(GroupId, String)], secret: Option<&str>) -> Vec<String> {
    let yes = |is_on: bool| if is_on { "yes" } else { "no" };
    let mut lines = vec![
        format!("name:          {}", client.name),
        format!("Client Id:     {}", client.client_id),
        format!("Secret Key:    {}", secret.unwrap_or(without_secret(client))),
    ];
    for key in &client.secrets {
        let name = Some(&*key.name).filter(|name| !name.is_empty()).unwrap_or("without a name");
        let used = key.last_used_at.map_or("never used".to_owned(), |at| format!("used {at}"));
        let ends = key.expires_at.map_or(String::new(), |at| format!(", ends {at}"));
        lines.push(format!("  {}  {}…, {name}, {used}{ends}", key.id, key.start));
    }
    lines.push(format!("authenticates: {}", words(client.auth_method)));
    if let Some((method, at)) = client.method_used {
        lines.push(format!("seen last:     {}, {at}", words(method)));
    }
    let urls = [
        ("redirect URL:  ", &client.redirect_urls[..]),
        ("after log-out: ", &client.post_logout_urls),
        ("back-channel:  ", client.backchannel_logout_url.as_slice()),
    ];
    for (label, urls) in urls {
        lines.extend(urls.iter().map(|url| format!("{label}{url}")));
    }
    let names: Vec<_> = groups.iter().map(|(_, name)| &**name).collect();
    let who = if names.is_empty() { "all members".to_owned() } else { names.join(", ") };
    lines.push(format!("who may in:    {who}"));
    lines.push(format!("asks members:  {}", yes(!client.is_trusted())));
    lines.push(format!("requires PKCE: {}", yes(client.requires_pkce)));
    lines.push(format!("lean ID token: {}", yes(client.has_lean_id_token)));
    lines.push(format!("legacy SSO:    {}", yes(client.has_legacy_sso)));
    lines.push(format!("machine:       {}", yes(client.is_machine)));
    if let Some(url) = &client.resource_url {
        lines.push(format!("resource URL:  {url}"));
    }
    if let Some(since) = client.disabled_at {
        lines.push(format!("off since:     {since}"));
    }
    lines
}

fn shown(client: &Client, groups: &[(GroupId, String)]) -> Value {
    let texts =
        |urls: &[RedirectUrl]| -> Vec<String> { urls.iter().map(ToString::to_string).collect() };
    let key = |key: &Secret| {
        json!({
            "secret_id": key.id,
            "name": key.name,
            "start": key.start,
            "made_at": key.made_at.to_string(),
            "expires_at": key.expires_at.map(|at| at.to_string()),
            "last_used_at": key.last_used_at.map(|at| at.to_string()),
        })
    };
    let group = |(id, name): &(GroupId, String)| json!({ "group_id": id, "name": name });
    let mut grants = Vec::new();
    if !client.redirect_urls.is_empty() {
        grants.push("authorization_code");
    }
    if client.is_machine {
        grants.push("client_credentials");
    }
    json!({
        "client_id": client.client_id,
        "name": client.name,
        "redirect_urls": texts(&client.redirect_urls),
        "post_logout_redirect_urls": texts(&client.post_logout_urls),
        "backchannel_logout_url": client.backchannel_logout_url,
        "token_auth_method": client.auth_method,
        "token_auth_method_used": client.method_used.map(|(method, _)| method),
        "jwks": client.jwks(),
        "grants": grants,
        "permitted_groups": groups.iter().map(group).collect::<Vec<_>>(),
        "consent": !client.is_trusted(),
        "require_pkce": client.requires_pkce,
        "lean_id_token": client.has_lean_id_token,
        "legacy_sso": client.has_legacy_sso,
        "resource_server": client.resource_url,
        "secrets": client.secrets.iter().map(key).collect::<Vec<_>>(),
        "disabled_at": client.disabled_at.map(|at| at.to_string()),
    })
}

fn words(method: TokenAuthMethod) -> &'static str {
    match method {
        TokenAuthMethod::Secret => "with its Secret Key, by post body or Basic",
        TokenAuthMethod::ClientSecretPost => "with its Secret Key, by post body",
        TokenAuthMethod::ClientSecretBasic => "with its Secret Key, by Basic",
        TokenAuthMethod::PrivateKeyJwt => "with assertions that it signs",
        TokenAuthMethod::None => "not at all; it proves each code with PKCE",
    }
}

fn without_secret(client: &Client) -> &'static str {
    match client.auth_method {
        TokenAuthMethod::None => "none; it is a public client",
        TokenAuthMethod::PrivateKeyJwt => "none; it signs with a key of its own",
        _ => "say --secret to see it",
    }
}

async fn new_secret(
    context: &Context,
    site: &Site,
    id: &ClientId,
    name: &str,
    old: Old,
) -> Result<()> {
    let secret = secrets::replace(site, id, name, old, &ACTOR).await??;
    let mut line = format!("the new Secret Key of {id}: {}", secret.expose());
    if let Old::StopsIn { days } = old {
        line.push_str(&format!("\nthe old one works {days} days more"));
    }
    context.output.say(&line, &json!({ "client_id": id, "client_secret": secret.expose() }))
}

async fn remove_secret(context: &Context, site: &Site, id: &ClientId, secret: &str) -> Result<()> {
    let client = found(site, id).await?;
    let secret = SecretId::presented(secret);
    secrets::remove(site, id, &secret, &ACTOR).await??;
    let line = format!("removed a Secret Key of {}; the other one stays", client.name);
    context.output.say(&line, &json!({ "client_id": id, "secret_id": secret }))
}

async fn disable(context: &Context, site: &Site, id: &ClientId) -> Result<()> {
    let client = found(site, id).await?;
    let changed = clients::disable(site, id, NAME, &ACTOR).await?;
    let line = if changed {
        format!("{} is off; its codes and tokens are void", client.name)
    } else {
        format!("{} is off already", client.name)
    };
    context.output.say(&line, &json!({ "client_id": id, "changed": changed }))
}

async fn enable(context: &Context, site: &Site, id: &ClientId) -> Result<()> {
    let client = found(site, id).await?;
    let changed = clients::enable(site, id, &ACTOR).await?;
    let line = format!("{} is {} on", client.name, if changed { "again" } else { "already" });
    context.output.say(&line, &json!({ "client_id": id, "changed": changed }))
}

async fn delete(context: &Context, site: &Site, id: &ClientId) -> Result<()> {
    let client = found(site, id).await?;
    let stake = clients::at_stake(site, id).await?;
    if !clients::delete(site, id, &ACTOR).await? {
        return Err(Refusal::Unknown(id.to_string()).into());
    }
    let line = format!(
        "deleted {}, and {} access tokens with it; {} people came by it within the last day",
        client.name, stake.tokens, stake.people
    );
    let object = json!({ "client_id": id, "access_tokens": stake.tokens, "people": stake.people });
    context.output.say(&line, &object)
}

async fn found(site: &Site, id: &ClientId) -> Result<Client> {
    let client = clients::load(site, id).await.context("cannot read the SSO client")?;
    Ok(client.ok_or_else(|| Refusal::Unknown(id.to_string()))?)
}

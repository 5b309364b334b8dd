//! `client`: SSO clients, the websites that members open with their login.

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::context::{ACTOR, Context, NAME};
use super::input;
use crate::associations::Site;
use crate::clients::redirect_url::{MOST, split};
use crate::clients::secrets::{self, Old};
use crate::clients::{
    self, Client, ClientSecret, Identity, RedirectUrl, Refusal, Settings, TokenAuthMethod,
};
use crate::id::ClientId;

#[derive(Subcommand)]
pub enum Command {
    /// Add an SSO client
    Add(Add),
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
    /// Make a new Secret Key; the old one stops working at once
    NewSecret {
        #[arg(value_name = "CLIENT_ID")]
        id: ClientId,
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
    /// A valid redirect URL; may stand more than once
    #[arg(long = "redirect-url", value_name = "URL", required = true)]
    redirect_urls: Vec<String>,
    /// How it proves itself at the token endpoint [default: with its Secret Key, either way]
    #[arg(long, value_name = "METHOD", conflicts_with = "client_id")]
    token_auth_method: Option<Method>,
    /// Take over the Client Id that a platform has already
    #[arg(long, value_name = "GUID", requires = "client_secret_stdin")]
    client_id: Option<ClientId>,
    /// Read the Secret Key that the platform has from standard input
    #[arg(long, requires = "client_id")]
    client_secret_stdin: bool,
}

/// As OpenID Connect Core §9 calls them.
#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Method {
    ClientSecretPost,
    ClientSecretBasic,
    None,
}

impl From<Method> for TokenAuthMethod {
    fn from(method: Method) -> Self {
        match method {
            Method::ClientSecretPost => Self::ClientSecretPost,
            Method::ClientSecretBasic => Self::ClientSecretBasic,
            Method::None => Self::None,
        }
    }
}

pub async fn run(context: &Context, command: Command) -> Result<()> {
    let site = context.site().await?;
    match command {
        Command::Add(client) => add(context, &site, client).await,
        Command::List => list(context, &site).await,
        Command::Show { id, secret } => show(context, &site, &id, secret).await,
        Command::NewSecret { id } => new_secret(context, &site, &id).await,
        Command::Disable { id } => disable(context, &site, &id).await,
        Command::Enable { id } => enable(context, &site, &id).await,
        Command::Delete { id } => delete(context, &site, &id).await,
    }
}

async fn add(context: &Context, site: &Site, add: Add) -> Result<()> {
    let redirect_urls = redirect_urls(site, &add.redirect_urls)?;
    let mut settings = Settings::new(add.name, redirect_urls);
    settings.auth_method = add.token_auth_method.map_or(TokenAuthMethod::Secret, Into::into);
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
        None => line.push_str("\na public client; it has no Secret Key"),
    }
    let secret = secret.as_ref().map(ClientSecret::expose);
    context.output.say(&line, &json!({ "client_id": id, "client_secret": secret }))
}

/// The list as the admin's page would take it: pasted lists split, each URL once.
fn redirect_urls(site: &Site, typed: &[String]) -> Result<Vec<RedirectUrl>> {
    let development = site.association.issuer.is_loopback();
    let mut urls = Vec::new();
    for typed in typed.iter().flat_map(|typed| split(typed)) {
        let url = RedirectUrl::register(&typed, development)
            .map_err(|mistake| anyhow!("redirect URL {typed}: {mistake}"))?;
        if !urls.contains(&url) {
            urls.push(url);
        }
    }
    match urls.len() {
        0 => bail!("there is no redirect URL"),
        1..=MOST => Ok(urls),
        many => bail!("{many} redirect URLs are too many; {MOST} are allowed"),
    }
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
    let mut lines = vec![
        format!("name:          {}", client.name),
        format!("Client Id:     {id}"),
        format!("Secret Key:    {}", secret.unwrap_or(without_secret(&client))),
        format!("authenticates: {}", words(client.auth_method)),
    ];
    for url in &client.redirect_urls {
        lines.push(format!("redirect URL:  {url}"));
    }
    if let Some(since) = client.disabled_at {
        lines.push(format!("off since:     {since}"));
    }
    let urls: Vec<_> = client.redirect_urls.iter().map(RedirectUrl::as_str).collect();
    let mut object = json!({
        "client_id": id,
        "name": client.name,
        "redirect_urls": urls,
        "token_auth_method": client.auth_method,
        "disabled_at": client.disabled_at.map(|at| at.to_string()),
    });
    if let Some(secret) = secret {
        object["client_secret"] = secret.into();
    }
    context.output.say(&lines.join("\n"), &object)
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
    if client.is_public() { "none; it is a public client" } else { "say --secret to see it" }
}

async fn new_secret(context: &Context, site: &Site, id: &ClientId) -> Result<()> {
    let secret = secrets::replace(site, id, "", Old::StopsAtOnce, &ACTOR).await??;
    let line = format!("the new Secret Key of {id}: {}", secret.expose());
    context.output.say(&line, &json!({ "client_id": id, "client_secret": secret.expose() }))
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

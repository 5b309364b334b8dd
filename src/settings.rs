//! Settings: defaults < novi-sso.toml < NOVI_SSO_* < flags, into one typed struct.
//!
//! What an admin may change is in the database, not here.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};

use crate::associations::Issuer;
use crate::members::Cost;
use crate::outbound::Loopback;
use crate::telemetry::Format;
use crate::web::TrustedProxies;

pub const FILE: &str = "novi-sso.toml";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read {path}: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{path}: {source}")]
    Malformed { path: PathBuf, source: Box<toml::de::Error> },
    #[error("{name}={value:?}: {why}")]
    Value { name: &'static str, value: String, why: String },
}

/// How the process behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    pub listen: SocketAddr,
    pub metrics_listen: Option<SocketAddr>,
    pub database_url: String,
    pub keys_dir: PathBuf,
    pub site_url: Option<Issuer>,
    pub trusted_proxies: TrustedProxies,
    /// No website stands behind the hosts: `/` leads to `/account`.
    pub no_website: bool,
    pub log_format: Format,
    pub log_filter: String,
    /// Seconds between the signal to stop and the end of accepting, for the load balancer.
    pub drain_grace: u64,
    pub limits: Limits,
    pub hash_cost: Cost,
    /// Whether calls to the outside may stay on this machine.
    pub loopback_calls: Loopback,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            metrics_listen: None,
            database_url: "sqlite://novi-sso.db".to_owned(),
            keys_dir: PathBuf::from("keys"),
            site_url: None,
            trusted_proxies: TrustedProxies::default(),
            no_website: false,
            log_format: Format::Text,
            log_filter: "info".to_owned(),
            drain_grace: 5,
            limits: Limits::default(),
            hash_cost: Cost::default(),
            loopback_calls: Loopback::Refused,
        }
    }
}

/// None lifts a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Per address within 10 minutes.
    pub failed_log_ins: Option<u32>,
    /// Per client and address within 5 minutes.
    pub failed_client_authentications: Option<u32>,
    /// Unfinished sign-ins per address; beyond it the oldest are dropped.
    pub pending_requests: Option<u32>,
    /// Calls of one automation tool per minute, on each node.
    pub hook_calls: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            failed_log_ins: Some(20),
            failed_client_authentications: Some(20),
            pending_requests: Some(2000),
            hook_calls: Some(60),
        }
    }
}

/// One layer: a file, the environment or the flags; what it leaves out stays as it is below.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    pub listen: Option<SocketAddr>,
    pub metrics_listen: Option<SocketAddr>,
    pub database_url: Option<String>,
    pub keys_dir: Option<PathBuf>,
    pub site_url: Option<String>,
    pub trusted_proxies: Option<String>,
    pub no_website: Option<bool>,
    pub log_format: Option<String>,
    pub log_filter: Option<String>,
    pub drain_grace: Option<u64>,
    pub allow_loopback_calls: Option<bool>,
    #[serde(default)]
    pub limits: LimitsLayer,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsLayer {
    #[serde(default, deserialize_with = "number_or_off")]
    pub failed_log_ins: Option<String>,
    #[serde(default, deserialize_with = "number_or_off")]
    pub failed_client_authentications: Option<String>,
    #[serde(default, deserialize_with = "number_or_off")]
    pub pending_requests: Option<String>,
    #[serde(default, deserialize_with = "number_or_off")]
    pub hook_calls: Option<String>,
}

impl Layer {
    /// The file, when it is there; one that was named must be.
    pub fn of_file(named: Option<&Path>) -> Result<Self, Error> {
        let path = named.unwrap_or(Path::new(FILE));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(source) => return Err(Error::Unreadable { path: path.to_owned(), source }),
        };
        let malformed =
            |source| Error::Malformed { path: path.to_owned(), source: Box::new(source) };
        toml::from_str(&text).map_err(malformed)
    }

    /// The limits of the environment; the rest of it comes with the flags.
    pub fn of_environment(read: impl Fn(&str) -> Option<String>) -> Self {
        let limit = |name: &str| read(&format!("NOVI_SSO_LIMITS_{name}"));
        Self {
            limits: LimitsLayer {
                failed_log_ins: limit("FAILED_LOG_INS"),
                failed_client_authentications: limit("FAILED_CLIENT_AUTHENTICATIONS"),
                pending_requests: limit("PENDING_REQUESTS"),
                hook_calls: limit("HOOK_CALLS"),
            },
            ..Self::default()
        }
    }
}

impl Settings {
    /// The later a layer, the stronger.
    pub fn of(layers: &[Layer]) -> Result<Self, Error> {
        let mut settings = Self::default();
        for layer in layers {
            settings.apply(layer)?;
        }
        Ok(settings)
    }

    fn apply(&mut self, layer: &Layer) -> Result<(), Error> {
        if let Some(listen) = layer.listen {
            self.listen = listen;
        }
        if let Some(listen) = layer.metrics_listen {
            self.metrics_listen = Some(listen);
        }
        if let Some(url) = &layer.database_url {
            self.database_url.clone_from(url);
        }
        if let Some(dir) = &layer.keys_dir {
            self.keys_dir.clone_from(dir);
        }
        if let Some(url) = &layer.site_url {
            self.site_url = Some(Issuer::parse(url).map_err(wrong("site_url", url))?);
        }
        if let Some(list) = &layer.trusted_proxies {
            self.trusted_proxies = list.parse().map_err(wrong("trusted_proxies", list))?;
        }
        if let Some(no_website) = layer.no_website {
            self.no_website = no_website;
        }
        if let Some(format) = &layer.log_format {
            self.log_format = match &**format {
                "text" => Format::Text,
                "json" => Format::Json,
                _ => return Err(wrong("log_format", format)("say text or json")),
            };
        }
        if let Some(filter) = &layer.log_filter {
            self.log_filter.clone_from(filter);
        }
        if let Some(seconds) = layer.drain_grace {
            self.drain_grace = seconds;
        }
        if let Some(allowed) = layer.allow_loopback_calls {
            self.loopback_calls = if allowed { Loopback::Allowed } else { Loopback::Refused };
        }
        let limits = &layer.limits;
        limit(&mut self.limits.failed_log_ins, "limits.failed_log_ins", &limits.failed_log_ins)?;
        limit(
            &mut self.limits.failed_client_authentications,
            "limits.failed_client_authentications",
            &limits.failed_client_authentications,
        )?;
        limit(
            &mut self.limits.pending_requests,
            "limits.pending_requests",
            &limits.pending_requests,
        )?;
        limit(&mut self.limits.hook_calls, "limits.hook_calls", &limits.hook_calls)
    }
}

fn limit(
    setting: &mut Option<u32>,
    name: &'static str,
    value: &Option<String>,
) -> Result<(), Error> {
    match value.as_deref() {
        None => {}
        Some("off") => *setting = None,
        Some(text) => match text.parse() {
            Ok(number) => *setting = Some(number),
            Err(_) => return Err(wrong(name, text)("say a whole number, or off")),
        },
    }
    Ok(())
}

fn wrong<W: std::fmt::Display>(name: &'static str, value: &str) -> impl FnOnce(W) -> Error {
    let value = value.to_owned();
    move |why| Error::Value { name, value, why: why.to_string() }
}

fn number_or_off<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Value {
        Number(u32),
        Text(String),
    }
    Ok(Some(match Value::deserialize(from)? {
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(text: &str) -> Layer {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_later_layer_wins_and_what_it_leaves_out_stays() {
        let file = layer(
            "listen = '0.0.0.0:80'\nsite_url = 'https://a.example'\n[limits]\nfailed_log_ins = 5\npending_requests = 'off'",
        );
        let environment = Layer::of_environment(|name| {
            (name == "NOVI_SSO_LIMITS_FAILED_LOG_INS").then(|| "off".to_owned())
        });
        let flags = Layer { site_url: Some("https://b.example/".to_owned()), ..Layer::default() };

        let settings = Settings::of(&[file, environment, flags]).unwrap();

        assert_eq!(settings.listen.port(), 80);
        assert_eq!(settings.site_url.unwrap().as_str(), "https://b.example");
        assert_eq!(settings.limits.failed_log_ins, None);
        assert_eq!(settings.limits.pending_requests, None);
        assert_eq!(settings.limits.failed_client_authentications, Some(20));
    }

    #[test]
    fn a_wrong_value_names_itself() {
        let wrong = layer("log_format = 'xml'");
        let error = Settings::of(&[wrong]).unwrap_err().to_string();
        assert_eq!(error, "log_format=\"xml\": say text or json");
        assert!(toml::from_str::<Layer>("listne = '127.0.0.1:1'").is_err());
    }
}

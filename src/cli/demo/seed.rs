//! Puts the sample association into an empty database, through the same doors as everybody else.

use anyhow::{Context as _, Result, anyhow};

use crate::app::App;
use crate::associations::{self, Contact, Issuer, Site, set_up};
use crate::clients::{self, Identity, RedirectUrl, Settings, secrets};
use crate::events::Actor;
use crate::groups;
use crate::id::{ClientId, GroupId, MemberId};
use crate::members::{self, Address, Details, Email, NewMember, Password, PasswordHash};
use crate::simulator::AppSecret;
use crate::simulator::sample::{self, Person, Sample};

/// Everybody's password. Weak on purpose: the demo listens on loopback only.
pub const PASSWORD: &str = "harbor lights at dawn";
/// People written in one transaction: a writer never keeps the others waiting for long.
const STEP: usize = 40;

/// The association at this address, with all its people when it is new.
pub async fn association(app: &App, issuer: &Issuer) -> Result<Site> {
    let sample = sample::association();
    let known = app.directory.find(&app.db, issuer.host()).await?;
    if let Some(association) = known {
        return Ok(Site::new(app.clone(), association, app.clock.now()));
    }
    let site = associations::add(app, issuer, sample.name, &Actor::System).await??;
    let contact = Contact {
        name: sample.name.to_owned(),
        help_email: Some("help@harbortrades.example".to_owned()),
        help_phone: Some("(555) 010-0142".to_owned()),
    };
    set_up::describe(&site, &contact).await?;
    let people = people(&site, &sample).await?;
    for (number, group) in sample.groups.iter().enumerate() {
        let id = groups::add(&site, group.name, true, &Actor::System).await??;
        fill(&site, &id, number, &sample, &people).await?;
    }
    let found = app.directory.find(&app.db, issuer.host()).await?;
    let association = found.ok_or_else(|| anyhow!("the sample association is gone again"))?;
    Ok(Site::new(app.clone(), association, app.clock.now()))
}

/// One hash for all: two hundred would take seconds.
async fn people(site: &Site, sample: &Sample) -> Result<Vec<MemberId>> {
    let password = Password::accept(PASSWORD).context("the demo's password")?;
    let password = site.app.hashing.hash(password).await?;
    let mut ids = Vec::with_capacity(sample.people.len());
    for people in sample.people.chunks(STEP) {
        let mut tx = site.write().await?;
        for person in people {
            let member = new_member(person, sample, &password)?;
            ids.push(members::add(&mut tx, &site.app.vault, &member, &Actor::System).await??);
        }
        tx.commit().await?;
    }
    Ok(ids)
}

fn new_member(person: &Person, sample: &Sample, password: &PasswordHash) -> Result<NewMember> {
    let email = person.email.map(Email::parse).transpose()?;
    let address = person.address.as_ref().map(|address| Address {
        street: Some(address.street.clone()),
        city: Some(address.city.to_owned()),
        region: Some(address.region.to_owned()),
        postal_code: Some(address.postal_code.to_owned()),
        country: Some(address.country.to_owned()),
    });
    Ok(NewMember {
        first_name: person.first_name.to_owned(),
        last_name: person.last_name.to_owned(),
        password: email.is_some().then(|| password.clone()),
        email,
        email_is_verified: true,
        company: person.company.map(|number| sample.companies[number].name.to_owned()),
        job_title: Some(person.job_title.to_owned()),
        phone: person.phone.clone(),
        address: address.unwrap_or_default(),
        member_status: Some(person.member_status.to_owned()),
        details: Details::default(),
        is_admin: person.admin,
    })
}

async fn fill(
    site: &Site,
    group: &GroupId,
    number: usize,
    sample: &Sample,
    people: &[MemberId],
) -> Result<()> {
    for (person, id) in sample.people.iter().zip(people) {
        if person.groups.contains(&number) {
            groups::add_member(site, group, id, &Actor::System).await?;
        }
    }
    Ok(())
}

/// The SSO client of a stand-in: the one of the last start, or a new one.
pub async fn client(site: &Site, name: &str, redirect_url: &str) -> Result<(ClientId, AppSecret)> {
    let url = RedirectUrl::register(redirect_url, true)?;
    let known = clients::list(&mut site.read()).await?;
    let known = known.into_iter().find(|client| client.first_url.as_ref() == Some(&url));
    if let Some(client) = known {
        let id = &client.client_id;
        let client = clients::load(site, id).await?.context("the client is gone again")?;
        let newest = secrets::newest(&client, site.now).context("this client has no Secret Key")?;
        let shown = secrets::show(site, id, &newest.id, "the demo", &Actor::System).await?;
        let secret = shown.context("this client has no Secret Key")?;
        return Ok((client.client_id, AppSecret::new(secret.expose())));
    }
    let settings = Settings::new(name, vec![url]);
    let (id, secret) = clients::add(site, &settings, Identity::Fresh, &Actor::System).await??;
    let secret = secret.context("this client has no Secret Key")?;
    Ok((id, AppSecret::new(secret.expose())))
}

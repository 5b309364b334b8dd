//! The sample association that `demo` starts with: Harbor Trades Association, the same in every run.

mod people;

use people::{STAFF, WITHOUT_COMPANY};

pub struct Sample {
    pub name: &'static str,
    pub companies: Vec<Company>,
    pub groups: Vec<Group>,
    pub people: Vec<Person>,
}

pub struct Company {
    pub name: &'static str,
    pub website: &'static str,
    pub phone: Option<String>,
    pub address: Option<Address>,
}

pub struct Group {
    pub name: &'static str,
    pub description: &'static str,
}

pub struct Person {
    pub first_name: &'static str,
    pub last_name: &'static str,
    /// The login e-mail; who has none has no login.
    pub email: Option<&'static str>,
    /// A place in [`Sample::companies`].
    pub company: Option<usize>,
    pub job_title: &'static str,
    /// `current`, `inheriting` (through the company), `grace_period` or `lapsed`.
    pub member_status: &'static str,
    pub phone: Option<String>,
    pub address: Option<Address>,
    /// Places in [`Sample::groups`], ascending.
    pub groups: Vec<usize>,
    pub admin: bool,
}

#[derive(Clone)]
pub struct Address {
    pub street: String,
    pub city: &'static str,
    pub region: &'static str,
    pub postal_code: &'static str,
    pub country: &'static str,
}

/// The admin to sign in as.
pub const ADMIN_EMAIL: &str = "ruth@harbortrades.example";
/// Groups that `demo` links.
pub const BOARD: &str = "Board of Directors";
pub const APPRENTICES: &str = "Apprentices";
/// The member to sign in as.
pub const MEMBER_EMAIL: &str = "marta@lindqvistroofing.example";

const COMPANIES: [(&str, &str); 20] = [
    ("Lindqvist Roofing", "https://lindqvistroofing.example"),
    ("Abara Electric", "https://abaraelectric.example"),
    ("Park Stone and Tile", "https://parkstone.example"),
    ("Bayside HVAC", "https://baysidehvac.example"),
    ("Northshore Lumber", "https://northshorelumber.example"),
    ("Rivera and Sons", "https://riverasons.example"),
    ("Chen Plumbing", "https://chenplumbing.example"),
    ("Brandt Glass", "https://brandtglass.example"),
    ("Lim Carpentry", "https://limcarpentry.example"),
    ("Moreau Glass", "https://moreauglass.example"),
    ("Linden Steel", "https://lindensteel.example"),
    ("O'Connell Marine Welding", "https://oconnellmarine.example"),
    ("Pier 4 Scaffolding", "https://pier4scaffolding.example"),
    ("Kowalczyk Masonry", "https://kowalczykmasonry.example"),
    ("Saltwater Crane and Rigging", "https://saltwatercrane.example"),
    ("Ferreira Painting", "https://ferreirapainting.example"),
    ("Tidewater Concrete", "https://tidewaterconcrete.example"),
    ("Nakamura Joinery", "https://nakamurajoinery.example"),
    ("Harborview Insulation", "https://harborviewinsulation.example"),
    ("Beaumont Boatworks", "https://beaumontboatworks.example"),
];

const GROUPS: [Group; 7] = [
    Group { name: BOARD, description: "Elected each spring, eleven seats." },
    Group { name: "Safety Committee", description: "Site safety, accidents and near misses." },
    Group { name: APPRENTICES, description: "Everyone who is learning a trade." },
    Group { name: "Members in good standing", description: "All whose membership has not lapsed." },
    Group { name: "Owners and Managers", description: "Those who run a member company." },
    Group { name: "Golf Outing Volunteers", description: "Helpers of the day in September." },
    Group { name: "Retired Members", description: "No longer on site, still at the table." },
];

const STREETS: [&str; 5] =
    ["Wharf Street", "Ropewalk Lane", "Anchor Road", "Mill Quay", "Foundry Row"];

pub fn association() -> Sample {
    let companies = COMPANIES.iter().enumerate().map(company).collect();
    let employed = STAFF.iter().enumerate();
    let employed =
        employed.flat_map(|(place, staff)| staff.iter().map(move |row| (row, Some(place))));
    let everyone = employed.chain(WITHOUT_COMPANY.iter().map(|row| (row, None)));
    let people = everyone.enumerate().map(|(place, (row, company))| person(place, row, company));
    Sample {
        name: "Harbor Trades Association",
        companies,
        groups: Vec::from(GROUPS),
        people: people.collect(),
    }
}

/// One line of the table of people.
struct Row {
    first_name: &'static str,
    last_name: &'static str,
    job_title: &'static str,
    email: Option<&'static str>,
}

const fn with_login(
    first_name: &'static str,
    last_name: &'static str,
    job_title: &'static str,
    email: &'static str,
) -> Row {
    Row { first_name, last_name, job_title, email: Some(email) }
}

const fn without_login(
    first_name: &'static str,
    last_name: &'static str,
    job_title: &'static str,
) -> Row {
    Row { first_name, last_name, job_title, email: None }
}

fn company((place, (name, website)): (usize, &(&'static str, &'static str))) -> Company {
    let phone = place.is_multiple_of(2).then(|| phone(place));
    Company { name, website, phone, address: place.is_multiple_of(3).then(|| address(place)) }
}

fn person(place: usize, row: &Row, company: Option<usize>) -> Person {
    let leads = leads(row);
    let member_status = match place {
        _ if leads || row.email == Some(ADMIN_EMAIL) => "current",
        _ if place % 17 == 11 => "lapsed",
        _ if place % 19 == 6 => "grace_period",
        _ if company.is_some() => "inheriting",
        _ => "current",
    };
    let belongs = [
        leads && company.is_some_and(|place| place < 11),
        row.job_title.contains("Safety") || place.is_multiple_of(15),
        row.job_title.starts_with("Apprentice"),
        member_status != "lapsed",
        leads,
        place % 12 == 7,
        row.job_title == "Retired",
    ];
    Person {
        first_name: row.first_name,
        last_name: row.last_name,
        email: row.email,
        company,
        job_title: row.job_title,
        member_status,
        phone: place.is_multiple_of(6).then(|| phone(20 + place / 6)),
        address: place.is_multiple_of(10).then(|| address(place)),
        groups: (0..belongs.len()).filter(|&group| belongs[group]).collect(),
        admin: row.email == Some(ADMIN_EMAIL),
    }
}

fn leads(row: &Row) -> bool {
    matches!(row.job_title, "Owner" | "President" | "Managing Director" | "General Manager")
}

/// Of the range 555-0100 to 555-0199, which belongs to nobody.
fn phone(line: usize) -> String {
    format!("+120755501{line:02}")
}

fn address(place: usize) -> Address {
    Address {
        street: format!("{} {}", 3 + 2 * place, STREETS[place % STREETS.len()]),
        city: "Harborton",
        region: "ME",
        postal_code: "04999",
        country: "United States",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_sample_has_the_promised_size() {
        let sample = association();

        let logins: HashSet<_> = sample.people.iter().filter_map(|person| person.email).collect();
        let without = sample.people.iter().filter(|person| person.email.is_none()).count();

        assert_eq!((sample.people.len(), sample.companies.len()), (200, 20));
        assert_eq!((logins.len(), without), (170, 30), "every login e-mail is unique");
        assert!(logins.iter().all(|email| email.is_ascii() && email.ends_with(".example")));
        assert!(logins.iter().all(|email| **email == email.to_ascii_lowercase()));
    }

    #[test]
    fn nobody_is_in_it_twice() {
        let people = association().people;

        let names: HashSet<_> = people.iter().map(|one| (one.first_name, one.last_name)).collect();

        assert_eq!(names.len(), people.len());
    }

    #[test]
    fn every_group_and_company_has_people() {
        let sample = association();

        let in_group =
            |group| sample.people.iter().filter(|one| one.groups.contains(&group)).count();
        let sizes: Vec<_> = (0..sample.groups.len()).map(in_group).collect();
        let staffed: HashSet<_> = sample.people.iter().filter_map(|one| one.company).collect();

        assert!(sizes.iter().all(|&size| size >= 3), "{sizes:?}");
        assert_eq!(sizes[0], 11, "the board has eleven seats");
        assert_eq!(staffed, (0..sample.companies.len()).collect());
    }

    #[test]
    fn every_member_status_occurs() {
        let people = association().people;

        let statuses: HashSet<_> = people.iter().map(|person| person.member_status).collect();

        assert_eq!(statuses, HashSet::from(["current", "inheriting", "grace_period", "lapsed"]));
    }

    #[test]
    fn ruth_is_the_only_admin_and_marta_owns_lindqvist_roofing() {
        let sample = association();

        let admins: Vec<_> = sample.people.iter().filter(|person| person.admin).collect();
        let marta = sample.people.iter().find(|person| person.email == Some(MEMBER_EMAIL)).unwrap();

        assert!(
            matches!(admins[..], [ruth] if (ruth.first_name, ruth.last_name) == ("Ruth", "Okafor"))
        );
        assert_eq!((marta.first_name, marta.job_title), ("Marta", "Owner"));
        assert_eq!(
            marta.company.map(|place| sample.companies[place].name),
            Some("Lindqvist Roofing")
        );
        assert!(marta.groups.contains(&0), "she sits on the board");
    }
}

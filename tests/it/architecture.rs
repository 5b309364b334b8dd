//! The house rules, read from the source: who may use whom (src/lib.rs), and what stands where.

use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, iter};

/// Who may use whom. A row is a room: a noun's rules (`members`), a role that every noun has
/// (`store`, `views`, `pages`, `extractor`), or a module of its own. What is not on its row fails;
/// `members::Email` allows that one name. Nobody has a row that says `simulator` or `sync` but the
/// command line, and only the router names the handlers.
const MAY_USE: &[(&str, &str)] = &[
    // The ground that everything stands on. `db` here is the macro that makes a type a column.
    ("token", "db::column"),
    ("id", "db::column token"),
    ("clock", "db::column"),
    ("vault", "db id token"),
    ("cache", ""),
    ("db", "clock id token"),
    // The nouns' rules, lowest first. Each knows the ones above it in this list, and `Site`: one
    // association at one moment, which every function is given.
    ("events", "associations::Site clock db id vault"),
    ("signing", "associations::Site clock db events token vault"),
    // Below members: whoever ends somebody's sessions has their clients told.
    ("logouts", "associations::Site clock db id"),
    ("members", "associations::Site clock db events id logouts token vault"),
    ("groups", "associations::Site clock db events id members::Email"),
    ("clients", "associations::Site associations::issuer clock db events id members token vault"),
    ("consents", "associations::Site clock db events id vault"),
    (
        "hooks",
        "associations::Site clock db events id members::Email members::KeptDetails token vault",
    ),
    ("sessions", "associations::Site clock db events id logouts members token"),
    ("grants", "associations::Site clock db events id members token"),
    // Holds the directory of hosts, makes an association's first key and its first admin.
    ("associations", "app cache clock db events id members signing token"),
    // Their roles. A store takes and gives values of other nouns; it calls none of their rules.
    (
        "store",
        "associations::Site clock db id members::Email members::KeptDetails members::Profile token",
    ),
    (
        "views",
        "clock consents::ShareOf events::Change events::words groups sessions::views::Asking web",
    ),
    (
        "pages",
        "associations clients clock db events groups id members oidc::authorize oidc::claims \
         oidc::claims_request oidc::id_token oidc::scope oidc::userinfo sessions token web",
    ),
    ("extractor", "app associations::Site clock db events id signing token web"),
    // The handlers' other half, and what they share.
    (
        "oidc",
        "app associations clients clock consents db events grants groups id logouts members \
         outbound sessions signing token web",
    ),
    ("web", "app associations clients clock db id members serve::Peer sessions signing token"),
    (
        "router",
        "app associations clients consents events groups hooks members oidc sessions sync telemetry \
         web",
    ),
    // The process.
    (
        "app",
        "associations cache clients clock db hooks::Doors id members oidc::discovery outbound settings signing \
         vault web::companion",
    ),
    ("outbound", "associations::issuer"),
    // Hears of the world through events; what it reads of records stands in its own stores.
    ("sync", "app associations clients clock db events id outbound token vault"),
    (
        "settings",
        "associations::Issuer members::Cost outbound::Loopback telemetry::Format \
         web::TrustedProxies",
    ),
    ("serve", "web::TrustedProxies web::subscriber"),
    ("lifecycle", ""),
    ("telemetry", "token"),
    (
        "housekeeping",
        "app associations clients clock db grants hooks id logouts members sessions signing",
    ),
    ("simulator", "token"),
    ("cli", "*"),
];

/// Files of nouns that are not what their name would say.
const ROOMS: [(&str, &str); 32] = [
    ("associations/site.rs", "extractor"),
    ("sessions/signed_in.rs", "extractor"),
    ("clients/conflict.rs", "views"),
    ("clients/desk.rs", "pages"),
    ("clients/draft.rs", "pages"),
    ("clients/modal.rs", "pages"),
    ("clients/preview/answers.rs", "pages"),
    ("clients/editor.rs", "views"),
    ("clients/form.rs", "views"),
    ("clients/mistakes.rs", "views"),
    ("clients/steps.rs", "views"),
    ("events/words.rs", "views"),
    ("groups/desk.rs", "pages"),
    ("associations/form.rs", "pages"),
    ("members/desk.rs", "pages"),
    ("members/records/form.rs", "views"),
    ("hooks/desk.rs", "pages"),
    ("hooks/endpoint.rs", "pages"),
    ("hooks/how.rs", "views"),
    ("sync/companion.rs", "pages"),
    ("sync/integration/field.rs", "pages"),
    ("sync/linking/desk.rs", "pages"),
    ("sync/linking/details.rs", "pages"),
    ("sync/linking/impact.rs", "pages"),
    ("sessions/prove/desk.rs", "pages"),
    ("sync/records/desk.rs", "pages"),
    ("sync/release/desk.rs", "pages"),
    ("sync/runs/desk.rs", "pages"),
    ("sync/status/desk.rs", "pages"),
    ("sync/status/members.rs", "pages"),
    ("sync/status/words.rs", "views"),
    ("web/pages.rs", "web"),
];

const LONGEST_FILE: usize = 600;

struct Source {
    /// Below the repository: `src/members/mod.rs`.
    path: String,
    /// As it is written.
    text: String,
    /// Without comments and without what is compiled for unit tests only.
    product: String,
}

impl Source {
    /// Below `src`: `members/mod.rs`.
    fn place(&self) -> &str {
        self.path.strip_prefix("src/").unwrap_or(&self.path)
    }

    fn module(&self) -> &str {
        let first = self.place().split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    fn room(&self) -> &str {
        if let Some((_, room)) = ROOMS.iter().find(|(place, _)| *place == self.place()) {
            return room;
        }
        match self.place().rsplit('/').next().unwrap() {
            _ if self.module() == "web" || self.module() == "cli" => self.module(),
            "store.rs" => "store",
            "pages.rs" => "pages",
            "views.rs" => "views",
            _ => self.module(),
        }
    }

    fn is_of_tests(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.path.ends_with("/wording.rs")
    }
}

/// All files below a folder of the repository with this ending.
fn files(folder: &str, ending: &str) -> Vec<Source> {
    fn walk(root: &Path, folder: &Path, ending: &str, found: &mut Vec<Source>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, ending, found);
            } else if path.to_string_lossy().ends_with(ending) {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.push(Source { product: product(&text), path, text });
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(root, &root.join(folder), ending, &mut found);
    assert!(!found.is_empty(), "no {ending} files in {folder}");
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn product(text: &str) -> String {
    // A module for tests stands at the end; one that is a file of its own has no braces here.
    let mut modules = text.match_indices("\n#[cfg(test)]\n");
    let end = modules.find_map(|(at, attribute)| {
        let line = text[at + attribute.len()..].lines().next()?;
        (line.contains("mod ") && line.ends_with('{')).then_some(at)
    });
    let lines = text[..end.unwrap_or(text.len())].lines();
    let code = lines.filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| [line, "\n"]).collect()
}

fn sources() -> Vec<Source> {
    files("src", ".rs").into_iter().filter(|source| !source.is_of_tests()).collect()
}

/// What follows `crate::` in a text, each path in full: `crate::{id, db::{self, Db}}` is three.
fn used(code: &str) -> Vec<String> {
    code.split("crate::").skip(1).flat_map(expand).collect()
}

fn expand(code: &str) -> Vec<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let (path, rest) = code.split_at(code.find(|c| !is_name(c)).unwrap_or(code.len()));
    let Some(group) = rest.strip_prefix('{') else { return vec![path.to_owned()] };
    let (mut depth, mut pieces) = (1, vec![String::new()]);
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        match c {
            _ if depth == 0 => break,
            ',' if depth == 1 => pieces.push(String::new()),
            c if c.is_whitespace() && pieces.last().unwrap().is_empty() => {}
            c => pieces.last_mut().unwrap().push(c),
        }
    }
    let pieces = pieces.iter().filter(|piece| !piece.is_empty());
    pieces.flat_map(|piece| expand(piece)).map(|inner| format!("{path}{inner}")).collect()
}

fn row(room: &str) -> Vec<&'static str> {
    let found = MAY_USE.iter().find(|(known, _)| *known == room);
    let (_, allowed) = found.unwrap_or_else(|| panic!("no row of the table is for {room}"));
    allowed.split(' ').collect()
}

/// An arrow of the table covers what it names and what is inside that.
fn covers(arrow: &str, path: &str) -> bool {
    path == arrow || path.strip_prefix(arrow).is_some_and(|rest| rest.starts_with("::"))
}

#[test]
fn a_nested_import_is_read_path_by_path() {
    let code =
        "use crate::{id, db::{self, Db, sql::{Row}}, web::page as p};\nlet x = crate::token::f(1);";
    assert_eq!(used(code), ["id", "db::self", "db::Db", "db::sql::Row", "web::page", "token::f"]);
}

#[test]
fn every_module_uses_only_what_its_row_of_the_table_names() {
    let mut wrong = BTreeSet::new();
    let mut arrows = 0;
    for source in sources() {
        if matches!(source.path.as_str(), "src/lib.rs" | "src/main.rs") {
            continue;
        }
        let allowed = row(source.room());
        for path in used(&source.product) {
            arrows += 1;
            let own = covers(source.module(), &path);
            if !own && allowed != ["*"] && !allowed.iter().any(|arrow| covers(arrow, &path)) {
                wrong.insert(format!("{} ({}) uses {path}", source.path, source.room()));
            }
        }
    }
    assert!(arrows > 400, "the imports were not read");
    assert!(wrong.is_empty(), "not on the table of tests/it/architecture.rs: {wrong:#?}");
}

/// An arrow that nothing needs is an invitation.
#[test]
fn every_arrow_of_the_table_is_used_and_every_module_has_its_row() {
    let sources = sources();
    for (room, allowed) in MAY_USE {
        let here = || sources.iter().filter(|source| source.room() == *room);
        assert!(here().next().is_some(), "{room} is a row of the table and no room of the house");
        let paths: Vec<String> = here().flat_map(|source| used(&source.product)).collect();
        for arrow in allowed.split(' ').filter(|arrow| !arrow.is_empty() && *arrow != "*") {
            assert!(paths.iter().any(|path| covers(arrow, path)), "{room} does not use {arrow}");
        }
    }
    let lib = include_str!("../../src/lib.rs");
    for module in lib.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
        row(module.trim_end_matches(';'));
    }
}

/// A store holds SQL and knows its noun's types; it calls nothing that its noun decides.
#[test]
fn a_store_calls_no_rules_of_its_own_noun() {
    for store in sources().iter().filter(|source| source.room() == "store") {
        let names = store.product.split("super::").skip(1).flat_map(expand);
        for name in names.chain(used(&store.product)) {
            let last = name.rsplit("::").next().unwrap();
            let is_type = last.starts_with(|c: char| c.is_ascii_uppercase());
            let from_db = covers("db", &name);
            assert!(is_type || from_db, "{} calls {name}", store.path);
        }
    }
}

/// Rules answer to any caller; how a person sees the answer is the handler's business.
#[test]
fn only_the_router_names_the_pages_of_a_noun() {
    for source in sources() {
        // The simulator is another product, with pages and a router of its own.
        let free = source.path == "src/router.rs" || source.module() == "simulator";
        for line in source.product.lines().filter(|line| !line.contains("mod pages;")) {
            let names_pages = line.contains("::pages") || line.contains("pages::");
            assert!(free || !names_pages, "{}: {line}", source.path);
        }
        let is_rules = is_noun(&source);
        for front in ["views::", "askama", "axum::", "http::"] {
            assert!(!is_rules || !source.product.contains(front), "{} names {front}", source.path);
        }
    }
}

/// The rules and the store of a noun: what neither sees requests nor answers.
fn is_noun(source: &Source) -> bool {
    let nouns = [
        "associations",
        "clients",
        "consents",
        "events",
        "grants",
        "groups",
        "hooks",
        "logouts",
        "members",
        "sessions",
        "signing",
    ];
    source.room() == "store" || nouns.contains(&source.room())
}

/// ARCHITECTURE.md 1: the feature can be left out, so nothing may lean on it.
#[test]
fn nobody_leans_on_the_simulator_or_on_sync() {
    for source in sources() {
        let mentions = used(&source.product);
        let leans = mentions.iter().any(|path| covers("simulator", path) || covers("sync", path));
        let may = ["cli", "router", "simulator", "sync"].contains(&source.module());
        assert!(may || !leans, "{}", source.path);
    }
}

/// STYLE.md 3: SQL only in `store.rs`, and in `db/`, which is the database's own folder.
#[test]
fn sql_stands_in_stores_only() {
    for source in
        sources().iter().filter(|source| source.module() != "db" && source.room() != "store")
    {
        for literal in literals(&source.product) {
            let text = literal.trim_start();
            for verb in ["select ", "insert into ", "update ", "delete from ", "with ", "create "] {
                let is_sql =
                    text.starts_with(verb) && (text.contains(" from ") || text.contains('='));
                assert!(!is_sql, "{}: {text}", source.path);
            }
        }
        assert!(!source.product.contains("sqlx::query"), "{}", source.path);
    }
}

/// String literals in order, as far as the pairs of quotes tell.
fn literals(code: &str) -> impl Iterator<Item = &str> {
    code.split('"').skip(1).step_by(2)
}

/// ARCHITECTURE.md 3.2: the exceptions to "always one association" can be counted.
#[test]
fn what_looks_across_associations_is_known_by_name() {
    let known = [
        "src/associations/store.rs",
        "src/events/store.rs",
        "src/logouts/store.rs",
        "src/sessions/store.rs",
        "src/sync/integration/store.rs",
        "src/sync/link/store.rs",
        "src/sync/queue/store.rs",
        "src/sync/release/store.rs",
    ];
    for source in sources().iter().filter(|source| source.module() != "db") {
        let looks = source.product.contains("across_associations(");
        assert!(!looks || known.contains(&source.path.as_str()), "{}", source.path);
    }
}

/// STYLE.md 19, 28, 47 and SECURITY.md 4.3, where the compiler alone does not see to it.
#[test]
fn what_the_style_forbids_is_nowhere_in_the_product() {
    for source in sources() {
        let clock = source.path == "src/clock.rs";
        let speaks = source.module() == "cli";
        for (forbidden, is_free) in [
            (".unwrap()", false),
            ("unwrap_unchecked", false),
            ("panic!(", false),
            ("todo!(", false),
            ("unimplemented!(", false),
            ("dbg!(", false),
            ("println!(", speaks),
            ("print!(", speaks),
            ("#[allow", false),
            ("#![allow", false),
            ("SystemTime", clock),
            ("Timestamp::now(", clock),
            ("Zoned::now(", clock),
            ("axum::Form", false),
            ("extract::Form", false),
            ("prelude::*", false),
            ("use super::*", false),
        ] {
            let found = source.product.contains(forbidden);
            assert!(is_free || !found, "{} has {forbidden}", source.path);
        }
        // `use axum::extract::{Form, …}` is the same thing in other words.
        for import in source.product.split("use axum::").skip(1) {
            let import = import.split(';').next().unwrap();
            let names = import.split(|c: char| !c.is_alphanumeric() && c != '_');
            assert!({ names }.all(|name| name != "Form"), "{}: axum::{import}", source.path);
        }
    }
}

/// STYLE.md 44, 45.
#[test]
fn a_module_begins_with_a_sentence_that_says_what_it_is() {
    for source in ["src", "tests/it", "xtask/src"].iter().flat_map(|folder| files(folder, ".rs")) {
        let first = source.text.lines().next().unwrap_or_default();
        assert!(first.starts_with("//! "), "{} begins with {first:?}", source.path);
        for (number, line) in iter::zip(1.., source.text.lines()) {
            let note =
                ["TODO", "FIXME", "XXX"].iter().any(|note| line.contains(&format!("// {note}")));
            assert!(!note, "{}:{number} {line}", source.path);
        }
    }
}

/// SEC-X4: everything that a template prints is escaped.
#[test]
fn no_template_escapes_from_escaping() {
    for template in files("templates", ".html") {
        let code = template.text.replace(' ', "");
        for forbidden in ["|safe", "|escape(", "autoescape", "{%raw%}"] {
            assert!(!code.contains(forbidden), "{} has {forbidden}", template.path);
        }
    }
    for source in sources() {
        let code = source.product.replace(' ', "");
        assert!(
            !code.contains("escape=\"none\"") && !code.contains("ext=\"txt\""),
            "{}",
            source.path
        );
    }
}

/// SEC-E5: no window of ours listens to others, and there is no session iframe.
#[test]
fn no_script_listens_to_other_windows() {
    for script in files("templates", ".js") {
        for forbidden in ["postMessage", "onmessage", "\"message\"", "'message'", "window.opener"] {
            assert!(!script.text.contains(forbidden), "{} has {forbidden}", script.path);
        }
    }
    for template in files("templates", ".html") {
        assert!(!template.text.contains("<iframe"), "{}", template.path);
    }
}

/// SEC-C11: `rsa` makes and converts keys; that it neither signs nor decrypts is clippy's business, as
/// long as clippy is told.
#[test]
fn clippy_forbids_what_rsa_must_not_do() {
    let rules =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("clippy.toml")).unwrap();
    for forbidden in ["sign", "sign_with_rng", "decrypt", "decrypt_blinded"] {
        assert!(rules.contains(&format!("rsa::RsaPrivateKey::{forbidden}\"")), "{forbidden}");
    }
}

/// STYLE.md 4: when a file grows past this, a noun is missing.
#[test]
fn no_file_is_too_long_to_be_read() {
    let folders = [("src", ".rs"), ("tests", ".rs"), ("xtask", ".rs"), ("templates", ".html")];
    for source in folders.iter().flat_map(|(folder, ending)| files(folder, ending)) {
        let lines = source.text.lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines", source.path);
    }
}

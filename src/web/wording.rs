//! What templates and catalogue promise each other, read from their files.

use std::{collections::BTreeSet, fs, path::Path};

use crate::web::page::samples::assert_escaped;
use crate::{associations, clients, consents, events, groups, hooks, members, oidc, sessions, web};

/// Tags that a message of the catalogue may hold.
const MARKUP: [&str; 9] = [
    "<strong>",
    "</strong>",
    "<code>",
    "</code>",
    "</a>",
    "</span>",
    "<span class=\"soft\">",
    "<a href=\"mailto:{ $email }\">",
    "<a href=\"tel:{ $dial }\">",
];

/// Names in the code of pages that only look like keys: of a menu entry, the product, a field.
const NO_KEYS: [&str; 5] = ["sso-clients", "novi-sso", "who-some", "legacy-sso", "resource-url"];

fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, extension: &str, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, extension, found);
            } else if path.extension().is_some_and(|it| it == extension) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path.display().to_string(), text));
            }
        }
    }
    let mut found = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), extension, &mut found);
    assert!(!found.is_empty(), "no .{extension} files in {folder}");
    found
}

/// Our own pages. The stand-ins of the simulator are other products, with words of their own.
fn templates() -> Vec<(String, String)> {
    let mut all = files("templates", "html");
    all.retain(|(file, _)| !file.contains("/templates/simulator/"));
    all
}

fn catalogue() -> String {
    include_str!("../../templates/locales/en.ftl").to_owned()
}

fn keys() -> BTreeSet<String> {
    let text = catalogue();
    let heads = text.lines().filter(|line| line.starts_with(|it: char| it.is_ascii_lowercase()));
    heads.map(|line| line.split(" =").next().unwrap().to_owned()).collect()
}

/// The text without what stands between `open` and `close`.
fn without(text: &str, open: &str, close: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some(start) = rest.find(open) {
        kept.push_str(&rest[..start]);
        let end = rest[start..].find(close).unwrap_or_else(|| panic!("{open} without {close}"));
        rest = &rest[start + end + close.len()..];
    }
    kept + rest
}

/// The template as a browser would get it, were every tag of askama empty.
fn without_askama(template: &str) -> String {
    let comments = without(template, "{#", "#}");
    without(&without(&comments, "{{", "}}"), "{%", "%}")
}

/// String literals, of Rust or askama, in order.
fn literals(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

fn is_key(text: &str) -> bool {
    text.contains('-')
        && text.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-')
}

#[test]
fn every_text_that_a_template_asks_for_is_in_the_catalogue() {
    let keys = keys();
    for (file, text) in templates() {
        for call in ["page.t(\"", "page.t1(\"", "page.rich(\"", "page.rich1(\""] {
            for asked in text.split(call).skip(1) {
                let key = asked.split('"').next().unwrap();
                assert!(keys.contains(key), "{file} asks for {key:?}");
            }
        }
    }
}

#[test]
fn every_text_of_the_catalogue_is_used_somewhere() {
    let sources: String = templates()
        .into_iter()
        .chain(files("src", "rs"))
        .filter(|(file, _)| !file.ends_with("wording.rs"))
        .map(|(_, text)| text)
        .collect();
    for key in keys() {
        assert!(sources.contains(&format!("\"{key}\"")), "nothing uses {key:?}");
    }
}

#[test]
fn every_key_that_a_page_names_in_rust_is_in_the_catalogue() {
    let keys = keys();
    let pages = [
        "views.rs",
        "steps.rs",
        "editor.rs",
        "clients/form.rs",
        "records/form.rs",
        "conflict.rs",
        "mistakes.rs",
        "words.rs",
        "web/page.rs",
    ];
    for (file, text) in files("src", "rs") {
        if !pages.iter().any(|it| file.ends_with(it)) {
            continue;
        }
        let product = text.split("#[cfg(test)]").next().unwrap();
        let code: String =
            product.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for key in literals(&code).filter(|it| is_key(it)) {
            assert!(keys.contains(key) || NO_KEYS.contains(&key), "{file} names {key:?}");
        }
    }
}

#[test]
fn no_key_stands_twice_in_the_catalogue() {
    let text = catalogue();
    let heads = text.lines().filter(|line| line.starts_with(|it: char| it.is_ascii_lowercase()));
    assert_eq!(heads.count(), keys().len());
}

#[test]
fn the_catalogue_holds_only_the_markup_that_is_allowed() {
    for line in catalogue().lines().filter(|line| !line.starts_with('#')) {
        let mut rest = line.replace(" ->", "");
        for tag in MARKUP {
            rest = rest.replace(tag, "");
        }
        assert!(!rest.contains(['<', '>']), "{line}");
    }
}

#[test]
fn texts_with_markup_are_asked_for_as_rich_ones() {
    for line in catalogue().lines().filter(|line| line.contains('<') && !line.starts_with('#')) {
        let key = line.split(" =").next().unwrap();
        for (file, text) in templates() {
            assert!(!text.contains(&format!("page.t(\"{key}\"")), "{file}: {key}");
            assert!(!text.contains(&format!("page.t1(\"{key}\"")), "{file}: {key}");
        }
    }
}

#[test]
fn templates_hold_no_words_of_their_own() {
    for (file, template) in templates() {
        let html = without_askama(&template);
        let text = without(&html, "<", ">");
        let words: String = text.chars().filter(|it| it.is_alphanumeric()).collect();
        assert!(words.is_empty(), "{file} says {words:?}");
    }
}

#[test]
fn attributes_that_people_read_come_from_the_catalogue() {
    for (file, template) in templates() {
        let html = without_askama(&template);
        for attribute in ["aria-label", "alt", "title", "placeholder", "data-th", "data-done"] {
            for value in html.split(&format!(" {attribute}=\"")).skip(1) {
                let value = value.split('"').next().unwrap();
                let words = value.chars().any(char::is_alphanumeric);
                assert!(!words, "{file}: {attribute}={value:?}");
            }
        }
    }
}

#[test]
fn templates_escape_everything_and_hold_no_style_and_no_script() {
    for (file, template) in files("templates", "html") {
        let html = without_askama(&template).to_lowercase();
        for forbidden in [" style=", "<style", "javascript:", "srcdoc"] {
            assert!(!html.contains(forbidden), "{file} holds {forbidden}");
        }
        for script in html.split("<script").skip(1) {
            let (tag, rest) = script.split_once('>').unwrap();
            assert!(tag.contains("src=") && rest.starts_with("</script>"), "{file}: {script}");
        }
        for attribute in html.split_whitespace().filter(|it| it.contains('=')) {
            assert!(!attribute.starts_with("on"), "{file}: {attribute}");
        }
        for askama in template.split("{{").skip(1).chain(template.split("{%").skip(1)) {
            let code = askama.split('}').next().unwrap();
            assert!(!code.contains('|') || code.contains("||"), "{file} filters: {code}");
        }
    }
}

#[test]
fn every_form_that_changes_something_carries_its_token() {
    for (file, template) in templates() {
        for form in template.split("<form").skip(1) {
            let (tag, rest) = form.split_once('>').unwrap();
            let body = rest.split("</form>").next().unwrap();
            let posts = tag.contains("method=\"post\"");
            // The one form that goes to another website must not carry it there.
            let is_ours = !file.ends_with("/oidc/form_post.html");
            assert_eq!(posts && is_ours, body.contains("::token(page)"), "{file}: {tag}");
            assert!(posts || tag.contains("method=\"get\""), "{file}: {tag}");
        }
    }
}

#[test]
fn pages_render_and_what_people_typed_is_escaped() {
    let pages = [
        sessions::views::samples::hostile_pages(),
        sessions::prove::views::samples::hostile_pages(),
        members::views::samples::hostile_pages(),
        members::records::views::samples::hostile_pages(),
        members::records::form::samples::hostile_pages(),
        members::logins::views::samples::hostile_pages(),
        members::fields::views::samples::hostile_pages(),
        associations::settings::views::samples::hostile_pages(),
        clients::views::samples::hostile_pages(),
        clients::editor::samples::hostile_pages(),
        clients::steps::samples::hostile_pages(),
        clients::preview::views::samples::hostile_pages(),
        clients::health::views::samples::hostile_pages(),
        clients::conflict::samples::hostile_pages(),
        clients::permitted::views::samples::hostile_pages(),
        clients::secrets::views::samples::hostile_pages(),
        associations::views::samples::hostile_pages(),
        oidc::views::samples::hostile_pages(),
        consents::views::samples::hostile_pages(),
        events::views::samples::hostile_pages(),
        groups::views::samples::hostile_pages(),
        groups::membership::views::samples::hostile_pages(),
        hooks::views::samples::hostile_pages(),
        web::views::samples::hostile_pages(),
    ];
    let pages = pages.into_iter().flatten();
    for html in pages.chain(of_sync().1) {
        assert_escaped(&html);
    }
}

#[test]
fn no_page_repeats_an_id_or_names_one_that_is_missing() {
    for (name, html) in samples() {
        let ids: Vec<&str> = attribute(&html, "id");
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name} repeats an id: {ids:?}");
        for pointer in ["for", "aria-describedby", "aria-labelledby", "data-copy", "data-show"] {
            for target in attribute(&html, pointer).iter().flat_map(|it| it.split(' ')) {
                assert!(unique.contains(target), "{name}: {pointer}={target:?}");
            }
        }
        for target in attribute(&html, "href").iter().filter_map(|it| it.strip_prefix('#')) {
            assert!(unique.contains(target), "{name}: #{target}");
        }
    }
}

fn attribute<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    html.split(&format!(" {name}=\"")).skip(1).map(|it| it.split('"').next().unwrap()).collect()
}

/// Every state of every page, by name.
pub fn samples() -> Vec<(&'static str, String)> {
    [
        sessions::views::samples::all(),
        sessions::prove::views::samples::all(),
        members::views::samples::all(),
        members::records::views::samples::all(),
        members::records::form::samples::all(),
        members::logins::views::samples::all(),
        members::fields::views::samples::all(),
        associations::settings::views::samples::all(),
        clients::views::samples::all(),
        clients::editor::samples::all(),
        clients::steps::samples::all(),
        clients::preview::views::samples::all(),
        clients::health::views::samples::all(),
        clients::conflict::samples::all(),
        clients::permitted::views::samples::all(),
        clients::secrets::views::samples::all(),
        associations::views::samples::all(),
        oidc::views::samples::all(),
        consents::views::samples::all(),
        events::views::samples::all(),
        groups::views::samples::all(),
        groups::membership::views::samples::all(),
        hooks::views::samples::all(),
        web::views::samples::all(),
    ]
    .into_iter()
    .flatten()
    .chain(of_sync().0)
    .collect()
}

type Samples = Vec<(&'static str, String)>;

#[cfg(not(feature = "sync"))]
fn of_sync() -> (Samples, Vec<String>) {
    (Vec::new(), Vec::new())
}

/// The same of group sync: samples and hostile pages.
#[cfg(feature = "sync")]
fn of_sync() -> (Samples, Vec<String>) {
    use crate::sync::{connect, integration, linking, moved, records, release, runs, status};
    let samples = [
        connect::views::samples::all(),
        integration::views::samples::all(),
        linking::views::samples::all(),
        moved::views::samples::all(),
        records::views::samples::all(),
        release::views::samples::all(),
        runs::views::samples::all(),
        status::views::samples::all(),
    ];
    let hostile = [
        connect::views::samples::hostile_pages(),
        integration::views::samples::hostile_pages(),
        linking::views::samples::hostile_pages(),
        moved::views::samples::hostile_pages(),
        records::views::samples::hostile_pages(),
        release::views::samples::hostile_pages(),
        runs::views::samples::hostile_pages(),
        status::views::samples::hostile_pages(),
    ];
    (samples.into_iter().flatten().collect(), hostile.into_iter().flatten().collect())
}

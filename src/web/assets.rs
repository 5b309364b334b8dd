//! Static files, built into the program and addressed by what is in them.

use std::{borrow::Cow, collections::BTreeMap, fmt::Write, sync::LazyLock};

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "templates/assets"]
struct Folder;

struct File {
    hash: String,
    bytes: Cow<'static, [u8]>,
    content_type: &'static str,
}

static FILES: LazyLock<BTreeMap<String, File>> = LazyLock::new(|| {
    Folder::iter()
        .filter_map(|name| Some((name.to_string(), Folder::get(&name)?)))
        .map(|(name, embedded)| {
            let mut hash = String::new();
            for byte in &embedded.metadata.sha256_hash()[..8] {
                write!(hash, "{byte:02x}").expect("a String takes all that is written to it");
            }
            let content_type = content_type(&name);
            (name, File { hash, bytes: embedded.data, content_type })
        })
        .collect()
});

/// Where pages find a file. The address changes with the content, so it may be kept forever.
pub fn url(name: &str) -> String {
    let file = FILES.get(name);
    debug_assert!(file.is_some(), "no file {name:?} in templates/assets");
    format!("/sso-assets/{}/{name}", file.map_or("none", |file| &file.hash))
}

/// The bytes and their content type, if this is the content of today: an address of an older
/// release must not answer with newer bytes that are then kept under it.
pub fn find(hash: &str, name: &str) -> Option<(&'static [u8], &'static str)> {
    let file = FILES.get(name).filter(|file| file.hash == hash)?;
    Some((&file.bytes, file.content_type))
}

/// Where pages find the style sheet that [`brand_css`] makes.
pub fn brand_url(colour: &str) -> String {
    format!("/sso-assets/brand/{colour}.css")
}

/// The one line that an association's colour adds; the colour is six hexadecimal digits.
pub fn brand_css(colour: &str) -> Option<String> {
    let valid = colour.len() == 6 && colour.bytes().all(|byte| byte.is_ascii_hexdigit());
    valid.then(|| format!(":root {{ --brand: #{colour}; }}\n"))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_found_at_its_own_address_and_at_no_other() {
        for name in ["novi.css", "icons.svg", "mark.svg", "novi.js", "form_post.js"] {
            let url = url(name);
            let hash = url.split('/').nth(2).unwrap();

            let (bytes, content_type) = find(hash, name).unwrap();

            assert!(!bytes.is_empty() && content_type != "application/octet-stream", "{name}");
            assert!(find("0000000000000000", name).is_none(), "{name}");
            assert!(find(hash, "../locales/en.ftl").is_none());
        }
    }

    #[test]
    fn a_colour_is_six_hexadecimal_digits_and_nothing_else() {
        assert_eq!(brand_css("0b5f6b").unwrap(), ":root { --brand: #0b5f6b; }\n");
        for wrong in ["", "fff", "0b5f6b0", "0b5f6g", "red;}x", "00000é"] {
            assert!(brand_css(wrong).is_none(), "{wrong:?}");
        }
    }
}

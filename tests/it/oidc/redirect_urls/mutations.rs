//! What an attacker, a proxy or a tired admin makes of a registered URL: hundreds of near misses.

use std::collections::BTreeSet;

use url::Url;

const BEFORE: &[&str] = &[
    " ",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "\u{feff}",
    "x",
    "/",
    "//",
    "\\",
    "@",
    "#",
    "?",
    "%20",
    "%00",
    "javascript:",
    "data:text/html,",
    "blob:",
    "view-source:",
    "feed:",
    "https:",
    "https://",
    "https://evil.example/",
    "https://evil.example?",
    "https://evil.example#",
    "https://evil.example@",
    "//evil.example/",
    "https://evil.example\\@",
];

const AFTER: &[&str] = &[
    " ",
    "\t",
    "\n",
    "\r\n",
    "\0",
    "x",
    "/",
    "//",
    "/.",
    "/..",
    "/../",
    "/./",
    "?",
    "?x=1",
    "?x",
    "&",
    "&x=1",
    "#",
    "#x",
    "#?x=1",
    "%00",
    "%09",
    "%0a",
    "%0d%0a",
    "%20",
    "%2f",
    "%2F",
    "%23",
    "%3f",
    "%2e%2e",
    "%2e%2e/",
    "%252f",
    "%252f..",
    "..;/",
    "/..;/x",
    ";",
    ";x=1",
    ";jsessionid=1",
    "/../x",
    "/x/..",
    "/%2e%2e/x",
    "/%252e%252e/x",
    "\\",
    "\\..\\x",
    "/\\x",
    "*",
    ".evil.example",
    ".html",
    "@evil.example",
    ":443",
    "+",
    "'",
    "\"",
    "<",
    ">",
    "{}",
    "|",
    "^",
    "`",
    "~",
    ",",
    "!",
    "(",
    "https://evil.example",
    ",https://evil.example/cb",
    " https://evil.example/cb",
    "?redirect_uri=https://evil.example/cb",
    "?next=//evil.example",
    "/https://evil.example",
    "é",
    "\u{200b}",
    "\u{2028}",
    "\u{202e}",
];

const SCHEMES: &[&str] = &[
    "http://",
    "HTTPS://",
    "Https://",
    "hTTps://",
    "ftp://",
    "ws://",
    "wss://",
    "file://",
    "app://",
    "com.example.app:/",
    "javascript://",
    "JaVaScRiPt://",
    "data://",
    "//",
    "",
    "https:",
    "https:/",
    "https:///",
    "https:////",
    "https:\\\\",
    "https:/\\",
    "https:\\/",
    "https ://",
    "https%3a//",
    "https:%2f%2f",
    "h\tttps://",
    "https\0://",
    "\u{1}https://",
];

/// In place of `HOST`, which may have a port.
const HOSTS: &[&str] = &[
    "HOST.",
    "HOST..",
    ".HOST",
    "www.HOST",
    "evil.HOST",
    "evilHOST",
    "evil-HOST",
    "HOST.evil.example",
    "HOSTevil.example",
    "HOST-evil.example",
    "HOST_evil.example",
    "HOST%00.evil.example",
    "HOST%2eevil.example",
    "HOST%23.evil.example",
    "HOST%2f.evil.example",
    "HOST%5c.evil.example",
    "evil.example",
    "evil.example#HOST",
    "evil.example?HOST",
    "evil.example/HOST",
    "evil.example\\HOST",
    "evil.example%00HOST",
    "evil.example%2fHOST",
    "*.HOST",
    "*",
    "[HOST]",
    "HOST HOST",
    "HOST,evil.example",
    "HOST;evil.example",
    "HOST\t",
    "HOST\n",
    "HOST\u{3002}evil.example",
    "HOST\u{ff0f}evil.example",
    "HOST\u{2044}evil.example",
    "127.0.0.1",
    "[::1]",
    "0x7f.1",
    "2130706433",
    "localhost",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "localhost:80@evil.example",
];

/// User information, in front of the host and behind it (SEC-A1).
pub const USERS: &[&str] = &[
    "@HOST",
    "ann@HOST",
    "ann:secret@HOST",
    ":@HOST",
    ":x@HOST",
    "@@HOST",
    "a@b@HOST",
    "HOST@HOST",
    "HOST@evil.example",
    "HOST@@evil.example",
    "HOST@evil.example@HOST",
    "HOST:x@evil.example",
    "HOST:443@evil.example",
    "HOST:@evil.example",
    "HOST%40evil.example",
    "HOST%00@evil.example",
    "evil.example@HOST",
    "evil.example%40HOST",
    "evil.example\\@HOST",
    "evil.example#@HOST",
    "evil.example?@HOST",
    "evil.example/@HOST",
    "HOST\\@evil.example",
    "HOST#@evil.example",
    "HOST?@evil.example",
    "HOST/@evil.example",
    "HOST;@evil.example",
    "HOST @evil.example",
];

const PORTS: &[&str] = &[
    ":", ":443", ":0443", ":80", ":8080", ":8443", ":1", ":0", ":65535", ":65536", ":443x", ":x",
    ":-1", ":443:443",
];

/// At least 200 texts that are not `registered`.
pub fn of(registered: &str) -> BTreeSet<String> {
    let url = Url::parse(registered).unwrap();
    let (scheme, rest) = registered.split_once("://").unwrap();
    let (scheme, at) = (format!("{scheme}://"), rest.find('/').unwrap());
    let (authority, path) = rest.split_at(at);
    let host = url.host_str().unwrap();

    let mut all = Vec::new();
    all.extend(BEFORE.iter().map(|text| format!("{text}{registered}")));
    all.extend(AFTER.iter().map(|text| format!("{registered}{text}")));
    all.extend(SCHEMES.iter().map(|other| format!("{other}{rest}")));
    for pattern in HOSTS.iter().chain(USERS) {
        all.push(format!("{scheme}{}{path}", pattern.replace("HOST", authority)));
    }
    all.extend(PORTS.iter().map(|port| format!("{scheme}{host}{port}{path}")));
    all.extend([
        format!("{scheme}{host}{path}"),
        format!("{scheme}{}{path}", authority.to_uppercase()),
    ]);
    // As a pattern, a dot would match anything.
    all.push(format!("{scheme}{}{path}", authority.replacen('.', "x", 1)));
    all.push(format!("{scheme}{}{path}", authority.replacen('.', "%2e", 1)));
    all.push(format!("{scheme}{}{path}", authority.replacen('.', "\u{3002}", 1)));
    all.extend(authority.split_once('.').map(|(_, domain)| format!("{scheme}{domain}{path}")));
    for other in paths(path) {
        all.push(format!("{scheme}{authority}{other}"));
    }
    for other in one_character(rest) {
        all.push(format!("{scheme}{other}"));
    }
    let percent = url::form_urlencoded::byte_serialize(registered.as_bytes()).collect::<String>();
    all.extend([
        percent,
        registered.to_uppercase(),
        registered.repeat(2),
        registered.replace('/', "\\"),
    ]);
    let cuts = registered.char_indices().map(|(end, _)| registered[..end].to_owned());
    let all = all.into_iter().chain(cuts).filter(|text| text != registered);
    all.collect()
}

/// Other ways to write a path, and other paths of the same site.
fn paths(path: &str) -> Vec<String> {
    let (plain, query) = path.split_once('?').map_or((path, ""), |(plain, query)| (plain, query));
    let kept = |other: String| if query.is_empty() { other } else { format!("{other}?{query}") };
    let last = plain.rsplit('/').next().unwrap();
    let parent = &plain[..plain.len() - last.len()];
    let mut all = vec![
        "/".to_owned(),
        String::new(),
        "/other".to_owned(),
        parent.to_owned(),
        plain.to_owned(),
        format!("{plain}?"),
        format!("{plain}?{query}&x=1"),
        format!("{plain}?x=1&{query}"),
        kept(plain.to_uppercase()),
        kept(plain.to_lowercase()),
        kept(format!("/{plain}")),
        kept(format!("/.{plain}")),
        kept(format!("/x/..{plain}")),
        kept(format!("/..{plain}")),
        kept(format!("/..;{plain}")),
        kept(format!("/%2e{plain}")),
        kept(format!("/%2e%2e{plain}")),
        kept(format!("{parent}../{last}")),
        kept(format!("{parent}x/../{last}")),
        kept(format!("{parent}./{last}")),
        kept(format!("{parent}/{last}")),
        kept(plain.replace('/', "\\")),
        kept(plain.replace('/', "%2f")),
        kept(plain.replace('/', "%2F")),
        kept(plain.replace('/', "%5c")),
        kept(plain.replace('/', "%252f")),
        kept(plain.replace('/', "//")),
    ];
    // The same path to everyone who decodes before comparing.
    for (at, character) in plain.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()) {
        let (before, after) = (&plain[..at], &plain[at + 1..]);
        all.push(kept(format!("{before}%{:02x}{after}", character as u32)));
        all.push(kept(format!("{before}%25{:02x}{after}", character as u32)));
    }
    all
}

/// Each character left out, doubled, and in the other case.
fn one_character(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (at, character) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + character.len_utf8()..]);
        let other = if character.is_ascii_lowercase() {
            character.to_ascii_uppercase()
        } else {
            character.to_ascii_lowercase()
        };
        all.push(format!("{before}{after}"));
        all.push(format!("{before}{character}{character}{after}"));
        all.push(format!("{before}{other}{after}"));
    }
    all
}

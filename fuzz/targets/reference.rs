//! The same rules a second time, written from their specifications and as plainly as possible.

use std::collections::BTreeSet;

/// The pairs of a form (URL Standard, "application/x-www-form-urlencoded parsing").
pub fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    let pieces = encoded.split(|byte| *byte == b'&').filter(|piece| !piece.is_empty());
    let pairs = pieces.map(|piece| match piece.iter().position(|byte| *byte == b'=') {
        Some(at) => (decoded(&piece[..at]), decoded(&piece[at + 1..])),
        None => (decoded(piece), String::new()),
    });
    pairs.collect()
}

/// One name or value of a form: `+` is a blank, `%` and two digits are a byte, anything else is itself.
pub fn decoded(text: &[u8]) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'+', _) => bytes.push(b' '),
            (b'%', [high, low, after @ ..]) if is_hex(*high) && is_hex(*low) => {
                let digits = [char::from(*high), char::from(*low)].map(|c| c.to_digit(16).unwrap());
                bytes.push((digits[0] * 16 + digits[1]) as u8);
                rest = after;
            }
            (other, _) => bytes.push(*other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_hexdigit()
}

/// What the parameters of a request are, or None where it has to be refused (RFC 6749 §3.1).
pub fn params(encoded: &[u8]) -> Option<Vec<(String, String)>> {
    let mut pairs = pairs(encoded);
    pairs.retain(|(_, value)| !value.is_empty());
    let names: BTreeSet<_> = pairs.iter().map(|(name, _)| name).collect();
    let is_fine = names.len() == pairs.len()
        && pairs.len() <= 64
        && pairs.iter().all(|(_, value)| value.len() <= 4096 && !value.contains('\0'));
    is_fine.then_some(pairs)
}

/// RFC 6749 §4.1.2.1: "Values for the "error_description" parameter MUST NOT include characters
/// outside the set %x20-21 / %x23-5B / %x5D-7E."
pub fn is_description(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| matches!(b, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

/// The parts of an input, which lines of two hyphens separate. What is not there is empty.
pub fn parts<const N: usize>(text: &str) -> [&str; N] {
    let mut parts = text.splitn(N, "\n--\n");
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

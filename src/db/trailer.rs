//! The end of a backup: a digest of everything before it. SQLite counts its pages and never looks there.
//!
//! SQLite's own check sees broken pages, but not one changed letter in a name.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use aws_lc_rs::digest::{Context, SHA256};

use crate::token::base64url;

const MARK: &str = "novi-sso backup, SHA-256 ";
/// The mark, 43 characters of base64url, the end of the line.
const LENGTH: u64 = MARK.len() as u64 + 44;

pub fn append(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).open(path)?;
    let length = file.metadata()?.len();
    let trailer = of_first(&file, length)?;
    file.write_all(trailer.as_bytes())?;
    file.sync_all()
}

/// Whether the file ends in the digest of what is before.
pub fn holds(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let Some(length) = file.metadata()?.len().checked_sub(LENGTH) else { return Ok(false) };
    let expected = of_first(&file, length)?;
    file.seek(SeekFrom::Start(length))?;
    let mut found = Vec::new();
    file.read_to_end(&mut found)?;
    Ok(found == expected.as_bytes())
}

fn of_first(mut file: &File, length: u64) -> io::Result<String> {
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = BufReader::with_capacity(64 * 1024, file.take(length));
    let mut digest = Context::new(&SHA256);
    loop {
        let chunk = bytes.fill_buf()?;
        if chunk.is_empty() {
            break;
        }
        digest.update(chunk);
        let read = chunk.len();
        bytes.consume(read);
    }
    Ok(format!("{MARK}{}\n", base64url(digest.finish())))
}

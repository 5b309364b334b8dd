//! A fresh folder that only one account may enter; dropping removes it.

use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::{Path, PathBuf};

use super::account::Account;

pub struct Folder(PathBuf);

impl Folder {
    pub fn new(account: Option<Account>) -> io::Result<Folder> {
        let pid = std::process::id();
        let mut number = 0;
        let folder = loop {
            let path = std::env::temp_dir().join(format!("novi-sso-postgres-{pid}-{number}"));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => break Folder(path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(error),
            }
        };
        if let Some(Account { user, group }) = account {
            chown(&folder.0, Some(user), Some(group))?;
        }
        Ok(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            let _ = writeln!(io::stderr(), "{} was left behind: {error}", self.0.display());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn a_folder_is_ours_alone_and_goes_when_dropped() {
        let folder = Folder::new(None).unwrap();
        let path = folder.path().to_path_buf();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o700);

        drop(folder);

        assert!(!path.exists());
    }
}

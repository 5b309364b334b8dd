//! SQLite only, and only where this process may mount: a disk that fills up, and is freed again (F-03).

use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use tokio::task::JoinSet;

use super::{Pairs, codes};
use crate::support::{HOME, Novi, temporary};

#[tokio::test(flavor = "multi_thread")]
async fn writing_goes_on_when_a_full_disk_has_room_again() {
    let Some(disk) = Disk::mount() else { return };
    let pairs = Pairs::of(&disk.novi().await).await;
    pairs.add("before").await.unwrap();

    let filler = disk.fill();
    let mut acknowledged = vec!["before".to_owned()];
    for round in 0.. {
        let mut writers = JoinSet::new();
        for n in 0..16 {
            let (pairs, name) = (pairs.clone(), format!("{round:03} {n:02}"));
            writers.spawn(async move { pairs.add(&name).await.map(|()| name) });
        }
        let written: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
        if written.is_empty() {
            break;
        }
        assert!(round < 500, "the disk is full");
        acknowledged.extend(written);
    }
    fs::remove_file(filler).unwrap();

    pairs.add("right after").await.unwrap();

    let present = pairs.after_reopening().await;
    acknowledged.push("right after".to_owned());
    assert!(acknowledged.iter().all(|name| present.iter().filter(|n| *n == name).count() == 2));
    pairs.are_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_what_needs_no_write_is_served_and_the_rest_is_refused_for_the_moment() {
    let Some(disk) = Disk::mount() else { return };
    let novi = disk.novi().await;
    let (forj, ann) = (novi.client("Forj").await, novi.member("Ann").await);
    let waiting = codes(&forj, &ann, 20).await;
    let bought = forj.exchange(&waiting[0]).await;
    let mut browser = novi.browser();
    browser.sign_in(&ann).await;
    let log_in = novi.browser().get("/log-in").await;

    let filler = disk.fill();
    let mut acknowledged = vec![bought["access_token"].as_str().unwrap().to_owned()];
    let mut issued = Vec::new();
    let mut refused = 0;
    // What is left of the write-ahead log is used up first.
    for _ in 0..2000 {
        let page = browser.get(&forj.authorize_url()).await;
        match page.sent("code") {
            Some(code) => issued.push(code),
            None => {
                assert_eq!(page.status, 503);
                refused += 1;
            }
        }
        if refused == 5 {
            break;
        }
    }
    assert_eq!(refused, 5, "the disk is full");
    let mut unsure = Vec::new();
    for code in &waiting[1..] {
        let reply = forj.exchange(code).await;
        match reply.status {
            200 => acknowledged.push(reply["access_token"].as_str().unwrap().to_owned()),
            status => {
                assert_eq!((status, &reply["error"]), (503, &"temporarily_unavailable".into()));
                unsure.push(code);
            }
        }
        for path in ["/.well-known/openid-configuration", "/oauth/jwks"] {
            assert_eq!(novi.browser().get(path).await.status, 200);
        }
    }
    assert!(!unsure.is_empty());
    let mut stranger = novi.browser();
    assert_eq!(stranger.sign_in_on(&log_in, &ann).await.status, 200, "a stale form, asked again");
    let log_in = stranger.get("/log-in").await;
    assert_eq!(stranger.sign_in_on(&log_in, &ann).await.status, 503);
    let profile = forj.userinfo(&acknowledged[0]).await;
    assert_eq!(profile.status, 200, "reading goes on");

    fs::remove_file(filler).unwrap();

    for code in unsure {
        let reply = forj.exchange(code).await;
        assert_eq!(reply.status, 200, "{}", reply.json);
    }
    for code in issued {
        assert_eq!(forj.exchange(&code).await.status, 200);
    }
    for token in acknowledged {
        assert_eq!(forj.userinfo(&token).await.status, 200, "what was answered is kept");
    }
    assert_eq!(stranger.sign_in_on(&log_in, &ann).await.status, 303);
}

/// A small file system of its own.
struct Disk(PathBuf);

impl Disk {
    fn mount() -> Option<Self> {
        if std::env::var_os("NOVI_TEST_POSTGRES").is_some() {
            return None;
        }
        let at = temporary("disk");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(&at);
        if mount.output().is_ok_and(|output| output.status.success()) {
            return Some(Self(at));
        }
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "this process may not mount, so a full disk cannot be tried"
        );
        eprintln!("skipped: this process may not mount");
        None
    }

    async fn novi(&self) -> Novi {
        let url = format!("sqlite://{}/novi.db", self.0.display());
        let novi = Novi::empty(&url, |_| {}).await;
        novi.associate(&format!("https://{HOME}"), "Acme Builders").await;
        novi
    }

    fn fill(&self) -> PathBuf {
        let path = self.0.join("filler");
        let mut file = File::create(&path).unwrap();
        while file.write_all(&[0; 4096]).is_ok() {}
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        Command::new("umount").arg("--lazy").arg(&self.0).output().ok();
    }
}

//! The program itself, in a process of its own, on the database and with the keys of a [`Novi`].

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Request, header};
use tower::ServiceExt as _;

use super::{HOME, Novi, proxy, temporary};

/// Far more than it takes, on a busy machine with a slow build, too.
const READY_WITHIN: Duration = Duration::from_secs(30);

/// Does not outlive a test that failed.
pub struct Process {
    child: Child,
    /// The same database; browsers and tools of this one talk to the process.
    pub novi: Novi,
    log: PathBuf,
}

impl Process {
    /// A node that is ready. It may call this machine, where the stand-ins are.
    pub async fn serve(novi: &Novi) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let folder = temporary("process");
        let log = folder.join("log");
        let file = File::create(&log).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_novi-sso"));
        command
            .args(["serve", "--listen", &address, "--allow-loopback-calls"])
            .args(["--database-url", &novi.url, "--keys-dir"])
            .arg(&novi.keys_dir)
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file);
        let child = command.spawn().unwrap();
        let novi = Novi { router: proxy(&address), ..novi.clone() };
        let mut process = Self { child, novi, log };
        process.becomes_ready(&address).await;
        process
    }

    async fn becomes_ready(&mut self, address: &str) {
        let begun = Instant::now();
        loop {
            if tokio::net::TcpStream::connect(address).await.is_ok() && self.is_ready().await {
                return;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "it ended: {}", fs::read_to_string(&self.log).unwrap());
            assert!(begun.elapsed() < READY_WITHIN, "not ready after {READY_WITHIN:?}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub async fn is_ready(&self) -> bool {
        let request = Request::get("/readyz").header(header::HOST, HOME).body(Body::empty());
        let answer = self.novi.router.clone().oneshot(request.unwrap()).await.unwrap();
        answer.status() == 200
    }

    /// In the middle of whatever it is at.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// It stands still and knows nothing of it.
    pub fn halt(&self) {
        self.signal("STOP");
    }

    pub fn go_on(&self) {
        self.signal("CONT");
    }

    /// Memory in bytes that is its own at this moment.
    pub fn memory(&self) -> u64 {
        let pages = fs::read_to_string(format!("/proc/{}/statm", self.child.id())).unwrap();
        let resident: u64 = pages.split(' ').nth(1).unwrap().parse().unwrap();
        resident * 4096
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok(); // it has ended already
        self.child.wait().ok();
    }
}

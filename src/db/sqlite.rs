//! SQLite: readers in a pool, and one writer connection that commits in groups.
//!
//! A task owns the writer connection, and writers stand in line before it. One after another they
//! run their statements inside a transaction that all of them share, and then wait; when nobody is
//! left in the line, the task commits, and that one flush answers everyone since the last. A writer
//! that fails, goes away or dawdles is taken back to its savepoint, without its neighbours.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow,
    SqliteSynchronous,
};
use sqlx::{Connection as _, Sqlite, SqliteConnection, SqlitePool, query};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::Error;

pub type Query = sqlx::query::Query<'static, Sqlite, SqliteArguments>;
type Rows = Vec<SqliteRow>;
type Answer = oneshot::Sender<Result<Rows, Error>>;

/// How long a writer may pause between two of its statements. Unoptimised builds, and so the tests
/// on a busy machine, get more.
const PATIENCE: Duration = Duration::from_millis(if cfg!(debug_assertions) { 5000 } else { 250 });
/// How long the line may go on before those who have written get their flush.
const GROUP: Duration = Duration::from_millis(10);

#[derive(Clone)]
pub struct Database {
    pub readers: SqlitePool,
    pub options: Arc<SqliteConnectOptions>,
    line: mpsc::Sender<Request>,
}

enum Request {
    Once(Query, Answer),
    /// Its statements follow one by one; if no commit does, they are undone.
    Turn(mpsc::Receiver<Step>),
}

enum Step {
    Run(Query, Answer),
    Commit(Answer),
}

pub fn file_of(url: &str) -> Result<PathBuf, Error> {
    Ok(url.parse::<SqliteConnectOptions>()?.get_filename().to_owned())
}

impl Database {
    pub async fn open(url: &str) -> Result<Self, Error> {
        let options = url
            .parse::<SqliteConnectOptions>()?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5))
            .pragma("trusted_schema", "off")
            .pragma("cell_size_check", "on")
            .pragma("journal_size_limit", "67108864");
        make_private(options.get_filename())?;
        let mut conn = SqliteConnection::connect_with(&options).await?;
        let version: String =
            sqlx::query_scalar("select sqlite_version()").fetch_one(&mut conn).await?;
        if has_wal_reset_bug(&version) {
            return Err(Error::Sqlite(version));
        }
        let readers = SqlitePoolOptions::new()
            .max_connections(8)
            .test_before_acquire(false)
            .connect_with(options.clone().read_only(true))
            .await?;
        let (line, requests) = mpsc::channel(1024);
        let options = Arc::new(options);
        let conn = Some(conn);
        let writer = Writer { options: options.clone(), conn, begun: None, waiting: Vec::new() };
        tokio::spawn(writer.serve(requests));
        Ok(Self { readers, options, line })
    }

    /// Runs to its end once it stands in the line, even if the caller goes away.
    pub async fn once(&self, query: Query) -> Result<Rows, Error> {
        ask(&self.line, |answer| Request::Once(query, answer)).await
    }

    pub async fn turn(&self) -> Result<Turn, Error> {
        let (steps, to_come) = mpsc::channel(1);
        self.line.send(Request::Turn(to_come)).await.map_err(|_| Error::Over)?;
        Ok(Turn(Some(steps)))
    }
}

/// A writer's turn. When it lets go of its sender, by being dropped or because a statement failed
/// or was not waited for, what it did is undone.
pub struct Turn(Option<mpsc::Sender<Step>>);

impl Turn {
    pub async fn rows(&mut self, query: Query) -> Result<Rows, Error> {
        let steps = self.0.take().ok_or(Error::Over)?;
        let rows = ask(&steps, |answer| Step::Run(query, answer)).await?;
        self.0 = Some(steps);
        Ok(rows)
    }

    pub async fn commit(self) -> Result<(), Error> {
        ask(&self.0.ok_or(Error::Over)?, Step::Commit).await.map(drop)
    }
}

async fn ask<T>(to: &mpsc::Sender<T>, what: impl FnOnce(Answer) -> T) -> Result<Rows, Error> {
    let (answer, rows) = oneshot::channel();
    to.send(what(answer)).await.map_err(|_| Error::Over)?;
    rows.await.map_err(|_| Error::Over)?
}

/// The task behind the line. `send(…).ok()`: who no longer listens has been served all the same.
struct Writer {
    options: Arc<SqliteConnectOptions>,
    /// None once its state is in doubt; the next statement opens another.
    conn: Option<SqliteConnection>,
    begun: Option<Instant>,
    /// Who has written since the last flush, and the rows to hand out after the next.
    waiting: Vec<(Answer, Rows)>,
}

impl Writer {
    async fn serve(mut self, mut line: mpsc::Receiver<Request>) {
        while let Some(request) = line.recv().await {
            match request {
                Request::Once(query, answer) => self.once(query, answer).await,
                Request::Turn(steps) => self.turn(steps).await,
            }
            if line.is_empty() || self.begun.is_some_and(|begun| begun.elapsed() > GROUP) {
                self.end("commit").await;
            }
        }
    }

    /// Needs no savepoint: a statement that fails leaves nothing behind. But some failures end the
    /// whole transaction (a full disk), which only a commit can tell, so the group ends here.
    async fn once(&mut self, query: Query, answer: Answer) {
        match self.run(query).await {
            Ok(rows) => self.waiting.push((answer, rows)),
            Err(error) => {
                answer.send(Err(error.into())).ok();
                self.end("commit").await;
            }
        }
    }

    /// Savepoints nest: those of the neighbours before stay below, and the commit releases all.
    async fn turn(&mut self, mut steps: mpsc::Receiver<Step>) {
        let alone = self.waiting.is_empty();
        if !alone && let Err(error) = self.run(query("savepoint turn")).await {
            return self.answer(Err(error)).await;
        }
        while let Ok(Some(step)) = timeout(PATIENCE, steps.recv()).await {
            match step {
                Step::Run(query, answer) => {
                    answer.send(self.run(query).await.map_err(Error::from)).ok();
                }
                Step::Commit(answer) => return self.waiting.push((answer, Vec::new())),
            }
        }
        if alone {
            self.end("rollback").await;
        } else if let Err(error) = self.run(query("rollback to turn; release turn")).await {
            self.answer(Err(error)).await;
        }
    }

    async fn run(&mut self, what: Query) -> Result<Rows, sqlx::Error> {
        let mut conn = match self.conn.take() {
            Some(conn) => conn,
            None => SqliteConnection::connect_with(&self.options).await?,
        };
        if self.begun.is_none() {
            query("begin immediate").execute(&mut conn).await?;
            self.begun = Some(Instant::now());
        }
        what.fetch_all(self.conn.insert(conn)).await
    }

    async fn end(&mut self, how: &'static str) {
        let outcome = match self.begun {
            Some(_) => self.run(query(how)).await.map(drop),
            None => Ok(()),
        };
        self.answer(outcome).await;
    }

    /// The shared transaction is over: tells everyone in it how it went.
    async fn answer(&mut self, outcome: Result<(), sqlx::Error>) {
        self.begun = None;
        if let Err(error) = &outcome {
            tracing::error!(%error, writers = self.waiting.len(), "a shared transaction was lost");
            if let Some(doubtful) = self.conn.take() {
                doubtful.close().await.ok();
            }
        }
        let outcome = outcome.map_err(Error::from);
        for (answer, rows) in self.waiting.drain(..) {
            answer.send(outcome.clone().map(|()| rows)).ok();
        }
    }
}

/// A new file is its owner's alone: what goes into it is personal. SQLite gives the files beside it
/// the same rights.
fn make_private(path: &Path) -> Result<(), Error> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(source) => Err(Error::File { path: path.to_owned(), source: Arc::new(source) }),
    }
}

/// Fixed in 3.51.3 (sqlite.org/wal.html, "the WAL-reset bug").
fn has_wal_reset_bug(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
    parts < vec![3, 51, 3]
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions_with_the_wal_reset_bug_are_refused() {
        assert!(["3.40.1", "3.51.2", "?"].into_iter().all(super::has_wal_reset_bug));
        assert!(!["3.51.3", "3.52.0", "4.0.0"].into_iter().any(super::has_wal_reset_bug));
    }
}

//! Many people at once: rows as they are in the database, without the hashing of a single password.

use novi_sso::events::Actor;
use novi_sso::groups;
use novi_sso::id::{GroupId, MemberId, RecordId};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

use super::{NOW, Novi};

const ROWS: usize = 200;

/// A person of a crowd: known by number.
pub fn crowd_member(number: usize) -> RecordId {
    MemberId::presented(&format!("crowd-{number:06}")).into()
}

pub fn crowd_email(number: usize) -> String {
    format!("crowd{number:06}@acme.example")
}

impl Novi {
    /// Runs a statement that was put together.
    pub async fn tamper_with(&self, text: &str) {
        let text = AssertSqlSafe(text.to_owned());
        if self.on_sqlite() {
            let mut conn = SqliteConnection::connect(&self.url).await.unwrap();
            sqlx::raw_sql(text).execute(&mut conn).await.unwrap();
        } else {
            let mut conn = PgConnection::connect(&self.url).await.unwrap();
            sqlx::raw_sql(text).execute(&mut conn).await.unwrap();
        }
    }

    /// One number, by a question that was put together.
    pub async fn count_with(&self, text: &str) -> i64 {
        let text = AssertSqlSafe(text.to_owned());
        if self.on_sqlite() {
            let mut conn = SqliteConnection::connect(&self.url).await.unwrap();
            sqlx::query_scalar(text).fetch_one(&mut conn).await.unwrap()
        } else {
            let mut conn = PgConnection::connect(&self.url).await.unwrap();
            sqlx::query_scalar(text).fetch_one(&mut conn).await.unwrap()
        }
    }

    /// People with logins whose passwords nobody knows.
    pub async fn crowd(&self, numbers: std::ops::Range<usize>) {
        let site = self.home().await;
        let association = site.id();
        let numbers: Vec<usize> = numbers.collect();
        for step in numbers.chunks(ROWS) {
            let people: Vec<String> = { step.iter() }
                .map(|n| {
                    format!("('{association}','crowd-{n:06}','Crowd','N{n:06}','v0',0,{NOW},{NOW})")
                })
                .collect();
            let logins: Vec<String> = { step.iter() }
                .map(|n| {
                    format!("('{association}','crowd-{n:06}','{}',{NOW},{NOW})", crowd_email(*n))
                })
                .collect();
            self.tamper_with(&format!(
                "insert into members (association_id, member_id, first_name, last_name, job_title,
                     epoch, created_at, updated_at) values {};
                 insert into logins (association_id, member_id, email, created_at, updated_at)
                 values {}",
                people.join(","),
                logins.join(",")
            ))
            .await;
        }
    }

    pub async fn empty_group(&self, name: &str) -> GroupId {
        groups::add(&self.home().await, name, true, &Actor::CommandLine).await.unwrap().unwrap()
    }

    /// The crowd's people with these numbers are in the group now, and nobody was told.
    pub async fn crowd_joins(&self, group: &GroupId, numbers: std::ops::Range<usize>) {
        let (from, to) = (numbers.start, numbers.end);
        self.tamper_with(&format!(
            "insert into group_members (association_id, group_id, member_id, added_at)
             select association_id, '{group}', member_id, {NOW} from members
             where member_id >= 'crowd-{from:06}' and member_id < 'crowd-{to:06}'"
        ))
        .await;
    }

    pub async fn crowd_leaves(&self, group: &GroupId, numbers: std::ops::Range<usize>) {
        let (from, to) = (numbers.start, numbers.end);
        self.tamper_with(&format!(
            "delete from group_members where group_id = '{group}'
                 and member_id >= 'crowd-{from:06}' and member_id < 'crowd-{to:06}'"
        ))
        .await;
    }
}

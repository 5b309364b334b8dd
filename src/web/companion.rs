//! What another module adds to the pages of groups and members, without their knowing of it: columns
//! of tables, sections of pages, fields of a group's form. `sync` is the one there is; without it the
//! pages are whole.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use askama::filters::HtmlSafe;
use axum::response::Response;

use super::{Error, Fields};
use crate::associations::Site;
use crate::id::{GroupId, RecordId};
use crate::sessions::SignedIn;

pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// Rendered by a template of the companion's own, which escaped what it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Markup(pub String);

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Markup {}

/// Columns of a table whose rows are somebody else's.
#[derive(Default)]
pub struct Columns {
    /// In the language of the page.
    pub headings: Vec<String>,
    /// One row for each that was asked for, in that order, with a cell for each heading.
    pub rows: Vec<Vec<Markup>>,
}

/// A choice of the filter above a table: the value of its option, and its words.
pub struct Choice {
    pub value: String,
    pub words: String,
}

/// What is added to the list of groups.
#[derive(Default)]
pub struct GroupList {
    /// Above it: what an admin has to look at first.
    pub banners: Markup,
    /// The filter, with numbers in its words.
    pub choices: Vec<Choice>,
    /// Those whom the choice leaves; None where nothing that there is was chosen.
    pub left: Option<Vec<GroupId>>,
    /// A status for each group.
    pub columns: Columns,
    /// The lines under it.
    pub note: Markup,
}

/// What is added to a group's Details tab, by its places there.
#[derive(Default)]
pub struct GroupDetails {
    /// Across the page: what an admin has to look at first.
    pub above: Markup,
    /// Under the group's own fields.
    pub below: Markup,
    /// Beside them, inside the same form.
    pub beside: Markup,
}

/// What is added to a group's Members tab, by its places there.
#[derive(Default)]
pub struct GroupMembers {
    /// Beside the group's name: what can be done.
    pub head: Markup,
    /// Above the list.
    pub above: Markup,
}

/// How a group's form was taken.
pub enum Taken {
    /// Nothing stands in the way; what was asked for is done.
    Done,
    /// Shown instead of an answer: it asks before something is done, or says what has to be typed anew.
    Asks(Box<Response>),
}

/// Every method is asked on behalf of an admin who may see the page.
pub trait Companion: Send + Sync {
    /// The list of groups, which has these, in this order. `choice` is what was chosen of its filter.
    fn group_list<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        groups: &'a [GroupId],
        choice: &'a str,
    ) -> Answer<'a, GroupList>;

    /// A group's Details tab. `typed` is what was sent when the form is shown again.
    fn group_details<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        group: &'a GroupId,
        typed: Option<&'a Fields>,
    ) -> Answer<'a, GroupDetails>;

    /// Takes what the form of a group's Details tab says, after the group itself was saved.
    fn save_group<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        group: &'a GroupId,
        fields: &'a Fields,
    ) -> Answer<'a, Taken>;

    /// A group's Members tab: what stands around the list (progress, sync now).
    fn group_members<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        group: &'a GroupId,
    ) -> Answer<'a, GroupMembers>;

    /// A group's Members tab: a status for each record.
    fn member_columns<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        group: &'a GroupId,
        records: &'a [RecordId],
    ) -> Answer<'a, Columns>;

    /// The filter of that list.
    fn member_filter<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        group: &'a GroupId,
    ) -> Answer<'a, Vec<Choice>>;

    /// Up to `most` records of the group that a choice leaves, by their ids, after the last one seen.
    fn members_that_are<'a>(
        &'a self,
        site: &'a Site,
        group: &'a GroupId,
        choice: &'a str,
        after: Option<&'a RecordId>,
        most: i64,
    ) -> Answer<'a, Vec<RecordId>>;

    /// A group's History tab, above what happened to the group itself.
    fn group_history<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        group: &'a GroupId,
    ) -> Answer<'a, Markup>;

    /// A person's or company's page: what each platform has of them.
    fn record_section<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        record: &'a RecordId,
    ) -> Answer<'a, Markup>;

    /// The settings of a custom field: the switches that the companion knows, by name, inside its form.
    fn field_switches<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        is_shown: bool,
        is_on: bool,
    ) -> Answer<'a, Markup>;
}

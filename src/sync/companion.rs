//! Beside groups and members: what their pages show of sync, without their knowing of it.

use super::integration;
use super::status::{desk, members};
use super::{linking, records, runs};
use crate::associations::Site;
use crate::id::{GroupId, RecordId};
use crate::sessions::SignedIn;
use crate::web::Fields;
use crate::web::companion::{
    Answer, Choice, Columns, Companion, GroupDetails, GroupList, GroupMembers, Markup, Taken,
};
use crate::web::page::Here;

/// Sync, as the pages of groups and members know it.
pub struct Beside;

impl Companion for Beside {
    fn group_list<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        groups: &'a [GroupId],
        choice: &'a str,
    ) -> Answer<'a, GroupList> {
        Box::pin(desk::group_list(site, admin, groups, choice))
    }

    fn group_details<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        group: &'a GroupId,
        typed: Option<&'a Fields>,
    ) -> Answer<'a, GroupDetails> {
        Box::pin(linking::details::details(site, admin, group, typed))
    }

    fn save_group<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        group: &'a GroupId,
        fields: &'a Fields,
    ) -> Answer<'a, Taken> {
        Box::pin(linking::desk::save(site, admin, group, fields))
    }

    fn group_members<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        group: &'a GroupId,
    ) -> Answer<'a, GroupMembers> {
        Box::pin(members::group_members(site, admin, group))
    }

    fn member_columns<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        group: &'a GroupId,
        records: &'a [RecordId],
    ) -> Answer<'a, Columns> {
        Box::pin(members::member_columns(site, admin, group, records))
    }

    fn member_filter<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        group: &'a GroupId,
    ) -> Answer<'a, Vec<Choice>> {
        Box::pin(members::member_filter(site, admin, group))
    }

    fn members_that_are<'a>(
        &'a self,
        site: &'a Site,
        group: &'a GroupId,
        choice: &'a str,
        after: Option<&'a RecordId>,
        most: i64,
    ) -> Answer<'a, Vec<RecordId>> {
        Box::pin(members::members_that_are(site, group, choice, after, most))
    }

    fn group_history<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        group: &'a GroupId,
    ) -> Answer<'a, Markup> {
        Box::pin(runs::desk::history(site, admin, group))
    }

    fn record_section<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        record: &'a RecordId,
    ) -> Answer<'a, Markup> {
        Box::pin(records::desk::section(site, admin, record))
    }

    fn field_switches<'a>(
        &'a self,
        site: &'a Site,
        admin: &'a SignedIn,
        is_shown: bool,
        is_on: bool,
    ) -> Answer<'a, Markup> {
        Box::pin(async move {
            let page = admin.visitor.page(site, Here::Settings);
            integration::field::switch(site, page, is_shown, is_on).await
        })
    }
}

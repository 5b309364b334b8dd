//! A companion that answers as `sync` would, as far as people and custom fields ask it.

use novi_sso::associations::Site;
use novi_sso::id::{GroupId, RecordId};
use novi_sso::sessions::SignedIn;
use novi_sso::web::Fields;
use novi_sso::web::companion::{
    Answer, Choice, Columns, Companion, GroupDetails, GroupList, GroupMembers, Markup, Taken,
};

pub struct Fake;

fn nothing<'a, T: Default + Send + 'a>() -> Answer<'a, T> {
    Box::pin(async { Ok(T::default()) })
}

impl Companion for Fake {
    fn group_list<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        _: &'a [GroupId],
        _: &'a str,
    ) -> Answer<'a, GroupList> {
        nothing()
    }

    fn group_details<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        _: &'a GroupId,
        _: Option<&'a Fields>,
    ) -> Answer<'a, GroupDetails> {
        nothing()
    }

    fn save_group<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        _: &'a GroupId,
        _: &'a Fields,
    ) -> Answer<'a, Taken> {
        Box::pin(async { Ok(Taken::Done) })
    }

    fn group_members<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        _: &'a GroupId,
    ) -> Answer<'a, GroupMembers> {
        nothing()
    }

    fn member_columns<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        _: &'a GroupId,
        _: &'a [RecordId],
    ) -> Answer<'a, Columns> {
        nothing()
    }

    fn member_filter<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        _: &'a GroupId,
    ) -> Answer<'a, Vec<Choice>> {
        nothing()
    }

    fn members_that_are<'a>(
        &'a self,
        _: &'a Site,
        _: &'a GroupId,
        _: &'a str,
        _: Option<&'a RecordId>,
        _: i64,
    ) -> Answer<'a, Vec<RecordId>> {
        nothing()
    }

    fn group_history<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        _: &'a GroupId,
    ) -> Answer<'a, Markup> {
        nothing()
    }

    fn record_section<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        record: &'a RecordId,
    ) -> Answer<'a, Markup> {
        Box::pin(async move { Ok(Markup(format!("<p id=\"platforms\">{record}</p>"))) })
    }

    /// The switch is there for fields that are shown, as in R61.
    fn field_switches<'a>(
        &'a self,
        _: &'a Site,
        _: &'a SignedIn,
        is_shown: bool,
        is_on: bool,
    ) -> Answer<'a, Markup> {
        Box::pin(async move {
            let checked = if is_on { " checked" } else { "" };
            let switch =
                format!("<input type=\"checkbox\" name=\"higher_logic\" value=\"1\"{checked}>");
            Ok(Markup(if is_shown { switch } else { String::new() }))
        })
    }
}

//! Hearing of changes: what stands in the outbox becomes marks on records. It says *look again*, never
//! what to do, so a hint may come twice, late, or in any order.

use super::link;
use super::platform::Platform;
use super::{places, queue};
use crate::associations::Site;
use crate::db::{self, Writer};
use crate::events::{self, Actor, Hint, Kind, Subscriber};
use crate::id::{CompanyId, FieldId, GroupId, RecordId};

/// Hints in one transaction, and records of one that fans out.
const STEP: i64 = 25;
const FAN: i64 = 100;

/// Takes note of up to a step of hints; answers how many there were.
pub async fn step(site: &Site) -> Result<usize, db::Error> {
    let hints = events::hints(&mut site.read(), Subscriber::Sync, STEP).await?;
    let (wide, narrow): (Vec<&Hint>, Vec<&Hint>) = hints.iter().partition(|hint| fans_out(hint));
    if !narrow.is_empty() {
        let mut tx = site.write().await?;
        for hint in narrow {
            mark(&mut tx, hint).await?;
            events::clear(&mut tx, Subscriber::Sync, hint).await?;
        }
        tx.commit().await?;
    }
    for hint in wide {
        fan_out(site, hint).await?;
        let mut tx = site.write().await?;
        events::clear(&mut tx, Subscriber::Sync, hint).await?;
        tx.commit().await?;
    }
    Ok(hints.len())
}

fn fans_out(hint: &Hint) -> bool {
    use Kind::{
        CompanyChanged, CompanyDeactivated, CompanyReactivated, CustomFieldChanged,
        CustomFieldDeleted, GroupDeleted,
    };
    let wide = [
        CompanyChanged,
        CompanyDeactivated,
        CompanyReactivated,
        CustomFieldChanged,
        CustomFieldDeleted,
        GroupDeleted,
    ];
    hint.kind().is_some_and(|kind| wide.contains(&kind))
}

async fn mark(tx: &mut Writer, hint: &Hint) -> Result<(), db::Error> {
    let subject = RecordId::presented(&hint.subject);
    let object = hint.object.as_deref().map(RecordId::presented);
    match hint.kind() {
        Some(
            Kind::SignedIn
            | Kind::MemberAdded
            | Kind::MemberChanged
            | Kind::MemberReactivated
            | Kind::LoginAdded
            | Kind::LoginEmailChanged
            | Kind::LoginEnabled
            | Kind::CompanyAdded
            | Kind::HookChanged,
        ) => queue::mark(tx, &subject).await,
        Some(Kind::MemberDeactivated | Kind::LoginDisabled) => {
            places::deactivated(tx, &subject).await?;
            queue::mark(tx, &subject).await
        }
        Some(Kind::GroupMemberAdded) => match object {
            Some(record) => queue::mark(tx, &record).await,
            None => Ok(()),
        },
        Some(Kind::GroupMemberRemoved) => match object {
            Some(record) => {
                let group = GroupId::presented(&hint.subject);
                places::asked_to_leave(tx, &group, &record).await?;
                queue::mark(tx, &record).await
            }
            None => Ok(()),
        },
        // A name of ours that changes is none of a platform's business (DEC3).
        _ => Ok(()),
    }
}

/// In steps, each a transaction; whoever is stopped halfway begins anew, which does no harm.
async fn fan_out(site: &Site, hint: &Hint) -> Result<(), db::Error> {
    match hint.kind() {
        // A renamed company shows through on its people (R58).
        Some(Kind::CompanyChanged | Kind::CompanyDeactivated | Kind::CompanyReactivated) => {
            let company = CompanyId::presented(&hint.subject);
            let mut tx = site.write().await?;
            queue::mark(&mut tx, &RecordId::presented(&hint.subject)).await?;
            tx.commit().await?;
            let mut last = None;
            loop {
                let mut tx = site.write().await?;
                let next = queue::mark_people_of(&mut tx, &company, last.as_ref(), FAN).await?;
                tx.commit().await?;
                match next {
                    Some(next) => last = Some(next),
                    None => return Ok(()),
                }
            }
        }
        Some(Kind::CustomFieldChanged | Kind::CustomFieldDeleted) => {
            let field = FieldId::presented(&hint.subject);
            let mut last = None;
            loop {
                let mut tx = site.write().await?;
                let next = queue::mark_with_field(&mut tx, &field, last.as_ref(), FAN).await?;
                tx.commit().await?;
                match next {
                    Some(next) => last = Some(next),
                    None => return Ok(()),
                }
            }
        }
        // DEC11: a group that is gone here is unlinked.
        Some(Kind::GroupDeleted) => {
            let group = GroupId::presented(&hint.subject);
            for platform in Platform::ALL {
                link::unlink(site, platform, &group, &Actor::System).await?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

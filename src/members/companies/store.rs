//! `companies`.

use super::{Listed, Names, Sheet};
use crate::db::{Error, Reader, Writer};
use crate::id::CompanyId;

/// Of several, the one that is written exactly like that, and then the oldest.
pub async fn by_name(
    db: &mut Reader,
    name: &str,
    sort_name: &str,
) -> Result<Option<CompanyId>, Error> {
    let found: Option<(CompanyId,)> = db
        .find(
            "select company_id from companies
             where association_id = $1 and (name = $2 or sort_name = $3)
                 and deactivated_at is null
             order by case when name = $2 then 0 else 1 end, created_at, company_id
             limit 1",
        )
        .bind(name)
        .bind(sort_name)
        .optional()
        .await?;
    Ok(found.map(|(id,)| id))
}

pub async fn find(db: &mut Reader, named: &str) -> Result<Vec<(CompanyId,)>, Error> {
    db.find(
        "select company_id from companies
         where association_id = $1 and (company_id = $2 or name = $2)
         limit 2",
    )
    .bind(named)
    .all()
    .await
}

pub async fn insert(
    tx: &mut Writer,
    id: &CompanyId,
    sheet: &Sheet,
    names: &Names,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "insert into companies
             (association_id, company_id, name, email, phone, website, sort_name, search_text,
              created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
    )
    .bind(id)
    .bind(sheet.text("name"))
    .bind(sheet.get("email"))
    .bind(sheet.get("phone"))
    .bind(sheet.get("website"))
    .bind(&names.sort_name)
    .bind(&names.search_text)
    .bind(now)
    .run()
    .await
}

pub async fn write(
    tx: &mut Writer,
    id: &CompanyId,
    sheet: &Sheet,
    names: &Names,
) -> Result<(), Error> {
    let now = tx.now();
    tx.change(
        "update companies
         set name = $3, email = $4, phone = $5, website = $6, sort_name = $7, search_text = $8,
             updated_at = $9
         where association_id = $1 and company_id = $2",
    )
    .bind(id)
    .bind(sheet.text("name"))
    .bind(sheet.get("email"))
    .bind(sheet.get("phone"))
    .bind(sheet.get("website"))
    .bind(&names.sort_name)
    .bind(&names.search_text)
    .bind(now)
    .run()
    .await
}

pub async fn deactivate(tx: &mut Writer, id: &CompanyId) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(CompanyId,)> = tx
        .change(
            "update companies set deactivated_at = $3, updated_at = $3
             where association_id = $1 and company_id = $2 and deactivated_at is null
             returning company_id",
        )
        .bind(id)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

pub async fn reactivate(tx: &mut Writer, id: &CompanyId) -> Result<bool, Error> {
    let now = tx.now();
    let changed: Option<(CompanyId,)> = tx
        .change(
            "update companies set deactivated_at = null, updated_at = $3
             where association_id = $1 and company_id = $2 and deactivated_at is not null
             returning company_id",
        )
        .bind(id)
        .bind(now)
        .optional()
        .await?;
    Ok(changed.is_some())
}

/// By name and id; keyset, so that a page costs the same wherever it is.
pub async fn page(
    db: &mut Reader,
    after: Option<&Listed>,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let (name, id) = after.map_or(("", ""), |seen| (&*seen.name, seen.company_id.as_str()));
    db.find(
        "select company_id, name, email, deactivated_at from companies
         where association_id = $1 and (name, company_id) > ($2, $3)
         order by name, company_id
         limit $4",
    )
    .bind(name)
    .bind(id)
    .bind(limit)
    .all()
    .await
}

pub async fn unnamed(db: &mut Reader, most: i64) -> Result<Vec<Listed>, Error> {
    db.find(
        "select company_id, name, email, deactivated_at from companies
         where association_id = $1 and sort_name is null
         limit $2",
    )
    .bind(most)
    .all()
    .await
}

pub async fn set_names(tx: &mut Writer, id: &CompanyId, names: &Names) -> Result<(), Error> {
    tx.change(
        "update companies set sort_name = $3, search_text = $4
         where association_id = $1 and company_id = $2",
    )
    .bind(id)
    .bind(&names.sort_name)
    .bind(&names.search_text)
    .run()
    .await
}

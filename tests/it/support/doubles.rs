//! Records that are called by an id of the test's choice, for the walks over every route.

use novi_sso::db::Writer;

use super::Novi;

/// What all of them are called.
pub const DOUBLE: &str = "Doppelganger";

impl Novi {
    /// A person with a login, a custom field, and a plan of group sync that have this id.
    pub async fn doubles(&self, host: &str, id: &str) {
        let site = self.site(host).await;
        let mut tx = site.write().await.unwrap();
        tx.change(
            "insert into members
                 (association_id, member_id, first_name, last_name, sort_name, search_text, epoch,
                  created_at, updated_at)
             values ($1, $2, $3, $3, $4, $4, 1, $5, $5)",
        )
        .bind(id)
        .bind(DOUBLE)
        .bind(DOUBLE.to_lowercase())
        .bind(self.clock.now())
        .run()
        .await
        .unwrap();
        tx.change(
            "insert into logins (association_id, member_id, email, created_at, updated_at)
             values ($1, $2, $3, $4, $4)",
        )
        .bind(id)
        .bind("double@double.example")
        .bind(self.clock.now())
        .run()
        .await
        .unwrap();
        tx.change(
            "insert into custom_fields
                 (association_id, field_id, key, label, kind, shown_since, position, created_at,
                  updated_at)
             values ($1, $2, 'double', $3, 'text', $4, 1, $4, $4)",
        )
        .bind(id)
        .bind(DOUBLE)
        .bind(self.clock.now())
        .run()
        .await
        .unwrap();
        self.held_plan(&mut tx, id).await;
        tx.commit().await.unwrap();
    }

    /// Of the group that has this id, where there is one (see [`Novi::namesakes`]); its platform is not
    /// connected any more.
    async fn held_plan(&self, tx: &mut Writer, id: &str) {
        let steps = [
            "insert into integrations
                 (association_id, platform, family, community, base_url, api_key, api_secret,
                  credentials, saved_at, saved_by, failures, fence)
             select $1, 'mobilize', 'mobilize', 'double ' || group_id, 'https://double.example', '',
                 '', 1, $3, 'system', 0, 0
             from groups where association_id = $1 and group_id = $2",
            "insert into sync_links
                 (association_id, platform, group_id, base_url, remote_group_id, remote_name,
                  linked_at, linked_by, confirmed, fence)
             select $1, 'mobilize', group_id, 'https://double.example', group_id, 'Doppelganger',
                 $3, 'system', 0, 0
             from groups where association_id = $1 and group_id = $2",
            "insert into sync_plans
                 (association_id, plan_id, platform, group_id, made_at, cause, adds, updates,
                  removes, size_before, state)
             select $1, $2, 'mobilize', group_id, $3, 'too_many', 0, 0, 9, 11, 'held'
             from groups where association_id = $1 and group_id = $2",
        ];
        for step in steps {
            tx.change(step).bind(id).bind(self.clock.now()).run().await.unwrap();
        }
    }
}

//! Records that are called by an id of the test's choice, for the walks over every route.

use super::Novi;

/// What all of them are called.
pub const DOUBLE: &str = "Doppelganger";

impl Novi {
    /// A person with a login and a custom field that have this id.
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
        tx.commit().await.unwrap();
    }
}

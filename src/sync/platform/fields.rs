//! The five fields of a person that Mobilize and Forj Community take (R55, R56), and a person's values.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    FirstName,
    LastName,
    Email,
    CompanyName,
    JobTitle,
}

/// A person's values, one per field. An empty value clears the field there. Kept small, because a
/// listing holds one per member.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fields(Vec<(Field, String)>);

impl Field {
    pub const ALL: [Self; 5] =
        [Self::FirstName, Self::LastName, Self::Email, Self::CompanyName, Self::JobTitle];
}

impl Fields {
    pub fn get(&self, field: Field) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == field).map(|(_, value)| value.as_str())
    }

    pub fn set(&mut self, field: Field, value: impl Into<String>) {
        let value = value.into();
        match self.0.binary_search_by_key(&field, |(known, _)| *known) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (field, value)),
        }
    }

    /// In the order of [`Field::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Field, &str)> {
        self.0.iter().map(|(field, value)| (*field, value.as_str()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<V: Into<String>> FromIterator<(Field, V)> for Fields {
    fn from_iter<I: IntoIterator<Item = (Field, V)>>(values: I) -> Self {
        let mut fields = Self::default();
        for (field, value) in values {
            fields.set(field, value);
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_one_value_and_the_order_is_always_the_same() {
        let mut fields: Fields =
            [(Field::JobTitle, "Countess"), (Field::FirstName, "Ada")].into_iter().collect();
        fields.set(Field::FirstName, "Augusta");
        let values: Vec<_> = fields.iter().collect();
        assert_eq!(values, [(Field::FirstName, "Augusta"), (Field::JobTitle, "Countess")]);
        assert_eq!(fields.get(Field::Email), None);
    }
}

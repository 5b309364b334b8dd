//! The pure rules of sync against models.

mod properties;

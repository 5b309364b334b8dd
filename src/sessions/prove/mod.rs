//! Steps that ask for the password once more, wherever they are.

pub mod desk;
pub mod views;

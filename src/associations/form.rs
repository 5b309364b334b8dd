//! What is wrong with what was typed about an association, in the first run and in its settings.

use super::Contact;
use super::views::AssociationProblem;
use crate::members::{Email, sheet};

const LONGEST_NAME: usize = 100;

pub fn problems(contact: &Contact) -> Vec<AssociationProblem> {
    let mut problems = Vec::new();
    match contact.name.chars().count() {
        0 => problems.push(AssociationProblem::NameEmpty),
        1..=LONGEST_NAME if !contact.name.chars().any(char::is_control) => {}
        _ => problems.push(AssociationProblem::NameTooLong { most: LONGEST_NAME as u64 }),
    }
    if contact.help_email.as_deref().is_some_and(|email| Email::parse(email).is_err()) {
        problems.push(AssociationProblem::HelpEmailWrong);
    }
    if contact.help_phone.as_deref().is_some_and(|phone| !sheet::is_phone(phone)) {
        problems.push(AssociationProblem::HelpPhoneWrong);
    }
    problems
}

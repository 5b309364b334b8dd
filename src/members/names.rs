//! Names and addresses made comparable: lower case, without accents, so that both databases list and
//! find them alike.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// More would not fit into an index of PostgreSQL.
const LONGEST_SORT: usize = 200;
const LONGEST_SEARCH: usize = 1000;

/// What a record is listed by and found by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    pub sort_name: String,
    pub search_text: String,
}

impl Names {
    pub fn person(first: &str, last: &str, emails: &[Option<&str>]) -> Self {
        let found_by = [first, last].into_iter().chain(emails.iter().flatten().copied());
        Self::of(&format!("{last} {first}"), found_by)
    }

    pub fn company(name: &str, email: Option<&str>) -> Self {
        Self::of(name, [name].into_iter().chain(email))
    }

    fn of<'a>(sorted_by: &str, found_by: impl Iterator<Item = &'a str>) -> Self {
        let found_by = found_by.collect::<Vec<_>>().join(" ");
        Self {
            sort_name: fold(sorted_by).chars().take(LONGEST_SORT).collect(),
            search_text: fold(&found_by).chars().take(LONGEST_SEARCH).collect(),
        }
    }
}

/// `Élan  Ærø` is `elan ærø`: what looks like one letter with a mark is the letter.
pub fn fold(text: &str) -> String {
    let letters = text.nfkd().filter(|letter| !is_combining_mark(*letter));
    let lower: String = letters.flat_map(char::to_lowercase).collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A word as the pattern of a `like … escape '!'`: it may stand anywhere.
pub fn pattern(word: &str) -> String {
    let plain = word.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{plain}%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_sorted_by_the_last_name_and_found_by_all_of_it() {
        let names = Names::person("Zoë", "D’Àmico", &[Some("zoe@acme.example"), None]);

        assert_eq!(names.sort_name, "d’amico zoe");
        assert_eq!(names.search_text, "zoe d’amico zoe@acme.example");
        assert_eq!(Names::company("  Ø  Steel ", None).sort_name, "ø steel");
        assert_eq!(Names::company(&"x".repeat(5000), None).sort_name.len(), LONGEST_SORT);
    }

    #[test]
    fn a_word_to_look_for_means_what_it_says() {
        assert_eq!(pattern("100%_!"), "%100!%!_!!%");
    }
}

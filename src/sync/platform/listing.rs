//! Reading a list to its end page by page, while it shifts under the reader.
//!
//! Pages overlap by one row. A page *joins* if its first row is known already, or it begins at the
//! start; then nothing that was there all the time lies between it and what was read. If somebody
//! before it was removed, it does not join, and the reader steps back. The end is a page that joins and
//! brings nothing new, never one that is merely short: a platform may give less than was asked for.

use std::collections::HashMap;

/// Full pages in a row that bring nothing new: the list goes in circles.
const CIRCLES: usize = 20;
/// No community is that large, so it is no list of members.
const MOST_ROWS: usize = 1_000_000;

pub trait Row {
    fn id(&self) -> &str;
}

/// One reading of a list. Rows that come twice stand as they came last.
pub struct Reading<T> {
    rows: Vec<T>,
    places: HashMap<String, usize>,
    offset: usize,
    longest: usize,
    nothing_new: usize,
    is_over: bool,
}

/// The list does not hold still, or does not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restless;

impl<T: Row> Reading<T> {
    pub fn new() -> Self {
        Self {
            rows: Vec::new(),
            places: HashMap::new(),
            offset: 0,
            longest: 0,
            nothing_new: 0,
            is_over: false,
        }
    }

    /// Where the next page begins, or None at the end.
    pub fn next_offset(&self) -> Option<usize> {
        (!self.is_over).then_some(self.offset)
    }

    pub fn take(&mut self, page: Vec<T>) -> Result<(), Restless> {
        let length = page.len();
        self.longest = self.longest.max(length);
        let joins = self.offset == 0
            || page.first().is_some_and(|first| self.places.contains_key(first.id()));
        if !joins {
            // Far enough back that the next page ends where this one began.
            self.offset = self.offset.saturating_sub(self.longest.saturating_sub(1).max(1));
            return self.stale();
        }
        let known = self.rows.len();
        for row in page {
            match self.places.get(row.id()) {
                Some(place) => self.rows[*place] = row,
                None => {
                    self.places.insert(row.id().to_owned(), self.rows.len());
                    self.rows.push(row);
                }
            }
        }
        if self.rows.len() > known {
            self.nothing_new = 0;
        } else if length < self.longest || length < 2 {
            self.is_over = true;
            return Ok(());
        } else {
            self.stale()?;
        }
        self.offset += length.saturating_sub(1);
        if self.rows.len() > MOST_ROWS { Err(Restless) } else { Ok(()) }
    }

    fn stale(&mut self) -> Result<(), Restless> {
        self.nothing_new += 1;
        if self.nothing_new > CIRCLES { Err(Restless) } else { Ok(()) }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn has_the_ids_of(&self, ids: &[String]) -> bool {
        self.len() == ids.len() && ids.iter().all(|id| self.places.contains_key(id))
    }

    pub fn into_ids(self) -> Vec<String> {
        self.places.into_keys().collect()
    }

    pub fn into_rows(self) -> Vec<T> {
        self.rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Row for String {
        fn id(&self) -> &str {
            self
        }
    }

    fn named(numbers: impl IntoIterator<Item = u32>) -> Vec<String> {
        numbers.into_iter().map(|number| number.to_string()).collect()
    }

    /// Reads in pages of `size`; `change` is done to the list before each page but the first.
    fn read(
        mut list: Vec<String>,
        size: usize,
        mut change: impl FnMut(usize, &mut Vec<String>),
    ) -> Result<(Vec<String>, usize), Restless> {
        let mut reading = Reading::new();
        let mut pages = 0;
        while let Some(offset) = reading.next_offset() {
            if pages > 0 {
                change(pages, &mut list);
            }
            pages += 1;
            reading.take(list.iter().skip(offset).take(size).cloned().collect())?;
        }
        Ok((reading.into_rows(), pages))
    }

    #[test]
    fn a_list_that_holds_still_is_read_once_and_whole() {
        for length in [0, 1, 2, 3, 49, 50, 51, 99, 100, 1000] {
            for size in [2, 3, 50] {
                let list = named(0..length);
                let (rows, pages) = read(list.clone(), size, |_, _| {}).unwrap();
                assert_eq!(rows, list, "{length} by {size}");
                let steps = usize::try_from(length).unwrap() / (size - 1);
                assert!(pages <= steps + 2, "{length} by {size}: {pages}");
            }
        }
    }

    /// SEC-Y4: whoever was there all the time is in the reading, whatever comes and goes.
    #[test]
    fn nobody_who_stays_is_missed_while_others_come_and_go() {
        for size in [2, 3, 10, 50] {
            for seed in 0..40_usize {
                let mut next = 1000;
                let (rows, _) = read(named(0..200), size, |page, list| {
                    let at = (page * 7 + seed * 13) % list.len().max(1);
                    match (page + seed) % 4 {
                        // Those below 100 stay; others leave.
                        0 | 1 if page < 60 => {
                            let leaver = list.iter().position(|id| {
                                id.parse::<u32>().is_ok_and(|id| (100..200).contains(&id))
                            });
                            if let Some(leaver) = leaver {
                                list.remove(leaver);
                            }
                        }
                        2 if page < 60 => {
                            list.insert(at, next.to_string());
                            next += 1;
                        }
                        _ => {}
                    }
                })
                .unwrap();
                for stays in named(0..100) {
                    let times = rows.iter().filter(|row| **row == stays).count();
                    assert_eq!(times, 1, "{stays}, pages of {size}, seed {seed}");
                }
            }
        }
    }

    #[test]
    fn removals_before_the_page_hide_nobody() {
        let (rows, _) = read(named(0..100), 10, |page, list| {
            if page == 3 {
                list.drain(0..20);
            }
        })
        .unwrap();
        assert!(named(20..100).iter().all(|id| rows.contains(id)));
    }

    #[test]
    fn a_platform_that_gives_less_than_was_asked_for_is_read_to_the_end() {
        let list = named(0..120);
        let (rows, _) = read(list.clone(), 50, |_, _| {}).unwrap();
        assert_eq!(rows.len(), list.len());
    }

    #[test]
    fn a_list_without_an_end_is_given_up() {
        let mut same = Reading::new();
        let mut pages = 0;
        while same.next_offset().is_some() {
            pages += 1;
            if same.take(named(0..50)).is_err() {
                break;
            }
        }
        assert_eq!(pages, CIRCLES + 2);
    }
}

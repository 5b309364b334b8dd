//! The fuzz targets on stable: every seed is replayed, and a few thousand mutations of them (fuzz/README.md).

mod mutator;
mod walk;

#[path = "../../../fuzz/targets/mod.rs"]
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub use mutator::Mutator;
use mutator::words;

const MUTATIONS: u32 = 4000;
/// On a busy machine fewer mutations are tried instead of waiting longer for all of them.
const LONGEST: Duration = Duration::from_secs(3);

#[test]
fn a_redirect_url_is_read_alike_by_two_parsers() {
    replay("z1_redirect_url", targets::redirect_url);
}

#[test]
fn an_authorization_request_is_kept_as_it_was_understood() {
    replay("z2_authorization_request", targets::authorization_request);
}

#[test]
fn a_client_authenticates_in_one_way_and_no_secret_is_said_aloud() {
    replay("z3_client_auth", targets::client_auth);
}

#[test]
fn a_jwt_counts_only_with_the_right_key_algorithm_and_claims() {
    replay("z4_jwt", targets::jwt);
}

#[test]
fn a_sign_in_ends_with_a_code_only_after_what_was_asked_for() {
    replay("z8_sign_in", targets::sign_in);
}

/// Whoever adds a target adds it everywhere.
#[test]
fn every_target_has_seeds_a_dictionary_and_a_binary() {
    let manifest = fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    let named = manifest.lines().filter_map(|line| line.strip_prefix("name = \"z"));
    let named: Vec<_> = named.map(|rest| format!("z{}", rest.trim_end_matches('"'))).collect();
    assert_eq!(named.len(), 5);
    for target in &named {
        assert!(!seeds(target).is_empty() && !words(&dictionary(target)).is_empty(), "{target}");
        assert!(folder().join(format!("fuzz_targets/{target}.rs")).is_file(), "{target}");
        let here = include_str!("mod.rs");
        assert!(here.contains(&format!("replay(\"{target}\"")), "{target} is not replayed");
    }
    assert_eq!(fs::read_dir(folder().join("seeds")).unwrap().count(), named.len());
}

/// A seed says in its name whether it is accepted: `ok-…` or `no-…`. Otherwise an oracle that everything
/// passes by would go unnoticed.
fn replay(name: &str, target: fn(&[u8]) -> bool) {
    let seeds = seeds(name);
    for (path, data) in &seeds {
        let file = path.file_name().unwrap().to_string_lossy();
        let accepted = tried(target, data);
        let expected = match file.split_once('-') {
            Some(("ok", _)) => true,
            Some(("no", _)) => false,
            _ => panic!("{file} begins with neither ok- nor no-"),
        };
        assert_eq!(accepted, expected, "{name}/{file}");
    }

    let words = words(&dictionary(name));
    let inputs: Vec<_> = seeds.into_iter().map(|(_, data)| data).collect();
    let mut mutator = Mutator::new(name);
    let since = Instant::now();
    for _ in 0..MUTATIONS {
        tried(target, &mutator.mutation(&inputs, &words));
        if since.elapsed() > LONGEST {
            break;
        }
    }
}

/// Shows the input that hurt an oracle, so that it can become a seed.
fn tried(target: fn(&[u8]) -> bool, data: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| target(data))).unwrap_or_else(|panic| {
        eprintln!("the input: {}", data.escape_ascii());
        resume_unwind(panic)
    })
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn dictionary(name: &str) -> String {
    fs::read_to_string(folder().join(format!("dictionaries/{name}.dict"))).unwrap()
}

/// In the order of their names, so that every run is the same.
fn seeds(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder().join("seeds").join(name)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

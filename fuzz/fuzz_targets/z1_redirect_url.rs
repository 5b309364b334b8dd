//! Z-1 of SECURITY.md 5.3, for libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    targets::redirect_url(data);
});

//! The two pieces of work that no identity provider can do without, alone: a signature and a password hash.

use std::hint::black_box;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;

use crate::cpu;
use crate::sample::Sample;

/// As long as the header and claims of an ID token are.
const SIGNED_BYTES: usize = 700;
const SALT: &[u8; 16] = b"sixteen bytes ok";

pub struct Raw {
    key: KeyPair,
    argon2: Argon2<'static>,
    memory: Vec<Block>,
}

impl Raw {
    pub fn new() -> Result<Self> {
        let key =
            KeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow!("no RSA key was made"))?;
        let params = Params::new(19_456, 2, 1, Some(32)).map_err(|error| anyhow!("{error}"))?;
        let memory = vec![Block::new(); params.block_count()];
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        Ok(Self { key, argon2, memory })
    }

    /// RS256 with a key of 2048 bits that was parsed once.
    pub fn signatures(&self, window: Duration) -> Result<Sample> {
        let (message, random) = (vec![b'n'; SIGNED_BYTES], SystemRandom::new());
        let mut signature = vec![0; self.key.public_modulus_len()];
        repeat(window, || {
            self.key
                .sign(&RSA_PKCS1_SHA256, &random, black_box(&message), &mut signature)
                .map_err(|_| anyhow!("signing failed"))?;
            black_box(&signature);
            Ok(())
        })
    }

    /// Argon2id with the product's cost (19 MiB, two passes) and memory that is used again.
    pub fn hashes(&mut self, window: Duration) -> Result<Sample> {
        let mut tag = [0; 32];
        repeat(window, || {
            self.argon2
                .hash_password_into_with_memory(
                    black_box(b"a password of the usual length"),
                    SALT,
                    &mut tag,
                    &mut self.memory,
                )
                .map_err(|error| anyhow!("hashing failed: {error}"))?;
            black_box(&tag);
            Ok(())
        })
    }
}

fn repeat(window: Duration, mut work: impl FnMut() -> Result<()>) -> Result<Sample> {
    let mut waits = Vec::new();
    let (began, cpu) = (Instant::now(), cpu::this_thread()?);
    while began.elapsed() < window {
        let this = Instant::now();
        work()?;
        waits.push(this.elapsed());
    }
    let cpu = cpu::this_thread()?.saturating_sub(cpu);
    Ok(Sample::new(waits, began.elapsed(), cpu.as_secs_f64() * 1e6))
}

//! A small deterministic mutator: what libFuzzer does, without its knowledge of the code.

/// The same sequence for the same name, on every machine.
pub struct Mutator(u64);

impl Mutator {
    pub fn new(name: &str) -> Self {
        // FNV-1a.
        let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(seed)
    }

    /// SplitMix64, cut to what is asked for.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) % limit.max(1) as u64) as usize
    }

    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// One seed after one to five changes.
    pub fn mutation(&mut self, seeds: &[Vec<u8>], words: &[Vec<u8>]) -> Vec<u8> {
        let mut data = self.one_of(seeds).clone();
        for _ in 0..=self.below(5) {
            let (from, to) = self.range(data.len());
            match self.below(8) {
                0 => drop(data.drain(from..to)),
                1 => data.splice(from..from, self.one_of(words).clone()).for_each(drop),
                2 => data.splice(from..to, self.one_of(words).clone()).for_each(drop),
                3 => {
                    let again = data[from..to].to_vec();
                    data.splice(to..to, again).for_each(drop);
                }
                4 => {
                    let other = self.one_of(seeds).clone();
                    let (start, end) = self.range(other.len());
                    data.splice(from..to, other[start..end].iter().copied()).for_each(drop);
                }
                5 => data.insert(from, self.below(256) as u8),
                _ => {
                    let bit = 1 << self.below(8);
                    if let Some(byte) = data.get_mut(from) {
                        *byte ^= bit;
                    }
                }
            }
        }
        data
    }

    /// Mostly short, rarely long.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let from = self.below(length + 1);
        let longest = if self.below(4) == 0 { length - from } else { (length - from).min(8) };
        (from, from + self.below(longest + 1))
    }
}

/// The words of a dictionary of libFuzzer: each in quotes on a line, with `\xHH` for a byte.
pub fn words(dictionary: &str) -> Vec<Vec<u8>> {
    let lines = dictionary.lines().filter(|line| line.starts_with('"'));
    lines.map(|line| unescaped(line[1..].strip_suffix('"').expect("a quote at its end"))).collect()
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match (first, after) {
            (b'\\', [b'x', high, low, after @ ..]) => {
                let digits = [*high, *low].map(|digit| char::from(digit).to_digit(16).unwrap());
                bytes.push((digits[0] * 16 + digits[1]) as u8);
                after
            }
            (b'\\', [other, after @ ..]) => {
                bytes.push(*other);
                after
            }
            _ => {
                bytes.push(*first);
                after
            }
        };
    }
    bytes
}

#[test]
fn a_dictionary_is_read_as_libfuzzer_reads_it() {
    assert_eq!(
        words("# words\n\"a\\\"b\"\n\n\"\\x0A\\\\\"\n"),
        [b"a\"b".to_vec(), b"\n\\".to_vec()]
    );
}

//! What a run found out.

use std::collections::HashMap;

use crate::cpu::Memory;
use crate::machine::Machine;
use crate::sample::{Sample, median};
use crate::scenario::Scenario;

pub struct Results {
    pub machine: Machine,
    samples: HashMap<Scenario, Vec<Sample>>,
    starts: Vec<Start>,
    /// Of the server that was asked everything, at the end.
    pub loaded: Option<Memory>,
}

pub struct Start {
    /// Milliseconds until the first answer.
    pub empty: f64,
    pub existing: f64,
    /// MB, a while after the second start and without a request since.
    pub idle: f64,
}

impl Results {
    pub fn new(machine: Machine) -> Self {
        Self { machine, samples: HashMap::new(), starts: Vec::new(), loaded: None }
    }

    /// Each scenario is added once in a round, or in none.
    pub fn add(&mut self, scenario: Scenario, sample: Sample) {
        self.samples.entry(scenario).or_default().push(sample);
    }

    pub fn add_start(&mut self, start: Start) {
        self.starts.push(start);
    }

    pub fn median(&self, scenario: Scenario) -> Option<Sample> {
        self.samples.get(&scenario).map(|rounds| Sample::median(rounds))
    }

    /// CPU time next to that of the scenario's yardstick, round by round.
    pub fn ratio(&self, scenario: Scenario) -> Option<f64> {
        let ours = self.samples.get(&scenario)?;
        let theirs = self.samples.get(&scenario.yardstick()?)?;
        median(ours.iter().zip(theirs).map(|(our, their)| our.cpu_micros / their.cpu_micros))
    }

    pub fn start(&self, figure: fn(&Start) -> f64) -> Option<f64> {
        median(self.starts.iter().map(figure))
    }

    pub fn wrong(&self) -> usize {
        self.samples.values().flatten().map(|sample| sample.wrong).sum()
    }
}

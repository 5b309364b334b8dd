//! How good the server should be, and whether it is.

use serde::Serialize;

use crate::results::Results;
use crate::scenario::Scenario;

#[derive(Serialize)]
pub struct Aim {
    pub aim: &'static str,
    pub limit: f64,
    /// Nothing if this run did not measure it.
    pub measured: Option<f64>,
    pub met: Option<bool>,
}

impl Aim {
    fn new(aim: &'static str, limit: f64, measured: Option<f64>) -> Self {
        Self { aim, limit, measured, met: measured.map(|measured| measured <= limit) }
    }
}

pub fn of(results: &Results) -> Vec<Aim> {
    let ratio = |scenario| results.ratio(scenario);
    let userinfo = results.median(Scenario::Userinfo).map(|sample| sample.cpu_micros);
    vec![
        Aim::new("code exchange, in raw signatures", 1.7, ratio(Scenario::Exchange)),
        Aim::new("refresh, in code exchanges", 1.1, ratio(Scenario::Refresh)),
        Aim::new("password sign-in, in raw hashes", 1.1, ratio(Scenario::SignIn)),
        Aim::new("discovery, in static JSON answers", 1.5, ratio(Scenario::Discovery)),
        Aim::new("JWKS, in static JSON answers", 1.5, ratio(Scenario::Jwks)),
        Aim::new("userinfo, CPU µs", 100.0, userinfo),
        Aim::new("idle memory, MB", 25.0, results.start(|start| start.idle)),
        Aim::new("start on an existing database, ms", 50.0, results.start(|start| start.existing)),
        Aim::new("start on an empty database, ms", 500.0, results.start(|start| start.empty)),
    ]
}

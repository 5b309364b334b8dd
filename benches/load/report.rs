//! The figures as a table for people or one JSON object for programs.

use std::fmt::{Display, Write as _};

use serde_json::{Map, Value, json};

use crate::aims;
use crate::options::Options;
use crate::results::Results;
use crate::scenario::Scenario;

pub fn table(options: &Options, results: &Results) -> String {
    let mut lines = vec![head(options, results), String::new()];
    lines.push(row("", ["requests/s", "p50 ms", "p99 ms", "CPU µs", "busy", "wrong", "ratio"]));
    for scenario in Scenario::RATES {
        let Some(sample) = results.median(scenario) else { continue };
        let ratio = results.ratio(scenario).zip(scenario.yardstick());
        let ratio = ratio.map(|(ratio, base)| format!("{ratio:.2} × {}", base.name()));
        lines.push(row(
            scenario.title(),
            [
                format!("{:.0}", sample.per_second),
                figure(sample.p50_ms, 2),
                figure(sample.p99_ms, 2),
                format!("{:.0}", sample.cpu_micros),
                sample.busy.to_string(),
                sample.wrong.to_string(),
                ratio.unwrap_or_default(),
            ],
        ));
        lines.extend(sample.first_wrong.map(|what| format!("  first wrong answer: {what}")));
    }
    lines.push(String::new());
    let (peak, loaded) = (results.loaded.as_ref().map(|memory| memory.peak), resident(results));
    let single = [
        ("start on an empty database, ms", results.start(|start| start.empty)),
        ("start on an existing database, ms", results.start(|start| start.existing)),
        ("memory idle, MB", results.start(|start| start.idle)),
        ("memory after the load, MB", loaded),
        ("memory at its peak, MB", peak),
    ];
    for (name, measured) in single {
        lines.extend(measured.map(|measured| format!("{name:<36}{measured:>9.1}")));
    }
    lines.push(String::new());
    lines.push(format!("{:<36}{:>9}{:>11}", "", "at most", "measured"));
    for aim in aims::of(results) {
        let verdict = match aim.met {
            Some(true) => "met",
            Some(false) => "missed",
            None => "not measured",
        };
        let measured = figure(aim.measured, 2);
        lines.push(format!("{:<36}{:>9}{measured:>11}  {verdict}", aim.aim, aim.limit));
    }
    if results.wrong() > 0 {
        lines.push(String::new());
        lines.push(format!("{} answers were wrong: these figures mean nothing", results.wrong()));
    }
    lines.join("\n") + "\n"
}

pub fn object(options: &Options, results: &Results) -> Value {
    let mut scenarios = Map::new();
    for scenario in Scenario::RATES {
        let Some(sample) = results.median(scenario) else { continue };
        let mut figures = json!(sample);
        if let (Some(ratio), Some(base)) = (results.ratio(scenario), scenario.yardstick()) {
            figures["ratio"] = json!(ratio);
            figures["compared_with"] = json!(base.name());
        }
        scenarios.insert(scenario.name(), figures);
    }
    json!({
        "machine": results.machine,
        "options": {
            "rounds": options.rounds(),
            "seconds": options.window().as_secs_f64(),
            "connections": options.connections,
            "sign_in_connections": options.sign_in_connections,
            "pinned": options.pin,
        },
        "scenarios": scenarios,
        "start_ms": { "empty": results.start(|start| start.empty), "existing": results.start(|start| start.existing) },
        "memory_mb": {
            "idle": results.start(|start| start.idle),
            "loaded": resident(results),
            "peak": results.loaded.as_ref().map(|memory| memory.peak),
        },
        "aims": aims::of(results),
    })
}

fn head(options: &Options, results: &Results) -> String {
    let machine = &results.machine;
    let mut head = format!(
        "{}, {} CPUs, Linux {}, database on {}\nmedians; rounds: {} of {:.1} s; connections: {}, for sign-ins {}{}",
        machine.cpu,
        machine.cpus,
        machine.kernel,
        machine.file_system,
        options.rounds(),
        options.window().as_secs_f64(),
        options.connections,
        options.sign_in_connections,
        if options.pin { "; servers on the first CPU" } else { "" },
    );
    for doubt in machine.doubts() {
        // Writing to a text cannot fail.
        write!(head, "\nnote: {doubt}").ok();
    }
    head
}

fn row<T: Display>(name: &str, cells: [T; 7]) -> String {
    let [rate, p50, p99, cpu, busy, wrong, ratio] = cells;
    let row = format!("{name:<26}{rate:>11}{p50:>9}{p99:>9}{cpu:>9}{busy:>6}{wrong:>7}  {ratio}");
    row.trim_end().to_owned()
}

fn resident(results: &Results) -> Option<f64> {
    results.loaded.as_ref().map(|memory| memory.resident)
}

fn figure(figure: Option<f64>, digits: usize) -> String {
    figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.digits$}"))
}

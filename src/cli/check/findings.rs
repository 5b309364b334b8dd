//! What a check found: each thing by its name, with a verdict.

use serde_json::{Value, json};

use crate::cli::failure::one_line;

#[derive(Default)]
pub struct Findings(Vec<Finding>);

struct Finding {
    name: &'static str,
    verdict: Verdict,
    what: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    /// Worth a look, and may be right.
    Warning,
    Wrong,
}

impl Findings {
    pub fn ok(&mut self, name: &'static str, what: String) {
        self.0.push(Finding { name, verdict: Verdict::Ok, what });
    }

    pub fn warning(&mut self, name: &'static str, what: String) {
        self.0.push(Finding { name, verdict: Verdict::Warning, what });
    }

    pub fn wrong(&mut self, name: &'static str, what: String) {
        self.0.push(Finding { name, verdict: Verdict::Wrong, what });
    }

    pub fn wrong_because(&mut self, name: &'static str, error: &anyhow::Error) {
        self.wrong(name, one_line(error));
    }

    /// How many things are wrong.
    pub fn count_wrong(&self) -> usize {
        self.0.iter().filter(|finding| finding.verdict == Verdict::Wrong).count()
    }

    pub fn rows(&self) -> Vec<Vec<String>> {
        let cells = |finding: &Finding| {
            let texts = [finding.verdict.as_text(), finding.name, &finding.what];
            texts.map(str::to_owned).to_vec()
        };
        self.0.iter().map(cells).collect()
    }

    pub fn object(&self) -> Value {
        let object = |finding: &Finding| {
            json!({
                "check": finding.name,
                "verdict": finding.verdict.as_text(),
                "what": finding.what,
            })
        };
        json!({
            "ok": self.count_wrong() == 0,
            "checks": self.0.iter().map(object).collect::<Vec<_>>(),
        })
    }
}

impl Verdict {
    fn as_text(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Wrong => "wrong",
        }
    }
}

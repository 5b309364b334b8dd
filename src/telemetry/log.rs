//! The log: text or JSON on standard error, one line per event whatever stands in it.

use std::{fmt::Write as _, io, str::FromStr};

use tracing_subscriber::{EnvFilter, filter::ParseError, fmt::MakeWriter, util::TryInitError};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    #[default]
    Text,
    Json,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{0:?} is not a log format: write text or json")]
    Format(String),
    #[error(
        "the log filter {filter:?} cannot be read: {cause}; write it as in info or info,sqlx=warn"
    )]
    Filter { filter: String, cause: ParseError },
    #[error("logging has been started before")]
    Started(#[from] TryInitError),
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(name: &str) -> Result<Format, Error> {
        match name {
            "text" => Ok(Format::Text),
            "json" => Ok(Format::Json),
            _ => Err(Error::Format(name.to_owned())),
        }
    }
}

/// Starts logging to standard error. `filter` is a level, or several as in `info,sqlx=warn`.
pub fn start(format: Format, filter: &str) -> Result<(), Error> {
    use tracing_subscriber::util::SubscriberInitExt;
    subscriber(format, filter, io::stderr)?.try_init()?;
    Ok(())
}

type Subscriber = Box<dyn tracing::Subscriber + Send + Sync>;

fn subscriber<W>(format: Format, filter: &str, writer: W) -> Result<Subscriber, Error>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let levels = EnvFilter::builder()
        .parse(filter)
        .map_err(|cause| Error::Filter { filter: filter.to_owned(), cause })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(levels)
        .with_ansi(false)
        .with_writer(OneLine(writer));
    Ok(match format {
        Format::Text => Box::new(lines.finish()),
        Format::Json => Box::new(lines.json().flatten_event(true).with_span_list(false).finish()),
    })
}

/// Keeps an event on its line and away from the terminal's controls, whoever wrote the text in it:
/// the formatters let line breaks pass, and JSON also the controls above ASCII.
struct OneLine<W>(W);

impl<'a, W: MakeWriter<'a>> MakeWriter<'a> for OneLine<W> {
    type Writer = OneLine<W::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        OneLine(self.0.make_writer())
    }
}

impl<W: io::Write> io::Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = event.strip_suffix(b"\n").unwrap_or(event);
        // 0xC2 begins the controls above ASCII.
        if line.iter().any(|byte| byte.is_ascii_control() || *byte == 0xC2) {
            let mut escaped = without_controls(&String::from_utf8_lossy(line));
            escaped.push('\n');
            self.0.write_all(escaped.as_bytes()).ok();
        } else {
            self.0.write_all(event).ok();
        }
        // Where nobody takes the log any more, the subscriber would complain to standard error and panic when that
        // is gone too; the process must go on, and down when it is told to.
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// In JSON's notation, which people can read too.
fn without_controls(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len() + 16);
    for char in line.chars() {
        match char {
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            _ if char.is_control() => {
                write!(escaped, "\\u{:04x}", u32::from(char)).expect("a string takes everything");
            }
            _ => escaped.push(char),
        }
    }
    escaped
}

/// A log that a test can read.
#[cfg(test)]
pub mod capture {
    use std::{
        io,
        sync::{Arc, LazyLock, Mutex},
    };

    use tracing::Dispatch;
    use tracing::subscriber::{DefaultGuard, set_default};
    use tracing_subscriber::registry;

    use super::{Format, subscriber};

    #[derive(Clone, Default)]
    pub struct Log(Arc<Mutex<Vec<u8>>>);

    impl Log {
        /// Everything that this thread logs until the guard is dropped.
        pub fn of_this_thread(format: Format, filter: &str) -> (Log, DefaultGuard) {
            // With one subscriber alive, `tracing` asks only the thread that meets a line first
            // whether anybody wants it, and that may be another test's. With more, it asks them all.
            static OTHERS: LazyLock<[Dispatch; 2]> =
                LazyLock::new(|| [Dispatch::new(registry()), Dispatch::new(registry())]);
            LazyLock::force(&OTHERS);
            let log = Log::default();
            let writer = log.clone();
            let guard = set_default(subscriber(format, filter, move || writer.clone()).unwrap());
            (log, guard)
        }

        pub fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{capture::Log, *};

    fn logged(format: Format, say: impl FnOnce()) -> String {
        let (log, _guard) = Log::of_this_thread(format, "trace");
        say();
        log.text()
    }

    #[test]
    fn controls_arrive_escaped_in_both_formats() {
        let nasty = "a\x1b[31mb\nc\r\td\u{9b}e\x7f";
        for format in [Format::Text, Format::Json] {
            let lines = logged(format, || {
                let span = tracing::info_span!("request", quoted = nasty, shown = %nasty);
                let error = io::Error::other(nasty);
                span.in_scope(|| tracing::info!(quoted = nasty, shown = %nasty, debug = ?nasty, %error, "said {nasty}"));
            });

            assert_eq!(lines.lines().count(), 1, "{lines:?}");
            assert!(lines.ends_with('\n'));
            assert!(!lines.trim_end().chars().any(char::is_control), "{lines:?}");
            assert!(lines.contains("\\n"), "{lines}");
        }
    }

    #[test]
    fn json_stays_json_when_controls_are_escaped() {
        let line = logged(Format::Json, || tracing::info!(agent = %"x\u{9b}y\nz", "hello"));

        let event: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(event["agent"], "x\u{9b}y\nz");
        assert_eq!(event["message"], "hello");
    }

    #[test]
    fn text_in_other_alphabets_is_left_alone() {
        let line = logged(Format::Text, || tracing::info!("§ Zoë 姓 ©"));

        assert!(line.contains("§ Zoë 姓 ©"), "{line}");
    }

    #[test]
    fn a_filter_that_cannot_be_read_is_refused_by_name() {
        let error = subscriber(Format::Text, "info,sqlx=loud", io::sink).err().unwrap();

        assert!(error.to_string().contains("sqlx=loud"), "{error}");
    }
}

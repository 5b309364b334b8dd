//! Running a command to its end: a signal to us reaches it, and nothing that it started outlives it.

use std::fmt;
use std::io::{self, IsTerminal};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::signals;

const GLANCE: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(15);

/// Why a task did not get to its end.
#[derive(Debug)]
pub enum Failure {
    /// What is wrong, and what to do about it.
    Broken(String),
    /// A command that ran in front failed; its exit status is to be ours.
    Exit(String, u8),
    /// We were told to stop.
    Signal(i32),
}

impl Failure {
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Broken(_) => ExitCode::FAILURE,
            Failure::Exit(_, code) => ExitCode::from(*code),
            Failure::Signal(number) => {
                u8::try_from(128 + number).map_or(ExitCode::FAILURE, ExitCode::from)
            }
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Broken(sentence) | Failure::Exit(sentence, _) => f.write_str(sentence),
            Failure::Signal(number) => write!(f, "stopped by {}", signals::name(*number)),
        }
    }
}

/// The repository's root, wherever we were started.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}

/// The cargo that runs us, in the repository's root; none of the words may contain a blank.
pub fn cargo(words: &str) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = Command::new(program);
    cargo.args(words.split_whitespace()).current_dir(root());
    cargo
}

/// Runs a command that asks nothing, in a process group of its own, so that what it leaves behind can be ended too.
pub fn run(mut command: Command) -> Result<(), Failure> {
    let words = in_words(&command);
    let mut child = command
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(|error| not_started(&words, &error))?;
    let group = child.id();

    let ended = wait(&mut child, Some(PATIENCE), |number| {
        signals::send_to_group(group, number);
    });
    end_group(group);

    stop_if_told()?;
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failure::Broken(format!("`{words}` failed: {status}"))),
        Err(error) => Err(lost(&words, &error)),
    }
}

/// Runs a command that may talk with the person at the terminal; its exit status becomes ours.
pub fn run_in_front(mut command: Command) -> Result<(), Failure> {
    let words = in_words(&command);
    // Only the terminal's own process group may read from it, and all of that group get its Ctrl-C: what this means, and
    // when to end, is for the command to decide.
    let at_terminal = io::stdin().is_terminal();
    if !at_terminal {
        command.process_group(0);
    }
    let mut child = command.spawn().map_err(|error| not_started(&words, &error))?;
    let pid = child.id();

    let ended = wait(&mut child, None, |number| match at_terminal {
        true if number == signals::INTERRUPT => {}
        true => drop(signals::send(pid, number)),
        false => drop(signals::send_to_group(pid, number)),
    });
    if !at_terminal {
        end_group(pid);
    }

    let status = ended.map_err(|error| lost(&words, &error))?;
    if status.success() {
        return Ok(());
    }
    let code = status.code().or_else(|| status.signal().map(|number| 128 + number));
    let code = code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Err(Failure::Exit(format!("`{words}` failed: {status}"), code))
}

/// What a short command printed, if it can be started and ends well.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

pub fn stop_if_told() -> Result<(), Failure> {
    signals::received().map_or(Ok(()), |number| Err(Failure::Signal(number)))
}

pub fn has_ended(child: &mut Child) -> bool {
    // An error means that there is no such child any more.
    !matches!(child.try_wait(), Ok(None))
}

pub fn ends_within(child: &mut Child, time: Duration) -> bool {
    let until = Instant::now() + time;
    while !has_ended(child) {
        if Instant::now() >= until {
            return false;
        }
        sleep(GLANCE);
    }
    true
}

/// How a person would type it.
pub fn in_words(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let mut words = vec![name.to_string_lossy()];
    words.extend(command.get_args().map(|word| word.to_string_lossy()));
    words.join(" ")
}

/// Passes each signal on. With a limit to our patience, a second signal kills, and so does taking too long.
fn wait(
    child: &mut Child,
    patience: Option<Duration>,
    pass_on: impl Fn(i32),
) -> io::Result<ExitStatus> {
    let mut heard = signals::count();
    let mut asked: Option<Instant> = None;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if let Some(number) = signals::received().filter(|_| signals::count() > heard) {
            heard = signals::count();
            pass_on(if asked.is_some() && patience.is_some() { signals::KILL } else { number });
            asked.get_or_insert_with(Instant::now);
        }
        if let (Some(since), Some(patience)) = (asked, patience)
            && since.elapsed() > patience
        {
            pass_on(signals::KILL);
        }
        sleep(GLANCE);
    }
}

fn end_group(group: u32) {
    for (number, patience) in
        [(signals::TERMINATE, Duration::from_secs(5)), (signals::KILL, Duration::from_secs(1))]
    {
        if !signals::send_to_group(group, number) {
            return;
        }
        let until = Instant::now() + patience;
        while signals::group_lives(group) && Instant::now() < until {
            sleep(GLANCE);
        }
    }
}

fn not_started(words: &str, error: &io::Error) -> Failure {
    Failure::Broken(format!("`{words}` could not be started: {error}"))
}

fn lost(words: &str, error: &io::Error) -> Failure {
    Failure::Broken(format!("lost sight of `{words}`: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn a_command_that_fails_is_named_with_its_arguments() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "exit 7"]);

        let failure = run(command).unwrap_err();

        assert_eq!(failure.to_string(), "`sh -c exit 7` failed: exit status: 7");
    }

    #[test]
    fn a_missing_program_is_named() {
        let failure = run(Command::new("no-such-program-here")).unwrap_err();

        assert!(failure.to_string().starts_with("`no-such-program-here` could not be started"));
    }

    #[test]
    fn nothing_that_a_command_started_outlives_it() {
        let (mut reader, writer) = io::pipe().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000 & echo started"]).stdout(writer);

        run(command).unwrap();

        // The pipe ends when nobody holds its other end any more.
        let mut heard = String::new();
        reader.read_to_string(&mut heard).unwrap();
        assert_eq!(heard, "started\n");
    }
}

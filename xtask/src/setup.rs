//! What the tests need on this machine: looked for, installed from Debian where it is missing, and told.

use crate::apt::Apt;
use crate::find::{C_COMPILER, CHROMIUM, Found, NODE, NPM, OMNIAUTH, POSTGRES, Tool};
use crate::process::Failure;

/// A program, or the sentence that says why there is none.
pub type Sought = Result<Found, String>;

pub struct Tools {
    pub compiler: Sought,
    pub postgres: Sought,
    pub chromium: Sought,
    pub node: Sought,
    pub npm: Sought,
    pub omniauth: Sought,
}

impl Tools {
    pub fn require_all(&self) -> Result<(), Failure> {
        let all = [
            (C_COMPILER.name, &self.compiler),
            (POSTGRES.name, &self.postgres),
            (CHROMIUM.name, &self.chromium),
            (NODE.name, &self.node),
            (NPM.name, &self.npm),
            (OMNIAUTH.name, &self.omniauth),
        ];
        let missing: Vec<&str> =
            all.iter().filter(|(_, sought)| sought.is_err()).map(|(name, _)| *name).collect();
        match missing.as_slice() {
            [] => Ok(()),
            names => Err(Failure::Broken(format!(
                "there is no usable {}, as said above",
                names.join(", ")
            ))),
        }
    }
}

/// `cargo xtask setup`
pub fn run() -> Result<(), Failure> {
    install()?.require_all()?;
    println!("Everything that the tests need is here.");
    Ok(())
}

/// Installs what is missing and may be installed; says of each program where it stands.
pub fn install() -> Result<Tools, Failure> {
    let mut apt = None;
    Ok(Tools {
        compiler: get(&C_COMPILER, &mut apt)?,
        postgres: get(&POSTGRES, &mut apt)?,
        chromium: get(&CHROMIUM, &mut apt)?,
        node: get(&NODE, &mut apt)?,
        npm: get(&NPM, &mut apt)?,
        omniauth: get(&OMNIAUTH, &mut apt)?,
    })
}

pub fn require_compiler() -> Result<(), Failure> {
    C_COMPILER.find().map(drop).map_err(Failure::Broken)
}

fn get(tool: &Tool, apt: &mut Option<Result<Apt, &'static str>>) -> Result<Sought, Failure> {
    let complaint = match tool.find() {
        Ok(found) => {
            println!("{} {} is here: {}.", tool.name, found.version, found.path.display());
            return Ok(Ok(found));
        }
        Err(complaint) => complaint,
    };
    let installed = match apt.get_or_insert_with(Apt::allowed) {
        Ok(apt) => add(tool, apt)?,
        Err(reason) => Err(format!("It was not installed: {reason}.")),
    };
    match installed {
        Ok(found) => {
            println!("{} {} is installed now: {}.", tool.name, found.version, found.path.display());
            Ok(Ok(found))
        }
        Err(problem) => {
            println!("{complaint} {problem}");
            Ok(Err(complaint))
        }
    }
}

/// Or what went wrong, unless it was that we were told to stop.
fn add(tool: &Tool, apt: &mut Apt) -> Result<Sought, Failure> {
    println!(
        "There is no usable {}: installing {} from Debian.",
        tool.name,
        tool.packages.join(" ")
    );
    match apt.install(tool.packages) {
        Ok(()) => Ok(tool.find().map_err(|_| "Installing it did not help.".to_string())),
        Err(Failure::Signal(number)) => Err(Failure::Signal(number)),
        Err(failure) => Ok(Err(format!("Installing it failed: {failure}."))),
    }
}

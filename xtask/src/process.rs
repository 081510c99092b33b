//! Running other programs: found before they are run, shown before they start, and explained when they fail.

use crate::{Failure, Outcome};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The path of a program on PATH, if there is one.
pub fn find(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(&name)).find(|candidate| candidate.is_file())
}

/// Runs a command to its end with the terminal as its own.
///
/// # Errors
/// When it cannot be started, or ends with anything but success.
pub fn run(command: &mut Command) -> Outcome {
    println!("    $ {}", shown(command));
    let status = command.status().map_err(|error| cannot_start(command, &error))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!("`{}` failed ({status}); what it said is above", program(command))))
}

/// Runs a command quietly and gives back what it wrote to its standard output, trimmed.
///
/// # Errors
/// When it cannot be started or fails; the message then carries its standard error.
pub fn capture(command: &mut Command) -> Outcome<String> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| cannot_start(command, &error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_string());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(Failure::new(format!("`{}` failed ({}): {}", shown(command), output.status, said.trim())))
}

/// Cargo, as the one that runs us, so that a `+toolchain` is kept.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(crate::workspace::root());
    command
}

/// Becomes the given program, so that signals, standard streams and the exit code are its own. On systems without
/// `exec` it is run and waited for instead.
///
/// # Errors
/// Only returns when the program cannot be started, or where there is no `exec`.
pub fn become_program(command: &mut Command) -> Outcome {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let error = command.exec();
        Err(cannot_start(command, &error))
    }
    #[cfg(not(unix))]
    run(command)
}

fn cannot_start(command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot start `{}`: {error}", shown(command)))
}

/// The program of a command without its folder.
fn program(command: &Command) -> String {
    let path = Path::new(command.get_program());
    path.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned()
}

/// A command as a person would type it.
fn shown(command: &Command) -> String {
    let mut words = vec![program(command)];
    words.extend(command.get_args().map(|arg| arg.to_string_lossy().into_owned()));
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_is_absent_is_named_in_the_error() {
        let failure = run(&mut Command::new("earshot-no-such-program")).unwrap_err();
        assert!(failure.message.contains("earshot-no-such-program"), "{}", failure.message);
        assert!(find("earshot-no-such-program").is_none());
    }

    #[test]
    fn a_command_is_shown_without_the_folder_of_its_program() {
        let mut command = Command::new("/usr/bin/env");
        command.args(["A=1", "true"]);
        assert_eq!(shown(&command), "env A=1 true");
    }
}

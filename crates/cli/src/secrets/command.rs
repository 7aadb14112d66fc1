//! A passphrase that a program prints.

use std::io;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use countersign::http_client::SecretString;
use zeroize::Zeroizing;

use super::{SecretError, text_of};

/// How often it is looked whether the program has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// Runs a program, which has the time until its deadline, and returns what it printed. No shell reads
/// its arguments, which end at white space.
pub(super) fn output(command: &str, deadline: Duration) -> Result<SecretString, SecretError> {
    let mut words = command.split_ascii_whitespace();
    let program = words.next().unwrap_or_default().to_owned();
    let start = Instant::now();
    let not_run = |source| SecretError::NotRun { program: program.clone(), source };
    // What it has to say to people it may say; what it prints is the secret.
    let mut command = Command::new(&program);
    let child = command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = Ended(child.map_err(not_run)?);
    let printed = child.0.stdout.take().ok_or_else(|| not_run(io::ErrorKind::BrokenPipe.into()))?;
    let late = || SecretError::Late { program: program.clone(), deadline };
    // Who is not listened to any more fails, which is not why there is no secret.
    let text = read(printed, program.clone(), deadline).ok_or_else(late)??;
    let status = child.wait(deadline.saturating_sub(start.elapsed())).map_err(not_run)?;
    let status = status.ok_or_else(late)?;
    if !status.success() {
        return Err(SecretError::Failed { program, status });
    }
    Ok(SecretString::from(text.as_str()))
}

type Text = Result<Zeroizing<String>, SecretError>;

/// Reads what is printed; nothing if that isn't complete in time. Whoever holds the other end may hold
/// it for ever, so it is read in a thread, which is left behind then.
fn read(mut printed: ChildStdout, program: String, deadline: Duration) -> Option<Text> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(text_of(&mut printed, &program)));
    receiver.recv_timeout(deadline).ok()
}

/// A program that is ended with this value.
struct Ended(Child);

impl Ended {
    fn wait(&mut self, time: Duration) -> io::Result<Option<ExitStatus>> {
        let start = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait()? {
                return Ok(Some(status));
            }
            if start.elapsed() >= time {
                return Ok(None);
            }
            thread::sleep(PAUSE);
        }
    }
}

impl Drop for Ended {
    fn drop(&mut self) {
        // One that has ended can't be ended again.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use countersign::http_client::ExposeSecret;

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn what_a_program_prints_is_the_secret() {
        let secret = output("printf %s\\n correct-horse", LONG).unwrap();
        assert_eq!(secret.expose_secret(), "correct-horse");
        // No shell: this is a word like others.
        let secret = output("echo $HOME 'a", LONG).unwrap();
        assert_eq!(secret.expose_secret(), "$HOME 'a");
    }

    #[test]
    fn a_program_that_does_not_answer_is_given_up() {
        let start = Instant::now();
        let error = output("sleep 600", Duration::from_millis(50)).unwrap_err();
        assert!(matches!(error, SecretError::Late { .. }), "{error}");
        assert!(start.elapsed() < LONG);
    }

    #[test]
    fn one_that_fails_is_told_by_its_name_alone() {
        for (command, told) in [
            ("false --token=4242", "false failed: exit status: 1"),
            ("/no/such/program 4242", "cannot run /no/such/program: "),
            ("", "cannot run "),
        ] {
            let error = output(command, LONG).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
            assert!(!error.contains("4242"), "{error}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let error = output("head -c 70000 /dev/zero", LONG).unwrap_err();
        assert!(matches!(error, SecretError::NoText { .. }), "{error}");
        let error = output("printf \\377", LONG).unwrap_err();
        assert!(matches!(error, SecretError::NoText { .. }), "{error}");
    }
}

//! A run of named checks: each is told when it starts and how long it took, all of them are told again at the end.

use crate::{Failure, Outcome};
use std::io::Write;
use std::time::{Duration, Instant};

/// What a check came to.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    /// Passed, with something the reader should know.
    Noted(String),
    /// Not run here, and why.
    Skipped(String),
}

/// One check.
pub struct Step {
    pub name: &'static str,
    pub about: &'static str,
    /// Left out by `--quick`.
    pub slow: bool,
    pub check: fn() -> Outcome<Verdict>,
}

struct Result {
    name: &'static str,
    took: Duration,
    verdict: Outcome<Verdict>,
}

/// Runs the checks in order, all of them whatever fails, and ends with one line of counts.
///
/// # Errors
/// When a check failed; the message names the failed ones.
pub fn run(steps: &[&Step]) -> Outcome {
    let started = Instant::now();
    let mut results = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        println!("\n==> [{}/{}] {}: {}", index + 1, steps.len(), step.name, step.about);
        let began = Instant::now();
        let verdict = (step.check)();
        let result = Result { name: step.name, took: began.elapsed(), verdict };
        println!("{}", line(&result));
        // What a child prints next must come after this, also in a pipe.
        let _ = std::io::stdout().flush();
        results.push(result);
    }
    report(&results, started.elapsed())
}

fn report(results: &[Result], took: Duration) -> Outcome {
    println!("\nAll checks, {} min {} s:", took.as_secs() / 60, took.as_secs() % 60);
    for result in results {
        println!("{}", line(result));
    }
    let failed: Vec<&str> = results.iter().filter(|result| result.verdict.is_err()).map(|result| result.name).collect();
    let skipped = results.iter().filter(|result| matches!(result.verdict, Ok(Verdict::Skipped(_)))).count();
    let passed = results.len() - failed.len() - skipped;
    println!("checks: {passed} passed, {} failed, {skipped} skipped", failed.len());
    if failed.is_empty() { Ok(()) } else { Err(Failure::new(format!("FAILED: {}", failed.join(", ")))) }
}

fn line(result: &Result) -> String {
    let (word, more) = match &result.verdict {
        Ok(Verdict::Passed) => ("passed", String::new()),
        Ok(Verdict::Noted(note)) => ("passed", format!("  {note}")),
        Ok(Verdict::Skipped(reason)) => ("skipped", format!("  {reason}")),
        Err(failure) => ("FAILED", format!("  {}", failure.message)),
    };
    format!("    {word:<8}{:<10}{:>6.1} s{more}", result.name, result.took.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_does_not_stop_the_rest_and_is_named_at_the_end() {
        static RAN: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        fn fails() -> Outcome<Verdict> {
            Err(Failure::new("no"))
        }
        fn counts() -> Outcome<Verdict> {
            RAN.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok(Verdict::Passed)
        }
        let bad = Step { name: "bad", about: "fails", slow: false, check: fails };
        let good = Step { name: "good", about: "counts", slow: false, check: counts };

        let failure = run(&[&bad, &good]).unwrap_err();

        assert_eq!(failure.message, "FAILED: bad");
        assert_eq!(failure.code, 1);
        assert_eq!(RAN.load(std::sync::atomic::Ordering::Relaxed), 1);
        assert!(run(&[&good]).is_ok());
    }
}

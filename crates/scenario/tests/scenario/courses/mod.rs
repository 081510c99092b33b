//! Random courses of events, each from a seed, with everything going wrong that can: records delivered twice, late or in
//! another order, decisions lost before they are written, routing that breaks off at any moment and begins again. Whatever
//! happens, what [`holds`] says must hold.
//!
//! `EARSHOT_COURSE=SEED` plays one course; `EARSHOT_COURSES=NUMBER` plays so many.

mod chance;
mod course;
mod holds;
mod settings;

use conversation::Record;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// As many as a build without optimisation plays in half a minute on two cores.
const COURSES: u64 = 150;
/// Courses among the first ten thousand that once found a fault; they are played whatever the number is.
const FOUND_FAULTS: &[u64] = &[
    166, 194, 227, 291, 397, 755, 782, 975, 1033, 1074, 1206, 1385, 2582, 2779, 2893, 3759, 6950, 8001, 8009, 9190,
    9194,
];
/// Of so many courses one is played twice.
const TWICE_OF: u64 = 50;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Plays a course; what fails is told with its seed.
pub fn play(seed: u64) -> Result<Vec<Record>, String> {
    let played = catch_unwind(AssertUnwindSafe(|| {
        course::play(seed).map(|course| {
            course.world.log().entries().iter().map(|stored| Record::clone(&stored.record)).collect::<Vec<_>>()
        })
    }));
    let failed = match played {
        Ok(Ok(records)) => return Ok(records),
        Ok(Err(fault)) => fault,
        Err(panic) => {
            let said = panic.downcast_ref::<String>().cloned();
            said.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default()
        }
    };
    Err(format!("EARSHOT_COURSE={seed}: {failed}"))
}

fn play_and_compare(seed: u64) -> Result<usize, String> {
    let records = play(seed)?;
    if seed.is_multiple_of(TWICE_OF) && play(seed)? != records {
        return Err(format!("EARSHOT_COURSE={seed}: the same seed gives another log"));
    }
    Ok(records.len())
}

#[test]
fn whatever_happens_nothing_is_lost_and_nothing_is_done_twice() {
    if let Some(seed) = number("EARSHOT_COURSE") {
        play_and_compare(seed).unwrap_or_else(|fault| panic!("{fault}"));
        return;
    }
    let wanted = number("EARSHOT_COURSES").unwrap_or(COURSES);
    let seeds: Vec<u64> = (0..wanted).chain(FOUND_FAULTS.iter().copied().filter(|seed| *seed >= wanted)).collect();
    let (next, written) = (AtomicUsize::new(0), AtomicU64::new(0));
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let faults: Vec<String> = std::thread::scope(|scope| {
        let play_some = || {
            let mut faults = Vec::new();
            loop {
                let seed = seeds.get(next.fetch_add(1, Ordering::Relaxed));
                let Some(seed) = seed.filter(|_| faults.len() < 5) else { return faults };
                match play_and_compare(*seed) {
                    Ok(records) => drop(written.fetch_add(records as u64, Ordering::Relaxed)),
                    Err(fault) => faults.push(fault),
                }
            }
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(play_some)).collect();
        running.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    let mean = written.into_inner() / seeds.len() as u64;
    assert!(mean >= 30, "the courses are too short to say anything: {mean} records each");
}

//! What must not depend on luck: the same file gives the same log, and neither repetition nor loss nor another order of what is
//! independent changes what is found.

use crate::shipped::{MODEL, all};
use conversation::Record;
use scenario::{Faults, Loaded, play};

fn records(loaded: &Loaded, faults: Faults) -> Vec<Record> {
    let played = play(&loaded.scenario, &loaded.brand, &MODEL, faults);
    played.world.log().entries().iter().map(|stored| Record::clone(&stored.record)).collect()
}

#[test]
fn the_same_file_gives_the_same_log() {
    for loaded in all() {
        let faults =
            Faults { seed: 7, twice_per_mille: 100, lost_per_mille: 100, any_order: true, ..Faults::default() };
        for faults in [Faults::default(), faults] {
            assert!(records(&loaded, faults) == records(&loaded, faults), "{}", loaded.scenario.name);
        }
    }
}

#[test]
fn a_log_folds_to_the_states_it_was_written_from() {
    for loaded in all() {
        let played = play(&loaded.scenario, &loaded.brand, &MODEL, Faults::default());
        for (conversation, entry) in played.world.conversations() {
            let records: Vec<_> = played.world.log().of(conversation).map(|stored| &*stored.record).collect();
            assert_eq!(conversation::fold(records), entry.state, "{}", loaded.scenario.name);
        }
    }
}

/// Whether each line holds. The order of facts is left out: what is decided by different services at one instant may come in
/// any order.
fn held(loaded: &Loaded, faults: Faults) -> Vec<(String, bool)> {
    let played = play(&loaded.scenario, &loaded.brand, &MODEL, faults);
    let lines = played.report.lines.into_iter().filter(|line| !line.what.starts_with("events "));
    lines.map(|line| (format!("{} {}: found {}", line.line, line.what, line.found), line.passed)).collect()
}

#[test]
fn nothing_that_holds_rests_on_luck() {
    for loaded in all() {
        let quiet: Vec<bool> = held(&loaded, Faults::default()).into_iter().map(|(_, passed)| passed).collect();
        for seed in 0..2 {
            for faults in [
                Faults { seed, twice_per_mille: 300, ..Faults::default() },
                Faults { seed, lost_per_mille: 300, ..Faults::default() },
                Faults { seed, any_order: true, ..Faults::default() },
                Faults { seed, twice_per_mille: 200, lost_per_mille: 200, any_order: true, ..Faults::default() },
            ] {
                let (told, passed): (Vec<String>, Vec<bool>) = held(&loaded, faults).into_iter().unzip();
                assert!(passed == quiet, "{} with {faults:?}:\n{}", loaded.scenario.name, told.join("\n"));
            }
        }
    }
}

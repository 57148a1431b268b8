//! Do random trials full of data keep the rules of the world and the books?

use crate::auditor_data::audit;
use crate::generator_data::generate;
use drsim::scenario::{Source, load};
use drsim::simulation::Simulator;

/// Scenarios `from..to`, two trials each: traced and untraced, alone and after others, give the same, and nothing that the auditor complains of.
#[expect(clippy::print_stderr, reason = "what was asked for by name is shown")]
fn walk(from: u64, to: u64) {
    let (mut refused, mut cut, mut wrong) = (0, 0, Vec::new());
    for number in from..to {
        let (text, calm) = generate(number);
        let scenario = match load(&Source::from_text("data.toml", text.clone()), &[]) {
            Ok(loaded) => loaded.scenario,
            Err(problems) => {
                refused += 1;
                if std::env::var("DRSIM_SHOW").is_ok_and(|shown| shown == "refused") {
                    eprintln!("{number}: {}", problems.render(false));
                }
                continue;
            }
        };
        let mut used = Simulator::new(&scenario);
        for trial in 0..2 {
            let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let mut fresh = Simulator::new(&scenario);
                let plain = fresh.run(scenario.seed, trial).clone();
                let (traced, trace) = used.run_traced(scenario.seed, trial);
                if trace.dropped > 0 {
                    return None;
                }
                let mut found = audit(&scenario, &trace, traced, calm);
                if std::env::var("DRSIM_SHOW").is_ok_and(|shown| shown == number.to_string()) {
                    eprintln!("{text}\n{found:#?}");
                    for entry in &trace.entries {
                        eprintln!("{number}/{trial} {:9.4} {:?}", entry.at.as_seconds() / 86_400.0, entry.what);
                    }
                }
                if *traced != plain {
                    found.push("what is written down, or after another trial, is something else".to_owned());
                }
                Some(found)
            }));
            match found {
                Ok(Some(found)) if found.is_empty() => {}
                Ok(Some(found)) => wrong.push(format!("{number}/{trial}: {} more; {}", found.len() - 1, found[0])),
                Ok(None) => cut += 1,
                Err(_) => {
                    wrong.push(format!("{number}/{trial}: panicked"));
                    used = Simulator::new(&scenario);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}: {:#?}", wrong.len(), 2 * (to - from), &wrong[..wrong.len().min(60)]);
    assert!(refused * 4 <= to - from && cut * 10 <= to - from, "{refused} refused, {cut} cut");
}

#[test]
fn random_data_keep_all_rules_and_books() {
    let range = std::env::var("DRSIM_RANGE").ok().and_then(|range| {
        let (from, to) = range.split_once("..")?;
        Some((from.parse().ok()?, to.parse().ok()?))
    });
    let (from, to) = range.unwrap_or((0, 150));
    walk(from, to);
}

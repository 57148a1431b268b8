//! Do single trials keep the rules of the world and the books, and would the auditor notice if they did not?

use crate::auditor::{audit, unit_of};
use crate::support::{BUSY, scenario, scenario_files, scenario_in};
use drsim::id::Id as _;
use drsim::model::{Scenario, ServiceId};
use drsim::quantity::{SimTime, Span};
use drsim::simulation::{Happening, Simulator, Status, Trace, TrialTally};

fn traced(scenario: &Scenario, trial: u64) -> (TrialTally, Trace) {
    let mut simulator = Simulator::new(scenario);
    let (tally, trace) = simulator.run_traced(7, trial);
    assert_eq!(trace.dropped, 0, "the trace is whole");
    (tally.clone(), trace)
}

fn assert_clean(scenario: &Scenario, trials: std::ops::Range<u64>) {
    for trial in trials {
        let (tally, trace) = traced(scenario, trial);
        let found = audit(scenario, &trace, &tally);
        assert!(
            found.is_empty(),
            "{} trial {trial}: {}\n{:#?}",
            scenario.name,
            found.len(),
            &found[..found.len().min(8)]
        );
    }
}

/// Short-lived nodes behind two people, one spare, hidden failures and wrong repairs, fires and storms on top.
const WORN_OUT: &str = "horizon = \"1 year\"\n[sites.a]\nrestart = \"20 min\"\nrooms = { x = { racks = 2, nodes = 4, class = \"node\" }, y = { nodes = 3, class = \"kept\" } }\n\
    [crews.field]\npeople = 2\n\
    [classes.node]\nlife = { exponential = { mttf = \"12 days\" } }\nrepair = { lognormal = { median = \"8h\", p95 = \"30h\" } }\ncrew = \"field\"\nspares = { stock = 1, lead-time = \"2 days\" }\nlatent = { share = \"30 %\", scrub-every = \"5 days\" }\nwrong-repair = \"20 %\"\nlogistics = { exponential = { mean = \"2h\" } }\n\
    [classes.kept]\nlife = { weibull = { shape = 2.0, mean = \"30 days\" } }\nrepair = \"10h\"\ncrew = \"field\"\nage = \"stationary\"\nmaintenance = { every = \"10 days\", takes = { exponential = { mean = \"9h\" } }, at-a-time = 1, renews = true }\n\
    [services.web]\nreplicas = { \"a/x\" = 6, \"a/y\" = 2 }\nup = { at-least = 5 }\nreschedule = { after = \"1h\", takes = \"10 min\" }\n\
    [services.shop]\nreplicas = { \"a/y\" = 3 }\nup = \"majority\"\ndepends = { hard = [\"web\"] }\nload = { requests = \"250 / s\", per-replica = \"100 / s\" }\n\
    [threats.fire]\noccurs = { rate = \"4 / year\" }\nstrikes = { any = \"room\" }\nkind = { fire = { destroys = \"50 %\", lasts = \"1 day\", replaced = \"9 days\" } }\nthen = [{ threat = \"panic\", chance = \"50 %\", after = \"1h\" }]\n\
    [threats.panic]\nstrikes = { services = [\"web\"] }\neffects = [{ suspend = { lasts = \"2h\" } }]\n\
    [threats.storm]\noccurs = { rate = \"3 / year\" }\nstrikes = \"a\"\nwarning = \"6h\"\nkind = { storm = { lasts = \"8h\" } }\n\
    [threats.thief]\noccurs = { rate = \"5 / year\" }\nstrikes = { any = \"node\" }\nkind = { node-failure = { replaced = \"1 day\" } }\n";

#[test]
fn busy_trials_keep_all_rules_and_books() {
    assert_clean(&scenario(BUSY), 0..100);
    assert_clean(&scenario(WORN_OUT), 0..100);
}

/// Everything that is shipped, as far as one trial is not too long to be written down. Where plant stands in a place, its parts are in the
/// node time of the place too, which is wrong and has a test of its own in `overlaps`.
#[test]
fn shipped_scenarios_keep_all_rules_and_books() {
    let (mut whole, mut cut) = (0, 0);
    for path in scenario_files("scenarios") {
        let scenario = scenario_in(&path);
        if scenario.unit_count() < 400 {
            if Simulator::new(&scenario).run_traced(7, 0).1.dropped > 0 {
                cut += 1; // thousands of backup jobs: a trace does not hold them all
                continue;
            }
            whole += 1;
            for trial in 0..2 {
                let (tally, trace) = traced(&scenario, trial);
                let mut found = audit(&scenario, &trace, &tally);
                if scenario.plants.iter().any(|plant| plant.within.is_some()) {
                    found.retain(|complaint| !complaint.starts_with("nodes of"));
                }
                assert!(found.is_empty(), "{} trial {trial}: {found:#?}", scenario.name);
            }
        }
    }
    assert!(whole > 10 * cut, "{whole} traces are whole, {cut} are not");
}

/// Kinds of entries without which the books or the rules cannot be kept, wherever they stand.
fn is_booked(what: Happening) -> bool {
    matches!(
        what,
        Happening::Failed(_)
            | Happening::FailedUnseen(_)
            | Happening::TakenDown(_)
            | Happening::Destroyed(..)
            | Happening::AwaitsSpare(_)
            | Happening::Repaired(_)
            | Happening::MaintenanceBegan(_)
            | Happening::MaintenanceEnded(_)
            | Happening::Struck(_)
            | Happening::DomainOff(_)
            | Happening::DomainOn(_)
            | Happening::Became(..)
            | Happening::FalseAlarm(_)
            | Happening::FailoverFailed(_)
    )
}

/// One whole trial of each busy scenario, short enough to be spoiled once per entry.
fn samples() -> Vec<(Scenario, TrialTally, Trace)> {
    [BUSY.replace("horizon = \"3 years\"", "horizon = \"1 year\""), WORN_OUT.to_owned()]
        .into_iter()
        .map(|text| {
            let scenario = scenario(&text);
            let trial = (0..200).find(|trial| {
                let (tally, _) = traced(&scenario, *trial);
                tally.scenario.strikes.iter().filter(|strikes| **strikes > 0).count() >= 3
            });
            let (tally, trace) = traced(&scenario, trial.unwrap());
            assert!(audit(&scenario, &trace, &tally).is_empty() && trace.entries.len() > 200);
            (scenario, tally, trace)
        })
        .collect()
}

/// Each entry in turn is dropped.
#[test]
fn a_dropped_entry_is_noticed() {
    for (scenario, tally, trace) in samples() {
        let (mut noticed, mut all) = (0, 0);
        for at in 0..trace.entries.len() {
            let mut spoiled = trace.clone();
            let dropped = spoiled.entries.remove(at);
            let found = !audit(&scenario, &spoiled, &tally).is_empty();
            // At the last moment nothing is left to be booked.
            let booked = is_booked(dropped.what) && dropped.at < SimTime::ZERO + scenario.horizon;
            assert!(found || !booked || instant(&trace, at), "dropped {dropped:?} unnoticed");
            noticed += usize::from(found);
            all += 1;
        }
        assert!(noticed * 10 > all * 7, "{noticed} of {all} noticed");
    }
}

/// True for a change of a service that lasts no time.
fn instant(trace: &Trace, at: usize) -> bool {
    let Happening::Became(service, ..) = trace.entries[at].what else { return false };
    trace.entries.iter().enumerate().any(|(other, entry)| {
        other != at
            && entry.at == trace.entries[at].at
            && matches!(entry.what, Happening::Became(same, ..) if same == service)
    })
}

/// Each entry in turn is written twice.
#[test]
fn a_doubled_entry_is_noticed() {
    for (scenario, tally, trace) in samples() {
        for at in 0..trace.entries.len() {
            let mut spoiled = trace.clone();
            spoiled.entries.insert(at, trace.entries[at]);
            let what = trace.entries[at].what;
            assert!(
                !is_booked(what) || !audit(&scenario, &spoiled, &tally).is_empty(),
                "doubled {:?} unnoticed",
                trace.entries[at]
            );
        }
    }
}

/// Two neighbouring entries about one unit change places, and two entries of different moments change their times.
#[test]
fn swapped_entries_are_noticed() {
    for (scenario, tally, trace) in samples() {
        let mut swaps = 0;
        for at in 0..trace.entries.len() {
            let unit = unit_of(trace.entries[at].what);
            let next = (at + 1..trace.entries.len()).find(|next| unit_of(trace.entries[*next].what) == unit);
            if let (Some(_), Some(next)) = (unit, next) {
                let same = |what| matches!(what, Happening::Destroyed(..) | Happening::StartFailed(_));
                if same(trace.entries[at].what) || same(trace.entries[next].what) {
                    continue; // may happen in any state
                }
                let mut spoiled = trace.clone();
                (spoiled.entries[at].what, spoiled.entries[next].what) =
                    (trace.entries[next].what, trace.entries[at].what);
                let found = !audit(&scenario, &spoiled, &tally).is_empty();
                assert!(found, "swapped {:?} and {:?} unnoticed", trace.entries[at], trace.entries[next]);
                swaps += 1;
            }
            if at + 1 < trace.entries.len() && trace.entries[at].at < trace.entries[at + 1].at {
                let mut spoiled = trace.clone();
                spoiled.entries.swap(at, at + 1);
                assert!(!audit(&scenario, &spoiled, &tally).is_empty(), "entries {at} and the next are out of order");
            }
        }
        assert!(swaps > 100, "{swaps} swaps");
    }
}

/// Each figure of the books is falsified by a little.
#[test]
fn a_falsified_book_is_noticed() {
    type Falsify = fn(&mut TrialTally);
    const SECOND: Span = Span::from_microseconds(1_000_000);
    let faults: [(&str, Falsify); 13] = [
        ("down", |tally| tally.services[ServiceId::new(0)].down += SECOND),
        ("degraded", |tally| tally.services[ServiceId::new(1)].degraded += SECOND),
        ("outages", |tally| tally.services[ServiceId::new(0)].outages.count += 1),
        ("false alarms", |tally| tally.services[ServiceId::new(0)].false_alarms += 1),
        ("failovers", |tally| tally.services[ServiceId::new(0)].failovers_failed += 1),
        ("any down", |tally| tally.scenario.any_down.sum += SECOND),
        ("failures", |tally| tally.scenario.failures += 1),
        ("repairs", |tally| tally.scenario.repairs -= 1),
        ("planned work", |tally| tally.scenario.maintenances += 1),
        ("spares", |tally| tally.scenario.spare_waits += 1),
        ("strikes", |tally| tally.scenario.strikes[0] += 1),
        ("people", |tally| tally.scenario.crew_busy += 1.0),
        ("nodes", |tally| tally.domains[drsim::model::DomainId::new(0)].unit_down += 1.0),
    ];
    for (scenario, tally, trace) in samples() {
        for (what, falsify) in faults {
            let mut spoiled = tally.clone();
            falsify(&mut spoiled);
            assert!(!audit(&scenario, &trace, &spoiled).is_empty(), "{what} falsified unnoticed");
        }
        let mut spoiled = trace.clone();
        let stretch = spoiled.stretches[0].iter_mut().find(|stretch| stretch.status == Status::Down).unwrap();
        stretch.status = Status::Up;
        assert!(!audit(&scenario, &spoiled, &tally).is_empty(), "a stretch falsified unnoticed");
    }
}

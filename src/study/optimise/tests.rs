//! Spaces whose best design is known by hand or by brute force.

use super::*;
use crate::scenario::Source;

/// Replicas of which two must be up, each down a tenth of the time: 2 replicas 19 %, 3 2.8 %, 4 0.37 %, 5 0.046 %.
const REPLICAS: &str = r#"
    format = 1
    name = "how-many"
    horizon = "90 days"
    trials = 2000
    [sites.a]
    nodes = 6
    class = "server"
    [classes.server]
    life = { exponential = { mttf = "9 days" } }
    repair = { exponential = { mean = "1 day" } }
    age = "stationary"
    [services.web]
    replicas = { a = 2 }
    up = { at-least = 2 }
    objective = { availability = "99.5 % / year" }
    [choices]
    "services.web.replicas.a" = [2, 3, 4, 5, 6]
"#;

fn search() -> Search {
    Search { cap: None, seed: None, threads: 2, formulas: true, front: false }
}

fn found(text: &str, search: &Search) -> OptimiseFindings {
    optimise(&Source::from_text("a.toml", text), &[], search, &|_| (), &AtomicBool::new(false)).unwrap()
}

fn chosen(found: &OptimiseFindings) -> Option<Vec<&str>> {
    found.chosen.map(|nth| found.designs[nth].values.iter().map(String::as_str).collect())
}

#[test]
fn closed_forms_alone_find_the_best() {
    let found = found(REPLICAS, &search());
    assert_eq!((chosen(&found), found.sure, found.counts.trials), (Some(vec!["4"]), true, 0));
    assert_eq!((found.counts.by_formula, found.counts.by_bound), (2, 2));
    let down = found.designs[2].unavailability.unwrap();
    assert!(matches!(down, Known::Exact(down) if (down - 0.0037).abs() < 1e-9), "{down:?}");
    // Without the promise two replicas are enough.
    assert_eq!((found.relaxed.len(), found.relaxed[0].design, found.relaxed[0].saves), (1, Some(0), Some(2.0)));
    let second = found.runner_up.as_ref().unwrap();
    assert_eq!((second.design, second.more), (3, (1.0, 1.0, 1.0)));
    assert_eq!(found.front, [0, 1, 2, 3, 4]);
    assert!(found.confirmed.is_some() && found.resolved.unwrap().contains("replicas = { a = 4 }"));
}

/// The confidence is 95 %; the bounds are wide, so that far more of the answers are right.
#[test]
fn trials_find_the_best_as_often_as_they_say() {
    let (mut right, mut sure, mut wrong) = (0, 0, 0);
    for seed in 0..100 {
        let found = found(REPLICAS, &Search { seed: Some(seed), formulas: false, ..search() });
        let hit = chosen(&found) == Some(vec!["4"]);
        right += u32::from(hit);
        sure += u32::from(found.sure);
        wrong += u32::from(found.sure && !hit);
    }
    assert!(right >= 95 && wrong <= 5, "{right} right, {wrong} wrong of {sure} that were sure");
    assert!(sure >= 95, "only {sure} were sure");
}

use super::*;
use crate::montecarlo::Plan;
use crate::scenario::Source;
use crate::study::{conclude, simulate};

/// One replica is down a tenth of the time, two together a hundredth: 98.5 % is kept by two. Its crew, alone, is never short of people then.
const TEXT: &str = r#"
    format = 1
    name = "short"
    horizon = "1 year"
    [sites.a]
    nodes = 3
    class = "server"
    [classes.server]
    life = { exponential = { mttf = "9 days" } }
    repair = { exponential = { mean = "1 day" } }
    age = "stationary"
    [services.web]
    replicas = { a = 1 }
    objective = { availability = "98.5 % / year" }
"#;

fn advice(text: &str) -> Advice {
    let source = Source::from_text("a.toml", text);
    let draft = Draft::read(&source).unwrap();
    let scenario = Arc::new(draft.with(&[]).unwrap().scenario);
    let cancel = AtomicBool::new(false);
    let outcomes = simulate(&scenario, 5, &Plan::whole(400, 2), &|_| (), &cancel).unwrap();
    let findings = conclude(&scenario, &outcomes);
    recommend(&draft, &[], &findings, (400, 2), &|_| (), &cancel).unwrap()
}

#[test]
fn the_smallest_change_that_keeps_the_promise_is_found_by_simulation() {
    let advice = advice(TEXT);
    assert_eq!((advice.missed, advice.changes.len()), (1, 1), "{advice:?}");
    let change = &advice.changes[0];
    assert_eq!((change.set.path.as_str(), change.set.value.as_str()), ("services.web.replicas.a", "2"));
    assert_eq!((change.nodes, change.still_missed), (1, 0));
    let kept = &change.kept[0];
    assert_eq!((kept.name.as_str(), kept.objective), ("web", "availability"));
    // 0.09 of a year less; the interval holds it.
    let less = kept.downtime_s.unwrap();
    let (low, high) = (less.low.unwrap(), less.high.unwrap());
    assert!(low < -0.09 * 31_557_600.0 && -0.09 * 31_557_600.0 < high, "{low} {high}");
}

#[test]
fn nothing_is_recommended_where_nothing_helps_or_nothing_is_missed() {
    let out_of_reach = advice(&TEXT.replace("98.5 %", "99.99999 %"));
    assert_eq!((out_of_reach.missed, out_of_reach.changes.len()), (1, 0));
    assert!(out_of_reach.tried >= 2);
    assert_eq!(advice(&TEXT.replace("98.5 %", "80 %")).tried, 0);
}

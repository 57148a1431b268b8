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

#[test]
fn closed_forms_halve_the_trials() {
    // Recovery times have no closed form, so that trials are needed all the same.
    let text = REPLICAS.replace("availability =", "rto = \"20 days\", availability =");
    let (with, without) = (found(&text, &search()), found(&text, &Search { formulas: false, ..search() }));
    assert_eq!((chosen(&with), chosen(&without)), (Some(vec!["4"]), Some(vec!["4"])));
    assert!(with.counts.trials > 0, "recovery times take trials");
    assert!(
        2 * with.counts.trials <= without.counts.trials,
        "{} against {}",
        with.counts.trials,
        without.counts.trials
    );
}

/// What has a price decides: a node costs 1000 a year whether it is used or not, an hour down 10, and n nodes are down together a share of 0.1^n of the
/// time. So n of them cost 1000 n + 87 660 * 0.1^n: 9 766, 2 877, 3 088, 4 009 a year; two are the best, three only 211 dearer.
const PRICED: &str = r#"
    format = 1
    name = "priced"
    horizon = "1 year"
    trials = 2000
    [sites.a]
    nodes = 1
    class = "server"
    [classes.server]
    life = { exponential = { mttf = "9 days" } }
    repair = { exponential = { mean = "1 day" } }
    age = "stationary"
    price = "1000 CNY / year"
    [services.web]
    replicas = { a = 1 }
    [choices]
    "sites.a.nodes" = [1, 2, 3, 4]
    "services.web.replicas.a" = [1, 2, 3, 4]
    [prices]
    currency = "CNY"
    downtime = { web = "10 CNY / h" }
"#;

/// By hand, and often: the confidence is 95 %.
#[test]
fn expected_cost_decides_where_there_are_prices() {
    let (mut right, mut wrong) = (0, 0);
    for seed in 0..20 {
        let found = found(PRICED, &Search { seed: Some(seed), formulas: false, ..search() });
        assert_eq!(found.aim.currency.as_deref(), Some("CNY"));
        let hit = chosen(&found) == Some(vec!["2", "2"]);
        right += u32::from(hit);
        wrong += u32::from(found.sure && !hit);
        let worth = found.designs[5].worth.unwrap();
        assert!((worth.point() - 2876.6).abs() < 150.0, "{worth:?}");
    }
    assert!(right >= 19 && wrong <= 1, "{right} right, {wrong} sure and wrong of 20");
}

#[test]
fn the_answer_is_the_same_for_any_number_of_threads() {
    let answers: Vec<String> = [1, 2, 5]
        .map(|threads| Search { threads, formulas: false, front: true, ..search() })
        .iter()
        .map(|search| {
            let mut found = found(REPLICAS, search);
            found.confirmed = None;
            format!("{:?} {:?} {:?} {:?}", found.designs, found.chosen, found.counts, found.relaxed)
        })
        .collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[test]
fn designs_that_do_not_hold_are_set_aside() {
    let text = REPLICAS.replace("[2, 3, 4, 5, 6]", "[1, \"many\", 4]");
    let found = found(&text, &search());
    assert_eq!((chosen(&found), found.counts.invalid), (Some(vec!["4"]), 2));
    let Fate::Invalid(why) = &found.designs[1].fate else { panic!("{:?}", found.designs[1].fate) };
    assert!(why.starts_with("wrong-type"), "{why}");
    let none = REPLICAS.replace("[2, 3, 4, 5, 6]", "[\"few\", \"many\"]");
    let refused = optimise(&Source::from_text("a.toml", none), &[], &search(), &|_| (), &AtomicBool::new(false));
    assert!(matches!(refused, Err(OptimiseError::NoneValid { designs: 2, .. })));
}

#[test]
fn what_cannot_be_kept_is_named_with_the_nearest_design() {
    let text = REPLICAS.replace("99.5 %", "99.9999 %").replace("[2, 3, 4, 5, 6]", "[2, 3, 4]");
    let found = found(&text, &search());
    assert_eq!((found.chosen, found.nearest, found.sure), (None, Some(2), true));
    let short = &found.shortfalls[0];
    assert_eq!((short.kept_by, short.best), (0, 2));
    // 0.37 % down where 0.0001 % is allowed.
    assert!((short.goal.unwrap().times.unwrap() / 3700.0 - 1.0).abs() < 1e-6, "{short:?}");
    assert_eq!(found.relaxed[0].design, Some(0));
}

#[test]
fn rules_are_kept_and_priced() {
    let text =
        REPLICAS.replace("[classes.server]", "[sites.b]\nnodes = 6\nclass = \"server\"\n[classes.server]").replace(
            "\"services.web.replicas.a\" = [2, 3, 4, 5, 6]",
            "\"services.web.replicas\" = [{ a = 4 }, { a = 3, b = 2 }]",
        ) + "\n[requirements]\nsites = { web = 2 }";
    let found = found(&text, &search());
    assert_eq!(chosen(&found), Some(vec!["{ a = 3, b = 2 }"]));
    assert_eq!(found.counts.by_rule, 1);
    let rule = found.relaxed.iter().find(|relaxed| found.promises[relaxed.promise].key == "sites.web").unwrap();
    assert_eq!((rule.design, rule.saves), (Some(0), Some(1.0)));
    let kept = text.replace("sites = { web = 2 }", "residency = { web = [\"a\"] }");
    assert_eq!(chosen(&self::found(&kept, &search())), Some(vec!["{ a = 4 }"]));
}

/// Titles change nothing, and make the space as large as one likes: the best has four replicas as before.
#[test]
fn a_large_space_is_sampled_and_climbed() {
    let mut text = REPLICAS.to_owned();
    for name in ["classes.server.title", "sites.a.title", "services.web.title"] {
        let values: Vec<String> = (0..14).map(|value| format!("\"t{value}\"")).collect();
        text = format!("{text}\n\"{name}\" = [{}]", values.join(", "));
    }
    let found = found(&text, &search());
    assert_eq!(found.size, 5 * 14 * 14 * 14);
    assert!(found.sampled.is_some_and(|looked| looked < 2_200));
    assert_eq!(found.designs[found.chosen.unwrap()].values[0], "4");
}

/// By brute force: 20 000 trials of each design say which is the best; nothing of it has a closed form.
#[test]
fn brute_force_agrees() {
    const TEXT: &str = r#"
        format = 1
        name = "brute"
        horizon = "90 days"
        trials = 1000
        [sites.a]
        nodes = 4
        class = "server"
        [sites.b]
        nodes = 2
        class = "server"
        [classes.server]
        life = { weibull = { shape = 0.8, mean = "20 days" } }
        repair = { lognormal = { median = "12h", p95 = "3 days" } }
        crew = "field"
        price = "2000 CNY / year"
        [crews.field]
        people = 1
        price = "3000 CNY / year"
        [services.web]
        replicas = { a = 2, b = 1 }
        failover = { warm-standby = { switch = "20 min" } }
        [choices]
        "services.web.replicas.a" = [1, 2, 3]
        "services.web.failover" = ["pilot-light", { hot-standby = { switch = "1 min" } }]
        "crews.field.people" = [1, 2]
        [prices]
        currency = "CNY"
        standby = "rented"
        downtime = { web = "60 CNY / h" }
    "#;
    let answer = found(TEXT, &search());
    let source = Source::from_text("a.toml", TEXT);
    let cost = |design: &DesignFindings| {
        let set = answer.choices.iter().zip(&design.values);
        let set: Vec<Override> =
            set.map(|(choice, value)| Override { path: choice.path.clone(), value: value.clone() }).collect();
        let scenario = Arc::new(crate::scenario::load(&source, &set).unwrap().scenario);
        let plan = crate::montecarlo::Plan::whole(20_000, 2);
        let outcomes = crate::study::simulate(&scenario, 99, &plan, &|_| (), &AtomicBool::new(false)).unwrap();
        let findings = crate::study::conclude(&scenario, &outcomes);
        findings.cost.unwrap().metric("total_cost").unwrap().estimate.point.unwrap()
    };
    let costs: Vec<f64> = answer.designs.iter().map(cost).collect();
    let best = (0..costs.len()).min_by(|left, right| costs[*left].total_cmp(&costs[*right])).unwrap();
    // Another one only where the brute force cannot tell it from the best either.
    let chosen = answer.chosen.unwrap();
    assert!(costs[chosen] <= 1.002 * costs[best], "{chosen} at {} but {best} at {}", costs[chosen], costs[best]);
}

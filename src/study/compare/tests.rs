//! Comparisons of small designs whose differences are known.

use super::*;
use crate::metric::WatchError;
use crate::montecarlo::{Outcomes, Plan};
use crate::scenario::{Source, load};
use crate::study::front::{Goal, Spend};

/// A node that fails every 99 h and is mended in so many hours, from the steady state on.
fn text(repair: &str, more: &str) -> String {
    format!(
        r#"
        format = 1
        name = "one-node"
        horizon = "60 days"
        [sites.lab]
        nodes = 1
        class = "server"
        [classes.server]
        life = {{ exponential = {{ mttf = "99 h" }} }}
        repair = {{ exponential = {{ mean = "{repair}" }} }}
        age = "stationary"
        [services.web]
        replicas = {{ lab = 1 }}
        {more}
        "#
    )
}

fn candidate(name: &str, text: &str) -> Candidate {
    let scenario = load(&Source::from_text(name, text), &[]).unwrap_or_else(|problems| panic!("{problems}")).scenario;
    Candidate { name: name.to_owned(), scenario: Arc::new(scenario) }
}

fn two(more: &str) -> Vec<Candidate> {
    vec![candidate("slow", &text("2 h", more)), candidate("fast", &text("1 h", more))]
}

fn run_seeded(comparison: &Comparison, seed: u64, trials: u64, threads: usize) -> PairedOutcomes {
    let plan = PairedPlan { trials, most: trials, threads };
    comparison.simulate(seed, &plan, None, &|_| (), &AtomicBool::new(false)).unwrap()
}

fn keys(list: &[&str]) -> Vec<String> {
    list.iter().map(|key| (*key).to_owned()).collect()
}

fn row<'c>(compared: &'c Compared, path: &str) -> &'c Row {
    compared.rows.iter().find(|row| row.path == path).unwrap_or_else(|| panic!("no row {path}"))
}

/// The node is down 1 h of 100 or 2 h of 101, whatever the horizon: 1/100 - 2/101. 18 misses or fewer of 200 at 95 % leave a chance of 0.6 %; seeds are fixed.
#[test]
fn paired_intervals_hold_the_difference_of_closed_forms() {
    let comparison = Comparison::new(two(""), &keys(&["services.web.unavailability"])).unwrap();
    let truth = 1.0 / 100.0 - 2.0 / 101.0;
    let (mut held, mut saved) = (0, 0.0);
    for seed in 0..200 {
        let compared = comparison.conclude(&run_seeded(&comparison, seed, 64, 2));
        let difference = compared.rows[0].versus[0].difference.unwrap();
        held += u32::from(difference.low.unwrap() <= truth && truth <= difference.high.unwrap());
        saved += difference.saved.unwrap() / 200.0;
    }
    assert!((182..200).contains(&held), "{held} of 200");
    assert!(saved > 1.5, "the same failures meet both: {saved}");
}

#[test]
fn threads_change_nothing_and_each_design_is_as_if_run_alone() {
    let comparison = Comparison::new(two(""), &[]).unwrap();
    let outcomes = run_seeded(&comparison, 7, 2500, 1);
    for threads in [2, 5] {
        let other = run_seeded(&comparison, 7, 2500, threads);
        assert!(other.fold == outcomes.fold && other.designs == outcomes.designs, "{threads} threads");
    }
    let compared = comparison.conclude(&outcomes);
    for (nth, contender) in compared.contenders.iter().enumerate() {
        let scenario = &contender.findings.scenario;
        let alone: Outcomes =
            crate::simulate(scenario, 7, &Plan::whole(2500, 2), &|_| (), &AtomicBool::new(false)).unwrap();
        let alone = crate::conclude(scenario, &alone);
        for row in &compared.rows {
            let key = row.path.strip_prefix("services.web.").unwrap();
            assert_eq!(row.estimates[nth], alone.services[0].1.metric(key).unwrap().estimate, "{}", row.path);
        }
    }
    let row = row(&compared, "services.web.recovery_time_s");
    assert!(row.estimates.iter().all(|estimate| estimate.quantiles.is_some()));
    assert_eq!(row.versus[0].proof, Proof::Real);
    assert_eq!(row.versus[0].is_better(row.about), Some(true));
}

/// Another title and no more: not a bit differs, and nothing is said to.
#[test]
fn designs_that_differ_in_nothing_are_the_same_to_the_last_bit() {
    let titled = candidate("titled", &text("1 h", "").replace("format = 1", "format = 1\ntitle = \"retold\""));
    let comparison = Comparison::new(vec![candidate("plain", &text("1 h", "")), titled], &[]).unwrap();
    let compared = comparison.conclude(&run_seeded(&comparison, 1, 200, 2));
    let [real, not_shown, same, _, _] = compared.counts();
    assert!((real, not_shown) == (0, 0) && same >= 4, "{:?}", compared.counts());
    let row = row(&compared, "services.web.unavailability");
    let difference = row.versus[0].difference.unwrap();
    assert_eq!((difference.point, difference.differing, row.versus[0].proof), (0.0, 0, Proof::Same));
    assert_eq!(row.versus[0].is_better(row.about), None);
}

/// None kept of hundreds judged against all kept: no scatter in either, yet a miss may have gone unseen. Where trials scatter by themselves nothing is added.
#[test]
fn what_was_not_seen_widens_the_interval() {
    let never = text("1 h", "").replace("mttf = \"99 h\"", "mttf = \"400000 years\"");
    let comparison = Comparison::new(
        vec![candidate("never", &never), candidate("often", &text("1 h", ""))],
        &keys(&["unavailability"]),
    )
    .unwrap();
    let outcomes = run_seeded(&comparison, 1, 300, 2);
    let compared = comparison.conclude(&outcomes);
    let versus = compared.rows[0].versus[0];
    assert_eq!((versus.difference, versus.proof), (comparison.difference(&outcomes.fold, 1, 0), Proof::Real));

    let promise = "objective = { rto = \"90 min\" }";
    let fixed = |hours: &str| {
        // Begins new: what began before the trial would be over too soon.
        let text = text("1 h", promise).replace("age = \"stationary\"", "");
        text.replace("{ exponential = { mean = \"1 h\" } }", hours)
    };
    let designs = vec![candidate("slow", &fixed("\"2 h\"")), candidate("fast", &fixed("\"1 h\""))];
    let comparison = Comparison::new(designs, &keys(&["rto_met_share"])).unwrap();
    let compared = comparison.conclude(&run_seeded(&comparison, 1, 300, 2));
    let versus = compared.rows[0].versus[0];
    let found = versus.difference.unwrap();
    let kept = &compared.rows[0].estimates[1];
    assert_eq!((kept.basis, kept.low), (Basis::Bound, Some(1.0 - 3.0 / 300.0)));
    assert_eq!((found.point, found.high, versus.proof), (1.0, Some(1.0), Proof::Real));
    assert!((found.low.unwrap() - 0.99).abs() < 1e-12, "{found:?}");

    let both = vec![candidate("never", &never), candidate("nor", &never.replace("60 days", "60 days\"\ntitle = \"x"))];
    let comparison = Comparison::new(both, &keys(&["unavailability", "recovery_time_s"])).unwrap();
    let compared = comparison.conclude(&run_seeded(&comparison, 1, 100, 1));
    let proofs: Vec<Proof> = compared.rows.iter().map(|row| row.versus[0].proof).collect();
    assert_eq!(proofs, [Proof::Unseen, Proof::Nothing]);
    assert_eq!(compared.family, 1, "what has nothing to measure was not tested");
}

/// An hour down costs 3000: the losses differ by 3000 times the hours that the closed forms differ by.
#[test]
fn costs_are_compared_and_spent() {
    let prices = "[prices]\ncurrency = \"CNY\"\ndowntime = { web = \"3000 CNY / h\" }";
    let nodes = |text: String, price: &str| {
        text.replace("[classes.server]", &format!("[classes.server]\nprice = \"{price} CNY / year\""))
    };
    let slow = candidate("slow", &nodes(text("2 h", prices), "1000"));
    let fast = candidate("fast", &nodes(text("1 h", prices), "1500"));
    let comparison = Comparison::new(vec![slow, fast], &[]).unwrap();
    let compared = comparison.conclude(&run_seeded(&comparison, 3, 3000, 2));
    let versus = |path: &str| row(&compared, path).versus[0];
    let loss = versus("cost.expected_loss").difference.unwrap();
    let truth = 3000.0 * (1.0 / 100.0 - 2.0 / 101.0) * 8766.0;
    assert!((loss.point - truth).abs() < 4.0 * loss.std_error.unwrap(), "{} and {truth}", loss.point);
    let running = versus("cost.running_cost");
    assert!((running.difference.unwrap().point - 500.0).abs() < 1e-4 && running.proof == Proof::Real);
    assert_eq!(running.is_better(row(&compared, "cost.running_cost").about), Some(false));
    let front = compared.fronts.iter().find(|front| front.goal == Goal::Unavailability).unwrap();
    assert!(matches!(front.spend, Spend::Cost(currency) if currency.to_string() == "CNY"));
    // Half the time down saves far more than 500 a year: nothing is left of the slow one.
    assert_eq!(front.best.iter().map(|&nth| front.points[nth].design).collect::<Vec<_>>(), [1]);
    assert!(front.steps.is_empty());
}

#[test]
fn only_what_all_have_is_compared() {
    let more = "[services.mail]\nreplicas = { lab = 1 }\n[datasets.books]\nsize = \"1 TB\"\non = \"lab\"";
    let small = candidate("small", &text("1 h", ""));
    let large = candidate("large", &text("2 h", more));
    let comparison = Comparison::new(vec![small.clone(), large.clone()], &[]).unwrap();
    let paths: Vec<&str> = comparison.paths().collect();
    assert_eq!(paths, SERVICE_KEYS[..5].iter().map(|key| format!("services.web.{key}")).collect::<Vec<_>>());
    let alone: Vec<_> =
        comparison.alone.iter().map(|alone| (alone.kind, alone.name.as_str(), &alone.designs[..])).collect();
    assert_eq!(alone, [("service", "mail", &[1][..]), ("dataset", "books", &[1])]);
    let of = |list: &[&str]| {
        let found = Comparison::new(vec![small.clone(), large.clone()], &keys(list))?;
        Ok(found.paths().map(str::to_owned).collect::<Vec<_>>())
    };
    assert_eq!(
        of(&["mttr_s", "off_share", "failures_per_year"]).unwrap(),
        ["services.web.mttr_s", "domains.lab.off_share", "scenario.failures_per_year"]
    );
    assert_eq!(of(&["scenario.mttr_s", "scenario.mttr_s"]).unwrap(), ["scenario.mttr_s"]);
    assert_eq!(of(&["durability"]), Err(CompareError::NothingInCommon));
    assert_eq!(of(&["beauty"]), Err(CompareError::Unknown { key: "beauty".into() }));
    let wrong = of(&["datasets.books.durability"]).unwrap_err();
    assert_eq!(wrong.to_string(), "no dataset `books` in `small`");
    let quantile = of(&["services.web.outage_s.p95"]).unwrap_err();
    assert!(matches!(&quantile, CompareError::Metric { error: WatchError::NoSum { .. }, .. }));
    assert!(quantile.help().contains("compare.csv"));
}

#[test]
fn designs_about_different_questions_are_refused() {
    let refused = |second: &str| {
        let candidates = vec![candidate("a", &text("1 h", "")), candidate("b", second)];
        Comparison::new(candidates, &[]).unwrap_err().to_string()
    };
    assert_eq!(refused(&text("1 h", "")), "`a` and `b` are the same scenario");
    let longer = text("2 h", "").replace("60 days", "90 days");
    assert_eq!(refused(&longer), "`a` and `b` differ in horizon: 60 d and 90 d");
    let later = text("2 h", "").replace("format = 1", "format = 1\nstart = 2031-05-01 00:00");
    assert!(refused(&later).starts_with("`a` and `b` differ in start: "), "{}", refused(&later));
    let priced = |currency: &str| {
        text("1 h", &format!("[prices]\ncurrency = \"{currency}\"\ndowntime = {{ web = \"30 {currency} / h\" }}"))
    };
    let candidates = vec![candidate("a", &priced("CNY")), candidate("b", &priced("EUR"))];
    let error = Comparison::new(candidates, &[]).unwrap_err();
    assert_eq!(error.to_string(), "`a` and `b` differ in currency: CNY and EUR");
    let one = || candidate("a", &text("1 h", ""));
    assert_eq!(Comparison::new(vec![one()], &[]).unwrap_err(), CompareError::TooFew);
    let named = Comparison::new(vec![one(), candidate("a", &text("2 h", ""))], &[]).unwrap_err();
    assert_eq!(named, CompareError::Named { name: "a".into() });
    let other = candidate("b", &text("1 h", "").replace("services.web", "services.shop"));
    assert_eq!(Comparison::new(vec![one(), other], &[]).unwrap_err(), CompareError::NothingInCommon);
}

#[test]
fn a_rule_ends_when_differences_are_known() {
    let comparison = Comparison::new(two(""), &[]).unwrap();
    let plan = PairedPlan { trials: 100, most: 60_000, threads: 2 };
    let until = |metric: &str, within| {
        let until = PreciseDifference { metric: metric.to_owned(), within };
        comparison.simulate(5, &plan, Some(&until), &|_| (), &AtomicBool::new(false))
    };
    let found = until("services.web.unavailability", 0.02).unwrap();
    assert_eq!((found.designs[0].stopped, found.fold.trials % 1024), (Stopped::Precise, 0));
    let difference = comparison.difference(&found.fold, 1, 0).unwrap();
    assert!(precise(&difference, 0.02) && found.fold.trials < 60_000);
    assert_eq!(until("beauty", 0.1).unwrap_err(), RunError::NoSuchMetric { metric: "beauty".into() });
}

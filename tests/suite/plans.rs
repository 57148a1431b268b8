//! What plans, people and the way back to normal work mean, one small scenario at a time, against arithmetic that fits into a comment.
//! Nothing is drawn but where it says so.

use crate::support::{BUSY, HOUR, scenario};
use drsim::id::Id as _;
use drsim::model::{DatasetId, Scenario, ServiceId};
use drsim::simulation::{Happening, Incident, PlanHappening, Simulator, Status, Trace, TrialTally};

/// Two sites with a node each; a service at `a`. `more` says the rest. Day 0 is a Thursday.
fn world(more: &str) -> String {
    format!(
        "horizon = \"20 days\"\n[sites.a]\nnodes = 1\nclass = \"node\"\n[sites.b]\nnodes = 1\nclass = \"node\"\n[classes.node]\n{more}"
    )
}

/// A service that waits at `b`, its site away for a while.
fn standby(lasts: &str, more: &str) -> String {
    world(&format!(
        "[services.web]\nreplicas = {{ a = 1, b = 1 }}\n\
         failover = {{ hot-standby = {{ switch = \"10 min\", failback = {{ after = \"9 days\", takes = \"5 min\" }} }} }}\n\
         [threats.blow]\nat = \"1 day\"\nstrikes = \"a\"\neffects = [{{ suspend = {{ lasts = \"{lasts}\" }} }}]\n{more}"
    ))
}

/// 360 GB at `a` that come back at 100 MB/s, 3600 s, from a store that nothing reaches; destroyed, and room again after a second.
fn books(at: &str, recover: &str, more: &str) -> String {
    let dataset = |name: &str, order: u8| {
        format!(
            "[datasets.{name}]\nsize = \"360 GB\"\nwrites = \"1 MB/s\"\non = \"a\"\n\
             recover = {{ rate = \"100 MB/s\", order = {order}, {recover} }}\n\
             [backups.of-{name}]\nof = \"{name}\"\nfull = \"daily\"\nto = \"far\"\n"
        )
    };
    world(&format!(
        "{}{}[services.web]\nreplicas = {{ b = 1 }}\nuses = [\"alpha\", \"beta\"]\nSERVICE\n\
         [threats.blow]\nat = \"{at}\"\nstrikes = \"a\"\neffects = [{{ destroy = {{ lasts = \"1 s\" }} }}]\n{more}",
        dataset("alpha", 200),
        dataset("beta", 10),
    ))
}

fn walk(text: &str) -> (Scenario, TrialTally, Trace) {
    let scenario = scenario(&text.replace("SERVICE\n", ""));
    let (tally, trace) = {
        let mut simulator = Simulator::new(&scenario);
        let (tally, trace) = simulator.run_traced(1, 0);
        (tally.clone(), trace)
    };
    (scenario, tally, trace)
}

/// What happened in plans: a word, the step, and the hour.
fn told(scenario: &Scenario, trace: &Trace) -> Vec<(String, f64)> {
    let step = |plan, nth: u32| {
        let plan: &drsim::model::Plan = &scenario.plans[plan];
        plan.steps[nth as usize].name.clone()
    };
    let tell = |what| match what {
        PlanHappening::Began(plan) => format!("began {}", scenario.plans[plan].name),
        PlanHappening::StepBegan(plan, nth) => format!("begins {}", step(plan, nth)),
        PlanHappening::StepWaits(plan, nth) => format!("waits {}", step(plan, nth)),
        PlanHappening::StepFailed(plan, nth) => format!("failed {}", step(plan, nth)),
        PlanHappening::StepDone(plan, nth) => format!("done {}", step(plan, nth)),
    };
    let of_plans = trace.entries.iter().filter_map(|entry| match entry.what {
        Happening::Plan(what) => Some((tell(what), entry.at.as_seconds() / HOUR)),
        _ => None,
    });
    of_plans.collect()
}

#[track_caller]
fn close(value: f64, exact: f64) {
    assert!((value - exact).abs() < 1e-4 + 1e-9 * exact.abs(), "{value} against {exact}");
}

/// The hour of something told.
#[track_caller]
fn hour(told: &[(String, f64)], what: &str) -> f64 {
    told.iter().find(|(word, _)| word == what).unwrap_or_else(|| panic!("no `{what}` in {told:?}")).1
}

fn incidents(trace: &Trace, service: bool) -> Vec<&Incident> {
    trace.incidents.iter().filter(|incident| incident.service.is_some() == service).collect()
}

/// Seconds from the loss to a moment.
fn after(incident: &Incident, at: Option<drsim::quantity::SimTime>) -> f64 {
    at.expect("it came").since(incident.lost).as_seconds()
}

/// Assess for half an hour; one branch takes an hour, the other waits three hours for parts and takes two; a quarter of an hour when both are done.
#[test]
fn branches_run_side_by_side_and_join() {
    let plan = "[plans.p]\nfor = [\"blow\"]\nsteps = [\n{ name = \"join\", takes = \"15 min\", after = [\"left\", \"right\"] },\n\
        { name = \"assess\", takes = \"30 min\" },\n{ name = \"left\", takes = \"1h\", after = \"assess\" },\n\
        { name = \"right\", takes = \"2h\", parts = \"3h\", after = \"assess\" } ]\n";
    let (scenario, _, trace) = walk(&standby("1h", plan));
    let told = told(&scenario, &trace);
    close(hour(&told, "began p"), 24.0);
    close(hour(&told, "begins left"), 24.5);
    close(hour(&told, "done left"), 25.5);
    close(hour(&told, "begins right"), 24.5 + 3.0);
    close(hour(&told, "done right"), 27.5 + 2.0);
    close(hour(&told, "begins join"), 29.5);
    close(hour(&told, "done join"), 29.75);
}

/// While the plan runs (one hour) a further strike calls up nothing; the next one does.
#[test]
fn a_plan_that_runs_is_not_called_up_again() {
    let plan = "[plans.p]\nfor = [\"blow\"]\nsteps = [{ name = \"work\", takes = \"1h\" }]\n";
    let text = standby("1 min", plan).replace("at = \"1 day\"", "at = [\"1 day\", \"1 day 30m\", \"3 days\"]");
    let (scenario, _, trace) = walk(&text);
    let told = told(&scenario, &trace);
    let began: Vec<f64> = told.iter().filter(|(word, _)| word == "began p").map(|(_, at)| *at).collect();
    assert_eq!(began, [24.0, 72.0]);
}

/// Called at two in the night they begin 45 minutes later, and go on with the next step without being called again; by day they begin at once,
/// at the weekend, which has no hours, 45 minutes later.
#[test]
fn calls_at_night_and_at_weekends_are_answered_later() {
    let plan = "[staff.ops]\nhours = { weekdays = \"08:00-20:00\" }\nanswer = \"45 min\"\n[plans.p]\nfor = [\"blow\"]\n\
        steps = [{ name = \"one\", takes = \"1h\", who = \"ops\" }, { name = \"pause\", takes = \"1h\", after = \"one\" }, { name = \"two\", takes = \"1h\", who = \"ops\", after = \"pause\" }]\n";
    for (at, hours, late) in [("1 day 2h", 26.0, 0.75), ("1 day 10h", 34.0, 0.0), ("2 days 10h", 58.0, 0.75)] {
        let text = standby("1 min", plan).replace("at = \"1 day\"", &format!("at = \"{at}\""));
        let (scenario, _, trace) = walk(&text);
        let told = told(&scenario, &trace);
        close(hour(&told, "begins one"), hours + late);
        close(hour(&told, "begins two"), hours + late + 2.0);
    }
}

/// Two steps need the only pair of hands: one waits for the other, and says so.
#[test]
fn steps_wait_for_people() {
    let plan = "[staff.ops]\n[plans.p]\nfor = [\"blow\"]\nsteps = [{ name = \"one\", takes = \"1h\", who = \"ops\" }, { name = \"two\", takes = \"1h\", who = \"ops\" }]\n";
    let (scenario, _, trace) = walk(&standby("1 min", plan));
    let seen = told(&scenario, &trace);
    close(hour(&seen, "waits two"), 24.0);
    close(hour(&seen, "begins two"), 25.0);
    let (scenario, _, trace) = walk(&standby("1 min", plan).replace("[staff.ops]\n", "[staff.ops]\npeople = 2\n"));
    close(hour(&told(&scenario, &trace), "begins two"), 24.0);
}

/// Seconds from the loss to the end of the recovery of both datasets.
fn recovered(text: &str) -> (f64, f64) {
    let (scenario, _, trace) = walk(text);
    let of = |name: &str| {
        let all = incidents(&trace, false);
        let own = all.iter().find(|incident| scenario.datasets[incident.dataset.unwrap()].name == name);
        let incident = own.expect("an incident");
        after(incident, incident.recovered)
    };
    (of("alpha"), of("beta"))
}

/// Lost at noon and known 30 s later, both restores take 3600 s side by side; one person does them in their order, whatever their names.
/// At 22:00 the answer of 45 minutes comes before the first; the second goes on with the same person.
#[test]
fn one_person_restores_in_order() {
    let (alpha, beta) = recovered(&books("1 day 12h", "", "[stores.far]\n"));
    close(alpha, 3630.0);
    close(beta, 3630.0);
    let ops = "[staff.ops]\nhours = { weekdays = \"08:00-20:00\" }\nanswer = \"45 min\"\n";
    let (alpha, beta) = recovered(&books("1 day 12h", "staff = \"ops\"", &format!("[stores.far]\n{ops}")));
    close(beta, 3630.0);
    close(alpha, 7230.0);
    let (alpha, beta) = recovered(&books("1 day 22h", "staff = \"ops\"", &format!("[stores.far]\n{ops}")));
    close(beta, 2700.0 + 3630.0);
    close(alpha, 2700.0 + 7230.0);
}

/// One drive, two minutes to load: 30 + 120 + 3600 s, and then again without the 30.
#[test]
fn one_drive_restores_in_order() {
    let tape = "[stores.far]\nmedium = { tape = { drives = 1, access = \"2 min\" } }\n";
    let (alpha, beta) = recovered(&books("1 day 12h", "", tape));
    close(beta, 3750.0);
    close(alpha, 3750.0 + 3720.0);
}

/// A step that works every other time takes two attempts on average; every attempt takes its minute. Over 400 trials, four standard errors
/// of the geometric law: 4 √2 / 20.
#[test]
fn a_step_that_fails_is_done_again() {
    let plan = "[plans.p]\nfor = [\"blow\"]\nsteps = [{ name = \"work\", takes = \"1 min\", succeeds = \"50 %\" }]\n";
    let scenario = scenario(&standby("1 min", plan));
    let mut simulator = Simulator::new(&scenario);
    let mut attempts = 0.0;
    for trial in 0..400 {
        let (_, trace) = simulator.run_traced(1, trial);
        let told = told(&scenario, &trace);
        let failed = told.iter().filter(|(word, _)| word == "failed work").count() as f64;
        close(hour(&told, "done work"), 24.0 + (failed + 1.0) / 60.0);
        attempts += failed + 1.0;
    }
    assert!((attempts / 400.0 - 2.0).abs() < 4.0 * 2.0_f64.sqrt() / 20.0, "{attempts} attempts in 400 trials");
}

/// A step that practically never works is given up after a thousand attempts of a minute, and the plan goes on.
#[test]
fn a_step_that_never_works_is_given_up() {
    let plan = "[plans.p]\nfor = [\"blow\"]\nsteps = [{ name = \"work\", takes = \"1 min\", succeeds = \"0.000001 %\" }, { name = \"next\", takes = \"1h\", after = \"work\" }]\n";
    let (scenario, _, trace) = walk(&standby("1 min", plan));
    close(hour(&told(&scenario, &trace), "begins next"), 24.0 + 1000.0 / 60.0);
}

const LEADS: &str = "[plans.p]\nfor = [\"blow\"]\nsteps = [{ name = \"notice\", phase = \"detect\", takes = \"20 min\" },\n\
    { name = \"declare\", phase = \"decide\", takes = \"30 min\", after = \"notice\" },\n\
    { name = \"switch\", does = \"failover\", of = \"web\", after = \"declare\" }]\n";

/// Heartbeats would notice within half a minute; the plan leads, and takes 20 min to notice, 30 to declare, 10 to switch.
#[test]
fn a_plan_leads_a_failover() {
    let (scenario, tally, trace) = walk(&standby("2 days", LEADS));
    // Nine days after the site is back the service returns by itself, in five minutes.
    close(tally.services[ServiceId::new(0)].down.as_seconds(), 3600.0 + 300.0);
    close(tally.services[ServiceId::new(0)].detections.sum.as_seconds(), 1200.0);
    let all = incidents(&trace, true);
    assert_eq!(all.len(), 1);
    close(after(all[0], all[0].detected), 1200.0);
    close(after(all[0], all[0].decided), 3000.0);
    close(after(all[0], all[0].recovered), 3600.0);
    close(hour(&told(&scenario, &trace), "done switch"), 25.0);
    // A threat that no plan is for is left to the heartbeats: up to 30 s and the switch.
    let text = standby("2 days", LEADS).replace("for = [\"blow\"]", "for = [\"other\"]");
    let other = "[threats.other]\nat = \"15 days\"\nstrikes = { links = [] }\n";
    let other =
        other.replace("strikes = { links = [] }", "strikes = \"b\"\neffects = [{ suspend = { lasts = \"1 min\" } }]");
    let (_, tally, _) = walk(&(text + &other));
    let down = tally.services[ServiceId::new(0)].detections.sum.as_seconds();
    assert!(down <= 30.0 && down > 0.0, "{down}");
}

/// The site is back after ten hours; the planned return waits for that, not for nine days, and takes five minutes.
#[test]
fn a_plan_returns_as_soon_as_the_first_site_is_whole() {
    let back = LEADS.replace("}]", "},\n{ name = \"return\", does = \"failback\", of = \"web\", after = \"switch\" }]");
    let (scenario, tally, trace) = walk(&standby("10h", &back));
    let told = told(&scenario, &trace);
    close(hour(&told, "begins return"), 34.0);
    close(hour(&told, "done return"), 34.0 + 5.0 / 60.0);
    close(tally.services[ServiceId::new(0)].down.as_seconds(), 3600.0 + 300.0);
}

/// The plan notices after 20 min and decides after 10 more; its own person restores for 3600 s. The detection of the dataset does not act.
#[test]
fn a_plan_leads_a_restore() {
    let plan = "[stores.far]\n[staff.ops]\n[plans.p]\nfor = [\"blow\"]\nsteps = [{ name = \"notice\", phase = \"detect\", takes = \"20 min\" },\n\
        { name = \"declare\", phase = \"decide\", takes = \"10 min\", after = \"notice\" },\n\
        { name = \"restore\", does = \"restore\", of = [\"alpha\", \"beta\"], who = \"ops\", takes = \"5 min\", after = \"declare\" }]\n";
    let (scenario, tally, trace) = walk(&books("1 day 12h", "staff = \"ops\"", plan));
    for dataset in scenario.datasets.ids() {
        let phases = tally.datasets[dataset].phases.map(|phase| phase.sum.as_seconds());
        for (phase, exact) in phases.into_iter().zip([1200.0, 600.0, 3600.0, 0.0]) {
            close(phase, exact);
        }
    }
    // What the step does beside the restore takes no longer than the restore.
    close(hour(&told(&scenario, &trace), "done restore"), 36.0 + 1.5);
}

/// Data that went wrong at noon are found five hours later: only then somebody can act.
#[test]
fn a_plan_for_spoiled_data_begins_when_they_are_found() {
    let plan = "[stores.far]\n[plans.p]\nfor = [\"blow\"]\nsteps = [{ name = \"restore\", does = \"restore\", of = [\"alpha\", \"beta\"] }]\n";
    let text = books("1 day 12h", "", plan).replace(
        "{ destroy = { lasts = \"1 s\" } }",
        "{ spoil = { datasets = [\"alpha\", \"beta\"], found = \"5h\" } }",
    );
    let (scenario, tally, trace) = walk(&text);
    let told = told(&scenario, &trace);
    close(hour(&told, "began p"), 41.0);
    close(hour(&told, "done restore"), 42.0);
    close(tally.datasets[DatasetId::new(0)].phases[0].sum.as_seconds(), 0.0);
    // From midnight, 17 hours before they were found.
    close(tally.datasets[DatasetId::new(0)].points.longest.as_seconds(), 17.0 * HOUR);
}

/// Down for 3630 s, 14 hours of work lost: half of it again to enter it, two hours for the queue, nine hours of work recovery in all. The
/// outage meets an RTO of two hours; with the nine hours it exceeds an MTD of ten, and does not exceed one of eleven.
#[test]
fn work_recovery_counts_against_what_is_tolerable() {
    let service = |mtd: &str| {
        format!("catch-up = \"2h\"\nre-enter = \"50 %\"\nobjective = {{ rto = \"2h\", mtd = \"{mtd}\" }}\n")
    };
    let text = books("1 day 14h", "", "[stores.far]\n");
    let (_, tally, trace) = walk(&text.replace("SERVICE\n", &service("10h")));
    let web = &tally.services[ServiceId::new(0)];
    assert_eq!((web.rto, web.mtd), ((1, 1), (0, 1)));
    close(web.catch_ups.sum.as_seconds(), 9.0 * HOUR);
    let all = incidents(&trace, true);
    close(after(all[0], all[0].recovered), 3630.0);
    close(after(all[0], all[0].caught_up), 3630.0 + 9.0 * HOUR);
    let (_, tally, _) = walk(&text.replace("SERVICE\n", &service("11h")));
    assert_eq!(tally.services[ServiceId::new(0)].mtd, (1, 1));
    // An outage six hours later ends it.
    let again = "[threats.again]\nat = \"1 day 20h\"\nstrikes = \"b\"\neffects = [{ suspend = { lasts = \"1h\" } }]\n";
    let (_, _, trace) = walk(&(text.replace("SERVICE\n", &service("11h")) + again));
    let all = incidents(&trace, true);
    assert_eq!(all[0].caught_up, None);
    close(after(all[1], all[1].caught_up), HOUR + 2.0 * HOUR);
}

/// 36 GB at `a`, written at 100 kB/s; the store at `c` reaches `b` at 10 MB/s. The site is hit on day 1 at six.
fn elsewhere(effect: &str) -> String {
    world(&format!(
        "[sites.c]\nnodes = 1\nclass = \"node\"\n[links.near]\nbetween = [\"a\", \"c\"]\nbandwidth = \"800 Mbps\"\n\
         [links.far]\nbetween = [\"c\", \"b\"]\nbandwidth = \"80 Mbps\"\n\
         [datasets.books]\nsize = \"36 GB\"\nwrites = \"100 kB/s\"\non = \"a\"\n\
         recover = {{ to = \"b\", prepare = \"5 min\", verify = \"15 min\", resume = \"10 min\" }}\n\
         [stores.vault]\nat = \"c\"\n[backups.nightly]\nof = \"books\"\nfull = \"daily\"\nto = \"vault\"\n\
         [services.web]\nreplicas = {{ a = 1, b = 1 }}\nuses = [\"books\"]\n\
         failover = {{ backup-restore = {{ failback = {{ after = \"1h\", takes = \"3 min\" }} }} }}\n\
         detection = {{ person = \"10 min\", decide = \"20 min\" }}\n\
         [threats.blow]\nat = \"1 day 6h\"\nstrikes = \"a\"\neffects = [{{ {effect} }}]\n"
    ))
    .replace("horizon = \"20 days\"", "horizon = \"47 h\"")
}

/// Stretches down, hours.
fn down(trace: &Trace) -> Vec<(f64, f64)> {
    let hours = |at: drsim::quantity::SimTime| at.as_seconds() / HOUR;
    let of = trace.stretches[0].iter().filter(|stretch| stretch.status == Status::Down);
    of.map(|stretch| (hours(stretch.from), hours(stretch.to))).collect()
}

#[track_caller]
fn same(found: &[(f64, f64)], exact: &[(f64, f64)]) {
    let near = |left: f64, right: f64| (left - right).abs() < 1e-6;
    let all = found.iter().zip(exact).all(|(left, right)| near(left.0, right.0) && near(left.1, right.1));
    assert!(found.len() == exact.len() && all, "{found:?} against {exact:?}");
}

/// The site is away for ten hours. Noticed after 10 min, decided after 20 more, set up in 5, 36 GB at 10 MB/s in 60, checked in 15, resumed in 10: two
/// hours. The site comes back at 40 h with data that went their own way since the midnight point at 24 h: 16 h of 100 kB/s are
/// 5.76 GB, 576 s. An hour later the service returns for three minutes.
#[test]
fn a_service_is_restored_at_the_other_site_and_returns() {
    let (_, tally, trace) = walk(&elsewhere("suspend = { lasts = \"10h\" }"));
    let back = 40.0 + 576.0 / 3600.0 + 1.0;
    same(&down(&trace), &[(30.0, 32.0), (back, back + 0.05)]);
    let books = &tally.datasets[DatasetId::new(0)];
    close(books.points.sum.as_seconds(), 6.0 * HOUR);
}

/// The nodes are gone for good: the recovery of the data runs beside the failover of the service and takes 30 s + 90 min.
#[test]
fn lost_data_are_restored_while_the_service_is_switched() {
    let (_, _, trace) = walk(&elsewhere("destroy = { lasts = \"10 days\" }"));
    same(&down(&trace), &[(30.0, 31.5 + 30.0 / 3600.0)]);
}

/// The site is back after an hour, in the middle of the restore: that is broken off, the service goes on at `b` with the data of `a`, and returns
/// an hour later.
#[test]
fn a_restore_is_broken_off_when_the_site_comes_back() {
    let (_, tally, trace) = walk(&elsewhere("suspend = { lasts = \"1h\" }"));
    same(&down(&trace), &[(30.0, 31.0), (32.0, 32.05)]);
    let books = &tally.datasets[DatasetId::new(0)];
    assert_eq!((books.losses, books.points.count), (0, 0));
}

/// Without any backup there is nothing to restore elsewhere: the data are only away, and nothing is lost when they come back.
#[test]
fn data_that_are_only_away_are_not_given_up() {
    let text = elsewhere("suspend = { lasts = \"10h\" }")
        .replace("[backups.nightly]\nof = \"books\"\nfull = \"daily\"\nto = \"vault\"\n", "");
    let (_, tally, trace) = walk(&text);
    same(&down(&trace)[..1], &[(30.0, 40.0)]);
    assert_eq!(tally.datasets[DatasetId::new(0)].losses, 0);
}

/// A plan for a threat that never comes leaves every trial as it was.
#[test]
fn a_plan_that_nobody_calls_changes_nothing() {
    let never = "[threats.never]\nstrikes = \"a\"\neffects = [{ sever = { lasts = \"1h\" } }]\n";
    let plan = "[staff.ops]\npeople = 2\nhours = { weekdays = \"08:00-20:00\" }\nanswer = { exponential = { mean = \"30 min\" } }\n\
        [plans.p]\nfor = [\"never\"]\nsteps = [{ name = \"work\", takes = { exponential = { mean = \"1h\" } }, who = \"ops\", succeeds = \"50 %\" },\n\
        { name = \"switch\", does = \"failover\", of = \"pay\", after = \"work\" }]\n";
    let (without, with) = (scenario(&format!("{BUSY}{never}")), scenario(&format!("{BUSY}{never}{plan}")));
    let (mut without, mut with) = (Simulator::new(&without), Simulator::new(&with));
    for trial in 0..40 {
        assert_eq!(without.run(1, trial), with.run(1, trial), "trial {trial}");
    }
}

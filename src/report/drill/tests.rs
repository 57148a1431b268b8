//! What a planner gets to see.

use super::*;
use crate::id::Id as _;
use crate::model::{ServiceId, ThreatId};
use crate::scenario::{Source, load};
use crate::study::drill::{At, Event, default_strike, fixed, register, sweep, walk};

const TEXT: &str = r#"
format = 1
name = "kit"
title = "演练 <kit>"
horizon = "60 days"
start = 2026-01-05 00:00
[sites.a]
racks = 2
nodes = 4
class = "server"
[classes.server]
repair = { fixed = "1 day" }
[services.db]
replicas = { a = 3 }
[services.pay]
title = "支付 | pay"
replicas = { a = 1 }
depends = { hard = ["db"] }
objective = { rto = "1h", mtd = "4h" }
[threats.blackout]
title = "停电"
strikes = "a"
at = 2026-01-20 14:00
effects = [{ destroy = { share = "100 %", lasts = "2h" } }]
"#;

fn findings() -> DrillFindings {
    let loaded = load(&Source::from_text("kit.toml", TEXT), &[]);
    let scenario = loaded.unwrap_or_else(|problems| panic!("{}", problems.render(false))).scenario;
    let threat = ThreatId::new(0);
    let event = Event { threat, strike: default_strike(&scenario, threat) };
    let walk = walk(&fixed(&scenario, At::Median), event);
    let (sweep, register) = (sweep(&scenario, threat, 1).ok(), register(&scenario, event.strike));
    DrillFindings { scenario: scenario.into(), event, at: Some(At::Median), walk, drawn: None, sweep, register }
}

#[test]
fn many_nodes_of_one_moment_are_one_line_and_made_racks_none() {
    let lines = timeline::lines(&findings());
    let destroyed: Vec<_> = lines.iter().filter(|line| line.event == "unit-destroyed").collect();
    assert_eq!(destroyed.len(), 1);
    assert!(destroyed[0].text.starts_with("each of 8 units of class server (first a/"), "{}", destroyed[0].text);
    assert!(lines.iter().all(|line| !line.subject.contains("rack-") || line.event.starts_with("unit")), "{lines:?}");
    assert!(lines.windows(2).all(|pair| pair[0].at <= pair[1].at));
}

#[test]
fn the_hand_out_has_its_parts_in_order_and_no_broken_table() {
    let findings = findings();
    let page = handout(&findings, "1.2.3", &["plots/gantt.svg"]);
    let parts = [
        "Caution",
        "## 1. Scenario",
        "## 2. Objectives",
        "](<plots/gantt.svg>)",
        "## 3. Injects",
        "## 4. Expected actions",
        "## 5. Ratings",
        "## 6. When it strikes",
        "## 7. What would have to change",
        "## 8. Business impact analysis",
        "## 9. Risk register",
        "## 10. Drill record",
        "## 11. After-action report",
        "### Improvement plan",
    ];
    let places: Vec<usize> =
        parts.iter().map(|part| page.find(part).unwrap_or_else(|| panic!("no {part}:\n{page}"))).collect();
    assert!(places.is_sorted(), "{places:?}");
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    let lines: Vec<&str> = page.lines().collect();
    for pair in lines.windows(2).filter(|pair| pair.iter().all(|line| line.starts_with('|'))) {
        assert_eq!(cells(pair[0]), cells(pair[1]), "{pair:?}");
    }
    assert!(page.contains("演练 &lt;kit&gt;"));
}

#[test]
fn what_would_have_to_change_is_arithmetic() {
    // The place is gone for two hours where one was promised.
    let changes = wordings::changes(&findings());
    assert!(changes[0].starts_with("service pay RTO: took 2 h of 1 h, 1 h too long; "), "{changes:?}");
    assert!(changes[0].contains("it would have to take 1 h or less"), "{changes:?}");
    assert_eq!(changes.len(), 1, "two hours of four are green");
}

#[test]
fn what_others_need_comes_back_first() {
    let findings = findings();
    assert_eq!(bia::priority(&findings.scenario), [0, 1].map(ServiceId::new));
    let mut other = findings.scenario.as_ref().clone();
    other.services[ServiceId::new(1)].hard.clear();
    assert_eq!(bia::priority(&other), [1, 0].map(ServiceId::new), "alone, a promise goes before none");
}

#[test]
fn pictures_are_well_formed_and_the_same_each_time() {
    let findings = findings();
    for draw in [plot::gantt, plot::striking] {
        let svg = draw(&findings).unwrap();
        roxmltree::Document::parse(&svg).unwrap();
        assert_eq!(Some(svg), draw(&findings));
    }
}

const LED: &str = r#"
format = 1
name = "led"
horizon = "60 days"
start = 2026-01-05 00:00
[sites.a]
nodes = 2
class = "server"
[sites.b]
nodes = 2
class = "server"
[classes.server]
[services.pay]
replicas = { a = 1, b = 1 }
uses = ["books"]
failover = { warm-standby = { switch = "5 min" } }
objective = { rto = "31 min" }
[services.web]
replicas = { a = 1, b = 1 }
failover = { warm-standby = { switch = "5 min" } }
[datasets.books]
size = "1 TB"
writes = "1 MB/s"
on = "a"
mirror = { to = "b", async = { lag = "5 s" } }
[threats.fire]
strikes = "a"
at = 2026-01-20 14:00
effects = [{ destroy = { share = "100 %", lasts = "2 days" } }]
[staff.night]
title = "值班"
[staff.boss]
title = "经理"
[staff.dba]
title = "管理员"
[plans.loss]
for = ["fire"]
steps = [
  { name = "call", phase = "detect", takes = "5 min", who = "night" },
  { name = "declare", phase = "decide", takes = "21 min 10 s", who = "boss", after = "call" },
  { name = "open", does = "restore", of = "books", who = "dba", after = "declare" },
  { name = "move", does = "failover", of = "pay", who = "night", after = "open" },
]
"#;

fn led(text: &str) -> DrillFindings {
    let loaded = load(&Source::from_text("led.toml", text), &[]);
    let scenario = loaded.unwrap_or_else(|problems| panic!("{}", problems.render(false))).scenario;
    let threat = ThreatId::new(0);
    let event = Event { threat, strike: default_strike(&scenario, threat) };
    let walk = walk(&fixed(&scenario, At::Median), event);
    let register = register(&scenario, event.strike);
    DrillFindings { scenario: scenario.into(), event, at: Some(At::Median), walk, drawn: None, sweep: None, register }
}

#[test]
fn whoever_leads_by_the_plan_is_named_and_the_others_by_their_role() {
    let lines = timeline::lines(&led(LED));
    let who = |event: &str, subject: &str| {
        let line = lines.iter().find(|line| line.event == event && line.subject == subject);
        line.map_or_else(|| panic!("no {event} of {subject}: {lines:#?}"), |line| line.who.as_str())
    };
    assert_eq!(who("loss-detected", "pay"), "值班");
    assert_eq!(who("failover-decided", "pay"), "经理");
    assert_eq!(who("data-loss-known", "books"), "值班");
    assert_eq!(who("restore-decided", "books"), "经理");
    assert_eq!(who("switched", "pay"), "值班");
    assert_eq!(who("loss-detected", "web"), "monitoring", "no step names it");
    assert_eq!(who("switched", "web"), "service team");
}

#[test]
fn a_time_just_beyond_its_objective_does_not_look_like_it() {
    // 5 min + 21 min 10 s + 5 min are ten seconds more than the 31 min promised.
    let findings = led(LED);
    let changes = wordings::changes(&findings);
    assert!(changes[0].starts_with("service pay RTO: took 31 min 10 s of 31 min, 10 s too long; "), "{changes:?}");
    let page = handout(&findings, "1.2.3", &[]);
    assert!(page.contains("| RTO | 31 min | 31 min 10 s | ✖ red 红 |"), "{page}");
    assert!(page.contains("## 6. When it strikes 发生时刻的影响\n\nStruck at this one moment."), "{page}");
}

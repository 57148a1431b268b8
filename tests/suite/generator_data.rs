//! Random scenarios full of data, as text: every scheme, mirror, store, schedule, way to lose data and way to bring them back.
//!
//! Everything follows from a number. What strikes does so in the first half of the horizon and passes, and nothing takes long: at the end all
//! that can come back must have come back.

use rand::RngExt as _;
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};

struct Writer {
    rng: Xoshiro256PlusPlus,
    text: String,
    nodes: Vec<u32>,
    /// Something breaks by itself until the end.
    restless: bool,
    linked: bool,
}

const SITES: [&str; 3] = ["a", "b", "c"];

/// A scenario, and whether nothing happens in its second half.
pub fn generate(number: u64) -> (String, bool) {
    let rng = Xoshiro256PlusPlus::seed_from_u64(0xda7a_5eed ^ (number << 24));
    let mut writer = Writer { rng, text: String::new(), nodes: Vec::new(), restless: false, linked: false };
    writer.restless = writer.chance(0.2);
    writer.line(&format!("format = 1\nname = \"data-{number}\"\nhorizon = \"200 days\"\nseed = {number}"));
    writer.places();
    let datasets = writer.below(4) + 1;
    let (stores, staff) = (writer.below(3) + 1, writer.below(3));
    for nth in 0..staff {
        let people = writer.below(2) + 1;
        writer.line(&format!("[staff.team-{nth}]\npeople = {people}"));
        if writer.chance(0.6) {
            writer.line("hours = { weekdays = \"08:00-18:00\" }\nanswer = \"3h\"");
        }
    }
    for nth in 0..stores {
        writer.store(nth);
    }
    let targets: Vec<bool> = (0..datasets).map(|nth| writer.dataset(nth, staff)).collect();
    let mut backups = 0;
    for nth in 0..datasets {
        for _ in 0..writer.below(3) {
            writer.backup(backups, nth, stores);
            backups += 1;
        }
    }
    let services = writer.below(3) + 1;
    for nth in 0..services {
        writer.service(nth, &targets);
    }
    let threats = writer.below(5) + 1;
    for nth in 0..threats {
        writer.threat(nth, datasets, services);
    }
    for nth in 0..writer.below(3) {
        writer.plan(nth, threats, staff, datasets, services);
    }
    (writer.text, !writer.restless)
}

impl Writer {
    fn below(&mut self, n: u32) -> u32 {
        self.rng.random_range(0..n)
    }

    fn chance(&mut self, chance: f64) -> bool {
        self.rng.random::<f64>() < chance
    }

    fn one<'s>(&mut self, of: &[&'s str]) -> &'s str {
        of[self.below(of.len() as u32) as usize]
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn places(&mut self) {
        for site in SITES {
            let nodes = self.below(6) + 1;
            self.nodes.push(nodes);
            self.line(&format!("[sites.{site}]\nnodes = {nodes}\nclass = \"node\""));
            if self.chance(0.3) {
                self.line("restart = \"10 min\"");
            }
        }
        self.line("[classes.node]");
        if self.restless {
            self.line("life = { exponential = { mttf = \"60 days\" } }\nrepair = { exponential = { mean = \"8h\" } }");
        }
        if self.chance(0.4) {
            self.line("disk = \"200 MB/s\"");
        }
        if self.chance(0.3) {
            self.line("loses-data = \"40 %\"");
        }
        self.linked = self.chance(0.8);
        if self.linked {
            for (left, right) in [("a", "b"), ("b", "c"), ("a", "c")] {
                if left != "a" || right != "c" || self.chance(0.5) {
                    let rate = self.one(&["100 Mbps", "400 Mbps", "2 Gbps"]);
                    self.line(&format!(
                        "[links.{left}-{right}]\nbetween = [\"{left}\", \"{right}\"]\nbandwidth = \"{rate}\""
                    ));
                }
            }
        }
    }

    fn store(&mut self, nth: u32) {
        self.line(&format!("[stores.store-{nth}]"));
        if self.chance(0.7) {
            let site = self.one(&SITES);
            self.line(&format!("at = \"{site}\""));
        }
        match self.below(5) {
            0 => self.line(
                "medium = { tape = { write = \"60 MB/s\", read = \"60 MB/s\", drives = 1, access = \"5 min\" } }",
            ),
            1 => self.line("medium = { vault = { transport = \"10h\", drives = 2 } }"),
            2 => self.line("medium = { disk = { write = \"100 MB/s\", read = \"100 MB/s\" } }"),
            _ => {}
        }
        if self.chance(0.25) {
            let lock = self.one(&["1 day", "6 days", "20 days"]);
            self.line(&format!("immutable = \"{lock}\""));
        }
        if self.chance(0.15) {
            self.line("offline = true");
        }
        if self.chance(0.2) {
            self.line("segment = \"inner\"");
        }
    }

    fn scheme(&mut self, nodes: u32) -> String {
        match self.below(6) {
            0 if nodes >= 2 => "\"mirror\"".to_owned(),
            1 if nodes >= 3 => "{ replicas = { copies = 3, stripes = 20 } }".to_owned(),
            2 if nodes >= 3 => "{ erasure = { data = 2, parity = 1, stripes = 15 } }".to_owned(),
            3 if nodes >= 6 => "{ local = { data = 2, groups = 2, global = 1, stripes = 8 } }".to_owned(),
            4 if nodes >= 4 => "{ replicas = { copies = 2, clustered = true } }".to_owned(),
            _ => "\"single\"".to_owned(),
        }
    }

    /// True when it can be restored elsewhere.
    fn dataset(&mut self, nth: u32, staff: u32) -> bool {
        let site = self.below(3) as usize;
        let size = self.one(&["20 GB", "60 GB", "150 GB"]);
        let writes = self.one(&["0 MB/s", "100 kB/s", "1 MB/s"]);
        self.line(&format!(
            "[datasets.data-{nth}]\nsize = \"{size}\"\nwrites = \"{writes}\"\non = \"{}\"",
            SITES[site]
        ));
        let scheme = self.scheme(self.nodes[site]);
        self.line(&format!("protect = {scheme}"));
        if self.chance(0.3) {
            let onto = self.one(&["replacement", "others"]);
            self.line(&format!("rebuild = {{ after = \"10 min\", onto = \"{onto}\", rate = \"50 MB/s\" }}"));
        }
        if self.restless && self.chance(0.3) {
            self.line("latent = { errors = \"2 / year\", scrub-every = \"10 days\" }");
        }
        let mut mirrors = Vec::new();
        for other in (0..3).filter(|other| *other != site) {
            if self.chance(0.3) {
                let how = self.one(&["sync = true", "async = { lag = \"5 s\" }", "async = { lag = \"10 min\" }"]);
                let scheme = self.scheme(self.nodes[other]);
                mirrors.push(format!("{{ to = \"{}\", {how}, protect = {scheme} }}", SITES[other]));
            }
        }
        if !mirrors.is_empty() {
            self.line(&format!("mirror = [{}]", mirrors.join(", ")));
        }
        let mut recover = Vec::new();
        let elsewhere = self.chance(0.5);
        if elsewhere {
            recover.push(format!("to = \"{}\"", SITES[(site + 1 + self.below(2) as usize) % 3]));
        }
        for (key, values) in [
            ("detect", &["0 s", "5 min", "10h"]),
            ("decide", &["0 s", "20 min", "6h"]),
            ("prepare", &["0 s", "1h", "9h"]),
            ("verify", &["0 s", "30 min", "5h"]),
            ("resume", &["0 s", "30 min", "8h"]),
        ] {
            if self.chance(0.5) {
                let value = self.one(values);
                recover.push(format!("{key} = \"{value}\""));
            }
        }
        if self.chance(0.3) {
            recover.push("works = \"60 %\", attempts = 2".to_owned());
        }
        if self.chance(0.5) {
            let order = self.below(3);
            recover.push(format!("order = {order}"));
        }
        if staff > 0 && self.chance(0.5) {
            let team = self.below(staff);
            recover.push(format!("staff = \"team-{team}\""));
        }
        if self.chance(0.3) {
            recover.push("anew = \"2 days\"".to_owned());
        }
        if self.chance(0.2) {
            recover.push("replay = \"20 MB/s\"".to_owned());
        }
        self.line(&format!("recover = {{ {} }}\nobjective = {{ rpo = \"1 day\", rto = \"12h\" }}", recover.join(", ")));
        elsewhere
    }

    fn backup(&mut self, nth: u32, dataset: u32, stores: u32) {
        let store = self.below(stores);
        self.line(&format!("[backups.backup-{nth}]\nto = \"store-{store}\""));
        if nth > 0 && self.chance(0.25) {
            let source = self.below(nth);
            let when = self.one(&["daily", "weekly", "every 5 h"]);
            self.line(&format!("copies = \"backup-{source}\"\nfull = \"{when}\""));
        } else {
            let full = self.one(&["daily", "weekly", "every 3 days"]);
            self.line(&format!("of = \"data-{dataset}\"\nfull = \"{full}\""));
            if self.chance(0.4) {
                let often = self.one(&["every 6 h", "daily", "every 25 h"]);
                self.line(&format!("incremental = \"{often}\""));
            }
            if self.chance(0.25) {
                self.line("differential = \"every 9 h\"");
            }
            if self.chance(0.25) {
                self.line("snapshot = \"every 4 h\"");
            }
            if self.chance(0.25) {
                let often = self.one(&["15 min", "3h"]);
                self.line(&format!("log = \"every {often}\""));
            }
        }
        if self.chance(0.5) {
            let keep = self.one(&[
                "last = 1",
                "last = 5",
                "all = \"4 days\"",
                "days = 3, weeks = 2",
                "last = 2, all = \"1 day\"",
            ]);
            self.line(&format!("keep = {{ {keep} }}"));
        }
        if self.chance(0.3) {
            self.line("fails = { loudly = \"10 %\", silently = \"20 %\" }");
        }
        if self.chance(0.3) {
            self.line("verify = { restore-test = \"weekly\", catches = \"70 %\" }");
        }
        if self.chance(0.3) {
            self.line("reduces = { compression = 2.0, deduplication = 1.5 }");
        }
        if self.chance(0.3) {
            let rate = self.one(&["5 MB/s", "30 MB/s"]);
            self.line(&format!("rate = \"{rate}\"\nwindow = \"4h\""));
        }
        let overrun = self.one(&["wait", "skip", "overlap"]);
        self.line(&format!("overrun = \"{overrun}\""));
        if self.chance(0.2) {
            self.line("slows = \"20 %\"");
        }
        if self.chance(0.1) {
            self.line("key-lost = \"30 %\"");
        }
    }

    fn service(&mut self, nth: u32, targets: &[bool]) {
        let uses: Vec<u32> = (0..targets.len() as u32).filter(|_| self.chance(0.6)).collect();
        let names: Vec<String> = uses.iter().map(|of| format!("\"data-{of}\"")).collect();
        let one = self.chance(0.3);
        let (first, second) = (self.below(3) as usize, self.below(2) as usize + 1);
        let second = SITES[(first + second) % 3];
        self.line(&format!("[services.service-{nth}]\nuses = [{}]", names.join(", ")));
        if one {
            self.line(&format!("replicas = {{ {} = 1 }}", SITES[first]));
        } else {
            self.line(&format!("replicas = {{ {} = 1, {second} = 1 }}", SITES[first]));
            let movable = uses.iter().all(|of| targets[*of as usize]);
            let mode = self.below(if movable && !uses.is_empty() { 5 } else { 4 });
            let back = if self.chance(0.5) { ", failback = { after = \"2h\", takes = \"5 min\" }" } else { "" };
            let name = ["hot-standby", "warm-standby", "pilot-light", "active-active", "backup-restore"][mode as usize];
            if mode != 3 {
                self.line(&format!("failover = {{ {name} = {{ switch = \"10 min\"{back} }} }}"));
                if self.chance(0.3) {
                    self.line("detection = { decide = \"2h\" }");
                }
            }
        }
        if self.chance(0.3) {
            self.line("catch-up = \"2h\"\nre-enter = \"50 %\"");
        }
    }

    fn threat(&mut self, nth: u32, datasets: u32, services: u32) {
        let (day, hour, site) = (self.below(100), self.below(24), self.one(&SITES));
        let place = match self.below(5) {
            0 => "{ any = \"node\" }".to_owned(),
            1 => "[\"a\", \"b\"]".to_owned(),
            _ => format!("\"{site}\""),
        };
        let when = if self.chance(0.3) {
            format!("[\"{day} days {hour}h\", \"{} days\"]", day + 1 + self.below(8))
        } else {
            format!("\"{day} days {hour}h\"")
        };
        let lasts = self.one(&["1 min", "2h", "1 day", "4 days"]);
        let effects = match self.below(7) {
            0 => format!("{{ destroy = {{ lasts = \"{lasts}\" }} }}"),
            1 => format!("{{ destroy = {{ share = \"50 %\", lasts = \"{lasts}\" }} }}"),
            2 => format!("{{ suspend = {{ lasts = \"{lasts}\" }} }}"),
            3 => format!("{{ sever = {{ lasts = \"{lasts}\" }} }}"),
            4 => format!(
                "{{ destroy = {{ share = \"60 %\", lasts = \"{lasts}\" }} }}, {{ suspend = {{ lasts = \"9h\" }} }}"
            ),
            _ => {
                let first = self.below(datasets);
                let second = self.below(datasets);
                let list = if first == second {
                    format!("\"data-{first}\"")
                } else {
                    format!("\"data-{first}\", \"data-{second}\"")
                };
                let found = self.one(&["0 s", "1h", "2 days", "9 days"]);
                let reaches = self.one(&["nothing", "snapshots", "online", "place"]);
                let segments = if reaches == "online" && self.chance(0.5) { ", segments = [\"inner\"]" } else { "" };
                format!(
                    "{{ spoil = {{ datasets = [{list}], found = \"{found}\", reaches = \"{reaches}\"{segments} }} }}"
                )
            }
        };
        let link = self.linked && self.chance(0.15);
        let crash = self.chance(0.07);
        self.line(&format!("[threats.threat-{nth}]\nat = {when}"));
        if link {
            self.line(&format!(
                "strikes = {{ links = [\"a-b\", \"b-c\"] }}\neffects = [{{ suspend = {{ lasts = \"{lasts}\" }} }}]"
            ));
        } else if crash {
            let service = self.below(services);
            self.line(&format!("strikes = {{ services = [\"service-{service}\"] }}\neffects = [{{ suspend = {{ lasts = \"{lasts}\" }} }}]"));
        } else {
            self.line(&format!("strikes = {place}\neffects = [{effects}]"));
        }
    }

    fn plan(&mut self, nth: u32, threats: u32, staff: u32, datasets: u32, services: u32) {
        let threat = self.below(threats);
        let mut steps = Vec::new();
        let last = self.below(5);
        for step in 0..=last {
            let does = match self.below(5) {
                0 => format!(", does = \"restore\", of = [\"data-{}\"]", self.below(datasets)),
                1 if datasets > 1 => ", does = \"restore\", of = [\"data-0\", \"data-1\"]".to_owned(),
                2 => format!(", does = \"failover\", of = [\"service-{}\"]", self.below(services)),
                3 if step > 0 && step == last => {
                    format!(", does = \"failback\", of = [\"service-{}\"]", self.below(services))
                }
                _ => {
                    let phase = self.one(&["detect", "decide", "act", "verify"]);
                    format!(", phase = \"{phase}\"")
                }
            };
            let who = if staff > 0 && self.chance(0.5) {
                format!(", who = \"team-{}\"", self.below(staff))
            } else {
                String::new()
            };
            let after = if step > 0 && self.chance(0.7) {
                format!(", after = \"step-{}\"", self.below(step))
            } else {
                String::new()
            };
            let takes = self.one(&["0 s", "20 min", "5h"]);
            let luck = if self.chance(0.2) { ", succeeds = \"60 %\"" } else { "" };
            steps.push(format!("{{ name = \"step-{step}\", takes = \"{takes}\"{does}{who}{after}{luck} }}"));
        }
        self.line(&format!("[plans.plan-{nth}]\nfor = [\"threat-{threat}\"]\nsteps = [\n  {}\n]", steps.join(",\n  ")));
    }
}

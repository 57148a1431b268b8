//! Small random scenarios, as text, of what the closed forms claim to cover.
//!
//! Everything follows from a number: the same number gives the same text for ever.

use rand::RngExt as _;
use rand_xoshiro::{Xoshiro256PlusPlus, rand_core::SeedableRng as _};
use std::fmt::Write as _;

/// What a generated scenario is made of; the tests see to it that every kind comes up and is predicted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Feature {
    Fresh,
    Weibull,
    LogNormal,
    Logistics,
    Static,
    Crew,
    Dependency,
    Gate,
    ServicePlant,
    SiteThreat,
    ServiceThreat,
    PickedThreat,
    Rooms,
}

/// A scenario and what is in it.
#[derive(Clone, Debug)]
pub struct Generated {
    pub text: String,
    pub features: Vec<Feature>,
}

struct Writer {
    rng: Xoshiro256PlusPlus,
    text: String,
    features: Vec<Feature>,
    /// Names and node counts of the places that services use.
    places: Vec<(String, u32)>,
}

/// The scenario with this number.
pub fn generate(number: u64) -> Generated {
    let rng = Xoshiro256PlusPlus::seed_from_u64(0x0dd5_eed5 ^ (number << 32));
    let mut writer = Writer { rng, text: String::new(), features: Vec::new(), places: Vec::new() };
    let horizon = writer.below(600) + 100;
    write!(writer.text, "format = 1\nname = \"generated-{number}\"\nhorizon = \"{horizon} days\"\nseed = {number}\n")
        .unwrap();
    if writer.chance(0.2) {
        writer.behind_a_crew();
    } else {
        writer.independent();
    }
    Generated { text: writer.text, features: writer.features }
}

impl Writer {
    fn below(&mut self, n: u32) -> u32 {
        self.rng.random_range(0..n)
    }

    fn chance(&mut self, chance: f64) -> bool {
        self.rng.random::<f64>() < chance
    }

    /// Between the two, evenly in the logarithm.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low * (high / low).powf(self.rng.random::<f64>())
    }

    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn has(&mut self, feature: Feature) {
        self.features.push(feature);
    }

    /// Alike machines that queue for one crew, from new, and one service on all or some of them.
    fn behind_a_crew(&mut self) {
        self.has(Feature::Crew);
        let machines = self.below(7) + 2;
        let people = self.below(machines - 1) + 1;
        let (mttf, mttr) = (self.between(60.0, 800.0), self.between(4.0, 60.0));
        self.line(&format!("[sites.s]\nnodes = {machines}\nclass = \"machine\"\n[crews.field]\npeople = {people}"));
        self.line(&format!(
            "[classes.machine]\nlife = {{ exponential = {{ mttf = \"{mttf:.2} h\" }} }}\nrepair = {{ exponential = {{ mean = \"{mttr:.2} h\" }} }}\ncrew = \"field\""
        ));
        let replicas = if self.chance(0.5) { machines } else { self.below(machines) + 1 };
        let need = self.below(replicas) + 1;
        self.line(&format!("[services.only]\nreplicas = {{ s = {replicas} }}\nup = {{ at-least = {need} }}"));
    }

    fn independent(&mut self) {
        let plants = self.below(3);
        for plant in 0..plants {
            self.plant(plant);
        }
        let classes = self.below(3) + 1;
        for class in 0..classes {
            self.class(class);
        }
        let sites = self.below(2) + 1;
        for site in 0..sites {
            self.site(site, plants, classes);
        }
        let services = self.below(3) + 1;
        for service in 0..services {
            self.service(service, plants);
        }
        for threat in 0..self.below(3) {
            self.threat(threat, sites, services);
        }
    }

    /// Parts, or a gate over parts of its own and of an earlier plant.
    fn plant(&mut self, number: u32) {
        let count = self.below(3) + 1;
        let need = self.below(count) + 1;
        let (mttf, mttr) = (self.between(300.0, 3000.0), self.between(3.0, 30.0));
        let age = if self.chance(0.5) { "stationary" } else { "new" };
        let parts = format!(
            "count = {count}\nlife = {{ exponential = {{ mttf = \"{mttf:.2} h\" }} }}\nrepair = {{ exponential = {{ mean = \"{mttr:.2} h\" }} }}\nage = \"{age}\""
        );
        if self.chance(0.5) {
            self.has(Feature::Gate);
            let other =
                if number > 0 && self.chance(0.5) { format!(", \"plant-{}\"", number - 1) } else { String::new() };
            self.line(&format!("[plant.parts-{number}]\n{parts}\nany = {need}"));
            self.line(&format!("[plant.plant-{number}]\nany = {need}\nof = [\"parts-{number}\"{other}]"));
        } else {
            self.line(&format!("[plant.plant-{number}]\n{parts}\nany = {need}"));
        }
    }

    fn class(&mut self, number: u32) {
        self.line(&format!("[classes.class-{number}]"));
        if self.chance(0.15) {
            self.has(Feature::Static);
            let works = 60 + self.below(40);
            self.line(&format!("works = \"{works} %\""));
            return;
        }
        let (mttf, mttr) = (self.between(80.0, 2000.0), self.between(3.0, 80.0));
        if self.chance(0.35) {
            self.has(Feature::Fresh);
            self.line(&format!("life = {{ exponential = {{ mttf = \"{mttf:.2} h\" }} }}\nrepair = {{ exponential = {{ mean = \"{mttr:.2} h\" }} }}"));
            return;
        }
        if self.chance(0.5) {
            self.has(Feature::Weibull);
            let shape = self.between(0.6, 3.0);
            self.line(&format!("life = {{ weibull = {{ shape = {shape:.2}, mean = \"{mttf:.2} h\" }} }}"));
        } else {
            self.line(&format!("life = {{ exponential = {{ mttf = \"{mttf:.2} h\" }} }}"));
        }
        match self.below(3) {
            0 => {
                self.has(Feature::LogNormal);
                let spread = self.between(1.5, 5.0);
                self.line(&format!(
                    "repair = {{ lognormal = {{ median = \"{mttr:.2} h\", p95 = \"{:.2} h\" }} }}",
                    mttr * spread
                ));
            }
            1 => self.line(&format!("repair = {{ exponential = {{ mean = \"{mttr:.2} h\" }} }}")),
            _ => self.line(&format!("repair = \"{mttr:.2} h\"")),
        }
        if self.chance(0.2) {
            self.has(Feature::Logistics);
            let hours = self.between(1.0, 20.0);
            self.line(&format!("logistics = \"{hours:.2} h\""));
        }
        self.line("age = \"stationary\"");
    }

    fn site(&mut self, number: u32, plants: u32, classes: u32) {
        self.line(&format!("[sites.site-{number}]"));
        if plants > 0 && self.chance(0.7) {
            let plant = self.below(plants);
            self.line(&format!("needs = [\"plant-{plant}\"]"));
        }
        if self.chance(0.4) {
            self.has(Feature::Rooms);
            let mut rooms = Vec::new();
            for room in 0..2 {
                let (nodes, class) = (self.below(3) + 1, self.below(classes));
                rooms.push(format!("room-{room} = {{ nodes = {nodes}, class = \"class-{class}\" }}"));
                self.places.push((format!("site-{number}/room-{room}"), nodes));
            }
            self.line(&format!("rooms = {{ {} }}", rooms.join(", ")));
        } else {
            let (nodes, class) = (self.below(4) + 1, self.below(classes));
            self.line(&format!("nodes = {nodes}\nclass = \"class-{class}\""));
            self.places.push((format!("site-{number}"), nodes));
        }
    }

    fn service(&mut self, number: u32, plants: u32) {
        let mut replicas = Vec::new();
        let mut count = 0;
        for (place, nodes) in self.places.clone() {
            if replicas.is_empty() || self.chance(0.6) {
                let here = self.below(nodes) + 1;
                replicas.push(format!("\"{place}\" = {here}"));
                count += here;
            }
        }
        let need = self.below(count) + 1;
        self.line(&format!(
            "[services.service-{number}]\nreplicas = {{ {} }}\nup = {{ at-least = {need} }}",
            replicas.join(", ")
        ));
        if number > 0 && self.chance(0.5) {
            self.has(Feature::Dependency);
            let other = self.below(number);
            let kind = if self.chance(0.8) { "hard" } else { "soft" };
            self.line(&format!("depends = {{ {kind} = [\"service-{other}\"] }}"));
        }
        if plants > 0 && self.chance(0.3) {
            self.has(Feature::ServicePlant);
            let plant = self.below(plants);
            self.line(&format!("needs = [\"plant-{plant}\"]"));
        }
    }

    /// A threat that suspends and no more.
    fn threat(&mut self, number: u32, sites: u32, services: u32) {
        let (days, hours) = (self.between(20.0, 400.0), self.between(2.0, 60.0));
        let lasts = if self.chance(0.5) {
            format!("\"{hours:.2} h\"")
        } else {
            format!("{{ exponential = {{ mean = \"{hours:.2} h\" }} }}")
        };
        let strikes = match self.below(3) {
            0 => {
                self.has(Feature::ServiceThreat);
                format!("{{ services = [\"service-{}\"] }}", self.below(services))
            }
            1 if sites > 1 => {
                self.has(Feature::PickedThreat);
                "{ any = \"site\" }".to_owned()
            }
            _ => {
                self.has(Feature::SiteThreat);
                format!("\"site-{}\"", self.below(sites))
            }
        };
        self.line(&format!(
            "[threats.threat-{number}]\noccurs = {{ mean-interval = \"{days:.2} days\" }}\nstrikes = {strikes}\neffects = [{{ suspend = {{ lasts = {lasts} }} }}]"
        ));
    }
}

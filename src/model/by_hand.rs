//! Parts of scenarios built by hand, for the tests of the layers above.

use super::*;
use crate::quantity::{Bandwidth, Bytes, Probability, Rate};

/// Nothing but a name and a horizon in seconds.
pub(crate) fn scenario(name: &str, horizon: f64) -> Scenario {
    Scenario {
        name: name.to_owned(),
        title: String::new(),
        question: String::new(),
        horizon: Span::from_seconds(horizon),
        start: jiff::civil::date(2026, 1, 1).at(0, 0, 0, 0),
        trials: 1,
        seed: 1,
        hash: "0123456789abcdef".to_owned(),
        domains: IdVec::new(),
        classes: IdVec::new(),
        crews: IdVec::new(),
        populations: IdVec::new(),
        unit_population: IdVec::new(),
        unit_domain: IdVec::new(),
        plants: IdVec::new(),
        links: IdVec::new(),
        services: IdVec::new(),
        replica_home: IdVec::new(),
        replica_host: IdVec::new(),
        threats: IdVec::new(),
        datasets: IdVec::new(),
        copies: IdVec::new(),
        stores: IdVec::new(),
        backups: IdVec::new(),
        staff: IdVec::new(),
        plans: IdVec::new(),
        prices: None,
        choices: Vec::new(),
        requirements: Requirements::default(),
        expectations: Vec::new(),
    }
}

/// A class with this life, new, repaired by anybody.
pub(crate) fn class(name: &str, life: Life, repair: Distribution) -> Class {
    Class {
        name: name.to_owned(),
        title: String::new(),
        role: Role::Compute,
        life,
        age: Age::New,
        ages: Ages::Always,
        repair,
        logistics: None,
        crew: None,
        spares: None,
        latent: None,
        maintenance: None,
        wrong_repair: None,
        room: u32::MAX,
        disk: None,
        loses_data: Probability::ONE,
    }
}

/// A named site of its own with these nodes.
pub(crate) fn site(name: &str, nth: usize, units: IdRange<UnitId>) -> Domain {
    Domain {
        name: name.to_owned(),
        title: String::new(),
        level: Level::Site,
        parent: None,
        subtree: IdRange::new(nth, nth + 1),
        units,
        needs: Vec::new(),
        restart: None,
        coordinates: None,
        named: true,
    }
}

/// A service that needs one of these replicas.
pub(crate) fn service(name: &str, domain: DomainId, replicas: IdRange<ReplicaId>, hosts: IdRange<UnitId>) -> Service {
    Service {
        name: name.to_owned(),
        title: String::new(),
        groups: vec![Group { domain, replicas, hosts }],
        need: 1,
        quorum: None,
        hard: Vec::new(),
        soft: Vec::new(),
        needs: Vec::new(),
        uses: Vec::new(),
        catch_up: None,
        re_enter: 0.0,
        load: None,
        failover: Failover {
            mode: FailoverMode::ActiveActive,
            switch: Distribution::Fixed { value: 0.0 },
            scale_up: None,
            standby_capacity: Probability::ONE,
            works: Probability::ONE,
            failback: None,
        },
        detection: Detection {
            probes: Vec::new(),
            person: None,
            decide: None,
            false_alarms: Rate::default(),
            monitors: Vec::new(),
        },
        start_up: None,
        reschedule: None,
        objective: Objective::default(),
        redundancy_unit: Level::Node,
    }
}

/// A terabyte in a single copy that has no way back, written at a megabyte a second.
pub(crate) fn dataset(name: &str, copies: IdRange<CopyId>) -> Dataset {
    let megabyte = Bandwidth::from_bytes_per_second(1e6).unwrap();
    let at_once = || Distribution::Fixed { value: 0.0 };
    Dataset {
        name: name.to_owned(),
        title: String::new(),
        size: Bytes::new(1_000_000_000_000),
        writes: megabyte,
        changes: megabyte,
        copies,
        recovery: Recovery {
            detect: at_once(),
            decide: at_once(),
            prepare: None,
            rate: None,
            replay: None,
            verify: None,
            resume: None,
            works: Probability::ONE,
            attempts: 1,
            order: 100,
            staff: None,
            anew: None,
        },
        rpo: None,
        rto: None,
    }
}

/// A store out of reach of every disaster.
pub(crate) fn store(name: &str, medium: Medium) -> Store {
    Store {
        name: name.to_owned(),
        title: String::new(),
        domain: None,
        medium,
        write_rate: None,
        read_rate: None,
        drives: None,
        access: None,
        transport: None,
        immutable: None,
        offline: false,
        segment: None,
        capacity: None,
    }
}

/// A backup that keeps everything and has no job yet.
pub(crate) fn backup(name: &str, of: DatasetId, to: StoreId) -> Backup {
    Backup {
        name: name.to_owned(),
        title: String::new(),
        of,
        to,
        copies: None,
        jobs: Vec::new(),
        log: None,
        reduction: 1.0,
        rate: None,
        key_lost: Probability::ZERO,
        keep: Retention::default(),
        verify: None,
        fails_loudly: Probability::ZERO,
        fails_silently: Probability::ZERO,
        window: None,
        overrun: Overrun::Wait,
        slows: Probability::ZERO,
    }
}

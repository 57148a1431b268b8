//! Kinds of threats: presets over the four effects. A new kind is a new row.
//!
//! The default durations and shares are **assumptions** of this project, chosen as plausible orders of magnitude and not taken from a
//! source; a serious study states its own in the scenario.

use crate::model::{Disruption, Reach};

/// A default duration: a triangular law in hours, or a fixed one when the three are equal.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Hours(pub(super) f64, pub(super) f64, pub(super) f64);

/// What a kind does unless the scenario says otherwise.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Kind {
    /// Word in a scenario.
    pub(super) key: &'static str,
    /// One sentence: what happens, with the assumed defaults.
    pub(super) about: &'static str,
    /// What its incidents count as; `None`: the level of what it strikes.
    pub(super) disruption: Option<Disruption>,
    /// Chance that a thing is lost and time until it is replaced.
    pub(super) destroys: Option<(f64, Hours)>,
    /// The effect that passes by itself.
    pub(super) passing: Passing,
    /// Time until it passes.
    pub(super) lasts: Hours,
}

/// The passing effect of a kind.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Passing {
    /// None: only destruction.
    None,
    /// Down.
    Suspend,
    /// Unreachable.
    Sever,
    /// Capacity falls to this share.
    Slow(f64),
    /// Data go wrong; the time is that until it shows.
    Spoil(Reach),
}

const NONE: Hours = Hours(0.0, 0.0, 0.0);
const WEEK: f64 = 168.0;

/// All kinds.
pub(super) const KINDS: [Kind; 23] = [
    Kind {
        key: "node-failure",
        about: "A node is gone until it is replaced. Assumed: replaced after 4 to 72 hours, most likely 24.",
        disruption: Some(Disruption::Node),
        destroys: Some((1.0, Hours(4.0, 24.0, 72.0))),
        passing: Passing::None,
        lasts: NONE,
    },
    Kind {
        key: "rack-failure",
        about: "A rack is down, for want of its switch or its power strip. Assumed: 1 to 12 hours, most likely 4.",
        disruption: Some(Disruption::Rack),
        destroys: None,
        passing: Passing::Suspend,
        lasts: Hours(1.0, 4.0, 12.0),
    },
    Kind {
        key: "power-loss",
        about: "Power is gone. Assumed: 30 minutes to 12 hours, most likely 2 hours.",
        disruption: None,
        destroys: None,
        passing: Passing::Suspend,
        lasts: Hours(0.5, 2.0, 12.0),
    },
    Kind {
        key: "cooling-loss",
        about: "Cooling is gone and machines are shut down. Assumed: 1 to 24 hours, most likely 4.",
        disruption: None,
        destroys: None,
        passing: Passing::Suspend,
        lasts: Hours(1.0, 4.0, 24.0),
    },
    Kind {
        key: "fire",
        about: "Some things burn, the rest is off until the place is released. Assumed: 30 % lost, replaced in 2 to 12 weeks, most likely 4; off for 12 hours to 14 days, most likely 3 days.",
        disruption: None,
        destroys: Some((0.3, Hours(2.0 * WEEK, 4.0 * WEEK, 12.0 * WEEK))),
        passing: Passing::Suspend,
        lasts: Hours(12.0, 72.0, 336.0),
    },
    Kind {
        key: "flood",
        about: "Some things drown, the rest is off until the water is gone. Assumed: 30 % lost, replaced in 2 to 12 weeks, most likely 4; off for 12 hours to 10 days, most likely 36 hours.",
        disruption: None,
        destroys: Some((0.3, Hours(2.0 * WEEK, 4.0 * WEEK, 12.0 * WEEK))),
        passing: Passing::Suspend,
        lasts: Hours(12.0, 36.0, 240.0),
    },
    Kind {
        key: "earthquake",
        about: "Some things break, the rest is off until inspected. Assumed: 20 % lost, replaced in 2 to 16 weeks, most likely 6; off for 1 to 30 days, most likely 3.",
        disruption: None,
        destroys: Some((0.2, Hours(2.0 * WEEK, 6.0 * WEEK, 16.0 * WEEK))),
        passing: Passing::Suspend,
        lasts: Hours(24.0, 72.0, 720.0),
    },
    Kind {
        key: "storm",
        about: "A place is off while power and access are gone. Assumed: 2 to 72 hours, most likely 12.",
        disruption: None,
        destroys: None,
        passing: Passing::Suspend,
        lasts: Hours(2.0, 12.0, 72.0),
    },
    Kind {
        key: "fibre-cut",
        about: "A link or a place cannot be reached until the cable is spliced. Assumed: 4 to 24 hours, most likely 8.",
        disruption: None,
        destroys: None,
        passing: Passing::Sever,
        lasts: Hours(4.0, 8.0, 24.0),
    },
    Kind {
        key: "network-partition",
        about: "Places are up but cannot be reached. Assumed: 5 minutes to 6 hours, most likely 30 minutes.",
        disruption: None,
        destroys: None,
        passing: Passing::Sever,
        lasts: Hours(1.0 / 12.0, 0.5, 6.0),
    },
    Kind {
        key: "dns-failure",
        about: "Names do not resolve, so what is struck cannot be reached. Assumed: 10 minutes to 8 hours, most likely 1 hour.",
        disruption: Some(Disruption::Software),
        destroys: None,
        passing: Passing::Sever,
        lasts: Hours(1.0 / 6.0, 1.0, 8.0),
    },
    Kind {
        key: "control-plane-failure",
        about: "The control plane takes down what it steers. Assumed: 30 minutes to 12 hours, most likely 2 hours.",
        disruption: Some(Disruption::Software),
        destroys: None,
        passing: Passing::Suspend,
        lasts: Hours(0.5, 2.0, 12.0),
    },
    Kind {
        key: "software-bug",
        about: "A service crashes until it is patched or restarted. Assumed: 10 minutes to 8 hours, most likely 1 hour.",
        disruption: Some(Disruption::Software),
        destroys: None,
        passing: Passing::Suspend,
        lasts: Hours(1.0 / 6.0, 1.0, 8.0),
    },
    Kind {
        key: "bad-release",
        about: "A release breaks a service until it is rolled back. Assumed: 5 minutes to 4 hours, most likely 30 minutes.",
        disruption: Some(Disruption::Software),
        destroys: None,
        passing: Passing::Suspend,
        lasts: Hours(1.0 / 12.0, 0.5, 4.0),
    },
    Kind {
        key: "operator-error",
        about: "Somebody takes the wrong thing down. Assumed: 10 minutes to 6 hours, most likely 1 hour.",
        disruption: Some(Disruption::Software),
        destroys: None,
        passing: Passing::Suspend,
        lasts: Hours(1.0 / 6.0, 1.0, 6.0),
    },
    Kind {
        key: "ddos",
        about: "A flood of requests leaves little capacity. Assumed: 20 % is left, for 15 minutes to 24 hours, most likely 2 hours.",
        disruption: Some(Disruption::Software),
        destroys: None,
        passing: Passing::Slow(0.2),
        lasts: Hours(0.25, 2.0, 24.0),
    },
    Kind {
        key: "theft",
        about: "Some things are carried away. Assumed: 10 % lost, replaced in 3 to 30 days, most likely 10.",
        disruption: None,
        destroys: Some((0.1, Hours(72.0, 240.0, 720.0))),
        passing: Passing::None,
        lasts: NONE,
    },
    Kind {
        key: "supplier-loss",
        about: "A supplier goes out of business or closes the account; everything there is down until moved. Assumed: 7 to 90 days, most likely 30.",
        disruption: None,
        destroys: None,
        passing: Passing::Suspend,
        lasts: Hours(168.0, 720.0, 2160.0),
    },
    Kind {
        key: "region-loss",
        about: "A whole region is off. Assumed: 6 hours to 14 days, most likely 2 days.",
        disruption: Some(Disruption::Region),
        destroys: None,
        passing: Passing::Suspend,
        lasts: Hours(6.0, 48.0, 336.0),
    },
    Kind {
        key: "ransomware",
        about: "An intruder encrypts data and what is online and mutable of their backups. Assumed: found after 1 to 30 days, most likely 9.",
        disruption: Some(Disruption::Software),
        destroys: None,
        passing: Passing::Spoil(Reach::Online),
        lasts: Hours(24.0, 216.0, 720.0),
    },
    Kind {
        key: "operator-delete",
        about: "Somebody deletes the wrong data and the snapshots beside them. Assumed: found at once.",
        disruption: Some(Disruption::Software),
        destroys: None,
        passing: Passing::Spoil(Reach::Snapshots),
        lasts: NONE,
    },
    Kind {
        key: "data-corruption",
        about: "A bad release writes wrong data, which mirrors and backups take over. Assumed: found after 10 minutes to 3 days, most likely 2 hours.",
        disruption: Some(Disruption::Software),
        destroys: None,
        passing: Passing::Spoil(Reach::Nothing),
        lasts: Hours(1.0 / 6.0, 2.0, 72.0),
    },
    Kind {
        key: "account-deletion",
        about: "A provider deletes an account: nodes, data and stores at these places are gone, immutable or not. Assumed: 100 % lost, replaced in 1 to 14 days, most likely 3.",
        disruption: None,
        destroys: Some((1.0, Hours(24.0, 72.0, 336.0))),
        passing: Passing::None,
        lasts: NONE,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_does_something_for_some_time() {
        for kind in KINDS {
            let ordered = |hours: Hours| 0.0 < hours.0 && hours.0 <= hours.1 && hours.1 < hours.2;
            let at_once = kind.lasts == NONE && matches!(kind.passing, Passing::Spoil(_));
            assert!(kind.passing == Passing::None || at_once || ordered(kind.lasts), "{}", kind.key);
            assert!(kind.passing != Passing::None || kind.destroys.is_some(), "{}", kind.key);
            assert!(kind.destroys.is_none_or(|(share, hours)| (0.0..=1.0).contains(&share) && ordered(hours)));
        }
    }

    #[test]
    fn the_format_page_says_what_the_table_says() {
        let page = include_str!("../docs/format.md");
        for kind in KINDS {
            let (what, assumed) = kind.about.split_once(" Assumed: ").unwrap();
            let row =
                format!("| `{}` | {} | {} |", kind.key, what.trim_end_matches('.'), assumed.trim_end_matches('.'));
            assert!(page.contains(&row), "missing: {row}");
        }
    }
}

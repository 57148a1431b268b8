//! Plant and links, as written.

use super::Names;
use super::price::Price;
use super::read::record;
use super::site::classed;
use crate::quantity::{Bandwidth, Probability, Span};

classed! {
    /// Shared plant: parts that fail, or with `of` a gate over other plant.
    Gated {
        /// Shown instead of the name.
        "title" title: String;
        /// Parts; default 1.
        "count" count: u32;
        /// How many are needed; default all.
        "any" any: u32;
        /// Class of the parts instead of keys of a class.
        "class" class: String;
        /// Makes it standby plant: chance that a start works.
        "starts" starts: Probability;
        /// From demand to delivery.
        "start-delay" start_delay: Span;
        /// Where it stands.
        "at" at: String;
        /// Plant that it needs itself.
        "needs" needs: Names;
        /// Makes it a gate: plant in order of preference.
        "of" of: Names;
        /// How long a gate still delivers from its store.
        "hold-up" hold_up: Span;
        /// Time to fill an empty store.
        "recharge" recharge: Span;
        /// What it costs, all parts together.
        "price" price: Price;
    }
}

classed! {
    /// A network link.
    Link {
        /// Shown instead of the name.
        "title" title: String;
        /// Its two ends: domains, or `outside` for the users.
        "between" between: Names;
        /// Line rate.
        "bandwidth" bandwidth: Bandwidth;
        /// One way.
        "latency" latency: Span;
        /// Share of the line rate that carries payload.
        "efficiency" efficiency: Probability;
        /// What it costs, whatever it carries.
        "price" price: Price;
    }
}

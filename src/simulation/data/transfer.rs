//! Bytes on their way, over what they share.
//!
//! A transfer crosses the side of a store and the links between two places, at most as fast as its own ends can. What is shared is shared fairly
//! ([`Sharing`]); one event stands for the next arrival of all. When a link goes down the transfers over it look for another way.

use super::super::event::{Event, Incarnation};
use super::super::state::World;
use super::rebuild::pool_rates;
use crate::engine::{FlowId, ResourceId, Sharing};
use crate::id::{Id, IdVec, ids};
use crate::model::{BackupId, CopyId, DatasetId, DomainId, Endpoint, LinkId, Scenario, StoreId, UnitId};
use crate::quantity::{Bandwidth, SimTime, Span};
use std::collections::BTreeMap;

ids! {
    /// A place in the list of transfers; used again when its transfer is over.
    TransferId,
}

/// Faster than anything real: what has no limit of its own.
const UNLIMITED: f64 = 6e13;

/// Bytes per second that something shared carries.
fn limit(rate: Option<Bandwidth>) -> f64 {
    rate.map_or(UNLIMITED, |rate| rate.bytes_per_second().min(UNLIMITED))
}

/// What is on its way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::simulation) enum Moves {
    /// Lost fragments of a node.
    Rebuild { copy: CopyId, unit: UnitId },
    /// A backup job.
    Job { backup: BackupId, run: u32 },
    /// A restore.
    Restore { dataset: DatasetId },
    /// A copy that has fallen behind.
    Resync { copy: CopyId },
}

/// What a transfer needs, and how much of it there is to move.
#[derive(Clone, Debug)]
pub(in crate::simulation) struct Freight {
    pub bytes: u64,
    /// Most that its ends can do.
    pub cap: Option<Bandwidth>,
    /// A lower number goes first.
    pub priority: u8,
    /// Sides of stores, or the disks of a pool.
    pub sides: [Option<ResourceId>; 2],
    /// From place to place, over links where there are any.
    pub between: Option<(DomainId, DomainId)>,
}

#[derive(Clone, Debug)]
struct Slot {
    moves: Option<Moves>,
    incarnation: Incarnation,
    freight: Freight,
    route: Vec<ResourceId>,
    flow: Option<FlowId>,
}

/// Everything on its way.
#[derive(Debug)]
pub(in crate::simulation) struct Transfers {
    slots: IdVec<TransferId, Slot>,
    /// By the place of the flow.
    by_flow: Vec<TransferId>,
    sharing: Sharing,
    links: usize,
    /// The disks of the pools of each copy among what is shared; empty where nothing limits them together.
    pools: IdVec<CopyId, std::ops::Range<usize>>,
    /// The arrival that is scheduled.
    epoch: Incarnation,
    planned: Option<SimTime>,
    done: Vec<FlowId>,
    over: Vec<(TransferId, Incarnation)>,
}

impl Transfers {
    pub fn new(scenario: &Scenario) -> Self {
        // Both directions of each link, then both sides of each store.
        let links = scenario.links.iter().flat_map(|link| [limit(link.payload()); 2]);
        let stores = scenario.stores.iter().flat_map(|store| [limit(store.write_rate), limit(store.read_rate)]);
        let mut capacities: Vec<f64> = links.chain(stores).collect();
        let mut pools = IdVec::new();
        for copy in scenario.copies.ids() {
            let first = capacities.len();
            capacities.extend(pool_rates(scenario, copy).map(|rate| rate.min(UNLIMITED)));
            pools.push(first..capacities.len());
        }
        Self {
            pools,
            slots: IdVec::new(),
            by_flow: Vec::new(),
            sharing: Sharing::new(&capacities),
            links: scenario.links.len(),
            epoch: Incarnation::FIRST,
            planned: None,
            done: Vec::new(),
            over: Vec::new(),
        }
    }

    pub fn reset(&mut self) {
        for slot in &mut self.slots {
            (slot.moves, slot.flow) = (None, None);
        }
        self.sharing.clear();
        self.planned = None;
    }

    /// What a transfer moves, and over what.
    pub fn under_way(&self, transfer: TransferId) -> (Option<Moves>, &[ResourceId]) {
        (self.slots[transfer].moves, &self.slots[transfer].route)
    }

    /// The side of a store that is read or written.
    pub fn store_side(&self, store: StoreId, reads: bool) -> ResourceId {
        ResourceId::new(2 * (self.links + store.index()) + usize::from(reads))
    }

    /// The disks of a pool of a copy, if they limit its rebuilds.
    pub fn pool_side(&self, copy: CopyId, pool: usize) -> Option<ResourceId> {
        self.pools[copy].clone().nth(pool).map(ResourceId::new)
    }

    fn link_side(link: LinkId, backwards: bool) -> ResourceId {
        ResourceId::new(2 * link.index() + usize::from(backwards))
    }
}

impl World<'_> {
    /// Sets bytes on their way, not before `after` has passed.
    pub(in crate::simulation) fn begin_transfer(&mut self, moves: Moves, freight: Freight, after: Span) -> TransferId {
        let slots = &mut self.data.transfers.slots;
        let free = slots.enumerate().find(|(_, slot)| slot.moves.is_none()).map(|(id, _)| id);
        let id = if let Some(id) = free {
            (slots[id].moves, slots[id].freight) = (Some(moves), freight);
            id
        } else {
            let (moves, incarnation, route) = (Some(moves), Incarnation::FIRST, Vec::new());
            slots.push(Slot { moves, incarnation, freight, route, flow: None })
        };
        slots[id].incarnation += 1;
        let incarnation = slots[id].incarnation;
        // Even what takes no time arrives as an event of its own, so that nobody is told in the middle of something else.
        self.schedule_in(after, Event::TransferBegins { transfer: id, incarnation });
        id
    }

    /// The time before a transfer is over: it sets out.
    pub(in crate::simulation) fn transfer_begins(&mut self, transfer: TransferId, incarnation: Incarnation) {
        let slot = &mut self.data.transfers.slots[transfer];
        if slot.incarnation != incarnation || slot.moves.is_none() {
            return;
        }
        let mut route = std::mem::take(&mut slot.route);
        self.find_way(transfer, &mut route);
        let slot = &mut self.data.transfers.slots[transfer];
        slot.route = route;
        let limited = slot.freight.cap.is_some() || !slot.route.is_empty();
        if slot.freight.bytes == 0 || !limited {
            return self.arrived(transfer);
        }
        self.set_out(transfer);
        self.plan_arrival();
    }

    /// What a transfer crosses as things are now.
    fn find_way(&self, transfer: TransferId, route: &mut Vec<ResourceId>) {
        let freight = &self.data.transfers.slots[transfer].freight;
        route.clear();
        route.extend(freight.sides.iter().flatten());
        if let Some((from, to)) = freight.between {
            route.extend(self.route_between(from, to));
        }
    }

    fn set_out(&mut self, transfer: TransferId) {
        let now = self.now;
        let transfers = &mut self.data.transfers;
        let slot = &mut transfers.slots[transfer];
        let cap = slot.freight.cap.map(|cap| limit(Some(cap)));
        let flow = transfers.sharing.start(now, &slot.route, slot.freight.bytes, cap, slot.freight.priority);
        slot.flow = Some(flow);
        if flow.place() >= transfers.by_flow.len() {
            transfers.by_flow.resize(flow.place() + 1, transfer);
        }
        transfers.by_flow[flow.place()] = transfer;
    }

    /// Takes a transfer off the way; what it still had to move is what is left of its freight.
    fn take_off(&mut self, transfer: TransferId) {
        let now = self.now;
        let transfers = &mut self.data.transfers;
        if let Some(flow) = transfers.slots[transfer].flow.take() {
            let left = transfers.sharing.cancel(now, flow);
            let before = std::mem::replace(&mut transfers.slots[transfer].freight.bytes, left);
            self.incur_moved(transfer, before.saturating_sub(left));
        }
    }

    /// Bytes of a transfer that have not arrived yet.
    pub(super) fn transfer_left(&self, transfer: TransferId) -> u64 {
        let slot = &self.data.transfers.slots[transfer];
        slot.flow.map_or(slot.freight.bytes, |flow| self.data.transfers.sharing.remaining(self.now, flow))
    }

    /// Stops what is on its way.
    pub(in crate::simulation) fn cancel_transfer(&mut self, transfer: TransferId) {
        self.take_off(transfer);
        let slot = &mut self.data.transfers.slots[transfer];
        slot.moves = None;
        slot.incarnation += 1;
        self.plan_arrival();
    }

    /// The trial ends: what has arrived of what is on its way is booked.
    pub(in crate::simulation) fn settle_transfers(&mut self) {
        for transfer in self.data.transfers.slots.ids() {
            self.take_off(transfer);
        }
    }

    /// Has the next arrival come as an event.
    fn plan_arrival(&mut self) {
        let next = self.data.transfers.sharing.next().map(|(at, _)| at);
        if next == self.data.transfers.planned {
            return;
        }
        self.data.transfers.planned = next;
        self.data.transfers.epoch += 1;
        if let Some(at) = next {
            let incarnation = self.data.transfers.epoch;
            self.schedule(at, Event::TransfersArrive { transfer: TransferId::new(0), incarnation });
        }
    }

    /// The next bytes are there.
    pub(in crate::simulation) fn transfers_arrive(&mut self, incarnation: Incarnation) {
        if self.data.transfers.epoch != incarnation {
            return;
        }
        let transfers = &mut self.data.transfers;
        transfers.planned = None;
        transfers.sharing.finish(self.now, &mut transfers.done);
        // All of them are over before anybody is told: what one sets going may take another off.
        let mut over = std::mem::take(&mut transfers.over);
        for flow in transfers.done.drain(..) {
            let transfer = transfers.by_flow[flow.place()];
            transfers.slots[transfer].flow = None;
            over.push((transfer, transfers.slots[transfer].incarnation));
        }
        for (transfer, incarnation) in over.drain(..) {
            // One before it may have called it off and put another in its place.
            if self.data.transfers.slots[transfer].incarnation == incarnation {
                self.arrived(transfer);
            }
        }
        self.data.transfers.over = over;
        self.plan_arrival();
    }

    fn arrived(&mut self, transfer: TransferId) {
        self.incur_moved(transfer, self.data.transfers.slots[transfer].freight.bytes);
        let slot = &mut self.data.transfers.slots[transfer];
        slot.incarnation += 1;
        match slot.moves.take() {
            Some(Moves::Rebuild { copy, unit }) => self.rebuilt(copy, unit),
            Some(Moves::Job { backup, run }) => self.job_done(backup, run),
            Some(Moves::Restore { dataset }) => self.moved_back(dataset),
            Some(Moves::Resync { copy }) => self.resynchronised(copy),
            None => {}
        }
    }

    /// Links have gone down or come up: what is on its way takes the way there is now; without any it stands still.
    pub(in crate::simulation) fn reroute_transfers(&mut self) {
        for transfer in self.data.transfers.slots.ids() {
            let slot = &self.data.transfers.slots[transfer];
            if slot.freight.between.is_none() || slot.flow.is_none() {
                continue;
            }
            let mut route = Vec::new();
            self.find_way(transfer, &mut route);
            if route != self.data.transfers.slots[transfer].route {
                self.take_off(transfer);
                self.data.transfers.slots[transfer].route = route;
                self.set_out(transfer);
            }
        }
        for link in self.scenario.links.ids() {
            let rate = if self.links[link].up { limit(self.scenario.links[link].payload()) } else { 0.0 };
            for backwards in [false, true] {
                let side = Transfers::link_side(link, backwards);
                self.data.transfers.sharing.set_capacity(self.now, side, rate);
            }
        }
        self.plan_arrival();
    }

    /// Bits per second that a direction of a link carries.
    pub(super) fn link_rate(&self, side: ResourceId) -> f64 {
        let link = &self.scenario.links[LinkId::new(side.index() / 2)];
        link.payload().map_or(f64::INFINITY, Bandwidth::bits_per_second)
    }

    /// The links between two places by the fewest hops, those that are up before those that are down.
    pub(in crate::simulation) fn route_between(&self, from: DomainId, to: DomainId) -> Vec<ResourceId> {
        let ends = (self.layout.endpoint[from], self.layout.endpoint[to]);
        let (Some(from), Some(to)) = ends else { return Vec::new() };
        self.shortest(from, to, |link| self.links[link].up)
            .or_else(|| self.shortest(from, to, |_| true))
            .unwrap_or_default()
    }

    /// Breadth first over ends of links; an end within another hangs on it.
    fn shortest(&self, from: DomainId, to: DomainId, open: impl Fn(LinkId) -> bool) -> Option<Vec<ResourceId>> {
        let mut before: BTreeMap<Option<DomainId>, (Option<DomainId>, Option<ResourceId>)> = BTreeMap::new();
        let mut frontier = std::collections::VecDeque::from([Some(from)]);
        before.insert(Some(from), (Some(from), None));
        while let Some(here) = frontier.pop_front() {
            if here == Some(to) {
                let (mut route, mut at) = (Vec::new(), here);
                while at != Some(from) {
                    let (back, side) = before[&at];
                    route.extend(side);
                    at = back;
                }
                route.reverse();
                return Some(route);
            }
            let mut visit = |next: Option<DomainId>, side: Option<ResourceId>| {
                if let std::collections::btree_map::Entry::Vacant(e) = before.entry(next) {
                    e.insert((here, side));
                    frontier.push_back(next);
                }
            };
            if let Some(here) = here {
                for (domain, model) in self.scenario.domains.enumerate() {
                    let around = model.parent.and_then(|parent| self.layout.endpoint[parent]);
                    if self.layout.endpoint[domain] == Some(domain) && around.is_some() {
                        if domain == here {
                            visit(around, None);
                        } else if around == Some(here) {
                            visit(Some(domain), None);
                        }
                    }
                }
            }
            for (link, model) in self.scenario.links.enumerate().filter(|(link, _)| open(*link)) {
                let [left, right] = model.between.map(|end| match end {
                    Endpoint::Domain(domain) => Some(domain),
                    Endpoint::Outside => None,
                });
                if left == here {
                    visit(right, Some(Transfers::link_side(link, false)));
                } else if right == here {
                    visit(left, Some(Transfers::link_side(link, true)));
                }
            }
        }
        None
    }
}

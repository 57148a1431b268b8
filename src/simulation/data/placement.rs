//! Which nodes hold the fragments of a stripe, as the design has it: the same in every trial and under every seed.
//!
//! Knows nothing of failures. A fragment is a *slot*: `stripe * width + position`.

use crate::engine::{Rng, TrialKey, name_key};
use crate::model::{CopyId, DataCopy, DomainId, Level, Placement, Scenario};
use rand::Rng as _;

/// The slots of a copy by stripe, and by host.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// Fragments of a stripe.
    pub width: u32,
    /// Host of each slot.
    pub hosts: Vec<u32>,
    /// Where the slots of each host begin in `slots`, ascending within a host.
    start: Vec<u32>,
    slots: Vec<u32>,
    /// 2^36 / width, rounded up: what a slot is multiplied with instead of dividing it.
    inverse: u64,
}

impl Placed {
    /// Places a copy.
    pub fn new(scenario: &Scenario, id: CopyId) -> Self {
        let copy = &scenario.copies[id];
        let (width, hosts) = (copy.scheme.width() as usize, copy.hosts.len());
        assert!(hosts >= width, "{hosts} nodes cannot hold {width} fragments of a stripe on different ones");
        let mut rng = stream(scenario, copy);
        let mut list = Vec::with_capacity(copy.stripes as usize * width);
        match copy.placement {
            Placement::Random | Placement::Spread(Level::Node) => {
                random(copy.stripes, width, hosts, &mut rng, &mut list);
            }
            Placement::Spread(level) => {
                spread(copy.stripes, width, &domains(scenario, copy, level), &mut rng, &mut list);
            }
            Placement::Copysets { scatter } => {
                let sets = copysets(width, hosts, scatter, &mut rng);
                let rounds = (0..copy.stripes as usize).map(|stripe| stripe % (sets.len() / width) * width);
                list.extend(rounds.flat_map(|first| &sets[first..first + width]));
            }
            Placement::Clustered => {
                let pools = hosts / width;
                for stripe in 0..copy.stripes as usize {
                    let (pool, turn) = (stripe % pools, stripe / pools);
                    list.extend((0..width).map(|nth| (pool * width + (nth + turn) % width) as u32));
                }
            }
            Placement::Declustered { pool } => {
                let size = (pool as usize).clamp(width, hosts);
                let mut decks: Vec<Deck> = (0..hosts / size)
                    .map(|pool| Deck::new((pool * size..(pool + 1) * size).map(|host| host as u32)))
                    .collect();
                let pools = decks.len();
                for stripe in 0..copy.stripes as usize {
                    let first = list.len();
                    decks[stripe % pools].deal(width, first, &mut rng, &mut list);
                }
            }
        }
        Self::index(width as u32, hosts, list)
    }

    /// Adds the lists by host.
    fn index(width: u32, host_count: usize, hosts: Vec<u32>) -> Self {
        assert!(hosts.len() < 1 << 28, "{} fragments are more than can be numbered", hosts.len());
        let mut start = vec![0; host_count + 1];
        for host in &hosts {
            start[*host as usize + 1] += 1;
        }
        for host in 0..host_count {
            start[host + 1] += start[host];
        }
        let (mut next, mut slots) = (start.clone(), vec![0; hosts.len()]);
        for (slot, host) in hosts.iter().enumerate() {
            let place = &mut next[*host as usize];
            slots[*place as usize] = slot as u32;
            *place += 1;
        }
        Self { width, hosts, start, slots, inverse: (1 << 36) / u64::from(width) + 1 }
    }

    /// Number of slots that a host holds by design.
    #[inline]
    pub fn count_of(&self, host: usize) -> usize {
        (self.start[host + 1] - self.start[host]) as usize
    }

    /// The slots that a host holds by design.
    pub fn of_host(&self, host: usize) -> &[u32] {
        &self.slots[self.start[host] as usize..self.start[host + 1] as usize]
    }

    /// The stripe of a slot: exact below 2^28 slots of at most 256, since the inverse is too large by less than 2^-36 * 256.
    #[inline]
    pub fn stripe(&self, slot: u32) -> u32 {
        ((u64::from(slot) * self.inverse) >> 36) as u32
    }

    /// The stripe of a slot, and its position there.
    #[inline]
    pub fn place_of(&self, slot: u32) -> (u32, u32) {
        let stripe = self.stripe(slot);
        (stripe, slot - stripe * self.width)
    }

    /// Number of stripes.
    pub fn stripes(&self) -> usize {
        self.hosts.len() / self.width as usize
    }
}

/// Positions of the hosts below each domain of a level; hosts below none are together.
pub(super) fn domains(scenario: &Scenario, copy: &DataCopy, level: Level) -> Vec<Vec<u32>> {
    let mut groups: Vec<(Option<DomainId>, Vec<u32>)> = Vec::new();
    for (position, unit) in copy.hosts.iter().enumerate() {
        let mut around = scenario.unit_domain[*unit];
        while let Some(domain) = around
            && scenario.domains[domain].level != level
        {
            around = scenario.domains[domain].parent;
        }
        match groups.iter_mut().rev().find(|(domain, _)| *domain == around) {
            Some((_, members)) => members.push(position as u32),
            None => groups.push((around, vec![position as u32])),
        }
    }
    groups.into_iter().map(|(_, members)| members).collect()
}

/// Keyed by names only, so that a seed, a title or the order of things in the scenario moves nothing.
fn stream(scenario: &Scenario, copy: &DataCopy) -> Rng {
    let dataset = &scenario.datasets[copy.dataset];
    let twins = dataset.copies.iter().take_while(|other| !std::ptr::eq(&raw const scenario.copies[*other], copy));
    let same_place = twins.filter(|other| scenario.copies[*other].domain == copy.domain).count() as u64;
    let key = TrialKey::new(name_key(&dataset.name), name_key(&scenario.domains[copy.domain].name));
    key.stream(0, same_place, 0)
}

/// A number below `bound`; the bias of at most 2^-32 is far below what any study sees.
#[inline]
pub(super) fn below(bound: usize, rng: &mut Rng) -> usize {
    ((u64::from(rng.next_u32()) * bound as u64) >> 32) as usize
}

/// Any hosts that differ: the first cards of a pack that is shuffled as far as needed and never sorted again.
fn random(stripes: u32, width: usize, hosts: usize, rng: &mut Rng, list: &mut Vec<u32>) {
    let mut pack: Vec<u32> = (0..hosts as u32).collect();
    for _ in 0..stripes {
        shuffle(&mut pack, width, rng);
        list.extend_from_slice(&pack[..width]);
    }
}

/// Fisher and Yates, for the first `count` places.
fn shuffle(pack: &mut [u32], count: usize, rng: &mut Rng) {
    for place in 0..count {
        pack.swap(place, place + below(pack.len() - place, rng));
    }
}

/// Deals hosts in turn, all of them before one comes again.
#[derive(Clone, Debug)]
struct Deck {
    cards: Vec<u32>,
    dealt: usize,
}

impl Deck {
    fn new(cards: impl Iterator<Item = u32>) -> Self {
        let cards: Vec<u32> = cards.collect();
        Self { dealt: cards.len(), cards }
    }

    /// `count` hosts that differ from each other and from what the list has from `first` on; all are dealt as often, give or take one.
    fn deal(&mut self, count: usize, first: usize, rng: &mut Rng, list: &mut Vec<u32>) {
        for _ in 0..count {
            if self.dealt == self.cards.len() {
                let all = self.cards.len();
                shuffle(&mut self.cards, all, rng);
                self.dealt = 0;
            }
            // After a new shuffle the next one may be in this stripe already: then a later one comes first.
            let later = (self.dealt..self.cards.len()).find(|place| !list[first..].contains(&self.cards[*place]));
            self.cards.swap(self.dealt, later.unwrap_or(self.dealt));
            list.push(self.cards[self.dealt]);
            self.dealt += 1;
        }
    }
}

/// As many different domains as possible: each gets the same number of fragments as far as it has nodes, and the rest goes to some of them by
/// systematic sampling with chances that follow their number of nodes, so that every node carries about the same.
fn spread(stripes: u32, width: usize, domains: &[Vec<u32>], rng: &mut Rng, list: &mut Vec<u32>) {
    let at_level = |level: usize| domains.iter().map(|members| members.len().min(level)).sum::<usize>();
    let level = (0..=width).rev().find(|level| at_level(*level) <= width).unwrap_or(0);
    let rest = width - at_level(level);
    let mut open: Vec<u32> = (0..domains.len() as u32).filter(|nth| domains[*nth as usize].len() > level).collect();
    let chances = chances(rest, &open, domains);
    let mut decks: Vec<Deck> = domains.iter().map(|members| Deck::new(members.iter().copied())).collect();
    // The order of the domains decides which meet in a stripe: it changes often enough for all to meet, at a cost below that of dealing.
    let keeps = (open.len() / width).max(1) as u32;
    let mut sums = vec![0.0; open.len()];
    for stripe in 0..stripes {
        if stripe % keeps == 0 {
            let all = open.len();
            shuffle(&mut open, all, rng);
            let mut sum = 0.0;
            for (nth, total) in open.iter().zip(&mut sums) {
                sum += chances[*nth as usize];
                *total = sum;
            }
        }
        let first = list.len();
        if level > 0 {
            for deck in &mut decks {
                deck.deal(level.min(deck.cards.len()), first, rng, list);
            }
        }
        // A chance is at most 1, so no two of the evenly spaced marks meet the same domain; the bounds mend what rounding spoils.
        let (start, mut from) = (f64::from(rng.next_u32()) / 4_294_967_296.0, 0);
        for taken in 0..rest {
            let mark = start + taken as f64;
            let hit = sums.partition_point(|sum| *sum <= mark).clamp(from, open.len() + taken - rest);
            let deck = &mut decks[open[hit] as usize];
            deck.deal(1, first, rng, list);
            from = hit + 1;
        }
    }
}

/// Chance of each open domain to get one of the `rest` fragments: as many as it has nodes, at most 1; zero for the others.
fn chances(rest: usize, open: &[u32], domains: &[Vec<u32>]) -> Vec<f64> {
    let mut chances = vec![0.0; domains.len()];
    let mut free: Vec<u32> = open.to_vec();
    let mut left = rest as f64;
    loop {
        let nodes: usize = free.iter().map(|nth| domains[*nth as usize].len()).sum();
        let share = |nth: u32| left * domains[nth as usize].len() as f64 / nodes.max(1) as f64;
        let full: Vec<u32> = free.iter().copied().filter(|nth| share(*nth) >= 1.0).collect();
        if full.is_empty() {
            for nth in &free {
                chances[*nth as usize] = share(*nth);
            }
            return chances;
        }
        for nth in &full {
            chances[*nth as usize] = 1.0;
        }
        left -= full.len() as f64;
        free.retain(|nth| !full.contains(nth));
    }
}

/// Fixed sets of hosts, one after the other: permutations of all hosts cut into sets, as many permutations as the scatter width needs
/// (Cidon et al., "Copysets", USENIX ATC 2013, section 4). What a cut leaves over is of other hosts in each permutation.
fn copysets(width: usize, hosts: usize, scatter: u32, rng: &mut Rng) -> Vec<u32> {
    let permutations = (scatter as usize).div_ceil((width - 1).max(1)).max(1);
    let mut order: Vec<u32> = (0..hosts as u32).collect();
    shuffle(&mut order, hosts, rng);
    let used = hosts / width * width;
    let mut sets = Vec::with_capacity(permutations * used);
    for _ in 0..permutations {
        order.rotate_right(hosts - used);
        let first = sets.len();
        sets.extend_from_slice(&order[..used]);
        shuffle(&mut sets[first..], used, rng);
    }
    sets
}

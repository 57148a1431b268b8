//! Flows over shared resources, the plain way: at every change all bytes are moved and all rates are worked out again, in floating point.

/// A flow: where it goes, how fast at most, and how much is left.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Order of start.
    pub id: u64,
    pub route: Vec<usize>,
    /// Infinite when it never ends.
    pub bytes: f64,
    /// Infinite when there is none.
    pub cap: f64,
    pub priority: u8,
    pub rate: f64,
}

/// Flows at one moment.
#[derive(Clone, Debug)]
pub struct Twin {
    pub capacities: Vec<f64>,
    /// In no order.
    pub flows: Vec<Flow>,
    /// Seconds.
    pub now: f64,
    next: u64,
}

impl Twin {
    /// No flows.
    pub fn new(capacities: &[f64]) -> Self {
        Self { capacities: capacities.to_vec(), flows: Vec::new(), now: 0.0, next: 0 }
    }

    /// Moves everyone's bytes.
    pub fn advance(&mut self, now: f64) {
        for flow in &mut self.flows {
            flow.bytes -= flow.rate * (now - self.now);
        }
        self.now = now;
    }

    /// A flow comes.
    pub fn start(&mut self, route: &[usize], bytes: f64, cap: f64, priority: u8) -> u64 {
        self.next += 1;
        self.flows.push(Flow { id: self.next, route: route.to_vec(), bytes, cap, priority, rate: 0.0 });
        self.share();
        self.next
    }

    /// A flow goes.
    pub fn remove(&mut self, id: u64) -> Flow {
        let place = self.flows.iter().position(|flow| flow.id == id).expect("it is there");
        let gone = self.flows.swap_remove(place);
        self.share();
        gone
    }

    /// When and which flow ends first.
    pub fn next(&self) -> Option<(f64, u64)> {
        let ends = self.flows.iter().filter(|flow| flow.bytes.is_finite() && flow.rate > 0.0);
        let ends = ends.map(|flow| (self.now + flow.bytes.max(0.0) / flow.rate, flow.id));
        ends.min_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)))
    }

    /// Progressive filling, class by class: all rates rise together until a resource is full or a cap is reached.
    pub fn share(&mut self) {
        let mut room = self.capacities.clone();
        let mut crossing = vec![0_u32; room.len()];
        let mut priorities: Vec<u8> = self.flows.iter().map(|flow| flow.priority).collect();
        priorities.sort_unstable();
        priorities.dedup();
        for priority in priorities {
            let mut rising: Vec<&mut Flow> = self.flows.iter_mut().filter(|flow| flow.priority == priority).collect();
            for &resource in rising.iter().flat_map(|flow| &flow.route) {
                crossing[resource] += 1;
            }
            while !rising.is_empty() {
                let mut level = rising.iter().map(|flow| flow.cap).fold(f64::INFINITY, f64::min);
                let mut full = None;
                for (resource, &count) in crossing.iter().enumerate().filter(|(_, count)| **count > 0) {
                    let fair = room[resource].max(0.0) / f64::from(count);
                    if fair < level {
                        (level, full) = (fair, Some(resource));
                    }
                }
                rising.retain_mut(|flow| {
                    let stops = full.map_or(flow.cap <= level, |resource| flow.route.contains(&resource));
                    if stops {
                        flow.rate = level;
                        for &resource in &flow.route {
                            room[resource] -= level;
                            crossing[resource] -= 1;
                        }
                    }
                    !stops
                });
            }
        }
    }
}

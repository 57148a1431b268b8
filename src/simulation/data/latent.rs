//! Unreadable places that nobody notices before a scrub, or before a rebuild needs them.
//!
//! Nothing is scheduled for them: what has gone bad since the last scrub is drawn when a node loses its data, which is when it matters. A bad
//! place makes its fragment unreadable. The rebuild that wants to read it finds it, and it counts as lost; one that comes up behind the rebuild
//! is found by the next one. A scrub makes all bad places good that the rest of their stripes can, and that is taken to be all of them: two in
//! one stripe between two scrubs are as rare as stripes are many.

use super::fragments::CopyState;
use super::placement::below;
use crate::engine::Rng;
use crate::model::LatentErrors;
use crate::quantity::SimTime;
use rand_distr::{Distribution as _, Exp1};

/// The bad places of a copy.
#[derive(Clone, Default, Debug)]
pub(super) struct Latents {
    /// Their slots.
    bad: Vec<u32>,
    /// Drawn up to here.
    until: SimTime,
    pub rng: Option<Rng>,
}

impl Latents {
    pub fn reset(&mut self) {
        self.bad.clear();
        self.until = SimTime::ZERO;
        self.rng = None;
    }
}

impl CopyState {
    /// Draws what has gone bad up to `now`.
    pub(super) fn draw_latent(&mut self, law: LatentErrors, now: SimTime) {
        let last = match law.scrub_every.map(crate::quantity::Span::as_microseconds) {
            Some(every) if every > 0 => SimTime::from_microseconds(now.as_microseconds() / every * every),
            Some(_) => now,
            None => SimTime::ZERO,
        };
        if last > self.latents.until {
            self.latents.bad.clear();
            self.latents.until = last;
        }
        let Some(mut rng) = self.latents.rng.take() else { return };
        let mut left = (now - self.latents.until).as_seconds() / law.mean_seconds * self.hosts.len() as f64;
        loop {
            let unit: f64 = Exp1.sample(&mut rng);
            left -= unit;
            if left < 0.0 {
                break;
            }
            let host = below(self.hosts.len(), &mut rng);
            let nth = below(self.placed.of_host(host).len().max(1), &mut rng);
            let Some(slot) = self.placed.of_host(host).get(nth).copied() else { continue };
            // A node that has lost its data has nothing that could go bad.
            let lost = self.is_whole(host) || self.is_lost(slot);
            if !lost && !self.latents.bad.contains(&slot) {
                self.latents.bad.push(slot);
            }
        }
        self.latents.rng = Some(rng);
        self.latents.until = now;
    }

    /// A host has lost its data: what was bad there is gone with them, and what is bad in the same stripes elsewhere is found and lost too.
    pub(super) fn find_latent(&mut self, host: usize) {
        let mut bad = std::mem::take(&mut self.latents.bad);
        bad.retain(|slot| self.placed.hosts[*slot as usize] as usize != host);
        if !bad.is_empty() {
            self.unfold();
            bad.retain(|slot| {
                let read = self.has_gap(self.placed.stripe(*slot));
                if read {
                    self.lose_slot(*slot);
                }
                !read
            });
        }
        self.latents.bad = bad;
    }
}

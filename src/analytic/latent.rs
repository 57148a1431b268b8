//! Faults that nobody sees until the data are needed: unreadable sectors, silent deaths, audits and scrubbing.
//!
//! Times and rates are in any one unit, the same within one call; no scenario.

use super::durability::any_of;
use super::markov::Chain;
use super::quadrature;

/// Chance of at least one unreadable bit while reading `bits`, each unreadable with chance `per_bit`: `1 - (1 - p)^bits`.
///
/// Independent bits; makers state `per_bit` as one error in 1e14 to 1e17. `None` unless `per_bit` is a probability and
/// `bits` 0 or more.
///
/// ```
/// use drsim::analytic::latent::unreadable;
/// // Nine surviving disks of 10 TB at 1e-15: 0.72 errors on average, 1 - exp(-0.72).
/// assert!((unreadable(9.0 * 10e12 * 8.0, 1e-15).unwrap() - 0.513_25).abs() < 1e-5);
/// ```
#[must_use]
pub fn unreadable(bits: f64, per_bit: f64) -> Option<f64> {
    any_of(per_bit, bits)
}

/// Chance that something of `units` parts, each of exponential life with mean `mean`, is lost by `t` without any audit.
///
/// `1 - exp(-units t / mean)`. `None` unless `mean` is above 0 and the others 0 or more. Source: Altman and Landau,
/// *International Journal of Digital Curation* 15, 2020, calibration without auditing.
///
/// ```
/// use drsim::analytic::latent::loss_without_audit;
/// // A document of 50 sectors, half-life 5 million h each, 100 000 h: half of all documents.
/// let mean = 5e6 / std::f64::consts::LN_2;
/// assert!((loss_without_audit(50.0, mean, 1e5).unwrap() - 0.5).abs() < 1e-14);
/// ```
#[must_use]
pub fn loss_without_audit(units: f64, mean: f64, t: f64) -> Option<f64> {
    (units >= 0.0 && mean > 0.0 && t >= 0.0).then(|| -libm::expm1(-units * t / mean))
}

/// Full copies on servers that die silently; audits at fixed intervals replace the dead from any survivor, at once.
///
/// Shocks come as a Poisson stream and each kills `shock_span` of the live servers at one instant.
///
/// ```
/// use drsim::analytic::latent::AuditedCopies;
/// // Two copies, mean life 10, audit each 1, ten times, no shocks: 1 - (1 - (1 - exp(-0.1))^2)^10.
/// let pair = AuditedCopies { copies: 2, death: 0.1, shock: 0.0, shock_span: 0, interval: 1.0 };
/// let once = (1.0 - (-0.1f64).exp()).powi(2);
/// assert!((pair.loss_after(10).unwrap() - (1.0 - (1.0 - once).powi(10))).abs() < 1e-12);
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct AuditedCopies {
    /// Copies after each audit.
    pub copies: u32,
    /// Silent deaths of a server per unit of time.
    pub death: f64,
    /// Shocks per unit of time.
    pub shock: f64,
    /// Live servers that a shock kills, all if fewer are left.
    pub shock_span: u32,
    /// Time from one audit to the next.
    pub interval: f64,
}

impl AuditedCopies {
    /// Chance that some one of `audits` audits, the first one interval after the start, finds every copy dead.
    ///
    /// Between audits the number of live copies is a Markov chain that only falls, solved by uniformisation; every audit
    /// starts anew, so intervals are independent. `None` without copies or interval, for rates that are not above 0
    /// together, and where it takes too much work. Source: Altman and Landau, *International Journal of Digital Curation*
    /// 15, 2020.
    #[must_use]
    pub fn loss_after(&self, audits: u32) -> Option<f64> {
        let rates = self.death >= 0.0 && self.shock >= 0.0 && (self.death + self.shock).is_finite();
        if !rates || self.copies == 0 || self.interval.is_nan() || self.interval <= 0.0 {
            return None;
        }
        let mut chain = Chain::new(self.copies as usize + 1);
        for live in 1..=self.copies {
            let moves = [(live - 1, f64::from(live) * self.death), (live.saturating_sub(self.shock_span), self.shock)];
            for (to, rate) in moves.into_iter().filter(|(to, rate)| *to != live && *rate > 0.0) {
                chain.add(live as usize, to as usize, rate);
            }
        }
        let mut start = vec![0.0; chain.len()];
        start[self.copies as usize] = 1.0;
        let mut dead = vec![false; chain.len()];
        dead[0] = true;
        any_of(chain.ever_within(&start, &dead, self.interval)?, f64::from(audits))
    }
}

/// Two replicas with visible and latent faults, and audits that find the latent ones.
///
/// The first fault, at `1 / visible_mean` or `1 / latent_mean`, opens a window; a second fault within it is a loss. As
/// published both rates are those of the pair, not of each side. Source: Baker and others, *A fresh look at the
/// reliability of long-term digital storage*, European Conference on Computer Systems 2006.
///
/// ```
/// use drsim::analytic::latent::MirroredFaults;
/// let disks = MirroredFaults {
///     visible_mean: 120_000.0, latent_mean: 9.7 * 8760.0, visible_repair: 1.4, latent_window: 1460.0, correlation: 1.0,
///     visible_then_visible: 1.0, visible_then_latent: 1.0, latent_then_visible: 1.0, latent_then_latent: 0.0,
/// };
/// assert!((disks.mttdl_visible() / 8760.0 / 1.174e6 - 1.0).abs() < 1e-3); // 120 000^2 / 1.4 h, 1.2e6 years printed
/// assert!((disks.mttdl_audited() / 6.97e6 - 1.0).abs() < 1e-3); // 7.0e6 h printed: audits every four months
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct MirroredFaults {
    /// Mean time to a visible fault (MV).
    pub visible_mean: f64,
    /// Mean time to a latent fault (ML).
    pub latent_mean: f64,
    /// Mean time to repair a visible fault (MRV).
    pub visible_repair: f64,
    /// Mean time until a latent fault is found, half the audit interval, plus its repair (MDL + MRL).
    pub latent_window: f64,
    /// Factor on the mean times of second faults, at most 1, 1 when independent (alpha).
    pub correlation: f64,
    /// Chance that a visible fault after a visible one hits the same data (beta VV).
    pub visible_then_visible: f64,
    /// Chance that a latent fault after a visible one hits the same data (beta LV of the paper).
    pub visible_then_latent: f64,
    /// Chance that a visible fault after a latent one hits the same data (beta VL of the paper).
    pub latent_then_visible: f64,
    /// Chance that a latent fault after a latent one hits the same data (beta LL).
    pub latent_then_latent: f64,
}

impl MirroredFaults {
    /// Mean time to data loss as if there were only visible faults: `alpha MV^2 / (beta_VV MRV)`.
    #[must_use]
    pub fn mttdl_visible(&self) -> f64 {
        self.correlation * self.visible_mean * self.visible_mean / (self.visible_then_visible * self.visible_repair)
    }

    /// Mean time to data loss when nobody ever looks: a latent fault is as good as a loss.
    ///
    /// `alpha MV^2 / (MRV (beta_VV ML + beta_LV MV) / ML + alpha MV^2 / ML)`.
    #[must_use]
    pub fn mttdl_never_audited(&self) -> f64 {
        let (visible, latent) = (self.visible_mean, self.latent_mean);
        let both = self.visible_then_visible * latent + self.visible_then_latent * visible;
        let squared = self.correlation * visible * visible;
        squared / (self.visible_repair * both / latent + squared / latent)
    }

    /// Mean time to data loss with audits, as published: holds while both windows are much shorter than both means.
    ///
    /// `alpha MV^2 / (MRV (beta_VV + k beta_LV) + k (MDL + MRL) (beta_VL + k beta_LL))`, `k = MV / ML`.
    #[must_use]
    pub fn mttdl_audited(&self) -> f64 {
        let ratio = self.visible_mean / self.latent_mean;
        let after_visible = self.visible_then_visible + ratio * self.visible_then_latent;
        let after_latent = self.latent_then_visible + ratio * self.latent_then_latent;
        let windows = self.visible_repair * after_visible + ratio * self.latent_window * after_latent;
        self.correlation * self.visible_mean * self.visible_mean / windows
    }

    /// Mean time to data loss of the same model for windows of any length, exponentially distributed.
    ///
    /// With first faults at `a` and `b`, second ones at `v` and `w`, and mean times `s`, `u` in the windows until repair or
    /// loss, a cycle takes `1 + a s + b u` and loses at `a s v + b u w`, both over `a + b`.
    #[must_use]
    pub fn mttdl_exact(&self) -> f64 {
        let (first_visible, first_latent) = (1.0 / self.visible_mean, 1.0 / self.latent_mean);
        let second = |visible: f64, latent: f64| (visible * first_visible + latent * first_latent) / self.correlation;
        let after_visible = second(self.visible_then_visible, self.visible_then_latent);
        let after_latent = second(self.latent_then_visible, self.latent_then_latent);
        let in_visible = first_visible * self.visible_repair / (1.0 + self.visible_repair * after_visible);
        let in_latent = first_latent * self.latent_window / (1.0 + self.latent_window * after_latent);
        (1.0 + in_visible + in_latent) / (in_visible * after_visible + in_latent * after_latent)
    }
}

/// Mean time to data loss of `copies` replicas with visible faults alone, as published: `alpha^(r-1) MV^r / MRV^(r-1)`.
///
/// `correlation` is alpha. `None` without copies or unless all others are above 0. Source: Baker and others, European Conference on Computer Systems 2006.
///
/// ```
/// use drsim::analytic::latent::mttdl_replicated;
/// assert!((mttdl_replicated(3, 1000.0, 10.0, 0.5).unwrap() - 0.25 * 1e9 / 100.0).abs() < 1e-6);
/// ```
#[must_use]
pub fn mttdl_replicated(copies: u32, visible_mean: f64, visible_repair: f64, correlation: f64) -> Option<f64> {
    let fits = copies > 0 && visible_mean > 0.0 && visible_repair > 0.0 && correlation > 0.0;
    let gain = correlation * visible_mean / visible_repair;
    fits.then(|| visible_mean * libm::pow(gain, f64::from(copies) - 1.0))
}

/// One-parity groups whose drives fail by a Weibull law and carry latent defects until they are scrubbed.
///
/// ```
/// use drsim::analytic::latent::ScrubbedGroup;
/// let group = ScrubbedGroup {
///     drives: 8, exposed: 7, life_scale: 461_386.0, life_shape: 1.12, latent_mean: 9259.0, scrub_mean: Some(156.02),
/// };
/// // 1.2443 failures of a drive in ten years, each with a defect elsewhere with chance 1 - (1 - 0.016 571)^7 = 0.1104.
/// assert!((group.double_failures_by(87_600.0).unwrap() - 0.1374).abs() < 1e-4);
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ScrubbedGroup {
    /// Drives of the group.
    pub drives: u32,
    /// Drives whose latent defects a failure exposes: the others, `drives - 1`.
    pub exposed: u32,
    /// Weibull scale of a drive's life.
    pub life_scale: f64,
    /// Weibull shape of a drive's life, 1 or more.
    pub life_shape: f64,
    /// Mean time to a latent defect of a drive without one, exponential.
    pub latent_mean: f64,
    /// Mean time from a defect to its end by scrubbing; `None` when nobody scrubs.
    pub scrub_mean: Option<f64>,
}

impl ScrubbedGroup {
    /// Expected failures of a drive by `t` that meet a latent defect on another one; first order.
    ///
    /// Drives fail at the hazard of their first life, `(t / scale)^shape` each: renewals change it by less than its own
    /// square. A defect is outstanding on a drive for the share `scrub / (latent + scrub)` of time, and without scrubbing
    /// with chance `1 - exp(-t / latent)`. Two failures that overlap are left out ([`super::durability::Stripe`]).
    /// `None` where over 0.2 failures per drive are expected, for a shape below 1, and unless all means are above 0.
    ///
    /// Against the plots of Elerath and Pecht, *IEEE Transactions on Computers* 58, 2009: within 13 % without scrub and for
    /// scrubs of 336, 168 and 48 h. Not for 12 h (15.6 in 1000 groups, about 10 read off: the least scrub time of 6 h alone
    /// keeps that many defects) nor for rare defects (14.5, about 38 read off: a tenth of the defects must give about a tenth).
    #[must_use]
    pub fn double_failures_by(&self, t: f64) -> Option<f64> {
        let scrub = self.scrub_mean.unwrap_or(1.0);
        let means = self.life_scale > 0.0 && self.latent_mean > 0.0 && scrub > 0.0;
        let fails = libm::pow(t / self.life_scale, self.life_shape);
        if !means || !(1.0..f64::INFINITY).contains(&self.life_shape) || !(0.0..=0.2).contains(&fails) {
            return None;
        }
        let failures = f64::from(self.drives) * fails;
        let others = f64::from(self.exposed);
        if self.scrub_mean.is_some() {
            return Some(failures * any_of(scrub / (self.latent_mean + scrub), others)?);
        }
        if t == 0.0 {
            return Some(0.0);
        }
        // Share of the failures that come while all others are still without a defect.
        let quick = (self.latent_mean / others).min(t);
        let [clean] = quadrature::mean(t, quick, &[], |at| {
            let rate = self.life_shape * libm::pow(at / t, self.life_shape - 1.0);
            [rate * libm::exp(-others * at / self.latent_mean)]
        })?;
        Some(failures * (1.0 - clean))
    }
}

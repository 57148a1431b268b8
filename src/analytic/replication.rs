//! Asynchronous replication: what waits for a slow link, and what an event loses.
//!
//! A fluid first in, first out; times in seconds, data in bytes, rates in bytes per second.

/// Asynchronous replication of a steady stream of writes, first in first out.
///
/// ```
/// use drsim::analytic::replication::Replication;
/// // 125 MB/s of writes over a link of 100 MB/s, 5 s away: after a burst of 600 s 15 GB wait.
/// let burst = Replication { write_rate: 125e6, link_rate: 100e6, lag_s: 5.0 };
/// assert_eq!(burst.backlog_bytes(600.0), 15e9);
/// assert_eq!(burst.recovery_point_s(600.0), 124.0); // 15 GB waiting and 0.5 GB on the way, at 125 MB/s
/// assert_eq!(burst.drain_s(600.0, 25e6), Some(200.0)); // 15 GB at 100 - 25 MB/s
/// ```
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Replication {
    /// Bytes written per second.
    pub write_rate: f64,
    /// Bytes that cross per second.
    pub link_rate: f64,
    /// Time from a write to the other side when nothing waits.
    pub lag_s: f64,
}

impl Replication {
    /// Bytes that wait for the link after writes at this rate for `burst_s`, nothing before: `max(0, w - b) t`.
    #[must_use]
    pub fn backlog_bytes(&self, burst_s: f64) -> f64 {
        (self.write_rate - self.link_rate).max(0.0) * burst_s
    }

    /// Bytes that an event then loses: those waiting, plus those on the way, `min(w, b) lag`.
    ///
    /// Without backlog this is the lag times the write rate. Holds once the lag has passed since the stream began.
    #[must_use]
    pub fn at_risk_bytes(&self, burst_s: f64) -> f64 {
        self.backlog_bytes(burst_s) + self.write_rate.min(self.link_rate) * self.lag_s
    }

    /// Age of the newest write that has arrived at the end of the burst: the bytes at risk over the write rate.
    ///
    /// What was written at `u` arrives at `u w / b + lag`, so the age is `t - (t - lag) b / w`; the lag alone if `w <= b`.
    #[must_use]
    pub fn recovery_point_s(&self, burst_s: f64) -> f64 {
        self.at_risk_bytes(burst_s) / self.write_rate
    }

    /// Time until nothing waits any more when writes go on at `then_rate` after the burst: `backlog / (b - w')`.
    ///
    /// `None` when a backlog never drains.
    #[must_use]
    pub fn drain_s(&self, burst_s: f64, then_rate: f64) -> Option<f64> {
        let backlog = self.backlog_bytes(burst_s);
        let spare = self.link_rate - then_rate;
        if backlog == 0.0 {
            return Some(0.0);
        }
        (spare > 0.0).then(|| backlog / spare)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replication_against_a_queue_of_blocks() {
        // 100 blocks a second into a link that takes 80, 2.5 s away; then the other way round.
        for (write, link, lag) in [(100.0, 80.0, 2.5), (80.0, 100.0, 2.5)] {
            let model = Replication { write_rate: write, link_rate: link, lag_s: lag };
            let end = 60.0;
            let mut free = 0.0f64;
            let (mut newest, mut missing, mut waiting) = (0.0, 0, 0);
            for block in 0..(end * write) as u32 {
                let written = f64::from(block) / write;
                free = free.max(written) + 1.0 / link;
                if free + lag <= end {
                    newest = written;
                } else {
                    missing += 1;
                }
                waiting += u32::from(free > end);
            }
            assert!((end - newest - model.recovery_point_s(end)).abs() < 2.0 / link, "{newest}");
            assert!((f64::from(missing) - model.at_risk_bytes(end)).abs() < 2.5, "{missing}");
            assert!((f64::from(waiting) - model.backlog_bytes(end)).abs() < 2.5, "{waiting}");
        }
    }

    #[test]
    fn a_backlog_drains_second_by_second() {
        let burst = Replication { write_rate: 90e6, link_rate: 60e6, lag_s: 1.0 };
        let mut waiting = burst.backlog_bytes(100.0);
        let mut seconds = 0;
        while waiting > 0.0 {
            waiting -= 60e6 - 15e6;
            seconds += 1;
        }
        let exact = burst.drain_s(100.0, 15e6).unwrap();
        assert!(f64::from(seconds) >= exact && f64::from(seconds) < exact + 1.0);
        assert_eq!(burst.drain_s(100.0, 60e6), None);
        assert_eq!(Replication { write_rate: 10e6, ..burst }.drain_s(100.0, 90e6), Some(0.0));
    }
}

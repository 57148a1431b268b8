//! Points in time that a backup can go back to.

use crate::model::{JobKind, Retention};
use crate::quantity::{SECONDS_PER_YEAR, SimTime};

const DAY: f64 = 86_400.0;

/// One point: the data as they were when its job began.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::simulation) struct Point {
    /// The moment it goes back to.
    pub at: SimTime,
    /// When its job was done.
    pub done: SimTime,
    pub kind: JobKind,
    /// Stored bytes.
    pub bytes: f64,
    /// The point it builds on.
    pub needs: Option<SimTime>,
    /// It cannot be restored, and nobody knows.
    pub bad: bool,
}

/// The points of one backup, oldest first.
#[derive(Clone, Debug, Default)]
pub(in crate::simulation) struct Points(Vec<Point>);

impl Points {
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Newest first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Point> {
        self.0.iter().rev()
    }

    /// Oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Point> {
        self.0.iter()
    }

    pub fn find(&self, at: SimTime) -> Option<&Point> {
        self.0.binary_search_by_key(&at, |point| point.at).ok().map(|index| &self.0[index])
    }

    /// The newest point of a kind.
    pub fn last_of(&self, kind: JobKind) -> Option<&Point> {
        self.newest_first().find(|point| point.kind == kind)
    }

    /// The newest point that another can build on.
    pub fn last_link(&self) -> Option<&Point> {
        self.newest_first().find(|point| point.kind != JobKind::Snapshot)
    }

    /// Adds a point; one of the same moment is replaced.
    pub fn add(&mut self, point: Point) {
        match self.0.binary_search_by_key(&point.at, |other| other.at) {
            Ok(index) => self.0[index] = point,
            Err(index) => self.0.insert(index, point),
        }
    }

    /// A point and all that it builds on, from the full on; `None` when a link is missing.
    pub fn chain(&self, at: SimTime) -> Option<Vec<Point>> {
        let mut links = vec![*self.find(at)?];
        while let Some(needed) = links.last().and_then(|link| link.needs) {
            links.push(*self.find(needed)?);
        }
        links.reverse();
        Some(links)
    }

    /// Forgets every point that `goes` with all that build on it, which nothing could bring back any more; returns their bytes.
    pub fn forget(&mut self, mut goes: impl FnMut(&Point) -> bool) -> f64 {
        let (mut freed, mut gone) = (0.0, Vec::new());
        self.0.retain(|point| {
            let builds_on_gone = point.needs.is_some_and(|needed| gone.binary_search(&needed).is_ok());
            let stays = !goes(point) && !builds_on_gone;
            if !stays {
                freed += point.bytes;
                gone.push(point.at);
            }
            stays
        });
        freed
    }

    /// Forgets what no rule keeps and nothing that is kept needs; returns the bytes. A point of which the rules are silent stays when there
    /// are no rules at all. What a job under way builds on is `in_use`.
    pub fn expire(&mut self, keep: &Retention, now: SimTime, in_use: &[SimTime]) -> f64 {
        if *keep == Retention::default() {
            return 0.0;
        }
        let mut kept: Vec<bool> = self
            .0
            .iter()
            .map(|point| keep.all.is_some_and(|age| now - point.at <= age) || in_use.contains(&point.at))
            .collect();
        for flag in kept.iter_mut().rev().take(keep.last as usize) {
            *flag = true;
        }
        let month = SECONDS_PER_YEAR / 12.0;
        let rules = [(keep.days, DAY), (keep.weeks, 7.0 * DAY), (keep.months, month), (keep.years, SECONDS_PER_YEAR)];
        for (count, seconds) in rules {
            let (mut left, mut last) = (count, None);
            for (point, flag) in self.0.iter().zip(&mut kept).rev() {
                let bucket = libm::floor(point.at.as_seconds() / seconds) as u64;
                if last != Some(bucket) {
                    if left == 0 {
                        break;
                    }
                    left -= 1;
                    last = Some(bucket);
                    *flag = true; // the last point of its day, week, month or year
                }
            }
        }
        for index in (0..self.0.len()).rev() {
            if kept[index]
                && let Some(needed) = self.0[index].needs
                && let Ok(base) = self.0.binary_search_by_key(&needed, |point| point.at)
            {
                kept[base] = true;
            }
        }
        let mut flags = kept.into_iter();
        self.forget(|_| !flags.next().unwrap_or(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Span;

    fn at(days: f64) -> SimTime {
        SimTime::ZERO + Span::from_seconds(days * DAY)
    }

    /// A full on day 0, 7, 14 …, incrementals on the other days.
    fn weekly(days: u32) -> Points {
        let mut points = Points::default();
        for day in 0..days {
            let kind = if day % 7 == 0 { JobKind::Full } else { JobKind::Incremental };
            let needs = (kind == JobKind::Incremental).then(|| at(f64::from(day) - 1.0));
            let (day, bytes) = (f64::from(day), if kind == JobKind::Full { 100.0 } else { 2.0 });
            points.add(Point { at: at(day), done: at(day + 0.1), kind, bytes, needs, bad: false });
        }
        points
    }

    fn days(points: &Points) -> Vec<u32> {
        points.iter().map(|point| (point.at.as_seconds() / DAY) as u32).collect()
    }

    #[test]
    fn a_chain_reaches_back_to_its_full() {
        let points = weekly(12);
        let chain: Vec<f64> = points.chain(at(10.0)).unwrap().iter().map(|link| link.bytes).collect();
        assert_eq!(chain, [100.0, 2.0, 2.0, 2.0]);
        let mut broken = points.clone();
        broken.forget(|point| point.at == at(8.0));
        assert!(broken.chain(at(10.0)).is_none(), "a link is missing");
        assert_eq!(
            days(&broken),
            [0, 1, 2, 3, 4, 5, 6, 7],
            "what built on it is gone too: the next increment must not"
        );
        assert_eq!(points.last_of(JobKind::Full).map(|point| point.at), Some(at(7.0)));
    }

    #[test]
    fn what_is_kept_keeps_what_it_needs() {
        let mut points = weekly(10);
        let freed = points.expire(&Retention { last: 1, ..Retention::default() }, at(10.0), &[]);
        assert_eq!(days(&points), [7, 8, 9], "the newest needs its incrementals and their full");
        assert!((freed - (100.0 + 6.0 * 2.0)).abs() < 1e-9, "{freed} bytes freed");
    }

    #[test]
    fn grandfather_father_son_keeps_one_of_each() {
        let mut points = Points::default();
        for day in 0..365 {
            let day = f64::from(day);
            let kind = JobKind::Full;
            points.add(Point { at: at(day), done: at(day), kind, bytes: 1.0, needs: None, bad: false });
        }
        let keep = Retention { days: 7, weeks: 4, months: 12, ..Retention::default() };
        points.expire(&keep, at(365.0), &[]);
        let kept = days(&points);
        // Seven days; the last days of four weeks, two of which are among the seven; those of twelve months, one of which is.
        assert_eq!(kept.len(), 7 + 2 + 11, "{kept:?}");
        assert!(kept.ends_with(&[334, 349, 356, 358, 359, 360, 361, 362, 363, 364]));
    }
}

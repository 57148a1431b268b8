//! Schedules and working hours, from the calendar to moments of a trial.

use super::calendar::Clock;
use super::{Lowering, grouped};
use crate::quantity::words::duration;
use crate::quantity::{SimTime, Span};
use crate::scenario::source::Place;
use crate::scenario::written::backup::Schedule;
use crate::scenario::written::plan::{Hours, TimeOfDay};
use crate::scenario::written::read::At;
use cronexpr::{Crontab, FallbackTimezoneOption, MakeTimestamp, ParseOptions, parse_crontab_with};
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan as _};
use std::sync::Arc;

/// Most moments of all schedules together.
const MOMENTS_MAX: usize = 1_000_000;
/// Most working hours of all staff together.
const SHIFTS_MAX: usize = 1_000_000;

/// The fields of a cron line and what each may hold.
const FIELDS: [(&str, &str); 5] = [
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31"),
    ("month", "1 to 12 or JAN to DEC"),
    ("day of the week", "0 to 7 or SUN to SAT"),
];

impl Lowering<'_> {
    /// When jobs start, ascending, within the horizon.
    pub(super) fn starts(&mut self, schedule: &At<Schedule>, clock: &Clock, horizon: Span) -> Arc<[SimTime]> {
        let room = MOMENTS_MAX.saturating_sub(self.moments);
        let starts = match &schedule.value {
            Schedule::Every(every) => Some(regular(*every, horizon, room)),
            Schedule::Cron(line) => self.cron(line, schedule.place, clock, horizon, room),
        };
        let Some((starts, whole)) = starts else { return Arc::default() };
        if !whole {
            let line = match &schedule.value {
                Schedule::Every(every) => format!("every {}", duration(every.as_seconds())),
                Schedule::Cron(line) => format!("`{line}`"),
            };
            let message = format!(
                "{line} over {}, with the schedules before it, starts more than {} jobs",
                duration(horizon.as_seconds()),
                grouped(MOMENTS_MAX as u64)
            );
            self.problems
                .error("too-many", schedule.place, message)
                .help("use a shorter horizon, or `log` for what is shipped all the time");
            return Arc::default();
        }
        self.moments += starts.len();
        if starts.is_empty() {
            self.problems
                .error("never-fires", schedule.place, "this schedule starts nothing within the horizon")
                .help("check the days and months, or make `horizon` longer");
        }
        starts.into()
    }

    fn cron(
        &mut self,
        line: &str,
        place: Place,
        clock: &Clock,
        horizon: Span,
        room: usize,
    ) -> Option<(Vec<SimTime>, bool)> {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        for (at, field) in fields.iter().enumerate() {
            let mut alone = ["*"; 5];
            alone[at] = field;
            if parsed(&alone).is_none() {
                let (what, range) = FIELDS[at.min(4)];
                self.problems
                    .error("bad-cron", place, format!("`{field}` cannot be the {what} of a cron line"))
                    .help(format!("use {range}, `*`, lists (`1,3`), ranges (`1-5`) or steps (`*/2`)"));
                return None;
            }
        }
        let [minute, hour, day, month, weekday] = fields[..] else { return None };
        let (times, days) = (parsed(&[minute, hour, "*", "*", "*"])?, parsed(&["0", "0", day, month, weekday])?);
        let times = times_of_day(&times);
        // What runs in every hour follows the clock on the wall; what runs at an hour runs once on every day.
        let hourly = hour.starts_with('*');
        let (mut starts, mut whole) = (Vec::new(), true);
        'days: for date in matching_days(&days, clock.start.date()) {
            for time in &times {
                let local = date.to_datetime(*time);
                let mut begun = false;
                for moment in instants(&clock.zone, local, hourly) {
                    let Some(moment) = clock.since_start(moment) else { continue };
                    if moment.since(SimTime::ZERO) < horizon {
                        starts.push(moment);
                        begun = true;
                    }
                }
                if !begun
                    && clock.moment(local).is_none_or(|moment| moment.since(SimTime::ZERO) >= horizon)
                    && local > clock.start
                {
                    break 'days;
                }
                if starts.len() > room {
                    whole = false;
                    break 'days;
                }
            }
        }
        starts.sort_unstable();
        starts.dedup();
        Some((starts, whole))
    }

    /// Working hours over the horizon; empty when somebody is always there.
    pub(super) fn shifts(
        &mut self,
        hours: Option<&At<Hours>>,
        clock: &Clock,
        horizon: Span,
    ) -> Arc<[(SimTime, SimTime)]> {
        let Some(hours) = hours else { return Arc::default() };
        let (weekdays, weekends) = (hours.value.weekdays.map(|at| at.value), hours.value.weekends.map(|at| at.value));
        if weekdays.is_none() && weekends.is_none() {
            if !hours.value.broken {
                self.problems
                    .error("missing-key", hours.place, "`hours` says neither `weekdays` nor `weekends`")
                    .help("write `hours = { weekdays = \"08:00-20:00\" }`, or leave `hours` out: always there");
            }
            return Arc::default();
        }
        let end = SimTime::ZERO + horizon;
        let mut shifts: Vec<(SimTime, SimTime)> = Vec::new();
        // The night before the start may run into it.
        let mut day = clock.start.date().yesterday().unwrap_or_else(|_| clock.start.date());
        loop {
            let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            if let Some(part) = if weekend { weekends } else { weekdays } {
                let Some((from, to)) = shift(day, part, clock) else { break };
                if from >= end {
                    break;
                }
                let to = to.min(end);
                match shifts.last_mut() {
                    Some(last) if last.1 >= from => last.1 = last.1.max(to),
                    _ if to > from => shifts.push((from, to)),
                    _ => {}
                }
            }
            let Ok(next) = day.tomorrow() else { break };
            day = next;
            let past = clock.moment(day.to_datetime(Time::MIN)).is_some_and(|midnight| midnight >= end);
            if past {
                break;
            }
            if self.shifts + shifts.len() > SHIFTS_MAX {
                let message = format!(
                    "hours over {}, with those of other staff, are more than {} shifts",
                    duration(horizon.as_seconds()),
                    grouped(SHIFTS_MAX as u64)
                );
                self.problems.error("too-many", hours.place, message).help("use a shorter horizon or fewer staff");
                return Arc::default();
            }
        }
        self.shifts += shifts.len();
        if shifts.is_empty() {
            // No list would mean that they are always there.
            shifts.push((end, end));
        }
        shifts.into()
    }
}

/// A cron line in plain civil time.
fn parsed(fields: &[&str; 5]) -> Option<Crontab> {
    // Hashed values are off; the zone is applied afterwards, so that no database but the crate's is asked.
    let mut options = ParseOptions::default();
    options.fallback_timezone_option = FallbackTimezoneOption::UTC;
    parse_crontab_with(&fields.join(" "), options).ok()
}

/// Times of a day at which a cron line fires.
fn times_of_day(times: &Crontab) -> Vec<Time> {
    let midnight = Timestamp::UNIX_EPOCH;
    let Ok(eve) = midnight.checked_sub(1.minute()) else { return Vec::new() };
    let Ok(all) = times.iter_after(MakeTimestamp(eve)) else { return Vec::new() };
    let day = all.map_while(Result::ok).take_while(|at| at.date() == Date::constant(1970, 1, 1));
    day.map(|at| at.time()).collect()
}

/// Days from `first` on at which a cron line fires at midnight.
fn matching_days(days: &Crontab, first: Date) -> impl Iterator<Item = Date> {
    let (mut next, mut failures) = (Some(first), 0);
    std::iter::from_fn(move || {
        loop {
            // One minute before midnight, so that a single step leads to the next day.
            let eve = next?.to_datetime(Time::MIN).checked_sub(1.minute()).ok()?;
            let eve = eve.to_zoned(TimeZone::UTC).ok()?.timestamp();
            if let Ok(found) = days.find_next(MakeTimestamp(eve)) {
                next = found.date().tomorrow().ok();
                return Some(found.date());
            }
            // Nothing in four years: a 29 February that is a Sunday may be forty years away.
            next = next.filter(|_| failures < 10).and_then(|from| from.checked_add(4.years()).ok());
            failures += 1;
        }
    })
}

/// Moments of a local time: none, one, or two where the clock is set back.
fn instants(zone: &TimeZone, local: DateTime, hourly: bool) -> impl Iterator<Item = Timestamp> {
    let at = |offset: jiff::tz::Offset| offset.to_timestamp(local).ok();
    let both = match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => [at(offset), None],
        // The hour is left out: what runs in every hour runs in those around it.
        AmbiguousOffset::Gap { .. } if hourly => [None, None],
        AmbiguousOffset::Gap { before, .. } => [at(before), None],
        AmbiguousOffset::Fold { before, after } => [at(before), at(after).filter(|_| hourly)],
    };
    both.into_iter().flatten()
}

/// Moments from the start on at a fixed distance, and whether that is all of them.
fn regular(every: Span, horizon: Span, room: usize) -> (Vec<SimTime>, bool) {
    let count = horizon.as_microseconds().div_ceil(every.as_microseconds());
    if count > room as u64 {
        return (Vec::new(), false);
    }
    ((0..count).map(|nth| SimTime::ZERO + every.times(nth)).collect(), true)
}

/// One day's hours as simulated time; `None` past the calendar.
fn shift(day: Date, part: TimeOfDay, clock: &Clock) -> Option<(SimTime, SimTime)> {
    let local = |minutes: u16| {
        let midnight = day.to_datetime(Time::MIN);
        midnight.checked_add(i64::from(minutes).minutes()).ok()
    };
    let end = if part.end > part.begin { part.end } else { part.end + 24 * 60 };
    let (begin, end) = (local(part.begin)?, local(end)?);
    // What lies before the start is cut off.
    let at = |local: DateTime| clock.moment(local).or_else(|| (local <= clock.start).then_some(SimTime::ZERO));
    Some((at(begin)?, at(end)?))
}

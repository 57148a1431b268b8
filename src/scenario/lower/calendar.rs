//! Calendar to simulated time: the start, windows of a promise, seasons.

use super::Lowering;
use crate::model::Season;
use crate::quantity::{SimTime, Span};
use crate::scenario::source::Place;
use crate::scenario::written::read::At;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// Most windows of a promise: a thousand years of months.
const WINDOWS_MAX: i32 = 12_000;
/// Days in a year as the model counts them.
const DAYS_PER_YEAR: f64 = 365.25;

/// The start, on the calendar.
pub(super) struct Clock {
    pub(super) start: DateTime,
    pub(super) zone: TimeZone,
    /// Windows by month and by year, counted once for all services.
    counted: [std::cell::OnceCell<Vec<SimTime>>; 2],
}

impl Clock {
    /// Simulated time of a local moment; `None` before the start.
    pub(super) fn moment(&self, local: DateTime) -> Option<SimTime> {
        self.since_start(self.zone.to_zoned(local).ok()?.timestamp())
    }

    /// What clocks show instead of a local moment that summer time leaves out.
    pub(super) fn instead_of(&self, local: DateTime) -> Option<DateTime> {
        let shown = self.zone.to_zoned(local).ok()?.datetime();
        (shown != local).then_some(shown)
    }

    /// Simulated time of a moment; `None` before the start.
    pub(super) fn since_start(&self, at: jiff::Timestamp) -> Option<SimTime> {
        let start = self.zone.to_zoned(self.start).ok()?.timestamp();
        u64::try_from(at.as_microsecond() - start.as_microsecond()).ok().map(SimTime::from_microseconds)
    }

    /// Ends of the full months or years from the start on, within the horizon.
    pub(super) fn windows(&self, monthly: bool, horizon: Span) -> &[SimTime] {
        self.counted[usize::from(monthly)].get_or_init(|| self.count(monthly, horizon))
    }

    fn count(&self, monthly: bool, horizon: Span) -> Vec<SimTime> {
        let mut ends = Vec::new();
        for nth in 1..=WINDOWS_MAX {
            let step = if monthly { jiff::Span::new().try_months(nth) } else { jiff::Span::new().try_years(nth) };
            // Past the calendar's last year there are no more windows.
            let Some(end) = step.and_then(|step| self.start.checked_add(step)).ok().and_then(|end| self.moment(end))
            else {
                break;
            };
            if end.since(SimTime::ZERO) > horizon {
                break;
            }
            ends.push(end);
        }
        ends
    }

    /// Beginning of the first full calendar month within the horizon and end of each full one; empty when there is none.
    pub(super) fn calendar_months(&self, horizon: Span) -> Vec<SimTime> {
        let first = self.start.first_of_month().with().time(jiff::civil::Time::MIN).build();
        let Ok(first) = first else { return Vec::new() };
        let mut borders = Vec::new();
        for nth in 0..=WINDOWS_MAX {
            let border = jiff::Span::new().try_months(nth).and_then(|step| first.checked_add(step)).ok();
            let Some(border) = border else { break };
            // The month in which the start lies is full only when it begins there.
            if border < self.start {
                continue;
            }
            match self.moment(border) {
                Some(at) if at.since(SimTime::ZERO) <= horizon => borders.push(at),
                _ => break,
            }
        }
        if borders.len() < 2 { Vec::new() } else { borders }
    }

    /// Whether months (or years) counted from the start are those of the calendar.
    pub(super) fn aligned(&self, monthly: bool) -> bool {
        self.start.day() == 1 && (monthly || self.start.month() == 1) && self.start.time() == jiff::civil::Time::MIN
    }
}

impl Lowering<'_> {
    pub(super) fn clock(&mut self) -> Clock {
        let start =
            self.file.start.as_ref().map_or(jiff::civil::datetime(2026, 1, 1, 0, 0, 0, 0), |start| start.value.0);
        let zone = match &self.file.timezone {
            None => TimeZone::UTC,
            // The database of the crate, never that of the machine: results must not depend on it.
            Some(name) => TimeZoneDatabase::bundled().get(&name.value).unwrap_or_else(|_| {
                self.problems
                    .error("unknown-timezone", name.place, format!("unknown time zone `{}`", name.value))
                    .help("use an IANA name such as `Asia/Shanghai` or `UTC`");
                TimeZone::UTC
            }),
        };
        let place = self.file.start.as_ref().map_or(Place::default(), |start| start.place);
        if zone.to_zoned(start).is_err() {
            self.problems.error("out-of-range", place, "the start lies outside the calendar");
        }
        let clock = Clock { start, zone, counted: <_>::default() };
        self.skipped_hour(start, place, &clock);
        clock
    }

    /// A local time that no clock shows.
    pub(super) fn skipped_hour(&mut self, local: DateTime, place: Place, clock: &Clock) {
        if let Some(instead) = clock.instead_of(local) {
            let (date, time) = (local.date(), local.time());
            let zone = clock.zone.iana_name().unwrap_or("its zone");
            self.problems
                .error(
                    "skipped-hour",
                    place,
                    format!("there is no {time} on {date} in `{zone}`: clocks go forward over it"),
                )
                .help(format!("write `{date} {}`, which is when it would be", instead.time()));
        }
    }

    /// A season such as `Jul-Sep`, as shares of the year from the start.
    pub(super) fn season(&mut self, written: &At<String>, clock: &Clock) -> Option<Season> {
        let (first, last) = written.value.split_once('-').unwrap_or((&written.value, &written.value));
        let (Some(first), Some(last)) = (month(first), month(last)) else {
            self.problems
                .error("bad-season", written.place, format!("`{}` is not a season", written.value))
                .help("write months such as `Jul-Sep`, `Dec-Feb` or `Jun`");
            return None;
        };
        let after = last % 12 + 1;
        if after == first {
            self.problems.warn("no-effect", written.place, "the season is the whole year").help("leave it out");
            return None;
        }
        // Days of a common year: which day of February is counted matters less than the model's year of 365.25 days.
        let day = |month: i8| f64::from(jiff::civil::date(2025, month, 1).day_of_year()) - 1.0;
        let days = |from: f64, to: f64| (to - from).rem_euclid(365.0);
        let started = f64::from(clock.start.date().day_of_year()) - 1.0;
        let begins = days(started.min(364.0), day(first)) / DAYS_PER_YEAR;
        Some(Season { begins, lasts: days(day(first), day(after)) / DAYS_PER_YEAR })
    }
}

/// Number of a month from its name.
fn month(text: &str) -> Option<i8> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const FULL: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let text = text.trim().to_lowercase();
    if let Some(number) = text.strip_suffix('月') {
        return number.trim().parse().ok().filter(|number| (1..=12).contains(number));
    }
    let at = NAMES.iter().position(|name| *name == text).or_else(|| FULL.iter().position(|name| *name == text))?;
    Some(at as i8 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(year: i16, month: i8, day: i8, zone: &str) -> Clock {
        Clock {
            start: jiff::civil::datetime(year, month, day, 0, 0, 0, 0),
            zone: TimeZone::get(zone).unwrap(),
            counted: <_>::default(),
        }
    }

    #[test]
    fn months_have_their_own_lengths() {
        let clock = clock(2026, 1, 1, "UTC");
        let ends = clock.windows(true, Span::from_seconds(60.0 * 86_400.0));
        let days: Vec<f64> = ends.iter().map(|end| end.as_seconds() / 86_400.0).collect();
        assert_eq!(days, [31.0, 59.0]);
    }

    #[test]
    fn summer_time_shortens_march() {
        let clock = clock(2026, 3, 1, "Europe/Berlin");
        let ends = clock.windows(true, Span::from_seconds(40.0 * 86_400.0));
        assert_eq!(ends[0].as_seconds(), 31.0 * 86_400.0 - 3600.0);
    }

    #[test]
    fn calendar_months_leave_out_what_is_not_full() {
        let days = |days: f64| Span::from_seconds(days * 86_400.0);
        let in_days = |clock: &Clock, horizon: f64| {
            let borders = clock.calendar_months(days(horizon));
            borders.iter().map(|border| border.as_seconds() / 86_400.0).collect::<Vec<f64>>()
        };
        assert_eq!(in_days(&clock(2026, 1, 1, "UTC"), 60.0), [0.0, 31.0, 59.0]);
        // From 10 January: February lies between the days 22 and 50.
        assert_eq!(in_days(&clock(2026, 1, 10, "UTC"), 60.0), [22.0, 50.0]);
        assert!(in_days(&clock(2026, 1, 10, "UTC"), 49.0).is_empty());
        assert!(in_days(&clock(2026, 1, 1, "UTC"), 30.0).is_empty());
        assert_eq!(in_days(&clock(2026, 1, 1, "UTC"), 31.0), [0.0, 31.0]);
        // Summer time takes an hour of March.
        assert_eq!(in_days(&clock(2026, 3, 1, "Europe/Berlin"), 31.0), [0.0, 31.0 - 1.0 / 24.0]);
    }

    #[test]
    fn windows_are_capped() {
        assert_eq!(clock(2026, 1, 1, "UTC").windows(true, Span::MAX).len(), 12_000);
        assert_eq!(clock(2026, 1, 1, "UTC").windows(false, Span::MAX).len(), 9999 - 2026);
    }

    #[test]
    fn months_have_several_spellings() {
        assert_eq!(
            (month("Jul"), month("7月"), month("july"), month("13月"), month("x")),
            (Some(7), Some(7), Some(7), None, None)
        );
    }
}

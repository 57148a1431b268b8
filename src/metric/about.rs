//! What a metric is called, measured in, and better in which direction.

/// Unit of a metric's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// Share of a whole, 0 to 1.
    Share,
    /// Probability, 0 to 1.
    Probability,
    /// Seconds.
    Seconds,
    /// Seconds per year of 365.25 days.
    SecondsPerYear,
    /// Events per year of 365.25 days.
    PerYear,
    /// A count.
    Count,
    /// Bytes.
    Bytes,
    /// Money per year of 365.25 days, in the currency of the scenario.
    MoneyPerYear,
    /// Kilowatt-hours per year of 365.25 days.
    KilowattHoursPerYear,
    /// Kilograms per year of 365.25 days.
    KilogramsPerYear,
}

/// Which direction is better.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Better {
    /// More.
    Higher,
    /// Less.
    Lower,
    /// Neither.
    Neither,
}

/// The public face of a metric.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct About {
    /// Key in JSON, CSV, `[expect]` and `--metric`: `recovery_time_s`.
    pub key: &'static str,
    /// Name in English.
    pub label: &'static str,
    /// Name in Chinese.
    pub label_zh: &'static str,
    /// Unit of the value.
    pub unit: Unit,
    /// Direction.
    pub better: Better,
    /// One sentence: what is divided by what.
    pub definition: &'static str,
    /// True when it is a distribution over events with quantiles.
    pub distribution: bool,
}

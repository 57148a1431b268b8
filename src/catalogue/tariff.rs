//! Prices of object stores, as their providers list them.

use super::Standing;

/// Price of keeping data in a class of an object store.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct ObjectTariff {
    /// Name in a scenario.
    pub key: &'static str,
    /// What is priced.
    pub title: &'static str,
    /// Code of its currency.
    pub currency: &'static str,
    /// Bands of the amount that is kept, the last without an end.
    pub bands: &'static [Band],
    /// Where it stands.
    pub source: &'static str,
    /// When it stood there.
    pub date: &'static str,
    /// How sure it is.
    pub standing: Standing,
}

/// A band of a tariff: each price is for what lies within its band.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Band {
    /// Where it ends, in TB; nothing for the last one.
    pub up_to: Option<u64>,
    /// Millionths of a unit of the currency for each GB and month.
    pub micros: i64,
}

/// A tariff of one band.
macro_rules! flat {
    ($micros:literal) => {
        &[Band { up_to: None, micros: $micros }]
    };
}

const SOURCE: &str = "Amazon S3 pricing, US East (N. Virginia), aws.amazon.com/s3/pricing, from several copies";
const DATE: &str = "2024 to 2026";

const fn row(key: &'static str, title: &'static str, bands: &'static [Band]) -> ObjectTariff {
    ObjectTariff { key, title, currency: "USD", bands, source: SOURCE, date: DATE, standing: Standing::Reported }
}

/// All tariffs. Requests, retrieval and least times of keeping are not in them.
pub const TARIFFS: [ObjectTariff; 7] = [
    row(
        "aws-s3-standard",
        "AWS S3 Standard",
        &[
            Band { up_to: Some(50), micros: 23_000 },
            Band { up_to: Some(500), micros: 22_000 },
            Band { up_to: None, micros: 21_000 },
        ],
    ),
    row("aws-s3-infrequent-access", "AWS S3 Standard-Infrequent Access", flat!(12_500)),
    row("aws-s3-one-zone-infrequent-access", "AWS S3 One Zone-Infrequent Access", flat!(10_000)),
    row("aws-s3-glacier-instant", "AWS S3 Glacier Instant Retrieval", flat!(4_000)),
    row("aws-s3-glacier-flexible", "AWS S3 Glacier Flexible Retrieval", flat!(3_600)),
    row("aws-s3-glacier-deep-archive", "AWS S3 Glacier Deep Archive", flat!(990)),
    ObjectTariff {
        standing: Standing::Unchecked,
        ..row(
            "aws-s3-express-one-zone",
            "AWS S3 Express One Zone (one copy; the list was lowered later)",
            flat!(160_000),
        )
    },
];

/// The tariff of this name.
///
/// ```
/// use drsim::catalogue::tariff;
/// assert_eq!(tariff("aws-s3-standard").unwrap().bands[1].up_to, Some(500));
/// assert!(tariff("s3").is_none());
/// ```
#[must_use]
pub fn tariff(key: &str) -> Option<&'static ObjectTariff> {
    TARIFFS.iter().find(|tariff| tariff.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_ascend_and_the_last_is_open() {
        for tariff in &TARIFFS {
            let (last, before) = tariff.bands.split_last().unwrap();
            assert_eq!(last.up_to, None, "{}", tariff.key);
            assert!(before.windows(2).all(|pair| pair[0].up_to < pair[1].up_to), "{}", tariff.key);
            assert!(before.iter().all(|band| band.up_to.is_some()), "{}", tariff.key);
        }
    }
}

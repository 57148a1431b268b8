//! Promised availability and the credits that are owed below it, as cloud providers publish them.

use super::Standing;

/// A promise to customers: for each calendar month the credits that are owed below its bounds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Promise {
    /// Name in a scenario.
    pub key: &'static str,
    /// What is promised.
    pub title: &'static str,
    /// Bounds of availability and the share of the charges that is owed below them, both in percent, from the highest bound down.
    pub bands: &'static [(f64, f64)],
    /// Where it stands.
    pub source: &'static str,
    /// Date of that text.
    pub date: &'static str,
    /// How sure it is.
    pub standing: Standing,
}

/// All promises.
pub const PROMISES: [Promise; 8] = [
    Promise {
        key: "aws-compute-region",
        title: "AWS Compute (EC2, EBS, ECS, Fargate) in two or more zones of a region",
        bands: &[(99.99, 10.0), (99.0, 30.0), (95.0, 100.0)],
        source: "Amazon Compute Service Level Agreement, aws.amazon.com/compute/sla/historical",
        date: "2022-05-05",
        standing: Standing::Reported,
    },
    Promise {
        key: "aws-ec2-instance",
        title: "AWS EC2, one instance",
        bands: &[(99.5, 10.0), (99.0, 30.0), (95.0, 100.0)],
        source: "Amazon Compute Service Level Agreement, aws.amazon.com/compute/sla/historical",
        date: "2022-05-05",
        standing: Standing::Unchecked,
    },
    Promise {
        key: "aws-s3-standard",
        title: "AWS S3 Standard",
        bands: &[(99.9, 10.0), (99.0, 25.0), (95.0, 100.0)],
        source: "Amazon S3 Service Level Agreement, aws.amazon.com/s3/sla",
        date: "2023-11-28",
        standing: Standing::Read,
    },
    Promise {
        key: "google-compute-multi-zone",
        title: "Google Compute Engine, instances in several zones, Premium Tier",
        bands: &[(99.99, 10.0), (99.0, 25.0), (95.0, 100.0)],
        source: "Compute Engine SLA, cloud.google.com/compute/sla (the commitment; the credits below 95 % were 50 % in older texts)",
        date: "2024",
        standing: Standing::Unchecked,
    },
    Promise {
        key: "google-compute-single",
        title: "Google Compute Engine, one instance that is not memory-optimised, Premium Tier",
        bands: &[(99.9, 10.0), (99.0, 25.0), (95.0, 100.0)],
        source: "Compute Engine SLA, cloud.google.com/compute/sla (the commitment; the credits below 95 % were 50 % in older texts)",
        date: "2024",
        standing: Standing::Unchecked,
    },
    Promise {
        key: "azure-vm-zones",
        title: "Azure virtual machines, two or more in two or more availability zones",
        bands: &[(99.99, 10.0), (99.0, 25.0), (95.0, 100.0)],
        source: "Microsoft, SLA for Virtual Machines, versions 1.5 and 1.8, as reported on 2azure.nl and dev-toolbox.tech",
        date: "2018-03",
        standing: Standing::Reported,
    },
    Promise {
        key: "azure-vm-availability-set",
        title: "Azure virtual machines, two or more in one availability set",
        bands: &[(99.95, 10.0), (99.0, 25.0), (95.0, 100.0)],
        source: "Microsoft, SLA for Virtual Machines, versions 1.5 and 1.8, as reported on 2azure.nl",
        date: "2018-03",
        standing: Standing::Unchecked,
    },
    Promise {
        key: "azure-vm-single-premium",
        title: "Azure virtual machine, a single one with premium disks throughout",
        bands: &[(99.9, 10.0), (99.0, 25.0), (95.0, 100.0)],
        source: "Microsoft, SLA for Virtual Machines, versions 1.5 and 1.8, as reported on 2azure.nl",
        date: "2018-03",
        standing: Standing::Unchecked,
    },
];

/// The promise of this name.
///
/// ```
/// use drsim::catalogue::promise;
/// assert_eq!(promise("aws-ec2-instance").unwrap().bands[0], (99.5, 10.0));
/// assert!(promise("aws").is_none());
/// ```
#[must_use]
pub fn promise(key: &str) -> Option<&'static Promise> {
    PROMISES.iter().find(|promise| promise.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_availability_owes_more() {
        for promise in &PROMISES {
            for pair in promise.bands.windows(2) {
                assert!(pair[0].0 > pair[1].0 && pair[0].1 < pair[1].1, "{}", promise.key);
            }
            assert!(promise.bands.iter().all(|(bound, credit)| *bound < 100.0 && *credit <= 100.0));
        }
    }
}

//! What can hold a service down.

use super::{ClassId, CrewId, DatasetId, LinkId, PlantId, Scenario, ServiceId, ThreatId};
use crate::id::Id;

/// A cause to which an hour down is charged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Cause {
    /// Units of a class are broken, under repair.
    Class(ClassId),
    /// A repair waits for people.
    Crew(CrewId),
    /// A repair waits for a part of the class.
    Spare(ClassId),
    /// Planned work on a class.
    Maintenance(ClassId),
    /// A neighbour of the class was taken down by a wrong repair.
    WrongRepair(ClassId),
    /// Shared plant does not deliver.
    Plant(PlantId),
    /// A link is down.
    Link(LinkId),
    /// A disaster or event.
    Threat(ThreatId),
    /// A service it depends on is down.
    Dependency(ServiceId),
    /// A dataset it uses cannot be read, for no other cause named here.
    Data(DatasetId),
    /// Nobody has noticed yet.
    Detection,
    /// Nobody has decided yet.
    Decision,
    /// The switch to a standby group is under way, or the way back.
    Failover,
    /// Everything is back, the service is starting.
    StartUp,
    /// No leader yet.
    Election,
    /// A domain that has its power back is restarting.
    Restart,
    /// Data are being restored.
    Restore,
    /// What came back is being checked.
    Verification,
}

impl Cause {
    /// Number of distinct causes in a scenario: the range of [`Cause::index`].
    #[must_use]
    pub fn count(scenario: &Scenario) -> usize {
        Self::Verification.index(scenario) + 1
    }

    /// Dense position, `0..Cause::count(scenario)`.
    #[must_use]
    pub fn index(self, scenario: &Scenario) -> usize {
        let classes = scenario.classes.len();
        let crews = 4 * classes;
        let plants = crews + scenario.crews.len();
        let links = plants + scenario.plants.len();
        let threats = links + scenario.links.len();
        let services = threats + scenario.threats.len();
        let datasets = services + scenario.services.len();
        let fixed = datasets + scenario.datasets.len();
        match self {
            Self::Class(class) => class.index(),
            Self::Spare(class) => classes + class.index(),
            Self::Maintenance(class) => 2 * classes + class.index(),
            Self::WrongRepair(class) => 3 * classes + class.index(),
            Self::Crew(crew) => crews + crew.index(),
            Self::Plant(plant) => plants + plant.index(),
            Self::Link(link) => links + link.index(),
            Self::Threat(threat) => threats + threat.index(),
            Self::Dependency(service) => services + service.index(),
            Self::Data(dataset) => datasets + dataset.index(),
            Self::Detection => fixed,
            Self::Decision => fixed + 1,
            Self::Failover => fixed + 2,
            Self::StartUp => fixed + 3,
            Self::Election => fixed + 4,
            Self::Restart => fixed + 5,
            Self::Restore => fixed + 6,
            Self::Verification => fixed + 7,
        }
    }

    /// All causes of a scenario, at the positions that [`Cause::index`] gives.
    #[must_use]
    pub fn all(scenario: &Scenario) -> Vec<Self> {
        let classes = || scenario.classes.ids();
        let mut all: Vec<Self> = classes().map(Self::Class).collect();
        all.extend(classes().map(Self::Spare));
        all.extend(classes().map(Self::Maintenance));
        all.extend(classes().map(Self::WrongRepair));
        all.extend(scenario.crews.ids().map(Self::Crew));
        all.extend(scenario.plants.ids().map(Self::Plant));
        all.extend(scenario.links.ids().map(Self::Link));
        all.extend(scenario.threats.ids().map(Self::Threat));
        all.extend(scenario.services.ids().map(Self::Dependency));
        all.extend(scenario.datasets.ids().map(Self::Data));
        all.extend([
            Self::Detection,
            Self::Decision,
            Self::Failover,
            Self::StartUp,
            Self::Election,
            Self::Restart,
            Self::Restore,
            Self::Verification,
        ]);
        all
    }

    /// What kind of cause it is, in Chinese.
    #[must_use]
    pub const fn kind_zh(self) -> &'static str {
        match self {
            Self::Class(_) => "部件故障",
            Self::Spare(_) => "缺备件",
            Self::Maintenance(_) => "计划维护",
            Self::WrongRepair(_) => "误修",
            Self::Crew(_) => "缺人手",
            Self::Plant(_) => "公用设施",
            Self::Link(_) => "链路",
            Self::Threat(_) => "威胁",
            Self::Dependency(_) => "依赖",
            Self::Data(_) => "数据",
            Self::Detection => "检测",
            Self::Decision => "决策",
            Self::Failover => "切换",
            Self::StartUp => "启动",
            Self::Election => "选主",
            Self::Restart => "重启",
            Self::Restore => "恢复数据",
            Self::Verification => "验证",
        }
    }

    /// Short name for tables, `class server`, `threat flood`.
    #[must_use]
    pub fn label(self, scenario: &Scenario) -> String {
        match self {
            Self::Class(class) => format!("class {}", scenario.classes[class].name),
            Self::Spare(class) => format!("missing spare of {}", scenario.classes[class].name),
            Self::Maintenance(class) => format!("maintenance of {}", scenario.classes[class].name),
            Self::WrongRepair(class) => format!("wrong repair of {}", scenario.classes[class].name),
            Self::Crew(crew) => format!("missing crew {}", scenario.crews[crew].name),
            Self::Plant(plant) => format!("plant {}", scenario.plants[plant].name),
            Self::Link(link) => format!("link {}", scenario.links[link].name),
            Self::Threat(threat) => format!("threat {}", scenario.threats[threat].name),
            Self::Dependency(service) => format!("dependency {}", scenario.services[service].name),
            Self::Data(dataset) => format!("data {}", scenario.datasets[dataset].name),
            Self::Detection => "detection".to_owned(),
            Self::Decision => "decision".to_owned(),
            Self::Failover => "failover".to_owned(),
            Self::StartUp => "start-up".to_owned(),
            Self::Election => "election".to_owned(),
            Self::Restart => "restart".to_owned(),
            Self::Restore => "restore".to_owned(),
            Self::Verification => "verification".to_owned(),
        }
    }
}

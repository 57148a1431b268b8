//! Prices, as written.

use super::read::{At, ByPath, Definitions, Named, Read, choice, quantity, record};
use crate::quantity::{
    Bytes, CarbonIntensity, Currency, Money, PerData, PerDataTime, PerEnergy, PerTime, Power, Probability, Quoted, Span,
};
use crate::scenario::diagnostic::Problems;
use crate::scenario::tree::{Node, Value};
use serde_json::{Value as Json, json};

/// Paid for time.
pub(in crate::scenario) type Price = Quoted<PerTime>;

record! {
    /// What things and incidents cost.
    Prices {
        /// What the account is in; default what all prices are in.
        "currency" currency: Currency;
        /// What one unit of other currencies is worth.
        "rates" rates: Named<Option<Quoted<Money>>>;
        /// What lies in stores, by store.
        "storage" storage: ByPath<Option<StoragePrice>>;
        /// What crosses links, by link.
        "transfer" transfer: ByPath<Option<TransferPrice>>;
        /// What is read from stores for a restore, by store.
        "retrieval" retrieval: ByPath<Option<Quoted<PerData>>>;
        /// Electricity.
        "energy" energy: EnergyFields;
        /// Share of a node's price that is paid while it only stands by; default owned.
        "standby" standby: StandbyPrice;
        /// Time down, by service or tier.
        "downtime" downtime: ByPath<Option<DowntimePrice>>;
        /// Data that are lost, by dataset.
        "data-lost" data_lost: ByPath<LostPrice>;
        /// A restore that is begun, by dataset.
        "restore" restore: ByPath<Option<Quoted<Money>>>;
        /// Credits to customers, by service.
        "sla" sla: ByPath<SlaFields>;
        /// Fines, once for each outage or loss.
        "fines" fines: Vec<At<FineFields>>;
    }
}

record! {
    /// Electricity.
    EnergyFields {
        /// What it costs.
        "price" price: Quoted<PerEnergy>, required;
        /// Power usage effectiveness: all power over that of the nodes; default 1.
        "pue" pue: f64;
        /// What it emits.
        "carbon" carbon: CarbonIntensity;
    }
}

record! {
    /// Power of a node.
    PowerFields {
        /// Idle.
        "idle" idle: Power, required;
        /// Fully busy.
        "busy" busy: Power, required;
    }
}

/// Price of keeping data.
#[derive(Clone, Debug)]
pub(in crate::scenario) enum StoragePrice {
    /// The same whatever the amount.
    Flat(Quoted<PerDataTime>),
    /// By amount.
    Bands(Vec<At<PriceBand>>),
    /// A tariff of the catalogue.
    Preset(String),
}

record! {
    /// A band of the price of keeping data.
    PriceBand {
        /// Where it ends.
        "up-to" up_to: Bytes;
        /// Where it begins: where the one before ends.
        "beyond" beyond: Bytes;
        /// Price of what lies within it.
        "price" price: Quoted<PerDataTime>, required;
    }
}

impl Read for StoragePrice {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::List(_) => Vec::read(node, problems).map(Self::Bands),
            // Presets are names in small letters; a price begins with a digit.
            Value::Text(text)
                if text.starts_with(|letter: char| letter.is_ascii_lowercase()) && !text.contains(['/', ' ']) =>
            {
                Some(Self::Preset(text.clone()))
            }
            _ => Quoted::read(node, problems).map(Self::Flat),
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        let presets: Vec<&str> = crate::catalogue::TARIFFS.iter().map(|tariff| tariff.key).collect();
        let flat = Quoted::<PerDataTime>::schema(definitions);
        json!({ "anyOf": [{ "enum": presets }, flat, Vec::<PriceBand>::schema(definitions)] })
    }
}

/// Price of what crosses a link.
#[derive(Clone, Debug)]
pub(in crate::scenario) enum TransferPrice {
    /// The same in both directions.
    Both(Quoted<PerData>),
    /// By direction.
    Directed(DirectedFields),
}

record! {
    /// Price of what crosses a link, by direction.
    DirectedFields {
        /// From its first end to its second; default nothing.
        "forward" forward: Quoted<PerData>;
        /// From its second end to its first; default nothing.
        "backward" backward: Quoted<PerData>;
    }
}

impl Read for TransferPrice {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Table(_) => DirectedFields::read(node, problems).map(Self::Directed),
            _ => Quoted::read(node, problems).map(Self::Both),
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [Quoted::<PerData>::schema(definitions), DirectedFields::schema(definitions)] })
    }
}

/// Share of a node's price that is paid while it stands by.
#[derive(Clone, Debug)]
pub(in crate::scenario) enum StandbyPrice {
    /// A word.
    Word(StandbyWord),
    /// By failover mode.
    ByMode(StandbyFields),
}

choice! {
    /// Whose nodes stand by.
    StandbyWord {
        /// One's own: all of the price.
        "owned" Owned;
        /// Rented when needed: nothing, the standby capacity, or all of it, by failover mode.
        "rented" Rented;
    }
}

record! {
    /// Share of a node's price that is paid while it stands by, by failover mode; default 100 %.
    StandbyFields {
        /// Share with backup-restore.
        "backup-restore" backup_restore: Probability;
        /// Share with pilot-light.
        "pilot-light" pilot_light: Probability;
        /// Share with warm-standby.
        "warm-standby" warm_standby: Probability;
        /// Share with hot-standby.
        "hot-standby" hot_standby: Probability;
    }
}

impl Read for StandbyPrice {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Table(_) => StandbyFields::read(node, problems).map(Self::ByMode),
            _ => StandbyWord::read(node, problems).map(Self::Word),
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [StandbyWord::schema(definitions), StandbyFields::schema(definitions)] })
    }
}

/// Price of time, perhaps by the length of the outage.
#[derive(Clone, Debug)]
pub(in crate::scenario) enum Steps {
    /// The same however long it lasts.
    Flat(At<Price>),
    /// By length.
    List(Vec<At<PriceStep>>),
}

record! {
    /// A step of the price of an outage.
    PriceStep {
        /// Length of the outage up to which it holds.
        "up-to" up_to: Span;
        /// Length from which it holds: where the one before ends.
        "beyond" beyond: Span;
        /// Price of the time within it.
        "per" per: Price, required;
    }
}

impl Read for Steps {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::List(_) => Vec::read(node, problems).map(Self::List),
            _ => At::read(node, problems).map(Self::Flat),
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [Price::schema(definitions), Vec::<PriceStep>::schema(definitions)] })
    }
}

record! {
    /// What an outage costs.
    DowntimeFields {
        /// For its time.
        "per" per: Steps;
        /// Once.
        "each" each: Quoted<Money>;
        /// Most that one outage costs.
        "cap" cap: Quoted<Money>;
    }
}

/// What an outage costs, as a price or a table.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct DowntimePrice(pub(in crate::scenario) DowntimeFields);

impl Read for DowntimePrice {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Table(_) => DowntimeFields::read(node, problems).map(Self),
            _ => {
                let per = Some(At { place: node.place, value: Steps::read(node, problems)? });
                Some(Self(DowntimeFields { per, ..DowntimeFields::default() }))
            }
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        json!({ "anyOf": [Steps::schema(definitions), DowntimeFields::schema(definitions)] })
    }
}

record! {
    /// What lost data cost.
    LostFields {
        /// For the time over which the lost work was done.
        "by-work" by_work: Price;
        /// For what is lost.
        "by-amount" by_amount: Quoted<PerData>;
        /// Most that one loss costs.
        "cap" cap: Quoted<Money>;
    }
}

/// What lost data cost, as a price or a table.
#[derive(Clone, Debug, Default)]
pub(in crate::scenario) struct LostPrice(pub(in crate::scenario) LostFields);

impl Read for LostPrice {
    fn read(node: &Node, problems: &mut Problems) -> Option<Self> {
        let place = node.place;
        match &node.value {
            Value::Table(_) => LostFields::read(node, problems).map(Self),
            Value::Text(text) => {
                if let Ok(value) = text.parse::<Quoted<PerData>>() {
                    return Some(Self(LostFields { by_amount: Some(At { place, value }), ..LostFields::default() }));
                }
                match text.parse::<Price>() {
                    Ok(value) => Some(Self(LostFields { by_work: Some(At { place, value }), ..LostFields::default() })),
                    Err(error) => {
                        problems
                            .error("bad-quantity", place, error.to_string())
                            .help("lost data are paid per time of lost work, `/ h`, or per amount, `/ GB`");
                        None
                    }
                }
            }
            _ => quantity(node, "a price", "5 CNY / GB", problems)
                .map(|value| Self(LostFields { by_amount: Some(At { place, value }), ..LostFields::default() })),
        }
    }

    fn schema(definitions: &mut Definitions) -> Json {
        let alternatives =
            [Price::schema(definitions), Quoted::<PerData>::schema(definitions), LostFields::schema(definitions)];
        json!({ "anyOf": alternatives })
    }
}

record! {
    /// Credits that are owed when a full calendar month stays below what was promised.
    SlaFields {
        /// Bounds and credits of the catalogue.
        "preset" preset: String;
        /// Bounds and credits, from the highest bound down.
        "bands" bands: Vec<At<CreditBand>>;
        /// What the customers pay each calendar month.
        "charges" charges: Price, required;
    }
}

record! {
    /// A bound of availability and what is owed below it.
    CreditBand {
        /// Owed by a month whose availability is less than this.
        "below" below: Probability, required;
        /// Share of the charges.
        "credit" credit: Probability, required;
    }
}

record! {
    /// A fine.
    FineFields {
        /// Whose outage.
        "service" service: String;
        /// Due when it lasts longer than this.
        "down" down: Span;
        /// Whose loss.
        "dataset" dataset: String;
        /// Due when more than this is lost.
        "lost" lost: Bytes;
        /// How much.
        "amount" amount: Quoted<Money>, required;
    }
}

//! Scenarios with data.

/// Ten pools of 7+3 on a hundred disks, AFR 5 %, 20 TB at 100 MB/s, one year: the example of mlec-sim.
pub const RAID: &str = r#"
format = 1
name = "raid"
horizon = "1 year"
[sites.s]
nodes = 100
class = "disk"
[classes.disk]
life = { exponential = { afr = "5 %" } }
repair = "1 s"
disk = "100 MB/s"
[datasets.d]
size = "1400 TB"
on = "s"
protect = { erasure = { data = 7, parity = 3, clustered = true } }
"#;

/// 32 racks of 32 nodes, 6+3 over racks, 349 524 stripes, ten years: the default of `SimEDC` (see `scenarios/published/simedc-flat.toml`).
pub const CELLS: &str = r#"
format = 1
name = "cells"
horizon = "87600 h"
[sites.dc]
racks = 32
nodes = 32
class = "node"
[classes.node]
life = { exponential = { mttf = "2711.6 h" } }
repair = "15 min"
loses-data = "6.198 %"
disk = "125 MB/s"
[threats.rack-away]
occurs = { rate = "3.202 / year" }
strikes = { any = "rack", in = "dc" }
effects = [{ suspend = { lasts = { weibull = { shape = 1.0, scale = "24h", location = "10h" } } } }]
[datasets.d]
size = "512 TiB"
on = "dc"
protect = { erasure = { data = 6, parity = 3, spread = "rack", stripes = 349524 } }
rebuild = { rate = "20.8 MB/s" }
"#;

/// A million stripes of nine fragments on a thousand nodes.
pub const MILLION: &str = r#"
format = 1
name = "million"
horizon = "1 day"
[sites.s]
racks = 50
nodes = 20
class = "node"
[classes.node]
[datasets.d]
size = "1 PB"
on = "s"
protect = { erasure = { data = 6, parity = 3, spread = "rack", stripes = 1000000 } }
"#;

//! The words of the field that this program uses, and those that people mix up, in English and Chinese.

/// One entry of the glossary.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// What it may be called; the first is the standard term.
    pub words: &'static [&'static str],
    /// What it means.
    pub english: &'static str,
    /// The same in Chinese.
    pub chinese: &'static str,
}

const fn term(words: &'static [&'static str], english: &'static str, chinese: &'static str) -> Term {
    Term { words, english, chinese }
}

/// All entries, related ones together.
pub const TERMS: &[Term] = &[
    term(
        &["objective", "目标"],
        "what was promised: RTO, MTD, availability; what happened is a recovery time, an outage, a share of time up",
        "事先承诺的指标（RTO、MTD、可用性）；实际发生的是恢复时间、停机与可用时间占比",
    ),
    term(
        &["RTO", "recovery time objective", "恢复时间目标"],
        "longest time promised from loss of service to service; judged against the p95 of recovery times",
        "承诺的从业务中断到恢复的最长时间；按恢复时间的 p95 评判",
    ),
    term(
        &["RPO", "recovery point objective", "恢复点目标"],
        "longest stretch of work that may be lost, counted back from the loss of service",
        "允许丢失的数据对应的最长时间，从中断时刻往回算",
    ),
    term(
        &["recovery point", "恢复点"],
        "what happened: the moment whose data came back after a loss; its age is the stretch of work that is gone",
        "实际值：丢失之后恢复到的那个时刻；距丢失时刻的时长即丢掉的工作",
    ),
    term(
        &["MTD", "maximum tolerable downtime", "最大可容忍停机时间"],
        "bound on recovery time plus work recovery time: beyond it the organisation itself is at risk",
        "恢复时间与业务追补时间之和的上限，超过则机构本身受到威胁",
    ),
    term(
        &["WRT", "work recovery time", "业务追补时间"],
        "from service restored to work caught up; RTO and WRT together must stay within the MTD",
        "从服务恢复到积压工作追平所需时间；RTO 加 WRT 不得超过 MTD",
    ),
    term(
        &["recovery time", "恢复时间"],
        "what happened: from loss of service to service, detection and decision included",
        "实际值：从服务中断到恢复，含发现与决策时间",
    ),
    term(
        &["failure", "故障"],
        "one component stops working: a node, a chiller, a line",
        "单个部件失效：节点、冷机、线路",
    ),
    term(
        &["disaster", "threat", "灾难", "威胁"],
        "one cause that takes many components at once: flood, fire, power loss, fibre cut",
        "同一原因使多个部件同时失效：洪水、火灾、断电、光缆中断",
    ),
    term(
        &["incident", "事件"],
        "a failure or disaster that touched a service, whether or not it went down",
        "触及某项服务的故障或灾难，不论服务是否中断",
    ),
    term(&["outage", "停机", "中断"], "an interval in which a service was down", "服务不可用的一段时间"),
    term(
        &["degraded", "降级"],
        "serves, but less than all of its load, or without something it can do without",
        "仍在服务，但只承担部分负载，或缺少可有可无的依赖",
    ),
    term(
        &["replica", "副本实例"],
        "one running instance of a service; a copy is of data",
        "服务的一个运行实例；“拷贝”指数据",
    ),
    term(
        &["copy", "拷贝", "复制"],
        "one instance of data kept in step with the others: what spoils one may spoil all",
        "与其他实例保持同步的一份数据：一份被破坏，其余也可能随之被破坏",
    ),
    term(
        &["backup", "备份"],
        "a copy as of a point in time, kept apart: it survives what spoils the live copies",
        "某一时刻的数据拷贝，独立保存：在线拷贝被破坏时仍可用",
    ),
    term(
        &["availability", "可用性"],
        "up time divided by total time; 99.95 % of a year leaves 4.4 hours down",
        "可用时间除以总时间；全年 99.95 % 即停机约 4.4 小时",
    ),
    term(
        &["durability", "持久性"],
        "chance that nothing is lost over the horizon; data can be unavailable and yet durable",
        "在整个时间范围内不丢失任何数据的概率；数据可以暂不可用但仍持久",
    ),
    term(
        &["data loss", "数据丢失"],
        "bytes that nothing brings back: written since the point that came back, or all of them when nothing does; data that \
         cannot be read for a while are not lost",
        "再也找不回来的数据：恢复点之后写入的部分，或无可恢复时的全部；暂时读不到不算丢失",
    ),
    term(
        &["MTTDL", "mean time to data loss", "平均数据丢失时间"],
        "time in which data could be lost over the number of losses: a rate, not a lifetime; for rare losses the durability \
         over T is exp(-T / MTTDL)",
        "可能丢失数据的时间除以丢失次数；它是速率而非寿命，罕见丢失时 T 内的持久性为 exp(-T / MTTDL)",
    ),
    term(
        &["NOMDL", "normalised magnitude of data loss", "归一化数据丢失量"],
        "bytes expected to be lost for good over the horizon, per byte stored; unlike a chance it tells a lost sector from a lost archive",
        "整个时间范围内预期永久丢失的字节数除以存储的字节数；与概率不同，能区分丢一个扇区与丢整个归档",
    ),
    term(
        &["data at risk", "暴露数据量"],
        "bytes that would be lost if the primary copy were lost at this moment: what no mirror and no backup has yet",
        "主拷贝此刻丢失将失去的字节数，即尚未进入任何镜像或备份的数据",
    ),
    term(
        &["retention", "保留策略"],
        "which points of a backup are kept how long; a chain is only as good as the full backup it hangs on",
        "备份点保留多少、保留多久；增量链依赖其全量备份，全量不在则链失效",
    ),
    term(
        &["full backup", "全量备份"],
        "a backup of everything, from which alone one can restore",
        "包含全部数据的备份，可单独用于恢复",
    ),
    term(
        &["incremental backup", "增量备份"],
        "what changed since the job before it; restoring takes every link back to the last full one",
        "自上一次任务以来变化的数据；恢复需要直到最近一次全量的每一环",
    ),
    term(
        &["differential backup", "差异备份"],
        "what changed since the last full backup; restoring takes that one and this",
        "自最近一次全量以来变化的数据；恢复只需该全量与本次差异",
    ),
    term(
        &["backup window", "备份窗口"],
        "the time in which a backup job should be done; a use above 100 % overruns it",
        "备份任务应当完成的时间段；利用率超过 100 % 即超时",
    ),
    term(
        &["immutable", "不可变"],
        "written once: until its time is over nobody, an intruder with all rights included, changes or deletes it",
        "写入后在期限内任何人（包括取得全部权限的入侵者）都不能修改或删除",
    ),
    term(
        &["3-2-1", "3-2-1 备份原则"],
        "three copies on two kinds of media, one of them elsewhere",
        "三份数据、两种介质、一份异地",
    ),
    term(
        &["dwell time", "潜伏时间"],
        "from an intruder's first change until somebody knows: points taken meanwhile hold spoiled data",
        "从入侵者首次篡改到被发现的时间；其间的备份点含有被破坏的数据",
    ),
    term(
        &["redundancy degree", "冗余度"],
        "how many further failures are survivable right now; the unit (node, rack, room, site) is named with it",
        "此刻还能承受多少次故障；须注明单位（节点、机架、机房、站点）",
    ),
    term(
        &["exposure", "暴露时间"],
        "time with redundancy degree zero: the next failure is an outage",
        "冗余度为零的时间：再坏一个就停机",
    ),
    term(
        &["nines", "几个九"],
        "number of leading nines of an availability: 99.95 % has 3.3; no more are printed than the trials support",
        "可用性中 9 的个数：99.95 % 为 3.3；只打印试验次数所能支持的位数",
    ),
    term(
        &["trial", "试验"],
        "one replay of the horizon with its own random numbers; trial 17 is the same alone and in a batch",
        "在一组随机数下对整个时间范围的一次推演；第 17 次单独运行与成批运行结果相同",
    ),
    term(
        &["study", "研究"],
        "many trials of one scenario, their estimates, closed forms and verdicts",
        "一个场景的多次试验及其估计、解析解与结论",
    ),
    term(&["drill", "演练"], "one scripted event told step by step", "按脚本逐步推演的一次事件"),
    term(
        &["shard", "分片"],
        "a part of the trials of a study, run elsewhere; merged parts give the same bits as one run",
        "研究中的一部分试验，可在别处运行；合并后与一次运行逐位相同",
    ),
    term(
        &["backup-restore", "冷备", "备份恢复"],
        "failover mode: nothing runs at the other place, everything is restored there; slow and cheap",
        "故障切换方式：异地不运行，灾后从备份恢复；慢而便宜",
    ),
    term(
        &["pilot-light", "指示灯"],
        "failover mode: the core runs small at the other place, the rest is started after the switch",
        "故障切换方式：异地只运行最小核心，切换后再启动其余部分",
    ),
    term(
        &["warm-standby", "温备"],
        "failover mode: a smaller copy runs at the other place and is scaled up after the switch",
        "故障切换方式：异地运行缩小版，切换后扩容",
    ),
    term(
        &["hot-standby", "active-passive", "热备"],
        "failover mode: a full copy waits at the other place",
        "故障切换方式：异地有完整的一套待命",
    ),
    term(
        &["active-active", "双活", "多活"],
        "failover mode: all places serve at once, nothing is switched",
        "故障切换方式：各地同时服务，无需切换",
    ),
    term(
        &["failback", "回切"],
        "planned return to the first place once it has been whole for a while; it interrupts too",
        "原站点恢复一段时间后按计划切回；回切本身也会中断服务",
    ),
    term(
        &["quorum", "仲裁", "多数派"],
        "replicas that vote: the service is up while a majority can reach each other",
        "副本投票：多数能互相连通时服务可用",
    ),
    term(
        &["split-brain", "脑裂"],
        "both sides of a partition go on serving, and their data drifts apart",
        "网络分区后两边都继续服务，数据各走各的",
    ),
    term(
        &["attribution", "归因"],
        "an hour down is charged in equal parts to the causes that hold the service down in that hour",
        "每一小时停机由当时使服务不可用的各个原因平均分担",
    ),
    term(
        &["verdict", "结论", "met", "at risk", "missed"],
        "met, at risk (over 80 % of the objective is used), missed, no objective, not applicable",
        "达标、有风险（已用去目标的 80 % 以上）、未达标、无目标、不适用",
    ),
    term(
        &["disruption", "扰动级别"],
        "how wide a disturbance is: software, node, rack, site, region; each objective is judged for each",
        "扰动的范围：软件、节点、机架、站点、区域；每个目标按级别分别评判",
    ),
    term(
        &["expectation", "expect", "预期"],
        "a line of `[expect]`: it holds when the estimate is within the stated distance of the stated value, \
         and is inconclusive until four standard errors fit into that distance",
        "`[expect]` 中的一行：估计值与给定值之差不超过给定范围即成立；四个标准误放不进该范围时无法判定",
    ),
    term(
        &["cross-check", "closed form", "互校", "解析解"],
        "where mathematics knows the answer, it is computed apart and compared with the simulation",
        "凡数学上有解之处，另行计算并与仿真比较",
    ),
    term(
        &["confidence interval", "置信区间"],
        "the range that holds the true value in 95 of 100 studies; it narrows with the square root of the trials",
        "100 次研究中约有 95 次包含真值的范围；随试验次数的平方根变窄",
    ),
    term(
        &["standard error", "s.e.", "标准误"],
        "how far an estimate typically is from the true value; an estimate within two of them of the exact value agrees, \
         the 95 % interval reaches about two of them to each side",
        "估计值与真值的典型偏差；与精确值相差两个标准误以内属正常，95 % 置信区间约为左右各两个标准误",
    ),
    term(
        &["rule of three", "bound", "三倍法则"],
        "with no event in n trials the chance of one is below 3/n at 95 %: shown as `< 0.3 %` or `> 99.7 %`, and no more \
         nines are claimed; more trials allow more",
        "n 次试验均未发生时，95 % 置信下概率小于 3/n：显示为 `< 0.3 %` 或 `> 99.7 %`，不声称更多的九；增加试验次数可收紧",
    ),
    term(
        &["percentile", "p50", "p95", "p99", "median", "百分位", "中位数"],
        "p95 is the length that 95 of 100 events do not exceed; p50 is the median",
        "p95 指 100 次事件中有 95 次不超过的时长；p50 即中位数",
    ),
    term(
        &["convergence", "收敛"],
        "the estimate settles as trials add up: four times the trials halve the interval; `--until unavailability=5%` \
         runs until half the interval is 5 % of the estimate",
        "估计值随试验次数增加而稳定：试验增至四倍，区间减半；`--until unavailability=5%` 运行到区间半宽为估计值的 5 % 为止",
    ),
    term(
        &["seed", "种子"],
        "the number that all random streams start from: the same seed gives the same bytes, and two designs under one \
         seed meet the same failures",
        "所有随机数流的起点：种子相同则结果逐字节相同；同一种子下两个设计遇到同样的故障",
    ),
    term(
        &["sweep", "参数扫描"],
        "many designs of one scenario under one seed: every combination of some values, a sample of them, or one \
         parameter at a time (`drsim sweep`)",
        "同一种子下运行同一场景的多个方案：若干取值的全部组合、其抽样，或逐一改变参数（`drsim sweep`）",
    ),
    term(
        &["tornado", "tornado diagram", "龙卷风图"],
        "one bar per assumption, from one end of its range to the other with everything else as written, longest first: \
         which assumption moves the answer most",
        "每项假设一根条，取值从一端变到另一端而其余不变，最长者在上：看哪项假设对结果影响最大",
    ),
    term(
        &["Latin hypercube", "latin", "拉丁超立方"],
        "a sample of N designs in which each of N equal parts of every parameter's range is met once",
        "含 N 个方案的抽样：每个参数的取值范围分为 N 等份，每份恰取一次",
    ),
    term(
        &["static", "static probability", "静态概率"],
        "`works = \"99.95 %\"`: a part works through the whole trial or it does not; the closed form is the answer, and the \
         trials check it",
        "`works = \"99.95 %\"`：部件在整次试验中要么正常要么故障；解析解即答案，仿真用于核对",
    ),
    term(
        &["MTTF", "mean time to failure", "平均无故障时间"],
        "mean time from new or mended to the next failure",
        "从投用或修复到下一次故障的平均时间",
    ),
    term(
        &["MTTR", "mean time to repair", "平均修复时间"],
        "mean time from failure to mended; say whether waiting for people and parts is included",
        "从故障到修复的平均时间；须说明是否含等人和等备件的时间",
    ),
    term(&["MTBF", "mean time between failures", "平均故障间隔"], "MTTF plus MTTR", "MTTF 加 MTTR"),
    term(
        &["AFR", "annualised failure rate", "年故障率"],
        "chance that a part fails within a year of 365.25 days; with a constant hazard the rate is -ln(1 - AFR) a year",
        "一年（365.25 天）内故障的概率；风险恒定时年速率为 -ln(1 - AFR)",
    ),
    term(
        &["hold-up", "保持时间"],
        "how long a gate still delivers when what stands before it does not: battery, thermal mass",
        "上游中断后仍能供给的时间：电池、热惯性",
    ),
    term(
        &["failure domain", "故障域"],
        "what goes down together: region, site, room, rack, node",
        "会一起失效的范围：区域、站点、机房、机架、节点",
    ),
    term(
        &["units", "单位"],
        "quantities are text with a unit: us ms s min h d w y; B KB MB GB TB PB (powers of ten), KiB MiB GiB TiB PiB \
         (powers of two); bps Kbps Mbps Gbps and MB/s; %; `900 / s`; a year is 365.25 days, months are refused",
        "数量写成带单位的文本：us ms s min h d w y；KB MB GB 为十进制，KiB MiB GiB 为二进制；bps 为比特，B/s 为字节；\
         %；`900 / s`；一年按 365.25 天，不接受“月”",
    ),
    term(
        &["paired difference", "common random numbers", "成对差值", "公共随机数"],
        "design minus baseline on the same failures, trial by trial; what both share cancels, so its interval is narrow",
        "同一批故障下方案与基线逐次试验之差；共有的随机性相互抵消，区间因而更窄",
    ),
    term(
        &["real difference", "Holm", "真实差异"],
        "one that stays when all differences of a comparison are tested together at 5 % (Holm); others are not shown, or the same to the last bit",
        "全部差值一并按 5 % 水平检验（Holm 法）后仍成立的差异；其余为未显示，或逐位相同",
    ),
    term(
        &["front", "Pareto front", "帕累托前沿"],
        "designs that no other beats: what is better costs more, what is cheaper is worse",
        "不被其他方案支配者：更好者更贵，更省者更差",
    ),
    term(
        &["exit codes", "退出码"],
        "0 done, 1 failed, 2 wrong use or invalid scenario, 3 an objective is missed (--strict), \
         4 an expectation or closed form disagrees (--verify), 130 interrupted",
        "0 完成，1 失败，2 用法或场景有误，3 未达目标（--strict），4 与预期或解析解不符（--verify），130 被中断",
    ),
];

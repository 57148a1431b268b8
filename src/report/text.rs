//! The summary that a terminal shows: plain text, columns aligned by display width.

use crate::model::ServiceId;
use crate::report::brief::{self, Per, Row};
use crate::report::brief_cost;
use crate::report::brief_data;
use crate::report::number::{self, duration, percent};
use crate::report::wording::{self, shorten};
use crate::study::{Findings, Judgement};
use unicode_width::UnicodeWidthStr;

/// Most services in the table; the worst are shown.
const MOST_SERVICES: usize = 40;
/// Most lines of any other list.
const MOST_LINES: usize = 12;
/// Widest a name may be.
const NAME_WIDTH: usize = 28;
/// Widest a sentence may be: nobody reads further.
const LINE_WIDTH: usize = 160;

/// How a piece of text is meant; a terminal may colour it, and nothing is lost where it does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tone {
    /// A title or a column head.
    Strong,
    /// Good news.
    Good,
    /// Take care.
    Warning,
    /// Bad news.
    Bad,
    /// Less important.
    Faint,
}

/// Dresses a text for the terminal; must not change its width.
pub type Paint = fn(Tone, &str) -> String;

/// No dress at all.
#[must_use]
pub fn unpainted(_: Tone, text: &str) -> String {
    text.to_owned()
}

/// The whole summary, ending in a line feed.
#[must_use]
pub fn summary(findings: &Findings, paint: Paint) -> String {
    let scenario = &findings.scenario;
    let title = shorten(&scenario.title, 80);
    let name = shorten(&scenario.name, 40);
    let mut lines = vec![
        format!("{}  {title}", paint(Tone::Strong, &name)).trim_end().to_owned(),
        paint(Tone::Faint, &brief::basis(findings)),
        String::new(),
    ];
    services(findings, paint, &mut lines);
    datasets(findings, paint, &mut lines);
    verdicts(findings, paint, &mut lines);
    attribution(findings, paint, &mut lines);
    cost(findings, paint, &mut lines);
    checks(findings, paint, &mut lines);
    expectations(findings, paint, &mut lines);
    lines.push(String::new());
    lines.push(paint(Tone::Faint, wording::CAVEAT));
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

fn services(findings: &Findings, paint: Paint, lines: &mut Vec<String>) {
    let (rows, left) = brief::rows(findings, MOST_SERVICES);
    if rows.is_empty() {
        if findings.datasets.is_empty() {
            lines.push("no service in this scenario".to_owned());
        }
        return;
    }
    table(brief::heads(findings), rows, paint, lines);
    if left > 0 {
        lines.push(paint(
            Tone::Faint,
            &format!("{} services with more availability are in services.csv", number::count(left as u64)),
        ));
    }
}

fn datasets(findings: &Findings, paint: Paint, lines: &mut Vec<String>) {
    let (rows, left) = brief_data::rows(findings, MOST_SERVICES);
    if rows.is_empty() {
        return;
    }
    if !findings.services.is_empty() {
        lines.push(String::new());
    }
    table(brief_data::HEADS, rows, paint, lines);
    if left > 0 {
        lines.push(paint(
            Tone::Faint,
            &format!("{} datasets that lose less are in datasets.csv", number::count(left as u64)),
        ));
    }
    if brief_data::wants_words(findings) {
        lines.push(paint(Tone::Faint, &format!("  {}", brief_data::DURABILITY)));
    }
}

fn table(heads: [&str; 7], rows: Vec<Row>, paint: Paint, lines: &mut Vec<String>) {
    let rows: Vec<(Judgement, [String; 7])> = rows
        .into_iter()
        .map(|row| (row.judgement, row.cells.map(|cell| shorten(&cell, NAME_WIDTH.max(36)))))
        .map(|(judgement, mut cells)| {
            cells[0] = shorten(&cells[0], NAME_WIDTH);
            (judgement, cells)
        })
        .collect();
    let widths: Vec<usize> = (0..heads.len())
        .map(|column| rows.iter().map(|(_, cells)| cells[column].width()).fold(heads[column].width(), usize::max))
        .collect();
    let line = |cells: [&str; 7], tones: [Option<Tone>; 7]| {
        let last = cells.len() - 1;
        let padded = cells.iter().zip(&widths).zip(tones).enumerate().map(|(column, ((cell, width), tone))| {
            // No blanks at the end of a line, where colour would keep them from being trimmed.
            let text = if column == last { (*cell).to_owned() } else { pad(cell, *width) };
            tone.map_or_else(|| text.clone(), |tone| paint(tone, &text))
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.push(line(heads, [Some(Tone::Strong); 7]));
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    lines.push(paint(Tone::Faint, &rule.join("──")));
    for (judgement, cells) in &rows {
        let mut tones = [None; 7];
        tones[1] = Some(tone(*judgement));
        lines.push(line(cells.each_ref().map(String::as_str), tones));
    }
}

const fn tone(judgement: Judgement) -> Tone {
    match judgement {
        Judgement::Met => Tone::Good,
        Judgement::AtRisk => Tone::Warning,
        Judgement::Missed => Tone::Bad,
        Judgement::NoObjective | Judgement::NotApplicable => Tone::Faint,
    }
}

/// Blanks up to a width, so that what follows stands in a column.
fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

fn section(title: &str, paint: Paint, lines: &mut Vec<String>) {
    lines.push(String::new());
    lines.push(paint(Tone::Strong, title));
}

fn more(left: usize, file: &str, paint: Paint, lines: &mut Vec<String>) {
    if left > 0 {
        lines.push(paint(Tone::Faint, &format!("  {} more in {file}", number::count(left as u64))));
    }
}

fn verdicts(findings: &Findings, paint: Paint, lines: &mut Vec<String>) {
    let troubled = brief::troubled(findings);
    if troubled.is_empty() {
        return;
    }
    section("objectives missed or at risk", paint, lines);
    for verdict in troubled.iter().take(MOST_LINES) {
        let word = &pad(wording::judgement(verdict.judgement), 9);
        let word = paint(tone(verdict.judgement), word);
        let line = format!("{}: {}", brief::about(findings, verdict), verdict.reason);
        lines.push(format!("  {word}  {}", shorten(&line, LINE_WIDTH)));
    }
    more(troubled.len().saturating_sub(MOST_LINES), "verdicts.csv", paint, lines);
}

fn attribution(findings: &Findings, paint: Paint, lines: &mut Vec<String>) {
    let charged: Vec<_> =
        brief::worst(findings, MOST_LINES).into_iter().filter(|(_, found)| !found.attribution.is_empty()).collect();
    if charged.is_empty() {
        return;
    }
    section("what causes the downtime", paint, lines);
    let per = Per::of(findings);
    let widest = charged.iter().map(|(id, _)| shorten(&findings.scenario.services[*id].name, NAME_WIDTH).width()).max();
    for (id, found) in charged {
        let name = shorten(&findings.scenario.services[id].name, NAME_WIDTH);
        let causes = found.attribution.iter().take(3).map(|part| {
            let label = shorten(&part.cause.label(&findings.scenario), NAME_WIDTH + 12);
            let amount = duration(per.amount(part.seconds_per_year));
            format!("{label} {} ({amount} / {})", short_percent(part.share), per.word())
        });
        let pad = " ".repeat(widest.unwrap_or(0) - name.width());
        lines.push(format!("  {name}{pad}  {}", causes.collect::<Vec<_>>().join(" · ")));
    }
    lines.push(paint(Tone::Faint, &format!("  {}", wording::ATTRIBUTION_RULE)));
}

fn cost(findings: &Findings, paint: Paint, lines: &mut Vec<String>) {
    let Some(cost) = &findings.cost else { return };
    section(&format!("what it costs, {} per year", cost.currency), paint, lines);
    let mut rows = vec![brief_cost::SUMS.map(str::to_owned)];
    rows.extend(brief_cost::sums(cost));
    let widths: [usize; 5] =
        std::array::from_fn(|column| rows.iter().map(|cells| cells[column].width()).max().unwrap_or(0));
    for (nth, cells) in rows.iter().enumerate() {
        let cells: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| pad(cell, width)).collect();
        let line = format!("  {}", cells.join("  ")).trim_end().to_owned();
        lines.push(if nth == 0 { paint(Tone::Faint, &line) } else { line });
    }
    let dearest = brief_cost::dearest(findings);
    let parts: Vec<String> = dearest
        .iter()
        .take(5)
        .map(|line| {
            let name = format!("{} {}", brief_cost::key(line.item), brief_cost::of(&findings.scenario, line.item));
            format!("{} {}", shorten(name.trim_end(), NAME_WIDTH + 12), brief_cost::money(line.yearly))
        })
        .collect();
    if !parts.is_empty() {
        lines.push(format!("  {}", parts.join(" · ")));
    }
    more(dearest.len().saturating_sub(5), "costs.csv", paint, lines);
    for line in brief_cost::beside(cost) {
        lines.push(format!("  {line}"));
    }
    if cost.years.is_empty() {
        lines.push(paint(Tone::Faint, &format!("  {}", brief_cost::NO_YEARS)));
    }
}

/// Shares of downtime need no third digit.
fn short_percent(share: f64) -> String {
    if (0.1..=1.0).contains(&share) { format!("{:.0} %", share * 100.0) } else { percent(share) }
}

fn checks(findings: &Findings, paint: Paint, lines: &mut Vec<String>) {
    let unchecked = brief::unchecked(findings);
    if findings.checks.is_empty() && unchecked.is_empty() {
        return;
    }
    section("simulated against exact (s.e.: standard errors)", paint, lines);
    let scenario = &findings.scenario;
    let named = |id: &ServiceId| scenario.services[*id].name.as_str();
    if !findings.fixed.is_empty() {
        let names: Vec<&str> = findings.fixed.iter().map(named).collect();
        let line = format!("{}: {}", names.join(", "), wording::FIXED);
        lines.push(format!("  {}", shorten(&line, LINE_WIDTH)));
    }
    let (told, left) = brief::telling(findings, MOST_LINES);
    let rows: Vec<[String; 5]> = told
        .iter()
        .map(|check| {
            let off = check.deviation.filter(|off| off.is_finite());
            [
                shorten(&wording::subject(scenario, check.subject), NAME_WIDTH + 10),
                check.about.label.to_owned(),
                number::estimate(check.about.unit, &check.simulated),
                format!("exact {}", brief::exact(check)),
                off.map_or_else(String::new, |off| format!("{} s.e.", number::deviation(off))),
            ]
        })
        .collect();
    let width = |column: usize| rows.iter().map(|cells| cells[column].width()).max().unwrap_or(0);
    let widths: [usize; 5] = std::array::from_fn(width);
    let verdict = told.iter().map(|check| wording::agreement(check.agrees).width()).max().unwrap_or(0);
    for (check, cells) in told.iter().zip(&rows) {
        let word = pad(wording::agreement(check.agrees), verdict);
        let word = match check.agrees {
            Some(true) => paint(Tone::Good, &word),
            Some(false) => paint(Tone::Bad, &word),
            None => paint(Tone::Faint, &word),
        };
        let cells: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| pad(cell, width)).collect();
        lines.push(format!("  {word}  {}", cells.join("  ")).trim_end().to_owned());
    }
    for (id, why) in unchecked.iter().take(MOST_LINES) {
        let line = format!("services.{}: no closed form, {why}", named(id));
        lines.push(format!("  {}", shorten(&line, LINE_WIDTH)));
    }
    more(unchecked.len().saturating_sub(MOST_LINES), "report.md", paint, lines);
    if !findings.checks.is_empty() {
        let rest = match left {
            0 => String::new(),
            left => format!("{} more in checks.csv; ", number::count(left as u64)),
        };
        lines.push(paint(Tone::Faint, &format!("  {rest}how each exact value was found: report.md")));
    }
}

fn expectations(findings: &Findings, paint: Paint, lines: &mut Vec<String>) {
    if findings.expected.is_empty() {
        return;
    }
    section("expectations of the scenario", paint, lines);
    for line in findings.expected.iter().take(MOST_LINES) {
        let word = &pad(brief::holds(line.holds), 14);
        let word = match line.holds {
            Some(true) => paint(Tone::Good, word),
            Some(false) => paint(Tone::Bad, word),
            None => paint(Tone::Warning, word),
        };
        lines.push(format!("  {word}  {}", shorten(&brief::expected(line), LINE_WIDTH)));
    }
    more(findings.expected.len().saturating_sub(MOST_LINES), "summary.json", paint, lines);
}

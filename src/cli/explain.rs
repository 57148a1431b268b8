//! `drsim explain`: what a metric, a diagnostic code, a row of the catalogue, a term or an exit code means.

use super::args::TEMPLATE;
use super::exit::{Exit, Failure};
use super::glossary::{TERMS, Term};
use super::{terminal, wire};
use drsim::metric::{About, Better, Unit};
use std::fmt::Write as _;

/// Arguments of `explain`.
#[derive(clap::Args, Debug)]
#[command(
    help_template = TEMPLATE,
    before_help = "Examples:
  drsim explain recovery_time_s         a metric, as it is called in JSON and CSV
  drsim explain rto                     a term, in English and Chinese
  drsim explain 复制                    the same, asked in Chinese
  drsim explain exit-4                  an exit code
  drsim explain aws-s3-standard         a row of the catalogue, with its source and date
  drsim explain                         all words\n\n"
)]
pub struct Args {
    /// A metric, a code that `check` prints, a row of the catalogue, a term or `exit-N`; none lists them all
    #[arg(value_name = "WORD", num_args = 0..)]
    word: Vec<String>,
}

/// Explains one word, or lists all.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    let word = args.word.join(" ");
    if word.is_empty() {
        terminal::result(&index())?;
        terminal::next("drsim explain availability");
        return Ok(Exit::Done);
    }
    let Some(text) = explain(&word) else {
        let words = words();
        let near = nearest(&word, words.iter().map(String::as_str));
        let help = if near.is_empty() {
            "`drsim explain` lists all words".to_owned()
        } else {
            format!("did you mean {}?", near.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or "))
        };
        return Err(Failure::usage(format!("nothing is called `{word}`")).help(help));
    };
    terminal::result(&text)?;
    Ok(Exit::Done)
}

/// All that carries this name: a metric and a term may share one.
fn explain(word: &str) -> Option<String> {
    let asked = plain(word);
    let mut text = String::new();
    for (subject, about) in wire::metrics().into_iter().filter(|(_, about)| plain(about.key) == asked) {
        text.push_str(&metric(subject, about));
    }
    if let Some(code) = wire::codes().into_iter().find(|code| plain(code) == asked) {
        let _ = writeln!(text, "{code}: {}", wire::explain_code(code).unwrap_or_default());
    }
    for row in wire::catalogue().into_iter().filter(|row| plain(row.key) == asked) {
        let figures = row.figures.join("\n  ");
        let _ = writeln!(text, "{} ({}): {}\n  {figures}\n  {}", row.key, row.takes, row.title, row.source);
    }
    for exit in Exit::ALL {
        if asked == format!("exit {}", exit.code()) {
            let (english, chinese) = exit.meaning();
            let _ = writeln!(text, "exit code {}\n  {english}\n  {chinese}", exit.code());
        }
    }
    for term in TERMS.iter().filter(|term| term.words.iter().any(|word| plain(word) == asked)) {
        text.push_str(&glossary(term));
    }
    (!text.is_empty()).then_some(text)
}

fn metric(subject: &str, about: &About) -> String {
    let unit = match about.unit {
        Unit::Share => "share, 0 to 1",
        Unit::Probability => "probability, 0 to 1",
        Unit::Seconds => "seconds",
        Unit::SecondsPerYear => "seconds per year of 365.25 days",
        Unit::PerYear => "events per year of 365.25 days",
        Unit::Count => "count",
        Unit::Bytes => "bytes",
        Unit::MoneyPerYear => "money per year of 365.25 days, in the currency of the scenario",
        Unit::KilowattHoursPerYear => "kilowatt-hours per year of 365.25 days",
        Unit::KilogramsPerYear => "kilograms per year of 365.25 days",
    };
    let better = match about.better {
        Better::Higher => "more is better",
        Better::Lower => "less is better",
        Better::Neither => "neither direction is better",
    };
    let over = if about.unit == Unit::MoneyPerYear { "single years" } else { "events" };
    let shape = if about.distribution {
        format!("a distribution over {over}, with p50, p95, p99 and max; ")
    } else {
        String::new()
    };
    format!(
        "{} (metric of a {subject}): {}  {}\n  {}\n  {shape}{unit}; {better}\n",
        about.key, about.label, about.label_zh, about.definition
    )
}

fn glossary(term: &Term) -> String {
    format!("{}\n  {}\n  {}\n", term.words.join(", "), term.english, term.chinese)
}

/// Everything that can be asked, by kind.
fn index() -> String {
    let mut text = String::new();
    let mut section = |title: &str, words: Vec<String>| {
        if !words.is_empty() {
            let _ = writeln!(text, "{title}\n  {}", words.join("\n  "));
        }
    };
    for whose in ["service", "dataset", "domain", "scenario"] {
        let theirs = wire::metrics().into_iter().filter(|(subject, _)| *subject == whose);
        let described = |(_, about): (_, &About)| format!("{:<28} {}  {}", about.key, about.label, about.label_zh);
        section(&format!("Metrics of a {whose} 指标"), theirs.map(described).collect());
    }
    section("Terms 术语", TERMS.iter().map(|term| term.words.join(", ")).collect());
    section("Codes 错误代码", wire::codes().into_iter().map(str::to_owned).collect());
    let row = |row: wire::Entry| format!("{:<34} {}: {}", row.key, row.takes, row.title);
    section("Catalogue 目录", wire::catalogue().into_iter().map(row).collect());
    let exit = |exit: Exit| format!("{:<28} {}", format!("exit-{}", exit.code()), exit.meaning().0);
    section("Exit codes 退出码", Exit::ALL.into_iter().map(exit).collect());
    text
}

/// Every word that can be asked.
fn words() -> Vec<String> {
    let metrics = wire::metrics().into_iter().map(|(_, about)| about.key.to_owned());
    let codes = wire::codes().into_iter().map(str::to_owned);
    let terms = TERMS.iter().flat_map(|term| term.words).map(|&word| word.to_owned());
    let exits = Exit::ALL.into_iter().map(|exit| format!("exit-{}", exit.code()));
    let rows = wire::catalogue().into_iter().map(|row| row.key.to_owned());
    metrics.chain(codes).chain(rows).chain(terms).chain(exits).collect()
}

/// Small letters; hyphens, slashes and underscores count as blanks.
fn plain(word: &str) -> String {
    word.trim().to_lowercase().replace(['-', '_', '/'], " ")
}

/// Up to three words that are close to `asked`, nearest first.
pub fn nearest<'a>(asked: &str, among: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let asked = plain(asked);
    let far = asked.chars().count().div_ceil(3);
    let mut near: Vec<_> = among
        .map(|word| {
            let word_plain = plain(word);
            let inside = asked.chars().count() > 2 && word_plain.contains(&asked);
            (if inside { 1 } else { distance(&asked, &word_plain) }, word)
        })
        .filter(|(distance, _)| *distance <= far)
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().map(|(_, word)| word).take(3).collect()
}

/// Levenshtein distance in characters.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (line, left) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, &right) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits() {
        assert_eq!((distance("kitten", "sitting"), distance("", "abc"), distance("灾难", "灾备")), (3, 3, 1));
    }

    #[test]
    fn the_nearest_word_comes_first() {
        let words = ["availability", "durability", "outage"];
        assert_eq!(nearest("avalability", words.into_iter()).first(), Some(&"availability"));
        assert!(nearest("xyzzy", words.into_iter()).is_empty());
    }

    #[test]
    fn no_word_is_explained_twice() {
        let mut words: Vec<_> = TERMS.iter().flat_map(|term| term.words).map(|word| plain(word)).collect();
        let before = words.len();
        words.sort();
        words.dedup();
        assert_eq!(words.len(), before);
    }

    #[test]
    fn a_term_is_found_in_both_languages() {
        for word in ["RTO", "rto", "恢复时间目标", "warm standby", "warm-standby", "exit-4"] {
            assert!(explain(word).is_some(), "{word}");
        }
    }

    #[test]
    fn a_row_of_the_catalogue_says_where_it_comes_from() {
        // A promise and a tariff share this name; both are shown.
        let text = explain("aws-s3-standard").unwrap();
        assert!(text.contains("below 99.9 % in a month: 10 %") && text.contains("up to 50 TB: 0.023 USD / GB / month"));
        assert!(text.contains("2023-11-28") && text.contains("as reported by others"), "{text}");
        assert!(explain("rtoo").is_none());
    }
}

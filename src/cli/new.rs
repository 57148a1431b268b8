//! `drsim new`: a commented scenario to start from.

use super::args::TEMPLATE;
use super::exit::{Exit, Failure};
use super::terminal;
use std::fmt::Write as _;
use std::path::PathBuf;

/// A scenario to start from, as it stands in `scenarios/quickstart`.
struct Template {
    name: &'static str,
    about: &'static str,
    text: &'static str,
}

const TEMPLATES: [Template; 4] = [
    Template {
        name: "single-site",
        about: "one service in one hall: node failures and a repair crew",
        text: include_str!("../../scenarios/quickstart/single-site.toml"),
    },
    Template {
        name: "two-sites",
        about: "a warm standby at a second site: power, flood, failover, objectives",
        text: include_str!("../../scenarios/quickstart/two-sites.toml"),
    },
    Template {
        name: "three-zones",
        about: "a quorum over three zones of a region: majority, election, zone loss",
        text: include_str!("../../scenarios/quickstart/three-zones.toml"),
    },
    Template {
        name: "city-bank",
        about: "data, backups and a recovery plan at two sites, to walk with `drsim drill`",
        text: include_str!("../../scenarios/quickstart/city-bank.toml"),
    },
];

/// Arguments of `new`.
#[derive(clap::Args, Debug)]
#[command(
    help_template = TEMPLATE,
    before_help = "Examples:
  drsim new pay                         writes pay.toml: two sites
  drsim new 支付 --template single-site
  drsim new --template list             the templates there are\n\n"
)]
pub struct Args {
    /// Name of the scenario and of its file: small letters, digits and hyphens, or Chinese
    name: Option<String>,
    /// single-site, two-sites, three-zones, city-bank, or `list`
    #[arg(long, short, default_value = "two-sites", value_name = "TEMPLATE")]
    template: String,
    /// Replace a file of that name
    #[arg(long)]
    force: bool,
}

/// Writes the file, or lists the templates.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    if args.template == "list" {
        for template in &TEMPLATES {
            terminal::result(&format!("{:<12} {}", template.name, template.about))?;
        }
        terminal::next("drsim new pay --template two-sites");
        return Ok(Exit::Done);
    }
    let template = TEMPLATES.iter().find(|template| template.name == args.template).ok_or_else(|| {
        let names = TEMPLATES.map(|template| format!("`{}`", template.name)).join(", ");
        Failure::usage(format!("no template `{}`", args.template)).help(format!("there are {names}"))
    })?;
    let name = args.name.as_deref().unwrap_or(template.name);
    let name = name.strip_suffix(".toml").unwrap_or(name);
    if !is_name(name) {
        return Err(Failure::usage(format!("`{name}` is not a name for a scenario"))
            .help("use small letters, digits and hyphens, or Chinese; the file is written to the current folder"));
    }
    let path = PathBuf::from(format!("{name}.toml"));
    let text = named(template.text, name);
    let written = if args.force {
        std::fs::write(&path, text)
    } else {
        std::fs::File::create_new(&path).and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
    };
    match written {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(Failure::usage(format!("`{}` exists already", path.display()))
                .help("choose another name, or add `--force` to replace it"));
        }
        Err(error) => return Err(Failure::at(&path, &error)),
    }
    terminal::result(&path.display().to_string())?;
    terminal::next(&format!("drsim run {}", path.display()));
    Ok(Exit::Done)
}

/// Safe as a file name on every system, and easy to type.
fn is_name(name: &str) -> bool {
    let letter =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || (!c.is_ascii() && c.is_alphabetic());
    !name.is_empty() && !name.starts_with('-') && name.chars().all(letter)
}

/// The template under another name, with the line that tells editors where the schema is.
fn named(text: &str, name: &str) -> String {
    let mut renamed = false;
    let mut out = String::new();
    if !text.starts_with("#:schema") {
        out.push_str("#:schema ./drsim.schema.json\n");
    }
    for line in text.lines() {
        let key = line.split('=').next().unwrap_or_default().trim();
        if key == "name" && !renamed {
            renamed = true;
            let comment = line.find('#').map(|at| format!("  {}", &line[at..])).unwrap_or_default();
            let equals = line.split_inclusive('=').next().unwrap_or_default();
            let _ = writeln!(out, "{equals} \"{name}\"{comment}");
        } else {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_name_is_changed() {
        let text = "format = 1\nname     = \"two-sites\"  # the folder\n[sites.a]\nname = \"x\"\n";
        assert_eq!(
            named(text, "支付"),
            "#:schema ./drsim.schema.json\nformat = 1\nname     = \"支付\"  # the folder\n[sites.a]\nname = \"x\"\n"
        );
    }

    #[test]
    fn names_are_safe_as_file_names() {
        for good in ["pay", "pay-2", "支付"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "../pay", "Pay", "a b", "-x", "a/b", "支付！"] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}

//! `earshot analytics`: the service, and the tools on what it measures.

use crate::asked::{By, Which};
use crate::services;
use crate::{progress, services::connect_tool};
use analytics::changes::{Change, changes};
use analytics::export::{self, Exported, Format, Table};
use analytics::local::{self, Projection};
use clap::ValueEnum;
use comfy_table::presets;
use service::Process;
use service::config::Sources;
use std::path::PathBuf;
use std::process::ExitCode;
use wire::pb::analytics::QueryFiguresRequest;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Without a subcommand it runs the service.

Examples:
  earshot analytics compare                                what changed definitions change, over the whole history
  earshot analytics compare escalated --by team --most 100
  earshot analytics export conversation --out conversations.parquet
  earshot analytics export figures --by brand,day --measures open,answered_within_1h --out days.csv")]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Read the whole log again and set what measures meant before beside what they mean now, with what differs
    Compare(Compare),
    /// Write a table of the projection, or figures, as CSV or Parquet; no word of a customer is in it
    Export(Export),
}

#[derive(clap::Args)]
struct Compare {
    /// Measures of the catalogue; all that ever meant something else when none is named
    #[arg(value_name = "MEASURE")]
    measures: Vec<String>,
    /// What the figures are grouped by
    #[arg(long, value_enum, value_delimiter = ',', default_value = "brand", value_name = "DIMENSION")]
    by: Vec<By>,
    #[command(flatten)]
    which: Which,
    /// How many of the conversations that differ are listed
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    most: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(clap::Args)]
struct Export {
    /// What is exported
    #[arg(value_enum, value_name = "WHAT")]
    what: What,
    /// The file; its end says the form when --format does not: .csv or .parquet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// What figures are grouped by
    #[arg(long, value_enum, value_delimiter = ',', value_name = "DIMENSION")]
    by: Vec<By>,
    /// Which figures; all of the catalogue when absent
    #[arg(long, value_delimiter = ',', value_name = "MEASURE")]
    measures: Vec<String>,
    /// The time zone of days, weeks, months and hours; UTC when absent
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    time_zone: String,
    #[command(flatten)]
    which: Which,
    /// Build the projection anew from the log instead of reading that of the service
    #[arg(long)]
    from_log: bool,
    /// Print what was written as JSON
    #[arg(long)]
    json: bool,
}

/// What can be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Figures of the catalogue, one a row
    Figures,
    /// A row for each conversation: all that its figures are made of
    Conversation,
    /// What came and went, by minute
    Minute,
    /// Posts that rules kept out
    FilteredPost,
    /// Surges, promises and exceptions
    Happening,
    /// What the classifier answered and people put right
    Answer,
    /// The loss ledger
    Intake,
    /// Its reasons of rejection
    IntakeRejected,
}

impl What {
    fn table(self) -> Option<Table> {
        Some(match self {
            What::Figures => return None,
            What::Conversation => Table::Conversation,
            What::Minute => Table::Minute,
            What::FilteredPost => Table::FilteredPost,
            What::Happening => Table::Happening,
            What::Answer => Table::Answer,
            What::Intake => Table::Intake,
            What::IntakeRejected => Table::IntakeRejected,
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Csv,
    Parquet,
}

/// Whether it runs on a system that is there already.
pub fn is_tool(args: &Args) -> bool {
    args.command.is_some()
}

pub fn main(args: Args, sources: &Sources) -> ExitCode {
    match args.command {
        None => services::main("analytics", sources, services::section::<analytics::Settings>, analytics::run),
        Some(Command::Compare(asked)) => compare(asked, sources),
        Some(Command::Export(asked)) => export(asked, sources),
    }
}

fn compare(asked: Compare, sources: &Sources) -> ExitCode {
    service::tool("analytics compare", sources, async move |process: Process| {
        let request = QueryFiguresRequest {
            filter: Some(asked.which.filter()?),
            group_by: asked.by.iter().map(|by| by.dimension().into()).collect(),
            measures: asked.measures,
            ..QueryFiguresRequest::default()
        };
        let mut projection = of_log(&process, asked.json).await?;
        let found = changes(&mut projection, &request, asked.most, process.clock.now())?;
        match asked.json {
            true => println!("{}", serde_json::to_string_pretty(&found)?),
            false => print!("{}", page(&found)),
        }
        Ok(())
    })
}

/// A projection of its own, from the whole log.
async fn of_log(process: &Process, quiet: bool) -> anyhow::Result<Projection> {
    let journal = connect_tool(process).await?;
    let bar = progress::bar(0, "messages", quiet);
    let built = local::of_log(&journal, |read, left| {
        bar.inc(read);
        bar.set_length(bar.position() + left);
    });
    let projection = built.await?;
    bar.finish_and_clear();
    Ok(projection)
}

fn page(found: &[Change]) -> String {
    if found.is_empty() {
        return "none of these measures ever meant something else\n".to_owned();
    }
    let mut page = String::new();
    let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{}", (value * 1e6).round() / 1e6));
    for change in found {
        let Change { was, is, was_definition, is_definition, rows, differ, differ_count } = change;
        page.push_str(&format!("{was}: {was_definition}\n{is}: {is_definition}\n\n"));
        let mut table = comfy_table::Table::new();
        table.load_style(presets::NOTHING).set_header(["", was, is, "change"]);
        for row in rows {
            let by = row.was.zip(row.is).map(|(was, is)| is - was);
            table.add_row([row.of.clone(), number(row.was), number(row.is), number(by)]);
        }
        page.push_str(&format!("{table}\n\n{differ_count} conversations add something else than before"));
        page.push_str(if differ.is_empty() { "\n" } else { ":\n" });
        for one in differ {
            let said = |value: &Option<String>| value.clone().unwrap_or_else(|| "no part".to_owned());
            page.push_str(&format!("  {}  {}  {} -> {}\n", one.conversation, one.brand, said(&one.was), said(&one.is)));
        }
        page.push('\n');
    }
    page
}

fn export(asked: Export, sources: &Sources) -> ExitCode {
    service::tool("analytics export", sources, async move |process: Process| {
        let format = form(&asked)?;
        if asked.what != What::Figures && !(asked.by.is_empty() && asked.measures.is_empty()) {
            return Err(services::usage("--by and --measures are for figures; a table has all its rows and columns"));
        }
        let settings: analytics::Settings = process.config.section()?;
        let mut projection = match asked.from_log {
            true => of_log(&process, asked.json).await?,
            false => Projection::of_service(&settings.data_dir)?,
        };
        let told = match asked.what.table() {
            Some(table) => export::table(&mut projection, table, format, &asked.out)?,
            None => figures(&asked, &mut projection, format, &process)?,
        };
        let Exported { rows, sequence } = told;
        match asked.json {
            true => println!("{}", serde_json::to_string(&told)?),
            false => println!("{rows} rows as of record {sequence} of the log in {}", asked.out.display()),
        }
        Ok(())
    })
}

fn figures(asked: &Export, projection: &mut Projection, format: Format, process: &Process) -> anyhow::Result<Exported> {
    let request = QueryFiguresRequest {
        filter: Some(asked.which.filter()?),
        group_by: asked.by.iter().map(|by| by.dimension().into()).collect(),
        measures: asked.measures.clone(),
        time_zone: asked.time_zone.clone(),
        histograms: false,
    };
    let dimensions: Vec<_> =
        request.group_by.iter().filter_map(|value| analytics::Dimension::from_pb(*value)).collect();
    let found = projection.query_figures(request, process.clock.now())?;
    Ok(export::figures(&found, &dimensions, format, &asked.out)?)
}

fn form(asked: &Export) -> anyhow::Result<Format> {
    let end = asked.out.extension().and_then(|end| end.to_str()).unwrap_or_default();
    match (asked.format, end) {
        (Some(Form::Csv), _) | (None, "csv") => Ok(Format::Csv),
        (Some(Form::Parquet), _) | (None, "parquet") => Ok(Format::Parquet),
        (None, _) => Err(services::usage("--out ends neither with .csv nor with .parquet; say which with --format")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use analytics::changes::{Differs, Row};

    #[test]
    fn a_change_is_told_with_its_conversations() {
        let change = Change {
            was: "escalated@1".into(),
            is: "escalated".into(),
            was_definition: "Is raised now.".into(),
            is_definition: "Raised at least once.".into(),
            rows: vec![Row { of: "brand=aurora".into(), was: Some(1.0), is: Some(2.0) }],
            differ: vec![Differs {
                conversation: "3f0c".into(),
                brand: "aurora".into(),
                was: None,
                is: Some("1".into()),
            }],
            differ_count: 7,
        };
        let page = page(&[change]);
        assert!(page.contains("escalated@1: Is raised now."), "{page}");
        assert!(page.contains("7 conversations add something else than before:"), "{page}");
        assert!(page.contains("3f0c  aurora  no part -> 1"), "{page}");
        assert!(super::page(&[]).contains("none of these measures"));
    }

    #[test]
    fn the_end_of_the_name_says_the_form() {
        let asked = |name: &str, format| Export {
            what: What::Figures,
            out: name.into(),
            format,
            by: Vec::new(),
            measures: Vec::new(),
            time_zone: String::new(),
            which: Which::default(),
            from_log: false,
            json: false,
        };
        assert_eq!(form(&asked("a.parquet", None)).unwrap(), Format::Parquet);
        assert_eq!(form(&asked("a.parquet", Some(Form::Csv))).unwrap(), Format::Csv);
        assert!(form(&asked("a.txt", None)).unwrap_err().to_string().contains("--format"));
    }
}

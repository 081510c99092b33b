//! `earshot top`: a wallboard in the terminal. What burns and why, the targets of each brand, who is there, and surges, live
//! from the gateway; when the connection is lost, how old the figures are.

mod board;
mod feed;
mod page;

use crate::services::usage;
use board::{Board, Seen};
use feed::Feed;
use jiff::Timestamp;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use ratatui::{DefaultTerminal, Terminal, backend::TestBackend};
use service::Process;
use service::config::Sources;
use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// Waits grow older on the screen even when nothing happens.
const TICK: Duration = Duration::from_millis(500);
/// How wide `--once` writes.
const ONCE_COLUMNS: u16 = 110;
const ONCE_ROWS: u16 = 48;

#[derive(clap::Args)]
#[command(after_help = "q, Esc or Ctrl-C ends it. Texts of customers are never shown.

Examples:
  earshot top
  earshot top --brand aurora-air
  earshot top --once --json | jq '.burning[0]'")]
pub struct Args {
    /// Only this brand
    #[arg(long)]
    brand: Option<String>,
    /// Print what is now, and end
    #[arg(long)]
    once: bool,
    /// With --once: as JSON
    #[arg(long, requires = "once")]
    json: bool,
    /// Address of the gateway; the one in the settings when absent
    #[arg(long, value_name = "URL")]
    gateway: Option<String>,
}

pub fn main(args: Args, sources: &Sources) -> ExitCode {
    service::tool("top", sources, async move |process: Process| {
        let settings: gateway::Settings = process.config.section()?;
        let url = args.gateway.unwrap_or_else(|| format!("http://{}", settings.listen));
        let feed = Feed::new(url, args.brand.unwrap_or_default(), process.clock.clone())?;
        if args.once {
            return once(&feed.read().await?, args.json);
        }
        if !std::io::stdout().is_terminal() {
            return Err(usage("standard output is no terminal; --once prints what is now"));
        }
        let (seen, seeing) = watch::channel(Seen::default());
        let following = tokio::spawn(feed.follow(seen));
        let terminal = ratatui::try_init()?;
        let shown = show(terminal, seeing, &process).await;
        ratatui::restore();
        following.abort();
        shown
    })
}

fn once(board: &Board, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(board)?);
        return Ok(());
    }
    let seen = Seen { board: Some(board.clone()), lost: None };
    println!("{}", text(&seen, board.at)?);
    Ok(())
}

/// The page as lines of text.
fn text(seen: &Seen, now: Timestamp) -> anyhow::Result<String> {
    let mut terminal = Terminal::new(TestBackend::new(ONCE_COLUMNS, ONCE_ROWS)).map_err(infallible)?;
    terminal.draw(|frame| page::draw(frame, seen, now)).map_err(infallible)?;
    let buffer = terminal.backend().buffer();
    let row = |row: u16| {
        let cells: String = (0..ONCE_COLUMNS).map(|column| buffer[(column, row)].symbol()).collect();
        cells.trim_end().to_owned()
    };
    let lines: Vec<String> = (0..ONCE_ROWS).map(row).collect();
    Ok(lines.join("\n").trim_end().to_owned())
}

fn infallible(error: std::convert::Infallible) -> anyhow::Error {
    match error {}
}

async fn show(
    mut terminal: DefaultTerminal,
    mut seeing: watch::Receiver<Seen>,
    process: &Process,
) -> anyhow::Result<()> {
    let mut keys = keys();
    loop {
        let seen = seeing.borrow_and_update().clone();
        let now = process.clock.now();
        terminal.draw(|frame| page::draw(frame, &seen, now))?;
        tokio::select! {
            changed = seeing.changed() => changed?,
            pressed = keys.recv() => match pressed {
                Some(Pressed::End) | None => return Ok(()),
                Some(Pressed::Other) => {}
            },
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

enum Pressed {
    End,
    /// Also a window of another size: it is drawn again.
    Other,
}

/// Keys as they are pressed. The thread ends with the process, since nothing wakes it from waiting for a key.
fn keys() -> mpsc::Receiver<Pressed> {
    let (sender, receiver) = mpsc::channel(8);
    std::thread::spawn(move || {
        while let Ok(event) = event::read() {
            if sender.blocking_send(pressed(&event)).is_err() {
                return;
            }
        }
    });
    receiver
}

fn pressed(event: &Event) -> Pressed {
    let Event::Key(key) = event else { return Pressed::Other };
    let interrupts = key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c');
    let ends = matches!(key.code, KeyCode::Char('q') | KeyCode::Esc) || interrupts;
    if ends && key.kind == KeyEventKind::Press { Pressed::End } else { Pressed::Other }
}

//! Trains the shipped model: `cargo run -p earshot-classifier --example train -- DATA_DIRECTORY OUT [MODEL]`.

use std::path::PathBuf;
use std::time::Instant;

use classifier::cli::{self, TrainOptions};
use classifier::train::Progress;

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(data), Some(out)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: train DATA_DIRECTORY OUT [MODEL]");
        std::process::exit(64);
    };
    let variant = arguments.next().and_then(|name| name.into_string().ok()).unwrap_or_else(|| "shipped".to_owned());
    let options = TrainOptions { data: PathBuf::from(data), manifest: None, variant, out: PathBuf::from(out) };
    let started = Instant::now();
    let mut tell = |progress: Progress| match progress {
        Progress::Reading { set, number, of } => eprintln!("reading {number}/{of} {set}"),
        Progress::Learning { head, pass, passes, done: 0, of } => {
            eprintln!("learning {head}, pass {pass} of {passes}, {of} posts");
        }
        Progress::Learning { .. } => {}
    };
    match cli::train(&options, &mut tell) {
        Ok(report) => println!(
            "model {} in {} ({} bytes), learned from {:?} rows in {:.0} s",
            report.version,
            report.out.display(),
            report.bytes,
            report.learned,
            started.elapsed().as_secs_f64()
        ),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}

//! Measures a model: `cargo run -p earshot-classifier --example measure -- [--json] [--model FILE] [--all-rows] FILE...`,
//! or its speed on the texts of the files with `--speed`.

use std::time::Instant;

use classifier::cli::{self, CliError, EvalOptions};
use classifier::{corpus, eval};

fn main() {
    let mut options = EvalOptions::default();
    let (mut json, mut speed) = (false, false);
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--json") => json = true,
            Some("--speed") => speed = true,
            Some("--all-rows") => options.all_rows = true,
            Some("--model") => options.model = arguments.next().map(Into::into),
            _ => options.files.push(argument.into()),
        }
    }
    let done = if speed { measure_speed(&options) } else { measure(&options, json) };
    if let Err(error) = done {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

fn measure(options: &EvalOptions, json: bool) -> Result<(), CliError> {
    let measures = cli::eval(options)?;
    print!("{}", if json { eval::json_lines(&measures) } else { eval::table(&measures) + "\n" });
    Ok(())
}

/// Posts a second on this core, after one warming round, and the slowest hundredth.
fn measure_speed(options: &EvalOptions) -> Result<(), CliError> {
    let started = Instant::now();
    let model = cli::open_model(options.model.as_deref())?;
    println!("loaded in {:.1} ms", started.elapsed().as_secs_f64() * 1e3);
    let mut texts = Vec::new();
    for file in &options.files {
        corpus::read(file, |row| texts.push(row.text)).map_err(eval::EvalError::from)?;
    }
    let mut micros: Vec<f64> = Vec::with_capacity(texts.len());
    for round in 0..2 {
        micros.clear();
        let started = Instant::now();
        for text in &texts {
            let one = Instant::now();
            std::hint::black_box(model.classify(std::hint::black_box(text)));
            micros.push(one.elapsed().as_secs_f64() * 1e6);
        }
        let seconds = started.elapsed().as_secs_f64();
        if round == 1 {
            micros.sort_by(f64::total_cmp);
            let chars: usize = texts.iter().map(|text| text.chars().count()).sum();
            println!(
                "{} posts of {:.0} characters: {:.0} posts/s, median {:.1} us, p99 {:.1} us",
                texts.len(),
                chars as f64 / texts.len() as f64,
                texts.len() as f64 / seconds,
                micros[micros.len() / 2],
                micros[micros.len() * 99 / 100]
            );
        }
    }
    Ok(())
}

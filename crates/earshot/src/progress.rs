//! Progress bars on a terminal, and quiet in a pipe.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;

/// A bar of so many steps; it shows nothing when standard error is no terminal or `quiet` is set.
pub fn bar(total: u64, unit: &str, quiet: bool) -> ProgressBar {
    let bar = ProgressBar::new(total);
    if quiet || !std::io::stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let template = format!("{{bar:40.cyan/blue}} {{human_pos}}/{{human_len}} {unit} {{per_sec}} {{eta}} left {{msg}}");
    bar.set_style(ProgressStyle::with_template(&template).expect("the template is well formed"));
    bar
}

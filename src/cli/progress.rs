//! A bar on the terminal while trials run, and a way to stop them.

use super::clock::Stopwatch;
use super::exit::Exit;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Seconds of silence before a bar appears: short runs show none.
const QUIET: f64 = 0.5;

/// Set by the first Ctrl-C; trials end at the next finished piece of 32.
pub type Cancel = Arc<AtomicBool>;

/// Makes Ctrl-C set the returned flag, and a second one end the program at once.
pub fn cancel_on_interrupt() -> Cancel {
    cancel_saying("stopping: blocks of trials that are finished are kept; press Ctrl-C again to stop at once")
}

/// The same with words of its own.
pub fn cancel_saying(words: &'static str) -> Cancel {
    let cancel = Cancel::default();
    let flag = Arc::clone(&cancel);
    #[expect(clippy::exit, reason = "a second Ctrl-C must end the program wherever it is")]
    let installed = ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Interrupted.code().into());
        }
        super::terminal::note(words);
    });
    if let Err(error) = installed {
        super::terminal::warn(&format!("Ctrl-C will lose unfinished work: {error}"));
    }
    cancel
}

/// A progress bar over trials, drawn only on a terminal and only when it takes a while.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    since: Stopwatch,
    shown: AtomicBool,
    wanted: bool,
}

impl Progress {
    /// A bar over `trials` that is not shown yet.
    pub fn over(trials: u64) -> Self {
        let style = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} trials, {eta} left");
        let bar = ProgressBar::with_draw_target(Some(trials), ProgressDrawTarget::hidden())
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar, since: Stopwatch::start(), shown: AtomicBool::new(false), wanted: std::io::stderr().is_terminal() }
    }

    /// A count of trials whose end nobody knows.
    pub fn counting() -> Self {
        let style = ProgressStyle::with_template("{spinner} {human_pos} trials, {elapsed}");
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden())
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self { bar, since: Stopwatch::start(), shown: AtomicBool::new(false), wanted: std::io::stderr().is_terminal() }
    }

    /// `done` trials are finished.
    pub fn reached(&self, done: u64) {
        if !self.wanted || self.since.seconds() < QUIET {
            return;
        }
        if !self.shown.swap(true, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

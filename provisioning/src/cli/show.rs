//! What is printed: bars on a terminal, plain lines elsewhere, JSON on demand. Results go to
//! standard output, progress and problems to standard error.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::disk::Disk;
use crate::error::Problem;
use crate::flash::rate;
use crate::progress::{Phase, Progress};
use crate::words::{Language, Words};

/// Time between two plain lines of one phase.
const LINE_EVERY: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Bars,
    Lines,
    Json,
}

/// Where results and progress go.
pub struct Show {
    mode: Mode,
    language: Language,
    bars: MultiProgress,
}

impl Show {
    /// JSON, bars when somebody watches, or lines.
    pub fn new(json: bool, language: Language) -> Self {
        let mode = match (json, std::io::stderr().is_terminal()) {
            (true, _) => Mode::Json,
            (false, true) => Mode::Bars,
            (false, false) => Mode::Lines,
        };
        Self {
            mode,
            language,
            bars: MultiProgress::new(),
        }
    }

    /// Prints a result in the form that was asked for.
    pub fn result(&self, lines: &str, value: &Value) -> Result<(), Problem> {
        let text = match self.mode {
            Mode::Json => value.to_string(),
            _ => lines.trim_end().to_owned(),
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{text}")
            .and_then(|()| out.flush())
            .map_err(|source| Problem::file("write to", "standard output", source))
    }

    /// Prints a problem: its code, what happened, what is safe, what to do.
    pub fn problem(&self, words: &Words, problem: &Problem) {
        let text = match self.mode {
            Mode::Json => problem_value(words, problem).to_string(),
            _ => words.problem(problem),
        };
        // Without a standard error there is nobody to tell.
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// Tells something that does not stop the run.
    pub fn warning(&self, words: &str) {
        let text = match self.mode {
            Mode::Json => json!({ "warning": words }).to_string(),
            _ => words.to_owned(),
        };
        // Without a standard error there is nobody to tell.
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// Asks for the last four signs of a disk's serial. Nobody is asked where nobody watches.
    pub fn ask_serial(&self, words: &Words, disk: &Disk) -> Result<String, Problem> {
        if !std::io::stdin().is_terminal() || self.mode == Mode::Json {
            return Err(Problem::DiskNotConfirmed);
        }
        let question = words.say_with(
            "confirm-disk",
            &[
                ("disk", &disk.name),
                ("model", &disk.model),
                ("size", &size(disk.bytes)),
                ("serial", disk.serial.as_deref().unwrap_or("-")),
            ],
        );
        // Without a standard error there is nobody to ask, and nothing that is typed fits.
        let _ = write!(std::io::stderr(), "{question} ");
        let mut line = String::new();
        std::io::stdin()
            .lock()
            .read_line(&mut line)
            .map_err(|source| Problem::file("read", "standard input", source))?;
        Ok(line)
    }

    /// The progress of one card; `name` tells cards of a batch apart.
    pub fn progress(&self, name: &str) -> Card {
        let words = Words::new(self.language);
        let bar = (self.mode == Mode::Bars).then(|| {
            let bar = self.bars.add(ProgressBar::new(0));
            let style = "{prefix} {msg} {wide_bar} {decimal_bytes}/{decimal_total_bytes} \
                         {decimal_bytes_per_sec} {eta}";
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style);
            }
            bar.set_prefix(name.to_owned());
            bar
        });
        Card {
            name: name.to_owned(),
            mode: self.mode,
            phases: Phase::ALL.map(|phase| words.say(&format!("phase-{}", phase.as_str()))),
            bar,
            state: Mutex::new(None),
        }
    }
}

/// A problem for programs.
pub fn problem_value(words: &Words, problem: &Problem) -> Value {
    let key = problem.code().to_ascii_lowercase();
    json!({
        "code": problem.code(),
        "error": problem.to_string(),
        "safe": words.say(&format!("{key}.safe")),
        "do": words.say(&format!("{key}.do")),
    })
}

/// `31.9 GB`: as it is printed on cards.
pub fn size(bytes: u64) -> String {
    format!("{}.{} GB", bytes / 1_000_000_000, bytes / 100_000_000 % 10)
}

/// The progress of one card.
pub struct Card {
    name: String,
    mode: Mode,
    phases: [String; Phase::ALL.len()],
    bar: Option<ProgressBar>,
    state: Mutex<Option<State>>,
}

struct State {
    phase: Phase,
    total: u64,
    done: u64,
    began: Instant,
    told: Instant,
}

impl Card {
    fn tell(&self, state: &State) {
        let took = state.began.elapsed();
        let rate = rate(state.done, took);
        let left = state.total.saturating_sub(state.done);
        let eta = left.checked_div(rate);
        let line = if self.mode == Mode::Json {
            json!({
                "card": self.name,
                "phase": state.phase.as_str(),
                "bytes": state.done,
                "of": state.total,
                "bytes_per_second": rate,
                "eta_seconds": eta,
            })
            .to_string()
        } else {
            let phase = self.phase_words(state.phase);
            if state.total == 0 {
                // A phase that counts nothing.
                let _ = writeln!(std::io::stderr(), "{}: {phase}", self.name);
                return;
            }
            let percent = (state.done * 100).checked_div(state.total).unwrap_or(100);
            let mb = rate as f64 / 1e6;
            let eta = eta.map_or_else(|| "-".to_owned(), |eta| format!("{eta} s"));
            format!(
                "{}: {phase} {percent} % {}/{} {mb:.1} MB/s ETA {eta}",
                self.name, state.done, state.total
            )
        };
        // Without a standard error there is nobody to tell.
        let _ = writeln!(std::io::stderr(), "{line}");
    }

    fn phase_words(&self, phase: Phase) -> String {
        self.phases[phase as usize].clone()
    }
}

impl Progress for Card {
    fn begin(&self, phase: Phase, bytes: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(bytes);
            bar.reset();
            bar.set_message(self.phase_words(phase));
            return;
        }
        let now = Instant::now();
        let state = State {
            phase,
            total: bytes,
            done: 0,
            began: now,
            told: now,
        };
        self.tell(&state);
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = Some(state);
    }

    fn advance(&self, bytes: u64) {
        if let Some(bar) = &self.bar {
            bar.inc(bytes);
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = state.as_mut() {
            state.done += bytes;
            if state.done >= state.total || state.told.elapsed() >= LINE_EVERY {
                state.told = Instant::now();
                self.tell(state);
            }
        }
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

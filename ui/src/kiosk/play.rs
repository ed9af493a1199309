//! The desk without a display, taking orders: the same pages, the same renderer, real pointer
//! events at the controls. Demonstrations and whole-system tests stand on it.
//!
//! One order a line on standard input; one line back for each: `ok …` or `no …`.
//!
//! | Order | What it does |
//! |---|---|
//! | `press WORDS` | presses the control with these words (`@key` for a key of the translation files) |
//! | `where WORDS` | tells the middle of that control in pixels, for a finger on another screen |
//! | `digits 1234` | presses digit keys one after the other |
//! | `type かな` | presses letter keys one after the other |
//! | `paste TEXT` | what a hardware keyboard or a scanner sends at once |
//! | `keys 0000123456` | types on a hardware keyboard, as fast as a scanner |
//! | `key enter` | presses a key of the hardware keyboard: `enter`, `escape`, `tab` |
//! | `wait B-1` | waits until the screen with this number shows |
//! | `see WORDS` | waits until a text that contains the words shows |
//! | `shot FILE.png` | writes a picture of the screen |
//! | `screen` | tells the number of the screen |
//! | `texts` | tells everything with words on the screen |
//! | `quit` | ends |

use std::io::BufRead;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use firmware::runtime::{self, Toucher};
use firmware::setup::config::Config;
use firmware::terminal::touch::{Language, Touch};
use firmware::terminal::view::{Look, View};
use slint::platform::Key;
use ui::headless::Headless;
use ui::keyboard::PAUSE;
use ui::picture::Picture;
use ui::words::Words;

use crate::assemble;

/// Longest wait of one order.
const LIMIT: Duration = Duration::from_secs(40);

/// A finger lifts and comes again: the desk takes a main action only once in 250 ms, counted from
/// when it got to it, which on a busy machine is a little later than the press.
const BETWEEN_PRESSES: Duration = Duration::from_millis(450);

/// How often a waiting order looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Opens the desk in memory and carries out orders until `quit` or the end of the input.
pub fn run(config: &Config) -> Result<ExitCode, String> {
    let parts = assemble::parts(config)?;
    let screen = Headless::new(assemble::layout(config), Look::default())
        .map_err(|error| format!("no screen: {error}"))?;
    let (views, latest) = channel();
    let running = runtime::start(
        parts,
        move |view| {
            // The player is gone only when the program ends.
            let _ = views.send(view);
        },
        |end| match end {
            runtime::End::Wiped => println!("wiped"),
            runtime::End::PowerOff => println!("off"),
            runtime::End::Stopped => {}
        },
    )
    .map_err(|problem| assemble::explain(&problem))?;
    let toucher = running.toucher();
    let scanner = toucher.clone();
    screen.on_touch(move |touch| toucher.touch(touch));

    let mut player = Player {
        screen,
        latest,
        view: None,
        scanner,
    };
    player.until(|player| player.view.is_some());
    // Whoever starts the program waits for something to look at.
    player.screen.picture().map_err(|error| error.to_string())?;
    println!("ready");
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let (order, rest) = line.split_once(' ').unwrap_or((&line, ""));
        if order == "quit" {
            break;
        }
        match player.carry_out(order, rest.trim()) {
            Ok(answer) if answer.is_empty() => println!("ok"),
            Ok(answer) => println!("ok {answer}"),
            Err(why) => println!("no {}", why.replace('\n', " ")),
        }
    }
    running.stop();
    Ok(ExitCode::SUCCESS)
}

struct Player {
    screen: Headless,
    latest: Receiver<View>,
    view: Option<View>,
    scanner: Toucher,
}

impl Player {
    fn carry_out(&mut self, order: &str, rest: &str) -> Result<String, String> {
        self.look();
        match order {
            "press" => {
                let lifted = Instant::now() + BETWEEN_PRESSES;
                let pressed = self.press(&self.words(rest)).map(|()| String::new());
                while let Some(left) = lifted.checked_duration_since(Instant::now()) {
                    if let Ok(view) = self.latest.recv_timeout(left) {
                        self.show(view);
                    }
                }
                pressed
            }
            "where" => self.middle(&self.words(rest)),
            "digits" | "type" => {
                for key in rest.chars() {
                    self.press(&key.to_string())?;
                }
                Ok(String::new())
            }
            "paste" => {
                let before = self.view.clone();
                self.scanner.touch(Touch::Paste(rest.to_owned()));
                if self.until(|player| player.view != before) {
                    Ok(String::new())
                } else {
                    Err(format!("nothing on {} took it", self.number()))
                }
            }
            "keys" => {
                for key in rest.chars() {
                    self.screen.key(key);
                }
                self.screen.wait(PAUSE);
                Ok(String::new())
            }
            "key" => {
                let key = match rest {
                    "enter" => Key::Return,
                    "escape" => Key::Escape,
                    "tab" => Key::Tab,
                    _ => return Err(format!("there is no key {rest:?}")),
                };
                self.screen.key(char::from(key));
                Ok(String::new())
            }
            "wait" => {
                if self.until(|player| player.number() == rest) {
                    Ok(rest.to_owned())
                } else {
                    Err(format!(
                        "waited for {rest}, the screen is {}: {}",
                        self.number(),
                        self.texts()
                    ))
                }
            }
            "see" => {
                let wanted = self.words(rest);
                if self.until(|player| {
                    player.labels().iter().any(|label| {
                        label.replace('\n', " ").contains(&wanted)
                            || label.replace('\n', "").contains(&wanted)
                    })
                }) {
                    Ok(String::new())
                } else {
                    Err(format!(
                        "「{wanted}」 is not on {}: {}",
                        self.number(),
                        self.texts()
                    ))
                }
            }
            "shot" => self.shot(rest).map(|()| String::new()),
            "screen" => Ok(self.number().to_owned()),
            "texts" => Ok(self.texts()),
            _ => Err(format!("there is no order {order:?}")),
        }
    }

    /// `@key` in the words of the screen's language, anything else as it is.
    fn words(&self, text: &str) -> String {
        let language = self
            .view
            .as_ref()
            .map_or(Language::Ja, |view| view.look.language);
        text.strip_prefix('@')
            .filter(|key| !key.is_empty())
            .map_or_else(|| text.to_owned(), |key| Words::new(language).say(key))
    }

    fn press(&mut self, label: &str) -> Result<(), String> {
        let mut last = String::new();
        if self.until(|player| match player.screen.press(label) {
            Ok(()) => true,
            Err(missing) => {
                last = missing.to_string();
                false
            }
        }) {
            Ok(())
        } else {
            Err(format!("on {}: {last}", self.number()))
        }
    }

    fn middle(&mut self, label: &str) -> Result<String, String> {
        let mut found = None;
        self.until(|player| {
            found = player
                .screen
                .controls()
                .into_iter()
                .find(|control| control.touchable && control.enabled && control.label == label)
                .map(|control| control.place);
            found.is_some()
        });
        let (left, top, width, height) =
            found.ok_or_else(|| format!("on {}: no control {label:?}", self.number()))?;
        Ok(format!("{} {}", left + width / 2.0, top + height / 2.0))
    }

    fn shot(&mut self, path: &str) -> Result<(), String> {
        let pixels = self.screen.picture().map_err(|error| error.to_string())?;
        let png = Picture::from(&pixels)
            .to_true_png()
            .map_err(|error| error.to_string())?;
        std::fs::write(path, png).map_err(|error| format!("{path}: {error}"))
    }

    /// Shows views until `done` or the limit; true when done.
    fn until(&mut self, mut done: impl FnMut(&mut Self) -> bool) -> bool {
        let deadline = Instant::now() + LIMIT;
        loop {
            self.look();
            if done(self) {
                return true;
            }
            match self.latest.recv_timeout(LOOK_AGAIN) {
                Ok(view) => self.show(view),
                Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {}
                Err(_) => return false,
            }
        }
    }

    /// Shows what has come so far.
    fn look(&mut self) {
        while let Ok(view) = self.latest.try_recv() {
            self.show(view);
        }
    }

    fn show(&mut self, view: View) {
        self.screen.show(&view);
        self.view = Some(view);
    }

    fn number(&self) -> &'static str {
        self.view.as_ref().map_or("-", |view| view.screen.number())
    }

    fn labels(&self) -> Vec<String> {
        self.screen
            .controls()
            .into_iter()
            .map(|control| control.label)
            .collect()
    }

    fn texts(&self) -> String {
        self.labels().join(" | ").replace('\n', "")
    }
}

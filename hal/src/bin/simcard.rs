//! Simulated cards for a PC/SC daemon with a virtual reader.
//!
//! ```text
//! simcard make-ca DIR [--people FILE]                  makes the keys; writes DIR/trust.toml
//! simcard serve --control SOCKET --dir DIR [--people FILE] [--port PORT]
//! simcard tell --control SOCKET WORDS…                 such as: in hanako, out, list
//! ```
#![allow(clippy::print_stdout)] // a command-line program

use std::collections::HashMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use hal::sim::control::{Control, tell};
use hal::sim::{People, SimCa, SimCard, vpcd};

const USAGE: &str = "simcard make-ca DIR [--people FILE]
simcard serve --control SOCKET --dir DIR [--people FILE] [--port PORT]
simcard tell --control SOCKET in NAME [MAKE] | out | list | fault KEY=VALUE… | touched | tries";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("simcard: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[String]) -> Result<ExitCode, Box<dyn Error>> {
    let (options, plain) = split(words)?;
    let option = |name: &str| {
        options
            .get(name)
            .ok_or(format!("--{name} is missing\n{USAGE}"))
    };
    let people = match options.get("people") {
        Some(file) => People::load(Path::new(file))?,
        None => People::built_in(),
    };
    match plain.split_first() {
        Some((&"make-ca", [dir])) => {
            let dir = PathBuf::from(dir);
            let ca = SimCa::load_or_make(&dir)?;
            for person in people.iter() {
                SimCard::new(person, &ca)?;
            }
            fs::write(dir.join("trust.toml"), ca.trust_toml())?;
            println!("{}", dir.join("trust.toml").display());
        }
        Some((&"serve", [])) => {
            let ca = SimCa::load_or_make(option("dir")?)?;
            let port = match options.get("port") {
                Some(port) => port.parse()?,
                None => vpcd::FIRST_PORT,
            };
            Control::new(ca, people, port).serve(Path::new(option("control")?))?;
        }
        Some((&"tell", line)) if !line.is_empty() => {
            let answer = tell(Path::new(option("control")?), &line.join(" "))?;
            println!("{answer}");
            if !answer.starts_with("ok") {
                return Ok(ExitCode::FAILURE);
            }
        }
        _ => return Err(USAGE.into()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Options (`--name value`) and the other words.
fn split(words: &[String]) -> Result<(HashMap<&str, &str>, Vec<&str>), String> {
    let mut options = HashMap::new();
    let mut plain = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.strip_prefix("--") {
            Some(name @ ("control" | "dir" | "people" | "port")) => {
                let value = words.next().ok_or(format!("--{name} takes a value"))?;
                options.insert(name, value.as_str());
            }
            Some(_) => return Err(format!("{word} is not known\n{USAGE}")),
            None => plain.push(word.as_str()),
        }
    }
    Ok((options, plain))
}

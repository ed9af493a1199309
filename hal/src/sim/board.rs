//! A board on simulated pins and buses: the real drivers, and a hand that opens the case, pulls
//! the plug and empties the battery. Demo, tests and developers' machines use it.
//!
//! Orders over a Unix socket, one line in, one line back:
//!
//! | Line | Does |
//! |---|---|
//! | `battery PERCENT [MILLIVOLTS]` | what the gauge measures |
//! | `mains on`, `mains off` | plugs the charger in, or pulls it |
//! | `case open`, `case close` | opens or closes the case |
//! | `clock lost`, `clock SECONDS` | empties the clock's battery, or sets it |
//! | `fail PART`, `mend PART` | lamp, buzzer, case, gauge, mains, backlight, clock |
//! | `hide PART`, `bring PART` | the kernel does not know it yet; now it does |
//! | `state` | what lamp, buzzer and screen show |
//!
//! Answers begin with `ok` or `no`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, BufRead, BufReader, Read as _, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use embedded_hal::{digital, i2c, pwm};

use super::SimError;
use crate::board::part::{Backlight, Buzzer, Contact, Gauge, Lamp, RealTimeClock};
use crate::board::{
    BoardFault, Charge, GAUGE_ADDRESS, Layout, Level, Light, Max1704x, Opener, Part, Parts,
    PartsBoard, PinContact, RgbLamp, ScreenLight, Tone,
};

/// Longest order in bytes.
const MAX_LINE: u64 = 256;

/// How long a silent client may keep the others waiting.
const CLIENT_PATIENCE: Duration = Duration::from_secs(5);

/// What a full cell of the simulation measures, in millivolts.
const FULL_MILLIVOLTS: u16 = 4_100;

/// 2026-11-20: what the simulated clock says at first.
const CLOCK_SECONDS: u64 = 1_795_132_800;

/// The hand at the simulated parts. Clones share them.
#[derive(Clone)]
pub struct BoardHand {
    bench: Arc<Mutex<Bench>>,
}

/// What the simulated parts are like.
struct Bench {
    charge: Charge,
    mains: bool,
    case_open: bool,
    clock: Option<u64>,
    failed: BTreeSet<Part>,
    /// Parts that cannot be opened.
    hidden: BTreeSet<Part>,
    light: Light,
    tone: Tone,
    screen: ScreenLight,
}

/// A board with the parts of `layout`, and the hand that moves them: a full battery on the
/// mains, a closed case, a clock that runs.
#[must_use]
pub fn bench(layout: &Layout) -> (PartsBoard, BoardHand) {
    let hand = BoardHand {
        bench: Arc::new(Mutex::new(Bench {
            charge: Charge {
                percent: 100,
                millivolts: FULL_MILLIVOLTS,
            },
            mains: true,
            case_open: false,
            clock: Some(CLOCK_SECONDS),
            failed: BTreeSet::new(),
            hidden: BTreeSet::new(),
            light: Light::OFF,
            tone: Tone::default(),
            screen: ScreenLight::Bright,
        })),
    };
    let line = |part, active| {
        let hand = hand.clone();
        Box::new(move || {
            let pin = SimLine {
                hand: hand.reach(part)?,
                part,
                active,
            };
            Ok(Box::new(PinContact::new(pin, active, part.word())) as Box<dyn Contact>)
        }) as Opener<_>
    };
    let reach = |part| {
        let hand = hand.clone();
        move || hand.reach(part)
    };
    let lamp = reach(Part::Lamp);
    let buzzer = reach(Part::Buzzer);
    let gauge = reach(Part::Gauge);
    let backlight = reach(Part::Backlight);
    let clock = reach(Part::Clock);
    let parts = Parts {
        lamp: layout.lamp.map(|_| {
            Box::new(move || {
                let hand = lamp()?;
                let channel = |channel| SimChannel {
                    hand: hand.clone(),
                    channel,
                };
                let lamp = RgbLamp::new(
                    channel(Channel::Red),
                    channel(Channel::Green),
                    channel(Channel::Blue),
                );
                Ok(Box::new(lamp) as Box<dyn Lamp>)
            }) as Opener<_>
        }),
        buzzer: layout
            .buzzer
            .map(|_| Box::new(move || Ok(Box::new(buzzer()?) as Box<dyn Buzzer>)) as Opener<_>),
        case: layout.case.map(|case| line(Part::Case, case.active)),
        mains: layout.mains.map(|mains| line(Part::Mains, mains.active)),
        gauge: layout.gauge.map(|_| {
            Box::new(move || {
                let gauge = Max1704x::new(SimBus(gauge()?), GAUGE_ADDRESS);
                Ok(Box::new(gauge) as Box<dyn Gauge>)
            }) as Opener<_>
        }),
        backlight: layout.backlight.as_ref().map(|_| {
            Box::new(move || Ok(Box::new(backlight()?) as Box<dyn Backlight>)) as Opener<_>
        }),
        clock: layout.clock.as_ref().map(|_| {
            Box::new(move || Ok(Box::new(clock()?) as Box<dyn RealTimeClock>)) as Opener<_>
        }),
    };
    (PartsBoard::new(parts), hand)
}

impl BoardHand {
    fn lock(&self) -> MutexGuard<'_, Bench> {
        self.bench.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What lamp, buzzer and screen show.
    #[must_use]
    pub fn shown(&self) -> (Light, Tone, ScreenLight) {
        let bench = self.lock();
        (bench.light, bench.tone, bench.screen)
    }

    /// Takes orders on `socket`, one client after the other, until the process ends.
    ///
    /// # Errors
    /// When the socket cannot be made.
    pub fn serve(&self, socket: &Path) -> Result<(), SimError> {
        let failed = |source| SimError::File {
            path: socket.display().to_string(),
            source,
        };
        if socket.exists() {
            fs::remove_file(socket).map_err(failed)?;
        }
        let listener = UnixListener::bind(socket).map_err(failed)?;
        let hand = self.clone();
        thread::Builder::new()
            .name("sim-board".into())
            .spawn(move || {
                for client in listener.incoming() {
                    if let Err(error) = client.and_then(|client| hand.talk(client)) {
                        tracing::debug!(%error, "control client");
                    }
                }
            })
            .map_err(failed)?;
        Ok(())
    }

    fn talk(&self, client: UnixStream) -> io::Result<()> {
        client.set_read_timeout(Some(CLIENT_PATIENCE))?;
        let mut reader = BufReader::new(client.try_clone()?);
        let mut writer = client;
        loop {
            let mut line = String::new();
            if reader.by_ref().take(MAX_LINE).read_line(&mut line)? == 0 {
                return Ok(());
            }
            let answer = match self.obey(line.trim()) {
                Ok(answer) => format!("ok {answer}"),
                Err(error) => format!("no {error}"),
            };
            writeln!(writer, "{}", answer.trim_end())?;
        }
    }

    /// Does what one line says.
    ///
    /// # Errors
    /// [`SimError`] says in one line why not.
    pub fn obey(&self, line: &str) -> Result<String, SimError> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let mut bench = self.lock();
        match words.as_slice() {
            ["battery", percent] => bench.charge.percent = number(percent)?,
            ["battery", percent, millivolts] => {
                bench.charge = Charge {
                    percent: number(percent)?,
                    millivolts: number(millivolts)?,
                };
            }
            ["mains", word @ ("on" | "off")] => bench.mains = *word == "on",
            ["case", word @ ("open" | "close")] => bench.case_open = *word == "open",
            ["clock", "lost"] => bench.clock = None,
            ["clock", seconds] => bench.clock = Some(number(seconds)?),
            ["fail", part] => {
                bench.failed.insert(named(part)?);
            }
            ["mend", part] => {
                bench.failed.remove(&named(part)?);
            }
            ["hide", part] => {
                bench.hidden.insert(named(part)?);
            }
            ["bring", part] => {
                bench.hidden.remove(&named(part)?);
            }
            ["state"] => {
                let Light { red, green, blue } = bench.light;
                let (tone, screen) = (bench.tone.0, bench.screen);
                return Ok(format!(
                    "lamp {red} {green} {blue} tone {tone} screen {screen:?}"
                ));
            }
            _ => {
                return Err(refuse(
                    "known: battery, mains, case, clock, fail, mend, hide, bring, state",
                ));
            }
        }
        Ok(String::new())
    }

    /// Opens a part.
    fn reach(&self, part: Part) -> Result<Self, BoardFault> {
        match self.lock().hidden.contains(&part) {
            true => Err(BoardFault::Absent { at: part.word() }),
            false => Ok(self.clone()),
        }
    }

    fn check(&self, part: Part) -> Result<MutexGuard<'_, Bench>, BoardFault> {
        let bench = self.lock();
        match bench.failed.contains(&part) {
            true => Err(BoardFault::Bus { at: part.word() }),
            false => Ok(bench),
        }
    }
}

fn number<T: std::str::FromStr>(word: &str) -> Result<T, SimError> {
    word.parse().map_err(|_| refuse("a number, please"))
}

fn named(word: &str) -> Result<Part, SimError> {
    Part::from_word(word).ok_or_else(|| refuse("there is no such part"))
}

fn refuse(why: &str) -> SimError {
    SimError::Control(why.to_owned())
}

impl Buzzer for BoardHand {
    fn sound(&mut self, tone: Tone) -> Result<(), BoardFault> {
        self.check(Part::Buzzer)?.tone = tone;
        Ok(())
    }
}

impl Backlight for BoardHand {
    fn set(&mut self, light: ScreenLight) -> Result<(), BoardFault> {
        self.check(Part::Backlight)?.screen = light;
        Ok(())
    }
}

impl RealTimeClock for BoardHand {
    fn seconds(&mut self) -> Result<u64, BoardFault> {
        self.check(Part::Clock)?.clock.ok_or(BoardFault::ClockLost)
    }
}

#[derive(Clone, Copy)]
enum Channel {
    Red,
    Green,
    Blue,
}

/// One channel of the lamp.
struct SimChannel {
    hand: BoardHand,
    channel: Channel,
}

impl pwm::ErrorType for SimChannel {
    type Error = pwm::ErrorKind;
}

impl pwm::SetDutyCycle for SimChannel {
    fn max_duty_cycle(&self) -> u16 {
        100
    }

    fn set_duty_cycle(&mut self, duty: u16) -> Result<(), pwm::ErrorKind> {
        let checked = self.hand.check(Part::Lamp);
        let mut bench = checked.map_err(|_| pwm::ErrorKind::Other)?;
        let channel = match self.channel {
            Channel::Red => &mut bench.light.red,
            Channel::Green => &mut bench.light.green,
            Channel::Blue => &mut bench.light.blue,
        };
        *channel = u8::try_from(duty).unwrap_or(100);
        Ok(())
    }
}

/// The pin of the case's switch or of the mains line.
struct SimLine {
    hand: BoardHand,
    part: Part,
    active: Level,
}

impl digital::ErrorType for SimLine {
    type Error = digital::ErrorKind;
}

impl digital::InputPin for SimLine {
    fn is_high(&mut self) -> Result<bool, digital::ErrorKind> {
        let checked = self.hand.check(self.part);
        let bench = checked.map_err(|_| digital::ErrorKind::Other)?;
        let active = match self.part {
            Part::Case => bench.case_open,
            _ => bench.mains,
        };
        Ok(active == (self.active == Level::High))
    }

    fn is_low(&mut self) -> Result<bool, digital::ErrorKind> {
        self.is_high().map(|high| !high)
    }
}

/// An I²C bus with a MAX17048 on it, and nothing else.
struct SimBus(BoardHand);

impl i2c::ErrorType for SimBus {
    type Error = i2c::ErrorKind;
}

impl i2c::I2c for SimBus {
    fn transaction(
        &mut self,
        address: u8,
        operations: &mut [i2c::Operation<'_>],
    ) -> Result<(), i2c::ErrorKind> {
        let nobody = i2c::ErrorKind::NoAcknowledge(i2c::NoAcknowledgeSource::Address);
        let charge = match self.0.check(Part::Gauge) {
            Ok(bench) if address == GAUGE_ADDRESS => bench.charge,
            _ => return Err(nobody),
        };
        let mut value = 0u16;
        for operation in operations {
            match operation {
                i2c::Operation::Write(register) => {
                    value = match register.first() {
                        // 64/5 steps a millivolt.
                        Some(0x02) => {
                            u16::try_from(u32::from(charge.millivolts) * 64 / 5).unwrap_or(u16::MAX)
                        }
                        Some(0x04) => u16::from(charge.percent) << 8,
                        Some(0x08) => 0x0012,
                        _ => 0xFFFF,
                    };
                }
                i2c::Operation::Read(bytes) => {
                    for (byte, from) in bytes.iter_mut().zip(value.to_be_bytes()) {
                        *byte = from;
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::board::{BoardKind, Profile};

    fn hand() -> BoardHand {
        bench(&Layout::built_in(BoardKind::Simulated, Profile::Portable)).1
    }

    #[test]
    fn orders_over_the_socket_are_obeyed_and_nonsense_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("board.sock");
        let hand = hand();
        hand.serve(&socket).unwrap();
        let mut client = UnixStream::connect(&socket).unwrap();
        client
            .write_all(b"battery 19\nmains off\nfail antenna\nbattery lots\nstate\n")
            .unwrap();
        let answers: Vec<String> = BufReader::new(client)
            .lines()
            .take(5)
            .map(Result::unwrap)
            .collect();
        assert_eq!(answers[..2], ["ok", "ok"]);
        assert!(answers[2].starts_with("no ") && answers[3].starts_with("no "));
        assert_eq!(answers[4], "ok lamp 0 0 0 tone 0 screen Bright");
        assert_eq!(hand.lock().charge.percent, 19);
        assert!(!hand.lock().mains);
    }
}

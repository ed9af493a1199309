//! How long it takes until there is something to see.

use std::io;
use std::time::Duration;

use appliance::slots::state::Slot;

use crate::card::Card;
use crate::emulator::{Emulator, Rig};
use crate::proofs::{Bench, SCREEN_LIMIT, expect, kept};

/// Starts of each kind, one after the other in turn, so that a busy minute of the machine
/// falls on both.
const ROUNDS: usize = 3;

/// How much longer the first screen may take than a login prompt.
const MAX_RATIO: f64 = 1.3;

/// A login prompt as soon as systemd has nothing else to start, in place of the desk.
const LOGIN: &str = "[Service]\nExecStart=/sbin/agetty ttyAMA0 linux\nType=idle\n";

impl Bench {
    /// Boot to the first screen against the same kernel to a login prompt.
    ///
    /// # Errors
    /// What did not hold.
    pub fn times(&self) -> io::Result<()> {
        let card = self.card("times", "")?;
        let folder = self.folder().join("times");
        // The first start makes the data partition; it is not the one that counts.
        let mut terminal = Emulator::start(&card, Rig::default(), &folder)?;
        terminal.wait_for_page(&self.welcome, SCREEN_LIMIT)?;
        kept(&mut terminal, &card, Slot::A)?;
        terminal.cut();

        let bare = Card::copy(card.path(), &self.folder().join("times-login.img"))?;
        let unit = data_encoding::BASE64.encode(LOGIN.as_bytes());
        self.settings(
            &bare,
            &format!(
                "systemd.set_credential_binary=systemd.extra-unit.login-proof.service:{unit} \
                 systemd.wants=login-proof.service systemd.mask=madoguchi-kiosk.service \
                 systemd.mask=appliance-health.service"
            ),
        )?;
        let (mut screens, mut logins) = (Vec::new(), Vec::new());
        for round in 1..=ROUNDS {
            let mut terminal = Emulator::start(&card, Rig::default(), &folder)?;
            let screen = terminal.wait_for_page(&self.welcome, SCREEN_LIMIT)?;
            terminal.cut();
            let mut terminal = Emulator::start(&bare, Rig::default(), &folder)?;
            let login = terminal.wait_for_text("madoguchi login:", SCREEN_LIMIT)?;
            terminal.cut();
            println!(
                "times: {round} of {ROUNDS}: first screen {:.1} s, login prompt {:.1} s, load {}",
                screen.as_secs_f64(),
                login.as_secs_f64(),
                load()
            );
            screens.push(screen);
            logins.push(login);
        }
        let (screen, login) = (median(screens), median(logins));
        let ratio = screen.as_secs_f64() / login.as_secs_f64();
        println!(
            "times: medians: first screen {:.1} s, login prompt {:.1} s, ratio {:.2}",
            screen.as_secs_f64(),
            login.as_secs_f64(),
            ratio
        );
        expect(
            ratio <= MAX_RATIO,
            "the first screen is not slower than 1.3 of a login prompt (wants a quiet machine)",
        )
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// How busy the machine was in the last minute: processes that wanted to run.
fn load() -> String {
    std::fs::read_to_string("/proc/loadavg")
        .ok()
        .and_then(|text| text.split(' ').next().map(str::to_owned))
        .unwrap_or_else(|| "unknown".to_owned())
}

//! What goes wrong around a terminal, one after the other; each is said on its screen, and the
//! desk goes on as far as it can.

use std::io;
use std::path::Path;
use std::time::Duration;

use appliance::slots::state::{Slot, Tries};

use crate::desk::START_LIMIT;
use crate::emulator::{Emulator, Rig};
use crate::first_day::{self, SATO};
use crate::picture::Picture;
use crate::proofs::{Bench, SCREEN_LIMIT, TALKATIVE, expect};

/// A dead battery: the clock begins with the Unix epoch.
const DEAD_CLOCK: &str = "1970-01-01T00:00:00";

/// Fills the data partition, as far as anybody but the desk may, before the desk comes up.
const FILL: &str = "[Unit]\nDefaultDependencies=no\nBefore=madoguchi-kiosk.service\n\
    [Service]\nType=oneshot\nCapabilityBoundingSet=~CAP_SYS_RESOURCE\n\
    ExecStart=/bin/sh -c 'for s in 2G 1G 512M 256M 128M 64M 32M 8M 1M 64K 4K; do \
    fallocate -l $$s /data/full-$$s; done; df /data >/dev/console; true'\n";

/// A desk whose battery is found empty while its health is not known yet.
const EMPTY: &str = "[Service]\nNotifyAccess=all\nWatchdogSec=0\nExecStart=\n\
    ExecStart=/bin/sh -c 'systemd-notify --ready; sleep 20; exit 75'\n";

/// Longest wait for a page that is compared with a picture; a desk locks soon after.
const PAGE_LIMIT: Duration = Duration::from_secs(60);

/// The question for 申請日 with its year.
const ASKED_FOR_THE_YEAR: &str = "D-3_application_date_no_clock_1280x800.png";

/// Longest wait until a terminal is off.
const OFF_LIMIT: Duration = Duration::from_secs(300);

impl Bench {
    /// A reader that nobody knows; a dead clock; a full data partition.
    ///
    /// # Errors
    /// The step that did not go as it must.
    pub fn unhappy(&self) -> io::Result<()> {
        let mut desk = self.desk("unhappy")?;
        desk.switch_on(Rig {
            foreign_reader: true,
            ..Rig::default()
        })?;
        desk.come_up(START_LIMIT)?;
        first_day::whole(&mut desk)?;

        desk.press("本人確認")?;
        desk.on_alike("C-16", "a USB device that is no reader: none is found")?;
        desk.press("やめる")?;
        desk.reach("B-1")?;
        println!("unhappy: a reader that is not known is said, and the rest of the desk works");

        let person = desk.world().client()?;
        first_day::ask_by_dates(&mut desk, &person)?;
        desk.on("D-5", "an answer, which is kept")?;
        desk.cut_power();

        desk.twin().world().line().cut();
        desk.switch_on(Rig {
            clock: Some(DEAD_CLOCK),
            unplugged: true,
            ..Rig::default()
        })?;
        let untrusted = Picture::read(&self.pictures().join("A-1_lock_untrusted_1280x800.png"))?;
        desk.terminal()?.wait_for_page(&untrusted, START_LIMIT)?;
        desk.tell("A-1", "a dead clock: the time is called unconfirmed")?;
        desk.twin().restart()?;
        first_day::unlock(&mut desk, SATO)?;
        desk.reach_alike("B-1")?;
        first_day::to_application_date(&mut desk, &person)?;
        let asked = Picture::read(&self.pictures().join(ASKED_FOR_THE_YEAR))?;
        desk.terminal()?.wait_for_page(&asked, PAGE_LIMIT)?;
        desk.tell(
            "D-3",
            "no year is inferred from a clock that is not trusted",
        )?;
        desk.cut_power();
        println!("unhappy: a dead clock is said, and nothing is inferred from it");

        self.settings(desk.card(), &format!("{TALKATIVE} {}", unit("fill", FILL)))?;
        desk.twin().world().line().join()?;
        desk.switch_on(Rig::default())?;
        desk.come_up(START_LIMIT)?;
        let told = desk.terminal()?.console();
        expect(
            told.contains(" 100% /data"),
            "nobody else has room on the data partition",
        )?;
        first_day::unlock(&mut desk, SATO)?;
        desk.reach_alike("B-1")?;
        let mut another = person;
        another.born_on = another.born_on.add_days(1);
        first_day::ask_by_dates(&mut desk, &another)?;
        desk.on_alike("D-9", "a full data partition: the desk has room of its own")?;
        desk.cut_power();
        println!("unhappy: a data partition that is full for everybody else leaves the desk room");
        Ok(())
    }

    /// The desk ends with the status of an empty battery, and the terminal switches itself off.
    ///
    /// # Errors
    /// What did not hold.
    pub fn battery(&self) -> io::Result<()> {
        let dropin = data_encoding::BASE64.encode(EMPTY.as_bytes());
        let card = self.card(
            "battery",
            &format!(
                "{TALKATIVE} systemd.set_credential_binary=systemd.unit-dropin.madoguchi-kiosk.service:{dropin}"
            ),
        )?;
        let folder = self.folder().join("battery");
        // A card that comes from the technician has more starts than are ever given back.
        let mut before = card.slots()?;
        before.set(Slot::A, Tries::NEW);
        card.set_slots(&before)?;
        let mut terminal = Emulator::start(&card, Rig::default(), &folder)?;
        terminal.wait_for_text("Madoguchi: slot A", SCREEN_LIMIT)?;
        let off = terminal.wait_until_off(OFF_LIMIT)?;
        println!(
            "battery: the desk ended with 75, and the terminal was off {:.1} s after the start",
            off.as_secs_f64()
        );
        expect(
            card.slots()?.a == before.a,
            "an end in order, before its health was known, costs the system no start",
        )?;
        println!("battery: the start was given back");
        Ok(())
    }

    fn pictures(&self) -> &Path {
        Path::new(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../ui/tests/pictures"
        ))
    }
}

/// A unit of the proof's own, started with the others.
pub(crate) fn unit(name: &str, text: &str) -> String {
    let text = data_encoding::BASE64.encode(text.as_bytes());
    format!(
        "systemd.set_credential_binary=systemd.extra-unit.{name}.service:{text} \
         systemd.wants={name}.service"
    )
}

//! A request with a contract from a USB stick, and the municipality's papers read at the desk.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use system_tests::day::answer_oldest;
use system_tests::paper;

use crate::desk::{Desk, START_LIMIT};
use crate::emulator::Rig;
use crate::exfat;
use crate::first_day;
use crate::proofs::{Bench, expect};

/// The contract on the stick; a name as offices give them.
const CONTRACT: &str = "契約書.pdf";

/// Whose papers: 被保険者番号, name, birth date in the years of 昭和, 認定年月日. Made up.
const INSURED: &str = "0000654321";
const NAME: &str = "たむら　みつ";
const BORN: &str = "121105";
const CERTIFIED: &str = "70801";

/// Longest wait until a stick is mounted, or let go.
const STICK_LIMIT: Duration = Duration::from_secs(120);

impl Bench {
    /// Attaches a contract from a stick that is plugged in while the desk runs, sends the
    /// request, and shows the pages of the answer, drawn in the desk's sandbox.
    ///
    /// # Errors
    /// The step that did not go as it must.
    pub fn papers(&self) -> io::Result<()> {
        let mut desk = self.desk("papers")?;
        let scans = self.scans(&mut desk)?;
        desk.switch_on(Rig {
            scans: Some(&scans),
            ..Rig::default()
        })?;
        desk.come_up(START_LIMIT)?;
        first_day::whole(&mut desk)?;

        desk.terminal()?.plug_scans(true)?;
        desk.terminal()?
            .wait_for_text("Finished appliance-stick@", STICK_LIMIT)?;
        request(&mut desk)?;
        desk.terminal()?.plug_scans(false)?;
        desk.terminal()?
            .wait_for_text("Stopped appliance-stick@", STICK_LIMIT)?;
        let delivered = desk.world().delivered()?;
        expect(
            delivered.get("disclosure_request") == Some(&1),
            "the request arrived once",
        )?;
        expect(
            desk.world().files_at_gateway()? == 1,
            "and its contract with it",
        )?;
        println!("papers: the contract of the stick is at the gateway; the stick is let go");

        answer_oldest(desk.world(), None)?;
        answer_oldest(desk.twin().world(), None)?;
        desk.press("届いた書類")?;
        desk.on_alike("G-1", "the answer has arrived")?;
        desk.press("新しい書類を開く")?;
        desk.twin().player()?.see("書類のページ")?;
        desk.on_alike("G-2", "its pages, drawn in the desk's sandbox")?;
        desk.press("次ページ")?;
        desk.twin().player()?.see("2 / 3")?;
        desk.on_alike("G-2", "the next page")?;
        desk.cut_power();
        println!("papers: the municipality's papers are read at the desk");
        Ok(())
    }

    /// The same contract on a stick for the terminal and in the folder of the twin.
    fn scans(&self, desk: &mut Desk) -> io::Result<PathBuf> {
        let contract = desk.twin().world().folder().join("usb").join(CONTRACT);
        fs::write(&contract, paper::page("Contract", 1))?;
        let stick = self.folder().join("scans.img");
        exfat::stick("OFFICE", &contract, CONTRACT, &stick)?;
        Ok(stick)
    }
}

/// From home to home: the papers of one person, who has no notice (届出) yet.
fn request(desk: &mut Desk) -> io::Result<()> {
    desk.press("資料提供の申出")?;
    desk.on("E-1", "whose papers?")?;
    desk.press("人を追加する")?;
    desk.reach("E-2")?;
    desk.press("つぎへ")?;
    desk.reach("D-1")?;
    desk.digits(INSURED)?;
    desk.press("つぎへ")?;
    desk.reach("E-6")?;
    desk.kana(NAME)?;
    desk.press("つぎへ")?;
    desk.reach("D-2")?;
    desk.press("昭和")?;
    desk.digits(BORN)?;
    desk.press("つぎへ")?;
    desk.twin().player()?.see("認定年月日は")?;
    desk.digits(CERTIFIED)?;
    desk.press("つぎへ")?;
    desk.reach("E-2")?;
    desk.press("まだ")?;
    desk.press("契約書をつける")?;
    desk.on_alike("E-3", "the contract, from the stick")?;
    desk.press(CONTRACT)?;
    desk.reach("E-2")?;
    desk.press("これでよい")?;
    desk.reach("E-1")?;
    desk.press("確かめて送る")?;
    desk.on("E-7", "their qualification, asked once")?;
    desk.press("介護支援専門員")?;
    desk.on("E-4", "read through before sending")?;
    desk.press("送る")?;
    desk.on_alike("E-5", "the request is saved")?;
    desk.press("ホームへ")?;
    desk.reach_alike("B-1")
}

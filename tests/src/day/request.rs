//! The papers of three people (情報提供申出), one of them with a contract.

use std::io;

use super::Day;
use super::people::{OTHERS, VISITOR_CERTIFIED, VISITOR_NAME};

impl Day<'_> {
    pub(super) fn request(&mut self) -> io::Result<()> {
        self.press("資料提供の申出")?;
        self.on("E-1", "whose papers? ten places")?;
        self.press("人を追加する")?;
        self.on("E-2", "the visitor, whom the office knows by now")?;
        self.press("つぎへ")?;
        self.player.wait("D-1")?;
        self.press("台帳から")?;
        self.on("D-10", "the office's own clients")?;
        self.press(VISITOR_NAME)?;
        self.certified(VISITOR_CERTIFIED)?;
        self.filed("出してある")?;
        for other in &OTHERS {
            self.press("人を追加")?;
            self.player.wait("E-2")?;
            self.press("つぎへ")?;
            self.player.wait("D-1")?;
            self.player.digits(other.insured)?;
            self.press("つぎへ")?;
            self.on("E-6", "a name, on the kana keyboard")?;
            for key in other.keys {
                self.press(key)?;
            }
            self.press("つぎへ")?;
            self.player.wait("D-2")?;
            self.press("昭和")?;
            self.player.digits(other.born)?;
            self.press("つぎへ")?;
            self.certified(other.certified)?;
            if other.contract {
                self.press("まだ")?;
                self.attach()?;
                self.press("これでよい")?;
                self.player.wait("E-1")?;
            } else {
                self.filed("出してある")?;
            }
        }
        self.press("確かめて送る")?;
        self.on("E-7", "their qualification, asked once")?;
        self.press("介護支援専門員")?;
        self.on("E-4", "three people, read through before sending")?;
        self.press("送る")?;
        self.on("E-5", "the request is saved")?;
        self.press("ホームへ")?;
        self.player.wait("B-1")
    }

    /// 認定年月日, which every person of a request needs.
    pub(super) fn certified(&mut self, compact: &str) -> io::Result<()> {
        self.player.see("認定年月日は")?;
        self.player.digits(compact)?;
        self.press("つぎへ")?;
        self.player.wait("E-2")
    }

    /// Says whether the plan's notice (届出) was filed, and leaves the person.
    pub(super) fn filed(&mut self, answer: &str) -> io::Result<()> {
        self.press(answer)?;
        self.press("これでよい")?;
        self.player.wait("E-1")
    }

    pub(super) fn attach(&mut self) -> io::Result<()> {
        self.press("契約書をつける")?;
        self.on("E-3", "the contract, from the stick")?;
        self.press("契約書.pdf")?;
        self.player.wait("E-2")
    }
}

//! From a new terminal to an open desk.

use std::io;

use super::Day;
use super::people::{CORPORATION, KENICHI, Member, PROFILE};
use crate::world::FIRST;

impl Day<'_> {
    pub(super) fn set_up(&mut self, staff: &[Member]) -> io::Result<()> {
        self.on("S-1", "the terminal is new")?;
        self.press("はじめる")?;
        self.self_test()?;
        self.on("S-2", "the one-time token from the sheet")?;
        let token = self.world.token_of(self.unit)?;
        self.player.order(&format!("paste {token}"))?;
        self.press("つぎへ")?;
        if self.unit == FIRST {
            self.type_profile()?;
        }
        self.on("J-5", "the profile, read back")?;
        self.player.see(CORPORATION)?;
        self.press("閉じる")?;
        self.on("S-5", "two members of staff")?;
        for member in staff {
            self.add_staff(*member)?;
        }
        self.press("おわる")?;
        self.on("S-6", "set-up is done")?;
        self.press("はじめる")?;
        self.on("A-1", "the shutter")
    }

    fn type_profile(&mut self) -> io::Result<()> {
        self.on(
            "S-4",
            "enrolled: key made here, certificate received; now the office",
        )?;
        for field in PROFILE {
            if !field.is_empty() {
                self.player.order(&format!("paste {field}"))?;
            }
            self.press("つぎへ")?;
        }
        Ok(())
    }

    /// The unit tests itself; a person presses, looks and listens.
    fn self_test(&mut self) -> io::Result<()> {
        self.on("S-7", "the self-test: a finger in each corner")?;
        for corner in ["左上", "右上", "右下", "左下"] {
            self.press(corner)?;
        }
        self.on("S-8", "five colours over the whole screen")?;
        for colour in 1..=4 {
            self.press(&format!("ふれると、つぎの色（{colour}/5）"))?;
        }
        self.press("ふれると、おわり（5/5）")?;
        for question in ["五つの色が", "赤・緑・青に", "低い音が"] {
            self.player.see(question)?;
            self.press("はい")?;
        }
        self.player.see("読み取り機を確かめます")?;
        self.on("S-9", "the reader, here without a test card")?;
        self.press("つぎへ")?;
        self.on("S-10", "what was found, part by part")?;
        self.press("つぎへ")
    }

    pub(super) fn add_staff(&mut self, member: Member) -> io::Result<()> {
        for (field, value) in [("お名前", member.name), ("職員ID", member.id)] {
            self.press(field)?;
            self.player.order(&format!("paste {value}"))?;
            self.press("つぎへ")?;
        }
        self.press(member.role)?;
        let add = self.or_short("この職員を加える", "追加");
        self.press(add)?;
        self.on("A-5", "each chooses a passcode, twice")?;
        self.player.digits(member.passcode)?;
        self.press("つぎへ")?;
        self.player.see("もう一度")?;
        self.player.digits(member.passcode)?;
        self.press("決める")?;
        self.player.wait("S-5")
    }

    pub(super) fn unlock(&mut self, member: Member) -> io::Result<()> {
        self.player.wait("A-1")?;
        self.press("はじめる")?;
        self.on("A-2", "who is it?")?;
        self.press(member.name)?;
        self.on("A-3", "the staff passcode")?;
        self.player.digits(member.passcode)?;
        self.press("入る")
    }

    pub(super) fn first_pledge(&mut self) -> io::Result<()> {
        self.on("A-6", "the yearly pledge")?;
        self.press("誓約する")?;
        self.on("B-1", "the desk is open")
    }
    pub(super) fn change_over(&mut self) -> io::Result<()> {
        self.press("席をはなれる")?;
        self.on("A-1", "locked; nothing about visitors is left")?;
        (self.locked)(self.player.kiosk().id())?;
        self.unlock(KENICHI)?;
        self.player.wait("A-6")?;
        self.press("誓約する")?;
        self.on("B-1", "the other member of staff")?;
        self.press("送信箱を見る")?;
        self.on("F-1", "everything waits, saved")?;
        self.press("戻る")
    }
}

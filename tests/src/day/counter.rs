//! With a visitor at the counter: the card, and two questions.

use std::io;

use protocol::calendar::Date;

use super::Day;
use super::people::VISITOR;

impl Day<'_> {
    pub(super) fn check_card(&mut self) -> io::Result<()> {
        self.press("本人確認")?;
        self.on("C-1", "waiting for the card")?;
        let (name, groups) = VISITOR;
        self.world.card(&format!("in {name}"))?;
        self.on(
            "C-2",
            "the card is here, its tries are read; the printed numbers",
        )?;
        for group in groups {
            self.player.digits(group)?;
        }
        self.press("つぎへ")?;
        self.on("C-4", "genuine, present; the photo is compared")?;
        self.press("この方です")?;
        self.world.card("out")?;
        self.on("C-6", "the person is confirmed and fills the forms")
    }
    pub(super) fn look_up_visitor(&mut self) -> io::Result<()> {
        self.press("すすみぐあいを調べる")?;
        self.on("D-11", "how is the person found?")?;
        self.press("被保険者番号で")?;
        self.on("D-1", "被保険者番号; who it is came from the card")?;
        self.enter_visitor()?;
        self.ask("progress by 被保険者番号")
    }

    pub(super) fn enter_visitor(&mut self) -> io::Result<()> {
        let visitor = self.world.visitor()?;
        self.player.digits(&visitor.insured)?;
        self.press("つぎへ")
    }

    pub(super) fn look_up_by_dates(&mut self) -> io::Result<()> {
        let client = self.world.client()?;
        self.press("認定のすすみぐあい")?;
        self.player.wait("D-11")?;
        self.press("日付で")?;
        self.on("D-2", "生年月日 of somebody who is not here")?;
        self.enter_birth(client.born_on)?;
        self.on("D-3", "申請日; its year is inferred and shown")?;
        self.player.digits(&client.applied_on.compact()[4..])?;
        self.press("つぎへ")?;
        self.ask("progress by 申請日 + 生年月日")
    }

    /// Types a birth date as a person does: the era's key, then year, month and day.
    pub(super) fn enter_birth(&mut self, born_on: Date) -> io::Result<()> {
        let born = born_on
            .era()
            .ok_or_else(|| io::Error::other("before Meiji"))?;
        self.press(born.era().kanji())?;
        self.player.digits(&format!(
            "{:02}{:02}{:02}",
            born.year(),
            born_on.month(),
            born_on.day()
        ))?;
        self.press("つぎへ")
    }

    pub(super) fn ask(&mut self, what: &str) -> io::Result<()> {
        self.on("D-4", "a purpose is required")?;
        self.press("ケアプランを作る")?;
        self.press("市にきく")?;
        self.on("D-7", &format!("{what}: saved, not sent"))?;
        self.player.see("保存しました")?;
        self.press("ホームへ")?;
        self.player.wait("B-1")
    }
}

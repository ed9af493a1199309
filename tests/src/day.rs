//! A day at the desk, through the real screens: what `make demo` plays and the day's test checks.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use protocol::calendar::Date;

use crate::paper;
use crate::player::Player;
use crate::process::{program, wait_until};
use crate::world::{Screen, World};

/// Passcode of the administrator of the demonstration.
pub const MISAKI: Member = Member {
    name: "佐藤 美咲",
    id: "satomisaki",
    role: "管理者",
    passcode: "4071",
};

/// Passcode of the other member of staff.
pub const KENICHI: Member = Member {
    name: "髙橋 健一",
    id: "takahashi",
    role: "一般",
    passcode: "9182",
};

/// A member of staff of the demonstration.
#[derive(Debug, Clone, Copy)]
pub struct Member {
    /// As on the staff screen.
    pub name: &'static str,
    /// Id.
    pub id: &'static str,
    /// Role, in the words of the screen.
    pub role: &'static str,
    /// Passcode.
    pub passcode: &'static str,
}

/// The office's profile, field by field in the order of the screens.
const PROFILE: [&str; 8] = [
    "しおみふくしかい",
    // 事業所番号 is known from the enrolment.
    "",
    "ひだまりきょたくかいごしえんじぎょうしょ",
    "ひだまり",
    "しおみしみなとまち１－２－３",
    "0990001111",
    "hidamari@example.jp",
    "さとう みさき",
];

/// The visitor whose card is tapped: 照合番号B as printed, in its three groups.
const VISITOR: (&str, [&str; 3]) = ("hanako", ["130828", "2032", "2285"]);

/// Her name from the card, as a button shows it.
const VISITOR_NAME: &str = "汐見 花子 様";

/// Her 認定年月日: year of the era, month, day.
const VISITOR_CERTIFIED: &str = "70801";

/// The key between family name and given name.
const SPACE: &str = "空白を入れる";

/// Somebody of the disclosure request who is not at the counter.
struct Other {
    insured: &'static str,
    /// Keys of the kana keyboard: a row's key, then letters of that row.
    keys: &'static [&'static str],
    /// Birth date in the years of 昭和.
    born: &'static str,
    certified: &'static str,
    /// Without a notice the request needs the contract.
    contract: bool,
}

/// The people of the request beside the visitor.
const OTHERS: [Other; 2] = [
    Other {
        insured: "0000123456",
        keys: &[
            "行：あ",
            "あ",
            "お",
            "行：か",
            "き",
            SPACE,
            "行：は",
            "は",
            "行：ら",
            "る",
        ],
        born: "100314",
        certified: "70801",
        contract: false,
    },
    Other {
        insured: "0000654321",
        keys: &[
            "行：た",
            "た",
            "行：ま",
            "む",
            "行：ら",
            "ら",
            SPACE,
            "行：ま",
            "み",
            "行：た",
            "つ",
        ],
        born: "121105",
        certified: "70801",
        contract: true,
    },
];

/// The download breaks after so many bytes: one piece of it is kept, the second is not whole.
const BREAK_AFTER: u64 = 300_000;

/// How long the gateway may take to delete what has ended.
const GATEWAY_LIMIT: Duration = Duration::from_secs(30);

/// How long the answer of the operator lives in the demonstration.
const DOCUMENT_SECONDS: u64 = 30;

/// What a day left behind.
pub struct Outcome {
    /// Steps that were played.
    pub steps: usize,
    /// Pictures, in the order they were taken.
    pub pictures: Vec<PathBuf>,
    /// What the kiosk logged, before and after it was killed.
    pub log: Vec<String>,
}

/// The day, as it goes on.
pub struct Day<'a> {
    world: &'a World,
    kiosk: PathBuf,
    config: PathBuf,
    player: Player,
    pictures: PathBuf,
    taken: Vec<PathBuf>,
    steps: usize,
    log: Vec<String>,
    tell: &'a mut dyn FnMut(&str),
    locked: &'a mut dyn FnMut(u32) -> io::Result<()>,
}

/// Plays the whole day and tells each step. `locked` gets the kiosk's process while it is locked
/// after the first half of the day: nothing about visitors may be left in it.
///
/// # Errors
/// The first step that did not go as it must, with the screen it happened on.
pub fn play(
    world: &World,
    screen: Screen,
    tell: &mut dyn FnMut(&str),
    locked: &mut dyn FnMut(u32) -> io::Result<()>,
) -> io::Result<Outcome> {
    let config = world.kiosk_config(screen, None)?;
    let kiosk = program("kiosk")?;
    let pictures = world.folder().join("pictures");
    fs::create_dir_all(&pictures)?;
    fs::write(
        world.folder().join("usb/契約書.pdf"),
        paper::page("Contract", 1),
    )?;
    fs::write(
        world.folder().join("usb/専門員証.pdf"),
        paper::page("Licence", 1),
    )?;
    let player = Player::start(&kiosk, &config)?;
    let mut day = Day {
        world,
        kiosk,
        config,
        player,
        pictures,
        taken: Vec::new(),
        steps: 0,
        log: Vec::new(),
        tell,
        locked,
    };
    day.set_up()?;
    day.unlock(MISAKI)?;
    day.first_pledge()?;
    day.check_card()?;
    day.cut()?;
    day.look_up_visitor()?;
    day.look_up_by_dates()?;
    day.request()?;
    day.change_over()?;
    day.kill()?;
    day.join()?;
    day.answers_arrived()?;
    day.operator_answers()?;
    day.read_document()?;
    day.deadline()?;
    day.keep_log();
    Ok(Outcome {
        steps: day.steps,
        pictures: day.taken,
        log: day.log,
    })
}

impl Day<'_> {
    fn set_up(&mut self) -> io::Result<()> {
        self.on("S-1", "the terminal is new")?;
        self.press("はじめる")?;
        self.on("S-2", "the one-time token from the sheet")?;
        let token = self.world.token()?;
        self.player.order(&format!("paste {token}"))?;
        self.press("つぎへ")?;
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
        self.on("J-5", "the profile, read back")?;
        self.press("閉じる")?;
        self.on("S-5", "two members of staff")?;
        for member in [MISAKI, KENICHI] {
            self.add_staff(member)?;
        }
        self.press("おわる")?;
        self.on("S-6", "set-up is done")?;
        self.press("はじめる")?;
        self.on("A-1", "the shutter")
    }

    fn add_staff(&mut self, member: Member) -> io::Result<()> {
        for (field, value) in [("お名前", member.name), ("職員ID", member.id)] {
            self.press(field)?;
            self.player.order(&format!("paste {value}"))?;
            self.press("つぎへ")?;
        }
        self.press(member.role)?;
        self.press("この職員を加える")?;
        self.on("A-5", "each chooses a passcode, twice")?;
        self.player.digits(member.passcode)?;
        self.press("つぎへ")?;
        self.player.see("もう一度")?;
        self.player.digits(member.passcode)?;
        self.press("決める")?;
        self.player.wait("S-5")
    }

    fn unlock(&mut self, member: Member) -> io::Result<()> {
        self.player.wait("A-1")?;
        self.press("はじめる")?;
        self.on("A-2", "who is it?")?;
        self.press(member.name)?;
        self.on("A-3", "the staff passcode")?;
        self.player.digits(member.passcode)?;
        self.press("入る")
    }

    fn first_pledge(&mut self) -> io::Result<()> {
        self.on("A-6", "the yearly pledge")?;
        self.press("誓約する")?;
        self.on("B-1", "the desk is open")
    }

    fn check_card(&mut self) -> io::Result<()> {
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

    fn cut(&mut self) -> io::Result<()> {
        self.world.line().cut();
        self.say("the network is unplugged");
        Ok(())
    }

    fn look_up_visitor(&mut self) -> io::Result<()> {
        self.press("すすみぐあいを調べる")?;
        self.on("D-11", "how is the person found?")?;
        self.press("被保険者番号で")?;
        self.on("D-1", "被保険者番号; who it is came from the card")?;
        self.enter_visitor()?;
        self.ask("progress by 被保険者番号")
    }

    fn enter_visitor(&mut self) -> io::Result<()> {
        let visitor = self.world.visitor()?;
        self.player.digits(&visitor.insured)?;
        self.press("つぎへ")
    }

    fn look_up_by_dates(&mut self) -> io::Result<()> {
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
    fn enter_birth(&mut self, born_on: Date) -> io::Result<()> {
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

    fn ask(&mut self, what: &str) -> io::Result<()> {
        self.on("D-4", "a purpose is required")?;
        self.press("ケアプランを作る")?;
        self.press("市にきく")?;
        self.on("D-7", &format!("{what}: saved, not sent"))?;
        self.player.see("保存しました")?;
        self.press("ホームへ")?;
        self.player.wait("B-1")
    }

    fn request(&mut self) -> io::Result<()> {
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
        self.on("E-4", "three people, read through before sending")?;
        self.press("送る")?;
        self.on("E-5", "the request is saved")?;
        self.press("ホームへ")?;
        self.player.wait("B-1")
    }

    /// 認定年月日, which every person of a request needs.
    fn certified(&mut self, compact: &str) -> io::Result<()> {
        self.player.see("認定年月日は")?;
        self.player.digits(compact)?;
        self.press("つぎへ")?;
        self.player.wait("E-2")
    }

    /// Says whether the plan's notice (届出) was filed, and leaves the person.
    fn filed(&mut self, answer: &str) -> io::Result<()> {
        self.press(answer)?;
        self.press("これでよい")?;
        self.player.wait("E-1")
    }

    fn attach(&mut self) -> io::Result<()> {
        self.press("契約書をつける")?;
        self.on("E-3", "the contract, from the stick")?;
        self.press("契約書.pdf")?;
        self.player.wait("E-2")
    }

    fn change_over(&mut self) -> io::Result<()> {
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

    fn kill(&mut self) -> io::Result<()> {
        self.keep_log();
        self.player.kiosk().kill();
        self.say("the kiosk is killed (-9) and started again");
        self.player = Player::start(&self.kiosk, &self.config)?;
        self.on("A-1", "it comes back locked")?;
        self.unlock(MISAKI)?;
        self.on("B-1", "and nothing is lost")
    }

    fn join(&mut self) -> io::Result<()> {
        self.world.line().join()?;
        self.say("the network is back");
        self.press("送信箱を見る")?;
        self.player.wait("F-1")?;
        self.player.see("受領証あり")?;
        self.on("F-1", "everything delivered once, receipts shown")?;
        let delivered = self.world.delivered()?;
        let count = |kind: &str| delivered.get(kind).copied().unwrap_or_default();
        if (count("progress_query"), count("disclosure_request")) != (2, 1) {
            return Err(io::Error::other(format!(
                "two questions and one request were saved; at the gateway: {delivered:?}"
            )));
        }
        self.press("戻る")?;
        self.player.wait("B-1")
    }

    fn answers_arrived(&mut self) -> io::Result<()> {
        self.press("認定のすすみぐあい")?;
        self.player.wait("D-11")?;
        self.press("被保険者番号で")?;
        self.player.wait("D-1")?;
        self.enter_visitor()?;
        self.player.wait("D-4")?;
        self.press("ケアプランを作る")?;
        self.press("市にきく")?;
        self.on("D-5", "the kept answer, with its age and source")?;
        self.press("ホームへ")?;
        self.player.wait("B-1")
    }

    fn operator_answers(&mut self) -> io::Result<()> {
        // The line breaks in the middle of the download; the rest is fetched from there.
        self.world.line().cut_once_after(BREAK_AFTER);
        let document = answer_oldest(self.world, Some(DOCUMENT_SECONDS))?;
        self.say(&format!("the operator answers with a PDF: {document}"));
        Ok(())
    }

    fn read_document(&mut self) -> io::Result<()> {
        self.press("届いた書類")?;
        self.player.wait("G-1")?;
        self.player.see("あと")?;
        self.on("G-1", "fetched after a broken download; the countdown runs")?;
        self.press("新しい書類を開く")?;
        self.player.wait("G-2")?;
        self.player.see("書類のページ")?;
        self.on("G-2", "its pages, drawn here")?;
        self.press("次ページ")?;
        self.player.see("2 / 3")?;
        self.press("閉じる")?;
        self.player.wait("G-1")
    }

    fn deadline(&mut self) -> io::Result<()> {
        self.player.see("届いた書類は、ありません。")?;
        self.on("G-1", "at the deadline it is gone here")?;
        // The contract stays as long as the request; the answer goes.
        let world = self.world;
        wait_until(
            "the answer to be gone from the gateway",
            GATEWAY_LIMIT,
            || world.files_at_gateway().is_ok_and(|left| left <= 1),
        )?;
        self.say("and at the gateway");
        Ok(())
    }

    /// Waits for a screen, takes its picture and tells the step.
    fn on(&mut self, number: &str, what: &str) -> io::Result<()> {
        self.player.wait(number)?;
        let picture = self
            .pictures
            .join(format!("{:02}_{number}.png", self.taken.len() + 1));
        self.player.shot(&picture)?;
        self.taken.push(picture);
        self.steps += 1;
        (self.tell)(&format!("{number:<5} {what}"));
        Ok(())
    }

    fn say(&mut self, what: &str) {
        self.steps += 1;
        (self.tell)(&format!("      {what}"));
    }

    fn press(&mut self, label: &str) -> io::Result<()> {
        self.player.press(label)
    }

    fn keep_log(&mut self) {
        let lines = self.player.kiosk().lines();
        self.log
            .extend(lines.iter().filter(|line| line.starts_with('{')).cloned());
    }
}

/// What the operator does: a PDF for the first person of the oldest open request. Returns the
/// document's id.
///
/// # Errors
/// When there is no request, or the operator's command refuses.
pub fn answer_oldest(world: &World, seconds: Option<u64>) -> io::Result<String> {
    let requests = world.ask(&["requests", "list"])?;
    let id = requests[0]["id"]
        .as_str()
        .ok_or_else(|| io::Error::other("there is no open request"))?;
    let paper = world.folder().join("answer.pdf");
    fs::write(&paper, paper::page("Assessment", 3))?;
    let paper = paper.to_string_lossy().into_owned();
    let mut order = vec!["deliver", "--request", id, "--subject", "1"];
    let seconds = seconds.map(|seconds| seconds.to_string());
    if let Some(seconds) = &seconds {
        order.extend(["--seconds", seconds]);
    }
    order.push(&paper);
    let delivered = world.ask(&order)?;
    Ok(delivered["document"]
        .as_str()
        .unwrap_or_default()
        .to_owned())
}

/// Writes one page that shows all pictures.
///
/// # Errors
/// When it cannot be written.
pub fn contact_sheet(folder: &Path, pictures: &[PathBuf]) -> io::Result<PathBuf> {
    let mut page = String::from(
        "<!doctype html><meta charset=utf-8><title>A day at the desk</title>\
         <style>body{font-family:sans-serif;background:#eee}figure{display:inline-block;margin:8px}\
         img{width:420px;border:1px solid #888}</style>\n",
    );
    for picture in pictures {
        let name = picture.file_name().unwrap_or_default().to_string_lossy();
        page.push_str(&format!(
            "<figure><img src=\"{name}\"><figcaption>{name}</figcaption></figure>\n"
        ));
    }
    let path = folder.join("index.html");
    fs::write(&path, page)?;
    Ok(path)
}

//! The network is back: receipts, answers, the operator's papers and their end.

use std::fs;
use std::io;
use std::time::Duration;

use super::Day;
use crate::paper;
use crate::process::wait_until;
use crate::world::World;

/// The download breaks after so many bytes: one piece of it is kept, the second is not whole.
const BREAK_AFTER: u64 = 300_000;

/// The operator's PDF, in the folder of the world.
const PAPER: &str = "answer.pdf";

/// How long the gateway may take to delete what has ended.
const GATEWAY_LIMIT: Duration = Duration::from_secs(30);

/// How long the answer of the operator lives in the demonstration.
const DOCUMENT_SECONDS: u64 = 30;

impl Day<'_> {
    pub(super) fn join(&mut self) -> io::Result<()> {
        self.world.line().join()?;
        self.say("the network is back");
        self.press("送信箱を見る")?;
        self.player.wait("F-1")?;
        // Some of the morning's rows have their receipts already: all are waited for.
        self.player.see("送信待ち 0")?;
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

    pub(super) fn answers_arrived(&mut self) -> io::Result<()> {
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

    pub(super) fn operator_answers(&mut self) -> io::Result<()> {
        // The line breaks in the middle of the download; the rest is fetched from there.
        self.forwarded_before = self.world.line().forwarded();
        self.world.line().cut_once_after(BREAK_AFTER);
        let document = answer_oldest(self.world, Some(DOCUMENT_SECONDS))?;
        self.say(&format!("the operator answers with a PDF: {document}"));
        Ok(())
    }

    pub(super) fn read_document(&mut self) -> io::Result<()> {
        self.press("届いた書類")?;
        self.player.wait("G-1")?;
        self.player.see("あと")?;
        self.on("G-1", "fetched after a broken download; the countdown runs")?;
        self.resumed()?;
        self.press("新しい書類を開く")?;
        self.player.wait("G-2")?;
        self.player.see("書類のページ")?;
        self.on("G-2", "its pages, drawn here")?;
        self.press("次ページ")?;
        self.player.see("2 / 3")?;
        self.press("閉じる")?;
        self.player.wait("G-1")
    }

    /// The download broke, and what had come before was not fetched a second time: beyond the
    /// document itself less came over the line than had come before the break.
    fn resumed(&self) -> io::Result<()> {
        let line = self.world.line();
        if line.will_break() {
            return Err(io::Error::other("the download was to break, and did not"));
        }
        let paper = fs::metadata(self.world.folder().join(PAPER))?.len();
        let came = line.forwarded() - self.forwarded_before;
        if came < paper || came >= paper + BREAK_AFTER {
            return Err(io::Error::other(format!(
                "a document of {paper} bytes, broken after {BREAK_AFTER}, took {came} bytes"
            )));
        }
        Ok(())
    }

    pub(super) fn deadline(&mut self) -> io::Result<()> {
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
    let paper = world.folder().join(PAPER);
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

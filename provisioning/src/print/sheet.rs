//! The enrolment sheet: A4, goes with the unit, and is destroyed when the unit is enrolled.

use protocol::calendar::Timestamp;
use protocol::number::OfficeNumber;
use protocol::provisioning::UnitSerial;
use protocol::provisioning::device::Token;
use protocol::text::PhoneNumber;

use super::canvas::{Canvas, Font};
use crate::error::Problem;
use crate::words::Words;

const WIDTH_MM: u32 = 210;
const HEIGHT_MM: u32 = 297;
const DOTS_PER_INCH: u32 = 200;
const MARGIN: u32 = 140;

/// What stands on a sheet. The token is its only secret; no person is named.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// 事業所番号.
    pub office: OfficeNumber,
    /// The office's name.
    pub office_name: String,
    /// Where the unit will stand.
    pub site: String,
    /// Serial of the unit.
    pub serial: UnitSerial,
    /// One-time token.
    pub token: Token,
    /// When it ends.
    pub until: Option<Timestamp>,
    /// The desk to call.
    pub desk: String,
    /// Its telephone.
    pub phone: PhoneNumber,
}

impl Sheet {
    /// The sheet as PNG.
    ///
    /// # Errors
    /// [`Problem::Print`] when a line is too long for the paper.
    pub fn png(&self, font: &Font, words: &Words) -> Result<Vec<u8>, Problem> {
        let mut page = Canvas::of_millimetres(WIDTH_MM, HEIGHT_MM, DOTS_PER_INCH);
        let mut top = MARGIN;
        let mut line = |page: &mut Canvas, size: u32, text: &str| {
            let done = page.line(font, (MARGIN, top), size, text);
            top += size * 8 / 5;
            done
        };
        line(
            &mut page,
            72,
            &format!("窓口  {}", words.say("sheet-title")),
        )?;
        let office = format!("{}  {}", self.office, self.office_name);
        let until = self.until.map(|until| {
            let (date, hour, minute) = until.to_japan();
            format!("{date} {hour:02}:{minute:02}")
        });
        let fields = [
            ("sheet-office", Some(office)),
            ("sheet-site", Some(self.site.clone())),
            ("sheet-serial", Some(self.serial.to_string())),
            ("sheet-until", until),
        ];
        for (key, value) in fields {
            if let Some(value) = value {
                line(&mut page, 40, &format!("{}:  {value}", words.say(key)))?;
            }
        }
        line(&mut page, 40, "")?;
        line(&mut page, 40, &words.say("sheet-token"))?;
        line(&mut page, 88, self.token.as_str())?;
        page.rule(top, MARGIN);
        page.code((MARGIN, top + 30), 520, self.token.as_str())?;
        top += 600;
        let mut line = |page: &mut Canvas, size: u32, text: &str| {
            let done = page.line(font, (MARGIN, top), size, text);
            top += size * 9 / 5;
            done
        };
        for step in 1..=4 {
            for part in wrapped(
                font,
                40,
                page.width() - 2 * MARGIN,
                &words.say(&format!("sheet-step-{step}")),
            ) {
                line(&mut page, 40, &part)?;
            }
        }
        line(&mut page, 40, "")?;
        line(&mut page, 40, &words.say("sheet-call"))?;
        line(&mut page, 48, &format!("{}  {}", self.desk, self.phone))?;
        page.png()
    }
}

/// Lines that are no wider than the page; broken at spaces, and between Japanese letters.
fn wrapped(font: &Font, size: u32, width: u32, text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for letter in text.chars() {
        line.push(letter);
        if font.width(size, &line) <= width {
            continue;
        }
        let at = line.rfind(' ').filter(|at| *at > 0).unwrap_or_else(|| {
            let last = line.chars().last().map_or(0, char::len_utf8);
            line.len() - last
        });
        let rest = line.split_off(at);
        lines.push(line);
        line = format!("    {}", rest.trim_start());
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::words::Language;

    #[test]
    fn a_sheet_fits_its_paper_in_both_languages() {
        let font = Font::load(None).unwrap();
        let sheet = Sheet {
            office: OfficeNumber::parse("9970000015").unwrap(),
            office_name: "汐見市南居宅介護支援事業所".to_owned(),
            site: "1階受付".to_owned(),
            serial: UnitSerial::parse("UNIT-0001").unwrap(),
            token: Token::parse("ABCDE-FGHJK-LMNPQ-RSTUV").unwrap(),
            until: Some(Timestamp::from_unix_ms(1_800_000_000_000)),
            desk: "情報システム課".to_owned(),
            phone: PhoneNumber::parse("099-000-1234").unwrap(),
        };
        for language in [Language::Ja, Language::En] {
            let bytes = sheet.png(&font, &Words::new(language)).unwrap();
            assert!(bytes.len() > 10_000);
        }
    }
}

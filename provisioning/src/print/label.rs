//! The label on a unit: 62 × 29 mm.

use protocol::exchange::DeviceId;
use protocol::number::OfficeNumber;
use protocol::provisioning::UnitSerial;

use super::canvas::{Canvas, Font};
use crate::error::Problem;

const WIDTH_MM: u32 = 62;
const HEIGHT_MM: u32 = 29;
const PNG_DOTS_PER_INCH: u32 = 300;

/// Longest value on a printer's label: two lines of 264 dots, each of ten of the widest letters
/// of 26 dots. The printer writes what is longer over itself.
const ZPL_MAX_CHARS: usize = 20;

/// What stands on a label. Nothing secret: everybody in the room can read it.
#[derive(Debug, Clone)]
pub struct Label {
    /// Serial of the unit.
    pub serial: UnitSerial,
    /// Its identity at the gateway, once it is enrolled.
    pub device: Option<DeviceId>,
    /// 事業所番号.
    pub office: Option<OfficeNumber>,
}

impl Label {
    /// What its code says: `MADOGUCHI;serial=…;device=…;office=…`.
    #[must_use]
    pub fn code_text(&self) -> String {
        let mut text = format!("MADOGUCHI;serial={}", self.serial);
        if let Some(device) = &self.device {
            text += &format!(";device={device}");
        }
        if let Some(office) = &self.office {
            text += &format!(";office={office}");
        }
        text
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = vec!["窓口 Madoguchi".to_owned(), self.serial.to_string()];
        lines.extend(self.device.as_ref().map(ToString::to_string));
        lines.extend(self.office.as_ref().map(ToString::to_string));
        lines
    }

    /// The label as PNG.
    ///
    /// # Errors
    /// [`Problem::Print`] when the serial is too long for the paper.
    pub fn png(&self, font: &Font) -> Result<Vec<u8>, Problem> {
        const MARGIN: u32 = 16;
        const CODE: u32 = 300;
        const LARGE: u32 = 48;
        const SMALL: u32 = 26;
        let mut page = Canvas::of_millimetres(WIDTH_MM, HEIGHT_MM, PNG_DOTS_PER_INCH);
        page.code((MARGIN, MARGIN), CODE, &self.code_text())?;
        let left = 2 * MARGIN + CODE;
        let room = page.width() - left - MARGIN;
        let mut top = 2 * MARGIN;
        for line in self.lines() {
            let size = (SMALL..=LARGE)
                .rev()
                .find(|size| font.width(*size, &line) <= room)
                .ok_or(Problem::Print("the serial is too long for the label"))?;
            page.line(font, (left, top), size, &line)?;
            top += LARGE + MARGIN;
        }
        page.png()
    }

    /// The label in ZPL II, for a printer of 203 dots an inch. Its values are letters, digits
    /// and hyphens, which mean nothing else to the printer.
    ///
    /// # Errors
    /// [`Problem::Print`] when the serial is too long for the paper.
    pub fn zpl(&self) -> Result<String, Problem> {
        let lines = self.lines();
        let values = &lines[1..];
        if values.iter().any(|line| line.len() > ZPL_MAX_CHARS) {
            return Err(Problem::Print("the serial is too long for the label"));
        }
        let mut zpl = format!(
            "^XA\n^CI28\n^PW496\n^LL232\n^FO16,16^BQN,2,4^FDMA,{}^FS\n",
            self.code_text()
        );
        let mut top = 24;
        for line in values {
            zpl += &format!("^FO216,{top}^A0N,32,26^FB264,2^FD{line}^FS\n");
            top += 64;
        }
        Ok(zpl + "^XZ\n")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn label(serial: &str) -> Label {
        Label {
            serial: UnitSerial::parse(serial).unwrap(),
            device: Some(DeviceId::parse("MDG-23456789ABCD").unwrap()),
            office: Some(OfficeNumber::parse("9970000015").unwrap()),
        }
    }

    #[test]
    fn a_label_has_its_printed_size_and_ink() {
        let font = Font::load(None).unwrap();
        let bytes = label("UNIT-0001").png(&font).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        let info = reader.info();
        assert_eq!((info.width, info.height), (732, 342));
        assert_eq!(info.pixel_dims.unwrap().xppu, 11811);
        let (code, text): (Vec<_>, Vec<_>) = pixels
            .chunks(732)
            .flat_map(|row| row.iter().enumerate())
            .partition(|(x, _)| *x < 330);
        for part in [code, text] {
            assert!(part.iter().filter(|(_, light)| **light < 128).count() > 500);
        }
    }

    #[test]
    fn a_serial_that_does_not_fit_is_refused_and_not_cut() {
        let font = Font::load(None).unwrap();
        assert!(label(&"W".repeat(64)).png(&font).is_err());
        assert!(label(&"W".repeat(64)).zpl().is_err());
        assert!(label(&"W".repeat(20)).zpl().is_ok());
    }

    #[test]
    fn the_printer_gets_every_value() {
        let zpl = label("UNIT-0001").zpl().unwrap();
        assert!(zpl.starts_with("^XA") && zpl.ends_with("^XZ\n"));
        for value in ["UNIT-0001", "MDG-23456789ABCD", "9970000015"] {
            assert_eq!(
                zpl.matches(value).count(),
                2,
                "{value} once as code, once as text"
            );
        }
    }
}

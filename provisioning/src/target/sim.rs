//! A file that stands for a card, and what can go wrong with cards: `--simulate`.
//!
//! Nothing here is random: a fault happens where it is named, so that every run replays.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::Target;
use crate::error::Problem;

/// How fast a slow card is, in bytes a second.
const SLOW_BYTES_A_SECOND: u64 = 100 * 1024;

/// How long a write is held at most, and how often it is looked whether it may go on.
const HELD_AT_MOST: Duration = Duration::from_secs(60);
const LOOKED_EVERY: Duration = Duration::from_millis(2);

/// `ENODEV` and `EIO` of Linux.
const ENODEV: i32 = 19;
const EIO: i32 = 5;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Worn memory: what is written at that byte is kept with one bit turned.
    Flip(u64),
    /// A bad contact: every second read of that byte has one bit turned.
    Noise(u64),
    /// A bad cable: every second read of that byte's sector is another sector.
    Garble(u64),
    /// The n-th write takes only half, and says so.
    Short(u64),
    /// The n-th write takes only half, and says that it took all.
    Torn(u64),
    /// The n-th write is lost, and nobody is told.
    Lost(u64),
    /// Reading that byte fails.
    BadRead(u64),
    /// Writing that byte fails.
    BadWrite(u64),
    /// Pulled after so many bytes; of what was not yet synced only every second write is kept.
    Unplug(u64),
    /// Takes 100 KiB a second only.
    Slow,
    /// Writing that byte waits until the file beside, with `.go` behind its name, is there.
    Hold(u64),
    /// Tells more than it keeps: behind so many bytes it begins at its beginning again.
    Wraps(u64),
    /// Tells more than it keeps: what is written behind so many bytes is lost.
    Hollow(u64),
}

/// What `--simulate` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimSpec {
    /// The file.
    pub file: PathBuf,
    /// Size that the card tells; the file's own if not given.
    pub bytes: Option<u64>,
    /// Serial that the card tells.
    pub serial: String,
    /// What goes wrong.
    pub faults: Vec<Fault>,
}

impl SimSpec {
    /// A card without faults.
    #[must_use]
    pub fn new(file: PathBuf, bytes: u64) -> Self {
        Self {
            file,
            bytes: Some(bytes),
            serial: "SIM-0000".to_owned(),
            faults: Vec::new(),
        }
    }

    /// Reads `FILE[,size=8G][,serial=S][,fault=NAME[@WHERE]]…`
    ///
    /// # Errors
    /// [`Problem::Simulate`] names what is not understood.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let mut words = text.split(',');
        let file = words.next().unwrap_or_default();
        if file.is_empty() {
            return Err(Problem::Simulate("name a file".to_owned()));
        }
        let mut spec = Self {
            file: file.into(),
            bytes: None,
            serial: "SIM-0000".to_owned(),
            faults: Vec::new(),
        };
        for word in words {
            let odd = || Problem::Simulate(format!("{word} is not understood"));
            let (name, value) = word.split_once('=').ok_or_else(odd)?;
            match name {
                "size" => spec.bytes = Some(size(value).ok_or_else(odd)?),
                "serial" if !value.is_empty() => value.clone_into(&mut spec.serial),
                "fault" => spec.faults.push(fault(value).ok_or_else(odd)?),
                _ => return Err(odd()),
            }
        }
        Ok(spec)
    }
}

/// `4096`, `64K`, `32M`, `8G`
fn size(text: &str) -> Option<u64> {
    let (digits, shift) = match text.as_bytes().last()? {
        b'K' => (&text[..text.len() - 1], 10),
        b'M' => (&text[..text.len() - 1], 20),
        b'G' => (&text[..text.len() - 1], 30),
        _ => (text, 0),
    };
    digits.parse::<u64>().ok()?.checked_mul(1 << shift)
}

fn fault(text: &str) -> Option<Fault> {
    if text == "slow" {
        return Some(Fault::Slow);
    }
    let (name, at) = text.split_once('@')?;
    let at = size(at)?;
    Some(match name {
        "flip" => Fault::Flip(at),
        "noise" => Fault::Noise(at),
        "garble" => Fault::Garble(at),
        "short" => Fault::Short(at),
        "torn" => Fault::Torn(at),
        "lost" => Fault::Lost(at),
        "bad-read" => Fault::BadRead(at),
        "bad-write" => Fault::BadWrite(at),
        "unplug" => Fault::Unplug(at),
        "wraps" if at > 0 => Fault::Wraps(at),
        "hollow" => Fault::Hollow(at),
        "hold" => Fault::Hold(at),
        _ => return None,
    })
}

/// A file that stands for a card.
pub struct SimCard {
    file: File,
    bytes: u64,
    faults: Vec<Fault>,
    writes: u64,
    /// How often each fault's byte was read.
    hits: Vec<u64>,
    written: u64,
    /// What stood where something was written since the last sync.
    unsynced: Vec<(u64, Vec<u8>)>,
    gone: bool,
    /// Whose presence ends a hold.
    go: PathBuf,
}

impl SimCard {
    /// Opens the file; made when a size is named.
    ///
    /// # Errors
    /// A file that cannot be opened, or has no size.
    pub fn open(spec: &SimSpec) -> Result<Self, Problem> {
        let failed = |source| Problem::file("open", &spec.file, source);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(spec.bytes.is_some())
            .truncate(false)
            .open(&spec.file)
            .map_err(failed)?;
        let held = file.metadata().map_err(failed)?.len();
        let bytes = spec.bytes.unwrap_or(held);
        if bytes == 0 {
            return Err(Problem::Simulate("the card has no size".to_owned()));
        }
        if held < bytes {
            file.set_len(bytes).map_err(failed)?;
        }
        Ok(Self {
            file,
            bytes,
            faults: spec.faults.clone(),
            writes: 0,
            hits: vec![0; spec.faults.len()],
            written: 0,
            unsynced: Vec::new(),
            gone: false,
            go: {
                let mut go = spec.file.clone().into_os_string();
                go.push(".go");
                go.into()
            },
        })
    }

    /// Where a byte really lies, and how many follow it there; `None` where nothing is kept.
    fn place(&self, offset: u64) -> (Option<u64>, u64) {
        let mut place = (Some(offset), self.bytes - offset.min(self.bytes));
        for fault in &self.faults {
            match *fault {
                Fault::Wraps(real) => {
                    place = (Some(offset % real), real - offset % real);
                }
                Fault::Hollow(real) if offset >= real => place.0 = None,
                Fault::Hollow(real) => place.1 = real - offset,
                _ => {}
            }
        }
        place
    }

    fn store(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut done = 0;
        while done < bytes.len() {
            let (place, room) = self.place(offset + done as u64);
            let count = (bytes.len() - done).min(usize::try_from(room).unwrap_or(usize::MAX));
            if count == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            if let Some(place) = place {
                if self.faults.iter().any(|f| matches!(f, Fault::Unplug(_))) {
                    let mut before = vec![0; count];
                    self.file.read_exact_at(&mut before, place)?;
                    self.unsynced.push((place, before));
                }
                self.file.write_all_at(&bytes[done..done + count], place)?;
            }
            done += count;
        }
        Ok(())
    }

    fn hold(&self) -> io::Result<()> {
        let began = Instant::now();
        while !self.go.exists() {
            if began.elapsed() > HELD_AT_MOST {
                return Err(io::Error::from_raw_os_error(EIO));
            }
            std::thread::sleep(LOOKED_EVERY);
        }
        Ok(())
    }

    fn pull(&mut self) -> io::Error {
        self.gone = true;
        let unsynced = std::mem::take(&mut self.unsynced);
        for (_, (place, before)) in unsynced
            .into_iter()
            .rev()
            .enumerate()
            .filter(|(count, _)| count % 2 == 0)
        {
            if let Err(error) = self.file.write_all_at(&before, place) {
                return error;
            }
        }
        io::Error::from_raw_os_error(ENODEV)
    }
}

/// Whether a byte lies in a piece.
fn covers(offset: u64, length: usize, at: u64) -> Option<usize> {
    let place = usize::try_from(at.checked_sub(offset)?).ok()?;
    (place < length).then_some(place)
}

impl Target for SimCard {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        if self.gone {
            return Err(io::Error::from_raw_os_error(ENODEV));
        }
        let mut done = 0;
        while done < buffer.len() {
            let (place, room) = self.place(offset + done as u64);
            let count = (buffer.len() - done).min(usize::try_from(room).unwrap_or(usize::MAX));
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let piece = &mut buffer[done..done + count];
            match place {
                Some(place) => self.file.read_exact_at(piece, place)?,
                None => piece.fill(0xff),
            }
            done += count;
        }
        for (fault, hits) in self.faults.iter().zip(&mut self.hits) {
            let (Fault::Noise(at) | Fault::Garble(at) | Fault::BadRead(at)) = *fault else {
                continue;
            };
            let Some(place) = covers(offset, buffer.len(), at) else {
                continue;
            };
            *hits += 1;
            let odd = *hits % 2 == 1;
            match *fault {
                Fault::BadRead(_) => return Err(io::Error::from_raw_os_error(EIO)),
                Fault::Noise(_) if odd => buffer[place] ^= 0x10,
                Fault::Garble(_) if odd => {
                    let end = (place + 512).min(buffer.len());
                    buffer[place..end]
                        .iter_mut()
                        .for_each(|byte| *byte = !*byte);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<usize> {
        if self.gone {
            return Err(io::Error::from_raw_os_error(ENODEV));
        }
        self.writes += 1;
        let mut piece = bytes.to_vec();
        let mut says = bytes.len();
        for fault in self.faults.clone() {
            match fault {
                Fault::Flip(at) => {
                    if let Some(place) = covers(offset, piece.len(), at) {
                        piece[place] ^= 0x01;
                    }
                }
                Fault::Short(n) if n == self.writes => {
                    piece.truncate((bytes.len() / 2).max(1));
                    says = piece.len();
                }
                Fault::Torn(n) if n == self.writes => piece.truncate(bytes.len() / 2),
                Fault::Lost(n) if n == self.writes => piece.clear(),
                Fault::BadWrite(at) if covers(offset, bytes.len(), at).is_some() => {
                    return Err(io::Error::from_raw_os_error(EIO));
                }
                Fault::Hold(at) if covers(offset, bytes.len(), at).is_some() => self.hold()?,
                Fault::Unplug(after) if self.written + bytes.len() as u64 > after => {
                    let left = usize::try_from(after - self.written.min(after)).unwrap_or(0);
                    // A sector is taken whole or not at all.
                    piece.truncate(left - left % 512);
                    self.store(offset, &piece)?;
                    return Err(self.pull());
                }
                _ => {}
            }
        }
        self.store(offset, &piece)?;
        self.written += says as u64;
        Ok(says)
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.gone {
            return Err(io::Error::from_raw_os_error(ENODEV));
        }
        // The machine's own disk is not what is simulated.
        self.unsynced.clear();
        Ok(())
    }

    fn lag(&self) -> Duration {
        if self.faults.contains(&Fault::Slow) {
            Duration::from_millis(self.written.saturating_mul(1000) / SLOW_BYTES_A_SECOND)
        } else {
            Duration::ZERO
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_card_is_described_on_the_command_line() {
        let spec = SimSpec::parse("c.img,size=8M,serial=A1B2,fault=flip@1M,fault=slow").unwrap();
        assert_eq!(spec.bytes, Some(8 << 20));
        assert_eq!(spec.serial, "A1B2");
        assert_eq!(spec.faults, [Fault::Flip(1 << 20), Fault::Slow]);
        for wrong in [
            "",
            "c,size=x",
            "c,fault=melt",
            "c,fault=flip@",
            "c,size=99999999999999G",
            "c,fault=wraps@0",
        ] {
            assert!(SimSpec::parse(wrong).is_err(), "{wrong}");
        }
    }
}

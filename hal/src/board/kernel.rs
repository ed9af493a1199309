//! Parts that the kernel has a driver for: the light behind the screen and the real-time clock.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{BoardFault, ScreenLight, part};

/// Where the kernel shows backlights.
pub const BACKLIGHTS: &str = "/sys/class/backlight";

/// Where the kernel shows real-time clocks.
pub const CLOCKS: &str = "/sys/class/rtc";

/// Most bytes of a kernel file that are looked at: a number and its line end.
const MAX_NUMBER: usize = 24;

/// Highest brightness that a driver may name.
const MAX_BRIGHTNESS: i64 = 1 << 20;

/// Brightness of a dimmed screen in percent of the highest.
const DIM_PERCENT: i64 = 20;

/// `bl_power`: on, and off (the kernel's `FB_BLANK_UNBLANK` and `FB_BLANK_POWERDOWN`).
const POWER_ON: &str = "0";
const POWER_OFF: &str = "4";

/// 2026-01-01: a clock that says less has lost its time.
const FIRST_SECOND: u64 = 1_767_225_600;

/// 2100-01-01: a clock that says more has lost it, too.
const LAST_SECOND: u64 = 4_102_444_800;

/// A backlight as the kernel shows it.
pub struct KernelBacklight {
    folder: PathBuf,
    name: Option<String>,
}

impl KernelBacklight {
    /// The backlight of this name below `folder`, or the only one there is. It is looked for
    /// each time it is set, as a panel may come late.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>, name: Option<String>) -> Self {
        Self {
            folder: folder.into(),
            name,
        }
    }

    fn find(&self) -> Result<PathBuf, BoardFault> {
        let at = "the kernel's backlights";
        if let Some(name) = &self.name {
            return Ok(self.folder.join(name));
        }
        let mut entries =
            fs::read_dir(&self.folder).map_err(|error| BoardFault::of_file(&error, at))?;
        match (entries.next(), entries.next()) {
            (Some(Ok(only)), None) => Ok(only.path()),
            (None, _) => Err(BoardFault::Absent { at }),
            _ => Err(BoardFault::Nonsense { at, found: 2 }),
        }
    }
}

impl part::Backlight for KernelBacklight {
    fn set(&mut self, light: ScreenLight) -> Result<(), BoardFault> {
        let folder = self.find()?;
        let highest = number(&folder, "max_brightness")?;
        if !(1..=MAX_BRIGHTNESS).contains(&highest) {
            return Err(BoardFault::Nonsense {
                at: "max_brightness",
                found: highest,
            });
        }
        let has_power = folder.join("bl_power").exists();
        let brightness = match light {
            ScreenLight::Bright => highest,
            ScreenLight::Dim => (highest * DIM_PERCENT / 100).max(1),
            // Without a switch of its own, the lowest brightness is as dark as it gets.
            ScreenLight::Off if has_power => return write(&folder, "bl_power", POWER_OFF),
            ScreenLight::Off => 0,
        };
        write(&folder, "brightness", &brightness.to_string())?;
        if has_power {
            write(&folder, "bl_power", POWER_ON)?;
        }
        Ok(())
    }
}

/// A real-time clock as the kernel shows it. The Raspberry Pi 5 has one; for the others the
/// kernel drives a DS3231 or a relative on the I²C bus (device-tree overlay `i2c-rtc`).
pub struct KernelClock {
    folder: PathBuf,
}

impl KernelClock {
    /// The clock of this name below `folder`.
    #[must_use]
    pub fn new(folder: impl AsRef<Path>, name: &str) -> Self {
        Self {
            folder: folder.as_ref().join(name),
        }
    }
}

impl part::RealTimeClock for KernelClock {
    fn seconds(&mut self) -> Result<u64, BoardFault> {
        let at = "since_epoch";
        let text = fs::read(self.folder.join(at)).map_err(|error| of_clock(&error, at))?;
        match u64::try_from(parsed(&text, at)?) {
            Ok(seconds @ FIRST_SECOND..LAST_SECOND) => Ok(seconds),
            _ => Err(BoardFault::ClockLost),
        }
    }
}

/// What a failed look at the clock means. The kernel's drivers answer "invalid" when the chip says
/// that its oscillator stopped. Anything else is a bus that failed and not a time that was lost:
/// the next look may find it.
fn of_clock(error: &io::Error, at: &'static str) -> BoardFault {
    match error.kind() {
        io::ErrorKind::InvalidInput => BoardFault::ClockLost,
        _ => BoardFault::of_file(error, at),
    }
}

/// A file with one number.
fn number(folder: &Path, name: &'static str) -> Result<i64, BoardFault> {
    let text = fs::read(folder.join(name)).map_err(|error| BoardFault::of_file(&error, name))?;
    parsed(&text, name)
}

fn parsed(text: &[u8], name: &'static str) -> Result<i64, BoardFault> {
    let nonsense = BoardFault::Nonsense { at: name, found: 0 };
    if text.len() > MAX_NUMBER {
        return Err(nonsense);
    }
    let text = std::str::from_utf8(text).map_err(|_| nonsense)?;
    text.trim().parse().map_err(|_| nonsense)
}

fn write(folder: &Path, name: &'static str, value: &str) -> Result<(), BoardFault> {
    fs::write(folder.join(name), value).map_err(|error| BoardFault::of_file(&error, name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tempfile::TempDir;

    use super::part::{Backlight as _, RealTimeClock as _};
    use super::*;

    /// A folder as the kernel would show it.
    fn folder(files: &[(&str, &str)]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn panel(highest: &str) -> TempDir {
        folder(&[
            ("10-0045/max_brightness", highest),
            ("10-0045/brightness", "31\n"),
            ("10-0045/bl_power", "0\n"),
        ])
    }

    fn shown(folder: &TempDir, name: &str) -> String {
        fs::read_to_string(folder.path().join("10-0045").join(name)).unwrap()
    }

    #[test]
    fn the_screen_dims_goes_dark_and_comes_back() {
        let panel = panel("255\n");
        let mut light = KernelBacklight::new(panel.path(), None);
        light.set(ScreenLight::Dim).unwrap();
        assert_eq!(shown(&panel, "brightness"), "51");
        light.set(ScreenLight::Off).unwrap();
        assert_eq!(shown(&panel, "bl_power"), "4");
        light.set(ScreenLight::Bright).unwrap();
        assert_eq!(shown(&panel, "brightness"), "255");
        assert_eq!(shown(&panel, "bl_power"), "0");
    }

    #[test]
    fn a_panel_of_few_steps_never_dims_to_dark() {
        let panel = panel("3");
        let mut light = KernelBacklight::new(panel.path(), Some("10-0045".into()));
        light.set(ScreenLight::Dim).unwrap();
        assert_eq!(shown(&panel, "brightness"), "1");
    }

    #[test]
    fn a_panel_without_a_power_switch_gets_dark_by_brightness() {
        let panel = panel("31");
        fs::remove_file(panel.path().join("10-0045/bl_power")).unwrap();
        let mut light = KernelBacklight::new(panel.path(), None);
        light.set(ScreenLight::Off).unwrap();
        assert_eq!(shown(&panel, "brightness"), "0");
    }

    #[test]
    fn no_panel_two_panels_and_nonsense_each_have_a_name() {
        let none = folder(&[]);
        let set =
            |folder: &TempDir| KernelBacklight::new(folder.path(), None).set(ScreenLight::Bright);
        assert!(matches!(set(&none), Err(BoardFault::Absent { .. })));
        let two = folder(&[("a/max_brightness", "1"), ("b/max_brightness", "1")]);
        assert!(matches!(set(&two), Err(BoardFault::Nonsense { .. })));
        for nonsense in ["0", "-1", "bright", "99999999999999999999999999", ""] {
            let fault = set(&panel(nonsense)).unwrap_err();
            let at_file = matches!(
                fault,
                BoardFault::Nonsense {
                    at: "max_brightness",
                    ..
                }
            );
            assert!(at_file, "{nonsense}: {fault:?}");
        }
        let gone = Path::new("/nonexistent/backlight");
        let fault = KernelBacklight::new(gone, None).set(ScreenLight::Dim);
        assert!(matches!(fault, Err(BoardFault::Absent { .. })));
    }

    #[test]
    fn a_clock_that_runs_is_read_and_one_that_lost_its_time_is_named() {
        let at = |text: &str| {
            let folder = folder(&[("rtc0/since_epoch", text)]);
            KernelClock::new(folder.path(), "rtc0").seconds()
        };
        assert_eq!(at("1795181248\n"), Ok(1_795_181_248));
        for lost in ["0\n", "946684800\n", "-3600\n", "4102444800\n"] {
            assert_eq!(at(lost), Err(BoardFault::ClockLost), "{lost}");
        }
        assert!(matches!(at("soon"), Err(BoardFault::Nonsense { .. })));
        let folder = folder(&[]);
        let none = KernelClock::new(folder.path(), "rtc0").seconds();
        assert!(matches!(none, Err(BoardFault::Absent { .. })));
    }

    #[test]
    fn only_the_drivers_own_word_says_that_the_time_is_lost() {
        let at = "since_epoch";
        // The numbers of the kernel: EINVAL; EIO, EREMOTEIO, ETIMEDOUT, EBUSY, EAGAIN; and the rest.
        for (number, fault) in [
            (22, BoardFault::ClockLost),
            (5, BoardFault::Bus { at }),
            (121, BoardFault::Bus { at }),
            (110, BoardFault::Bus { at }),
            (16, BoardFault::Bus { at }),
            (11, BoardFault::Bus { at }),
            (2, BoardFault::Absent { at }),
            (13, BoardFault::Denied { at }),
        ] {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(of_clock(&error, at), fault, "{number}");
        }
        // Reading a folder fails as a bus does, with an error of its own.
        let folder = folder(&[("rtc0/since_epoch/x", "")]);
        let read = KernelClock::new(folder.path(), "rtc0").seconds();
        assert_eq!(read, Err(BoardFault::Bus { at }));
    }
}

//! A machine of this one's own kind, emulated in software, with nothing but a disk and a
//! serial console.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::Parts;
use crate::process::Running;

/// Longest wait for a line of the console or for the end. A start takes six to ten seconds on
/// an idle machine; a noisy one with several emulators at once is many times slower.
pub const LIMIT: Duration = Duration::from_secs(300);

/// The kernel says what is serious, restarts soon when it stops, and leaves out no line of the
/// kernel's log that a program writes, however many there are.
const ARGUMENTS: &str = "console=ttyS0 loglevel=5 panic=1 printk.devkmsg=on mdg.disk=vda";

/// A running machine. Dropping it cuts the power.
pub struct Emulator {
    running: Running,
}

impl Emulator {
    /// Switches it on with a disk. `words` go to the kernel, as the boot loader's do.
    ///
    /// # Errors
    /// When the emulator does not start.
    pub fn start(parts: &Parts, disk: &Path, words: &str) -> io::Result<Self> {
        // An emulator does not outlive a test that is killed.
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "KILL", "qemu-system-x86_64"])
            .args(["-nodefaults", "-no-user-config", "-display", "none"])
            .args(["-machine", "q35", "-accel", "tcg", "-cpu", "max"])
            .args(["-smp", "2", "-m", "512"])
            // A machine that restarts ends instead.
            .arg("-no-reboot")
            .arg("-kernel")
            .arg(parts.folder().join("vmlinuz"))
            .arg("-initrd")
            .arg(parts.folder().join("initrd.cpio"))
            .args(["-append", &format!("{ARGUMENTS} {words}")])
            .args([
                "-drive",
                &format!(
                    "if=none,id=card,format=raw,cache=writeback,file={}",
                    disk.display()
                ),
            ])
            .args(["-device", "virtio-blk-pci,drive=card"])
            .args(["-chardev", "stdio,id=console,signal=off"])
            .args(["-serial", "chardev:console"])
            .stdin(Stdio::null());
        Ok(Self {
            running: Running::start("the emulator", &mut command)?,
        })
    }

    /// Waits for a text on the console.
    ///
    /// # Errors
    /// The last lines, when it does not come within [`LIMIT`] or the machine ends before.
    pub fn wait_for(&mut self, text: &str) -> io::Result<()> {
        self.running
            .wait_for(LIMIT, |line| line.contains(text))
            .map(drop)
            .map_err(|why| io::Error::other(format!("{text:?}: {why}")))
    }

    /// Waits until it switches itself off or restarts; returns the console.
    ///
    /// # Errors
    /// The last lines, when it does neither within [`LIMIT`].
    pub fn wait_for_end(mut self) -> io::Result<Vec<String>> {
        self.running.wait_for_end(LIMIT)?;
        Ok(self.console())
    }

    /// What the console said so far.
    pub fn console(&mut self) -> Vec<String> {
        self.running
            .lines()
            .iter()
            .map(|line| line.trim_end().to_owned())
            .collect()
    }

    /// Cuts the power: `kill -9` of the emulator.
    pub fn cut(mut self) {
        self.running.kill();
    }
}

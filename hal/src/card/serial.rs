//! A serial port by the kernel, as the PN532's driver wants one: for chips on the header's UART
//! and on USB adapters alike.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::thread;
use std::time::Duration;

use embedded_hal::delay::DelayNs;
use embedded_io::{ErrorType, Read, ReadReady, Write};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::termios::{self, OptionalActions};

/// Speed of the PN532's UART after power-on.
const BAUD: u32 = 115_200;

/// An open port: raw, 115,200 baud, 8N1.
#[derive(Debug)]
pub struct SerialPort(File);

impl SerialPort {
    /// Opens a port.
    ///
    /// # Errors
    /// Those of the system: no such port, no right to it, not a port.
    pub fn open(path: &Path) -> io::Result<Self> {
        // Without NOCTTY the port could become this process's terminal and hang it up.
        let flags = i32::try_from((OFlags::NOCTTY | OFlags::NONBLOCK).bits())
            .expect("flags of the system fit into its own type");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .custom_flags(flags)
            .open(path)?;
        let mut settings = termios::tcgetattr(&file)?;
        settings.make_raw();
        settings.set_speed(BAUD)?;
        termios::tcsetattr(&file, OptionalActions::Flush, &settings)?;
        rustix::fs::fcntl_setfl(&file, OFlags::empty())?;
        Ok(Self(file))
    }
}

impl ErrorType for SerialPort {
    type Error = io::Error;
}

impl ReadReady for SerialPort {
    fn read_ready(&mut self) -> io::Result<bool> {
        let mut ports = [PollFd::new(&self.0, PollFlags::IN)];
        let now = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        poll(&mut ports, Some(&now))?;
        let seen = ports[0].revents();
        if seen.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        Ok(seen.contains(PollFlags::IN))
    }
}

impl Read for SerialPort {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        io::Read::read(&mut self.0, buffer)
    }
}

impl Write for SerialPort {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::Write::write(&mut self.0, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        termios::tcdrain(&self.0)?;
        Ok(())
    }
}

/// Waits by the machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemDelay;

impl DelayNs for SystemDelay {
    fn delay_ns(&mut self, nanoseconds: u32) {
        thread::sleep(Duration::from_nanos(u64::from(nanoseconds)));
    }

    fn delay_ms(&mut self, milliseconds: u32) {
        thread::sleep(Duration::from_millis(u64::from(milliseconds)));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::{Read as _, Write as _};

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    use super::*;

    /// A port, and the other end of its cable.
    fn cable() -> (SerialPort, File) {
        let end = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&end).unwrap();
        unlockpt(&end).unwrap();
        let name = ptsname(&end, Vec::new()).unwrap();
        let port = SerialPort::open(Path::new(name.to_str().unwrap())).unwrap();
        (port, File::from(end))
    }

    #[test]
    fn bytes_go_both_ways_unchanged_and_a_silent_line_is_not_ready() {
        let (mut port, mut end) = cable();
        assert!(!port.read_ready().unwrap());
        let all: Vec<u8> = (0..=255).collect();
        port.write_all(&all).unwrap();
        port.flush().unwrap();
        let mut heard = vec![0; 256];
        end.read_exact(&mut heard).unwrap();
        assert_eq!(heard, all, "raw: no echo, no translated line ends");
        end.write_all(&all).unwrap();
        let mut got: Vec<u8> = Vec::new();
        while got.len() < 256 {
            let mut buffer = [0; 256];
            let read = Read::read(&mut port, &mut buffer).unwrap();
            got.extend(&buffer[..read]);
        }
        assert_eq!(got, all);
    }

    #[test]
    fn an_unplugged_port_is_an_error_and_never_a_wait() {
        let (mut port, end) = cable();
        drop(end);
        assert!(port.read_ready().is_err());
    }

    #[test]
    fn what_is_no_port_is_refused() {
        assert!(SerialPort::open(Path::new("/nonexistent/ttyAMA0")).is_err());
        assert!(SerialPort::open(Path::new("/dev/null")).is_err());
    }
}

//! From the configuration to a desk on a PN532.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use pn532::transport::Uart;
use serde::Deserialize;

use super::link::MonotonicClock;
use super::serial::{SerialPort, SystemDelay};
use super::{CardDesk, Pn532Desk, TrustStore};

/// Where the chip is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pn532Place {
    /// A serial port, such as `/dev/serial0` or `/dev/ttyUSB0`.
    Port(PathBuf),
    /// Select line of the header's first SPI bus: 0 or 1.
    Spi(u8),
}

/// A desk on the chip at this place. **Experimental.**
///
/// # Errors
/// When the port or bus cannot be opened. A chip that does not answer is no error here: it is
/// told as "no reader".
pub fn open_pn532(place: &Pn532Place, trust: TrustStore) -> io::Result<Box<dyn CardDesk>> {
    match place {
        Pn532Place::Port(path) => {
            let transport = Uart::new(SerialPort::open(path)?, SystemDelay);
            let name = path.display().to_string();
            Ok(desk(&name, transport, trust))
        }
        #[cfg(feature = "pi")]
        Pn532Place::Spi(select) => {
            let device = crate::board::pi::spi(*select)?;
            let transport = pn532::transport::Spi::new(device, SystemDelay);
            Ok(desk(&format!("SPI {select}"), transport, trust))
        }
        #[cfg(not(feature = "pi"))]
        Pn532Place::Spi(_) => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "this build cannot reach the SPI bus",
        )),
    }
}

fn desk<T: pn532::transport::Transport + Send + 'static>(
    name: &str,
    transport: T,
    trust: TrustStore,
) -> Box<dyn CardDesk> {
    let clock = Arc::new(MonotonicClock::default());
    Box::new(Pn532Desk::new(name, transport, SystemDelay, trust, clock))
}

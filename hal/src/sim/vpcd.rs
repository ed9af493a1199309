//! The bridge to the virtual reader (vpcd) of a real PC/SC daemon: connecting is putting a card
//! in, closing is taking it out.
//!
//! vpcd listens on every address of the machine: use it on test machines only.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::os::linux::net::TcpStreamExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Answer, SimCard};

/// Port of the first virtual reader; the second has the next.
pub const FIRST_PORT: u16 = 35_963;

/// How long the daemon may take to open its port.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);

/// Pause between two attempts to connect, and before a slipped card is back.
const PAUSE: Duration = Duration::from_millis(50);

/// A card that lies on a virtual reader.
pub struct Inserted {
    card: Arc<Mutex<SimCard>>,
    stream: Arc<Mutex<TcpStream>>,
    out: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Inserted {
    /// Puts `card` on the reader behind `port` of this machine.
    ///
    /// # Errors
    /// When no virtual reader opens that port within five seconds.
    pub fn new(card: SimCard, port: u16) -> io::Result<Self> {
        let stream = connect(port, &AtomicBool::new(false))?;
        let card = Arc::new(Mutex::new(card));
        let current = Arc::new(Mutex::new(stream.try_clone()?));
        let out = Arc::new(AtomicBool::new(false));
        let bridge = Bridge {
            card: card.clone(),
            current: current.clone(),
            out: out.clone(),
            port,
        };
        let thread = thread::Builder::new()
            .name("vpcd".to_owned())
            .spawn(move || bridge.serve(stream))?;
        Ok(Self {
            card,
            stream: current,
            out,
            thread: Some(thread),
        })
    }

    /// Looks at the card while it lies there.
    pub fn with_card<T>(&self, look: impl FnOnce(&mut SimCard) -> T) -> T {
        look(&mut lock(&self.card))
    }

    /// Takes the card away.
    pub fn remove(self) {
        drop(self);
    }
}

impl Drop for Inserted {
    fn drop(&mut self) {
        self.out.store(true, Ordering::SeqCst);
        // An error means that the other side has closed already.
        let _ = lock(&self.stream).shutdown(Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Bridge {
    card: Arc<Mutex<SimCard>>,
    current: Arc<Mutex<TcpStream>>,
    out: Arc<AtomicBool>,
    port: u16,
}

impl Bridge {
    /// Serves the reader until the card is taken, by the hand or by a fault.
    fn serve(self, mut stream: TcpStream) {
        // Each turn is one connection. A card that slipped makes another, and so does one that
        // still lies there when the reader lets go of it.
        loop {
            let taken = matches!(self.talk(&mut stream), Ok(End::Taken));
            let _ = stream.shutdown(Shutdown::Both);
            lock(&self.card).power_off();
            if taken || self.out.load(Ordering::SeqCst) {
                return;
            }
            thread::sleep(PAUSE);
            let Ok(fresh) = connect(self.port, &self.out) else {
                return;
            };
            let Ok(clone) = fresh.try_clone() else { return };
            *lock(&self.current) = clone;
            if self.out.load(Ordering::SeqCst) {
                let _ = fresh.shutdown(Shutdown::Both);
                return;
            }
            stream = fresh;
        }
    }

    fn talk(&self, stream: &mut TcpStream) -> io::Result<End> {
        loop {
            let Some(frame) = read_frame(stream)? else {
                return Ok(End::Lost);
            };
            let mut card = lock(&self.card);
            match frame.as_slice() {
                [0] => card.power_off(),
                [1] => card.power_on(),
                [2] => card.reset(),
                [4] => write_frame(stream, card.atr())?,
                command => match card.transmit(command) {
                    Answer::Bytes { data, took } => {
                        drop(card);
                        if !took.is_zero() {
                            thread::sleep(took);
                        }
                        write_frame(stream, &data)?;
                    }
                    Answer::Gone { back: true } => return Ok(End::Lost),
                    Answer::Gone { back: false } => return Ok(End::Taken),
                },
            }
        }
    }
}

enum End {
    /// The connection is over; the card still lies there.
    Lost,
    /// The card is away.
    Taken,
}

fn connect(port: u16, out: &AtomicBool) -> io::Result<TcpStream> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let until = Instant::now() + CONNECT_WITHIN;
    loop {
        match TcpStream::connect(address) {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) if Instant::now() >= until || out.load(Ordering::SeqCst) => {
                return Err(error);
            }
            Err(_) => thread::sleep(PAUSE),
        }
    }
}

/// One frame: two bytes of length, big-endian, then that many. `None` at the end.
fn read_frame(stream: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    // vpcd sends length and body apart: without this each command waits 40 ms for an
    // acknowledgement. The kernel forgets the setting, so it is set each time.
    stream.set_quickack(true)?;
    let mut length = [0; 2];
    match stream.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    stream.set_quickack(true)?;
    let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut body)?;
    Ok(Some(body))
}

fn write_frame(stream: &mut TcpStream, body: &[u8]) -> io::Result<()> {
    let length = u16::try_from(body.len())
        .map_err(|_| io::Error::other("an answer of a card is under 64 KiB"))?;
    stream.write_all(&[&length.to_be_bytes(), body].concat())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

//! The network cable: a forwarder on loopback that can be cut and joined.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Connections kept at once.
const MAX_CONNECTIONS: usize = 1024;

/// How often the forwarder looks whether it was cut.
const LOOK: Duration = Duration::from_millis(5);

/// A forwarder from an own port to the gateway.
pub struct Line {
    address: SocketAddr,
    shared: Arc<Shared>,
    listening: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    target: Mutex<SocketAddr>,
    joined: AtomicBool,
    /// Cut the connection after so many bytes from the gateway; 0 = never.
    cut_after: AtomicU64,
    open: Mutex<Vec<TcpStream>>,
    forwarded: AtomicU64,
}

impl Line {
    /// A joined line to `target`.
    ///
    /// # Errors
    /// When no loopback port can be had.
    pub fn to(target: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let line = Self {
            address: listener.local_addr()?,
            shared: Arc::new(Shared {
                target: Mutex::new(target),
                joined: AtomicBool::new(true),
                cut_after: AtomicU64::new(0),
                open: Mutex::new(Vec::new()),
                forwarded: AtomicU64::new(0),
            }),
            listening: Mutex::new(None),
        };
        line.listen(listener)?;
        Ok(line)
    }

    fn listen(&self, listener: TcpListener) -> io::Result<()> {
        listener.set_nonblocking(true)?;
        let shared = Arc::clone(&self.shared);
        shared.joined.store(true, Ordering::SeqCst);
        let thread = thread::spawn(move || {
            while shared.joined.load(Ordering::SeqCst) {
                match listener.accept() {
                    Ok((stream, _)) => shared.accept(stream),
                    Err(_) => thread::park_timeout(LOOK),
                }
            }
        });
        *self.listening.lock().expect("no holder panics") = Some(thread);
        Ok(())
    }

    /// Where the kiosk connects.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The gateway moved (a restart on another port).
    pub fn point_to(&self, target: SocketAddr) {
        *self.shared.target.lock().expect("no holder panics") = target;
    }

    /// Pulls the cable: open connections break, new ones are refused.
    pub fn cut(&self) {
        self.shared.joined.store(false, Ordering::SeqCst);
        if let Some(thread) = self.listening.lock().expect("no holder panics").take() {
            // Its listener is closed with it.
            let _ = thread.join();
        }
        for stream in self.shared.open.lock().expect("no holder panics").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Puts the cable back.
    ///
    /// # Errors
    /// When somebody else has taken the port.
    pub fn join(&self) -> io::Result<()> {
        if self.shared.joined.load(Ordering::SeqCst) {
            return Ok(());
        }
        self.listen(TcpListener::bind(self.address)?)
    }

    /// Breaks the next connection after `bytes` from the gateway, once.
    pub fn cut_once_after(&self, bytes: u64) {
        self.shared.cut_after.store(bytes, Ordering::SeqCst);
    }

    /// A break that was asked for has not come yet.
    #[must_use]
    pub fn will_break(&self) -> bool {
        self.shared.cut_after.load(Ordering::SeqCst) > 0
    }

    /// Bytes that came from the gateway so far.
    #[must_use]
    pub fn forwarded(&self) -> u64 {
        self.shared.forwarded.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, kiosk: TcpStream) {
        let _ = kiosk.set_nonblocking(false);
        let target = *self.target.lock().expect("no holder panics");
        let Ok(gateway) = TcpStream::connect(target) else {
            return;
        };
        let _ = kiosk.set_nodelay(true);
        let _ = gateway.set_nodelay(true);
        let (Ok(kiosk_in), Ok(gateway_in)) = (kiosk.try_clone(), gateway.try_clone()) else {
            return;
        };
        {
            let mut open = self.open.lock().expect("no holder panics");
            open.retain(|stream| stream.peer_addr().is_ok());
            if open.len() >= MAX_CONNECTIONS {
                return;
            }
            open.extend(
                [kiosk.try_clone(), gateway.try_clone()]
                    .into_iter()
                    .flatten(),
            );
        }
        thread::spawn(move || pump(kiosk_in, gateway, |_| true));
        let shared = Arc::clone(self);
        thread::spawn(move || pump(gateway_in, kiosk, |bytes| shared.passes(bytes)));
    }

    /// Counts bytes from the gateway; false when the line breaks here.
    fn passes(&self, bytes: u64) -> bool {
        self.forwarded.fetch_add(bytes, Ordering::SeqCst);
        let before = self.cut_after.load(Ordering::SeqCst);
        if before == 0 {
            return true;
        }
        let left = before.saturating_sub(bytes);
        self.cut_after.store(left, Ordering::SeqCst);
        left > 0
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream, passes: impl Fn(u64) -> bool) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(n) = from.read(&mut buffer) {
        if n == 0 || to.write_all(&buffer[..n]).is_err() || !passes(n as u64) {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

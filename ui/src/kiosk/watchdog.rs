//! Tells the service manager that the desk lives: only while the vault answers to the
//! terminal's thread and the screen's event loop runs.
//!
//! The protocol is that of `sd_notify(3)`: a datagram to the socket named by
//! `NOTIFY_SOCKET`, within half of `WATCHDOG_USEC`. A program that nobody watches says
//! nothing.

use std::env;
use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

/// Longest wait for the vault's answer; a slow disk is not a dead one.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Between two looks when the service manager only wants to know that the desk is up.
const UNWATCHED: Duration = Duration::from_secs(5);

/// Between two looks until the desk is up for the first time.
const FIRST: Duration = Duration::from_millis(100);

/// The watch ends when this is dropped.
pub struct Watched {
    _end: Option<Sender<()>>,
}

/// Starts the watch, if the service manager asked for one. `beats` asks the terminal, and
/// answers within the limit that it is given.
pub fn start(beats: impl Fn(Duration) -> bool + Send + 'static) -> Watched {
    let Some(manager) = env::var_os("NOTIFY_SOCKET").and_then(|name| Manager::at(&name).ok())
    else {
        return Watched { _end: None };
    };
    let between = between(env::var("WATCHDOG_USEC").ok().as_deref());
    let (end, ended) = channel();
    let mut heart = Heart {
        beats,
        on_screen: |then: Box<dyn FnOnce() + Send>| {
            // A closed loop runs nothing, and so nothing is told.
            let _ = slint::invoke_from_event_loop(then);
        },
        manager: Arc::new(manager),
        ready: Arc::default(),
    };
    let watching = thread::Builder::new()
        .name("watchdog".into())
        .spawn(move || {
            loop {
                let up = heart.ready.load(Ordering::Relaxed);
                let wait = if up { between } else { FIRST };
                match ended.recv_timeout(wait) {
                    Err(RecvTimeoutError::Timeout) => heart.beat(),
                    Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        });
    if let Err(why) = watching {
        tracing::error!(%why, "nobody watches the desk");
    }
    Watched { _end: Some(end) }
}

/// A third of what the manager waits: two in a row may come late.
fn between(watchdog_usec: Option<&str>) -> Duration {
    watchdog_usec
        .and_then(|text| text.parse::<u64>().ok())
        .filter(|usec| *usec > 0)
        .map_or(UNWATCHED, |usec| Duration::from_micros(usec / 3))
}

/// Tells the service manager something.
trait Tell: Send + Sync + 'static {
    fn tell(&self, what: &str);
}

/// The service manager's socket.
struct Manager {
    socket: UnixDatagram,
    address: SocketAddr,
}

impl Manager {
    /// A path, or a name of the abstract kind, which is written with `@` in front.
    fn at(name: &OsStr) -> io::Result<Self> {
        let address = match name.as_bytes().strip_prefix(b"@") {
            Some(name) => SocketAddr::from_abstract_name(name)?,
            None => SocketAddr::from_pathname(name)?,
        };
        Ok(Self {
            socket: UnixDatagram::unbound()?,
            address,
        })
    }
}

impl Tell for Manager {
    fn tell(&self, what: &str) {
        if let Err(why) = self.socket.send_to_addr(what.as_bytes(), &self.address) {
            tracing::warn!(%why, "the service manager was not told");
        }
    }
}

struct Heart<B, S, M> {
    beats: B,
    on_screen: S,
    manager: Arc<M>,
    /// The screen ran once.
    ready: Arc<AtomicBool>,
}

impl<B, S, M> Heart<B, S, M>
where
    B: Fn(Duration) -> bool,
    S: Fn(Box<dyn FnOnce() + Send>),
    M: Tell,
{
    /// One look: the vault first, then the screen, which does the telling itself.
    fn beat(&mut self) {
        if !(self.beats)(ANSWER_LIMIT) {
            tracing::error!("the terminal or its vault does not answer");
            return;
        }
        let (manager, ready) = (Arc::clone(&self.manager), Arc::clone(&self.ready));
        (self.on_screen)(Box::new(move || {
            manager.tell(if ready.swap(true, Ordering::Relaxed) {
                "WATCHDOG=1"
            } else {
                "READY=1\nWATCHDOG=1"
            });
        }));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Told(Mutex<Vec<String>>);

    impl Tell for Told {
        fn tell(&self, what: &str) {
            self.0
                .lock()
                .expect("no test panics here")
                .push(what.to_owned());
        }
    }

    fn told_after(looks: usize, vault: bool, screen: bool) -> Vec<String> {
        let manager = Arc::new(Told::default());
        let mut heart = Heart {
            beats: |_| vault,
            on_screen: |then: Box<dyn FnOnce() + Send>| {
                if screen {
                    then();
                }
            },
            manager: Arc::clone(&manager),
            ready: Arc::default(),
        };
        for _ in 0..looks {
            heart.beat();
        }
        let told = manager.0.lock().expect("no test panics here");
        told.clone()
    }

    #[test]
    fn a_living_desk_says_once_that_it_is_up_and_then_that_it_lives() {
        assert_eq!(
            told_after(3, true, true),
            ["READY=1\nWATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]
        );
    }

    #[test]
    fn a_vault_that_does_not_answer_is_not_alive() {
        assert!(told_after(3, false, true).is_empty());
    }

    #[test]
    fn a_screen_that_does_not_run_is_not_alive() {
        assert!(told_after(3, true, false).is_empty());
    }

    #[test]
    fn the_manager_hears_by_path_and_by_abstract_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let by_path = UnixDatagram::bind(&path).expect("a socket");
        let name = format!("madoguchi-watchdog-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let by_name = UnixDatagram::bind_addr(&address).expect("a socket");
        for (socket, at) in [
            (&by_path, path.as_os_str().to_owned()),
            (&by_name, format!("@{name}").into()),
        ] {
            Manager::at(&at).expect("an address").tell("READY=1");
            let mut heard = [0; 16];
            let count = socket.recv(&mut heard).expect("a datagram");
            assert_eq!(&heard[..count], b"READY=1");
        }
    }

    #[test]
    fn looks_come_three_times_as_often_as_the_manager_waits() {
        assert_eq!(between(Some("30000000")), Duration::from_secs(10));
        for unset in [None, Some("0"), Some("soon")] {
            assert_eq!(between(unset), UNWATCHED);
        }
    }
}

//! A gateway inside a test: real TLS on a loopback port, or the exchange alone.
//!
//! ```no_run
//! use std::sync::Arc;
//! use gateway::harness::{Harness, Options};
//!
//! let folder = std::path::Path::new("/tmp/some-empty-folder");
//! let harness = Harness::start(folder, Options::default()).unwrap();
//! let token = harness.token("9970000015", "SERIAL-1").unwrap();
//! println!("{} trusts {:?}, token {token}", harness.endpoint(), harness.roots());
//! harness.stop();
//! ```
//!
//! [`Harness::engine`] gives the exchange as a plain function; with [`Bench`] there is no
//! socket, no thread and no other time than the caller's, for simulations.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use protocol::calendar::Timestamp;
use protocol::exchange::{DeviceId, TrustBundle};
use protocol::facility::{Desk, Insurer, OpeningHours};
use protocol::number::{InsurerNumber, OfficeNumber};
use protocol::text::PhoneNumber;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::blob::Blobs;
use crate::clock::{Clock, SystemClock};
use crate::config::{Config, Limits};
use crate::device_api::serve::serve;
use crate::engine::{Durability, Engine, Settings};
use crate::entropy::{Entropy, SystemEntropy};
use crate::error::GatewayError;
use crate::gateway::{Gateway, Layout};
use crate::operator;
use crate::pki::authority::Authority;
use crate::pki::receipt_key::ReceiptSigner;
use crate::store::sqlite::SqliteStore;
use crate::store::{self, Device, DeviceState, Store};

/// 保険者番号 of the made-up city 汐見市 (prefecture 99).
pub const INSURER: &str = "990010";

/// 事業所番号 of a made-up office that may ask 汐見市.
pub const OFFICE: &str = "9970000015";

/// A second made-up office that may ask 汐見市.
pub const OTHER_OFFICE: &str = "9970000023";

/// How a test's gateway differs from the usual one.
pub struct Options {
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// When `durable_up_to` advances.
    pub durability: Durability,
    /// Bounds.
    pub limits: Limits,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            durability: Durability::Commit,
            limits: Limits::default(),
        }
    }
}

/// A gateway that serves on a loopback port.
pub struct Harness {
    /// The gateway itself.
    pub gateway: Arc<Gateway>,
    layout: Layout,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Harness {
    /// Starts a gateway in a folder. A folder used before goes on with what is in it; an
    /// empty one gets keys, the city and two offices.
    ///
    /// # Errors
    /// Whatever keeps a gateway from starting.
    pub fn start(folder: &Path, options: Options) -> Result<Self, GatewayError> {
        let layout = Layout::at(folder);
        let now = options.clock.now();
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy::default());
        let is_new = !layout.database().exists();
        if is_new {
            std::fs::create_dir_all(folder).map_err(|e| GatewayError::io("make", folder, e))?;
            let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
            layout.pki().create(&names, now, &*entropy)?;
        }
        let store: Arc<dyn Store> = Arc::new(SqliteStore::grouped(&layout.database())?);
        if is_new {
            seed(&*store, now)?;
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|e| GatewayError::io("start", "runtime", e))?;
        let listener = runtime
            .block_on(TcpListener::bind(("127.0.0.1", 0)))
            .map_err(|e| GatewayError::io("listen on", "127.0.0.1", e))?;
        let address = listener
            .local_addr()
            .map_err(|e| GatewayError::io("listen on", "127.0.0.1", e))?;
        let config = Config {
            listen: address,
            endpoints: vec![format!("https://localhost:{}", address.port())],
            durability: options.durability,
            answer_valid_days: 7,
            certificate_days: 60,
            limits: options.limits,
        };
        let gateway = Gateway::assemble(&layout, config, store, options.clock, entropy)?;
        let gateway = Arc::new(gateway);
        let tls = gateway.tls(&layout)?;
        let (stop, stopped) = oneshot::channel();
        let inner = Arc::clone(&gateway);
        let thread = std::thread::spawn(move || {
            let ended = runtime.block_on(serve(inner, tls, listener, async {
                // A harness that was dropped stops too.
                let _ = stopped.await;
            }));
            if let Err(error) = ended {
                tracing::error!(%error, "the gateway ended");
            }
        });
        Ok(Self {
            gateway,
            layout,
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as terminals are told.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("https://localhost:{}", self.address.port())
    }

    /// Roots of its certificate, PEM.
    #[must_use]
    pub fn roots(&self) -> Vec<String> {
        self.trust().roots.clone()
    }

    /// What terminals trust.
    #[must_use]
    pub fn trust(&self) -> &TrustBundle {
        self.gateway.registrar.trust()
    }

    /// The exchange as a plain function over the same store.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.gateway.engine
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &**self.gateway.engine.store()
    }

    /// Where its files lie.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The authority of terminals' certificates, for tests that forge some.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn device_authority(&self) -> Result<Authority, GatewayError> {
        self.layout.pki().device_authority()
    }

    /// A one-time token for a unit of an office.
    ///
    /// # Errors
    /// An office that is not known.
    pub fn token(&self, office: &str, serial: &str) -> Result<String, GatewayError> {
        let office = OfficeNumber::parse(office)
            .map_err(|_| GatewayError::Input("not an office number".to_owned()))?;
        let now = self.gateway.clock.now();
        let entropy = &*self.gateway.entropy;
        Ok(operator::new_token(self.store(), entropy, &office, serial, 24, false, now)?.token)
    }

    /// Changes whether a terminal is answered.
    ///
    /// # Errors
    /// A terminal that is not known.
    pub fn set_state(&self, device: &DeviceId, state: DeviceState) -> Result<(), GatewayError> {
        operator::set_state(self.store(), device, state)
    }

    /// Stops it and waits until it has stopped.
    pub fn stop(mut self) {
        self.halt();
    }

    fn halt(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Its panic was reported by the panic hook.
            let _ = thread.join();
        }
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        self.halt();
    }
}

/// The exchange without sockets or threads: every call commits on the caller's thread and
/// takes the time it is given.
pub struct Bench {
    /// The exchange.
    pub engine: Engine,
    /// Files at rest.
    pub blobs: Blobs,
    file: PathBuf,
}

impl Bench {
    /// Opens, or begins, a store in a folder. The receipt key lies beside it, so a bench
    /// opened again signs with the same key.
    ///
    /// # Errors
    /// Whatever keeps a store from opening.
    pub fn open(folder: &Path, settings: Settings, now: Timestamp) -> Result<Self, GatewayError> {
        std::fs::create_dir_all(folder).map_err(|e| GatewayError::io("make", folder, e))?;
        let key = folder.join("receipt.key");
        if !key.exists() {
            let bytes = ReceiptSigner::create()?;
            std::fs::write(&key, bytes).map_err(|e| GatewayError::io("write", &key, e))?;
        }
        let bytes = std::fs::read(&key).map_err(|e| GatewayError::io("read", &key, e))?;
        let layout = Layout::at(folder);
        let is_new = !layout.database().exists();
        let store = SqliteStore::direct(&layout.database())?;
        if is_new {
            seed(&store, now)?;
        }
        Ok(Self {
            engine: Engine::new(Arc::new(store), ReceiptSigner::load(&bytes)?, settings),
            blobs: layout.open_blobs()?,
            file: layout.database(),
        })
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &**self.engine.store()
    }

    /// The database file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Adds a terminal of an office without token or certificate.
    ///
    /// # Errors
    /// The database's.
    pub fn add_device(
        &self,
        office: &str,
        random: [u8; 12],
        now: Timestamp,
    ) -> Result<DeviceId, GatewayError> {
        let device = Device {
            key: 0,
            id: DeviceId::from_random(random),
            office: OfficeNumber::parse(office)
                .map_err(|_| GatewayError::Input("not an office number".to_owned()))?,
            serial: "BENCH".to_owned(),
            state: DeviceState::Active,
            enrolled_at: now,
            certificate_until: now,
            last_seen: None,
            seq: 0,
            backed_up: 0,
            feed_seq: 0,
            cursor: 0,
            waiting: 0,
            audit: None,
        };
        let id = device.id.clone();
        store::write(self.store(), move |tx| tx.add_device(&device))?;
        Ok(id)
    }
}

/// The made-up city as an insurer.
#[must_use]
pub fn city() -> Insurer {
    let weekdays = OpeningHours {
        weekdays: vec![1, 2, 3, 4, 5],
        from_minute: 8 * 60 + 30,
        to_minute: 17 * 60 + 15,
        days_of_month: None,
    };
    Insurer {
        number: InsurerNumber::parse(INSURER).expect("a constant that a test checks"),
        city: "汐見市".to_owned(),
        desk: Desk {
            name: "介護保険課 認定係".to_owned(),
            phone: PhoneNumber::parse("0990001234").expect("a constant that a test checks"),
            hours: vec![weekdays],
        },
        retention_months: 3,
        h_numbers: true,
    }
}

fn seed(store: &dyn Store, now: Timestamp) -> Result<(), GatewayError> {
    let city = city();
    operator::put_insurer(store, &city, now)?;
    for (office, name) in [
        (OFFICE, "ケアプラン汐見"),
        (OTHER_OFFICE, "みなと居宅介護支援事業所"),
    ] {
        let office = OfficeNumber::parse(office).expect("a constant that a test checks");
        operator::put_office(
            store,
            &office,
            name,
            std::slice::from_ref(&city.number),
            now,
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_made_up_numbers_have_the_right_shape_and_check_digit() {
        assert!(InsurerNumber::parse(INSURER).unwrap().check_digit_ok());
        for office in [OFFICE, OTHER_OFFICE] {
            assert!(
                OfficeNumber::parse(office).unwrap().check_digit_ok(),
                "{office}"
            );
        }
        assert_eq!(city().city, "汐見市");
    }
}

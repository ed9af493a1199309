//! The gateway of a simulation: the real engine over a real SQLite file, without sockets.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use firmware::sync::{HttpAnswer, Identity};
use gateway::blob::Blobs;
use gateway::engine::{Durability, Engine, Settings, continue_feeds};
use gateway::pki::receipt_key::ReceiptSigner;
use gateway::store::sqlite::SqliteStore;
use gateway::store::{self, Device, DeviceState, Store};
use protocol::calendar::Timestamp;
use protocol::exchange::{
    CommandId, DeviceId, ExchangeResponse, MEDIA_TYPE, Outcome, PROBLEM_MEDIA_TYPE, ReceiptPage,
    TrustBundle,
};
use protocol::jws;
use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use super::Failure;
use crate::work;

/// Receipts that the gateway has ever given: command → accepted.
pub type Earned = HashMap<CommandId, bool>;

/// The gateway.
pub struct SimGateway {
    folder: PathBuf,
    key: Vec<u8>,
    settings: Settings,
    engine: Option<Engine>,
    backups: u32,
    earned: HashMap<DeviceId, Earned>,
    /// Commands in the newest backup.
    in_backup: HashSet<CommandId>,
}

impl SimGateway {
    /// A gateway in `folder` that knows the fixture's office and its insurer.
    ///
    /// # Errors
    /// Those of the store.
    pub fn new(folder: &Path, durability: Durability, now: Timestamp) -> Result<Self, Failure> {
        fs::create_dir_all(folder)?;
        let mut gateway = Self {
            folder: folder.to_owned(),
            key: ReceiptSigner::create()?,
            settings: Settings {
                durability,
                ..Settings::default()
            },
            engine: None,
            backups: 0,
            earned: HashMap::new(),
            in_backup: HashSet::new(),
        };
        gateway.open(now)?;
        store::write(&**gateway.engine()?.store(), move |tx| {
            tx.put_insurer(&work::insurer())?;
            tx.put_office(&work::office(), "みなと", &[work::insurer().number], now)
        })?;
        Ok(gateway)
    }

    /// Adds a terminal, and returns its identity.
    ///
    /// # Errors
    /// Those of the store.
    pub fn enrol(&mut self, random: [u8; 12], now: Timestamp) -> Result<Identity, Failure> {
        let id = DeviceId::from_random(random);
        let until = now + std::time::Duration::from_secs(60 * 86_400);
        let device = Device {
            key: 0,
            id: id.clone(),
            office: work::office(),
            serial: "SIM".into(),
            state: DeviceState::Active,
            enrolled_at: now,
            certificate_until: until,
            last_seen: None,
            seq: 0,
            backed_up: 0,
            feed_seq: 0,
            cursor: 0,
            waiting: 0,
            audit: None,
        };
        let engine = self.engine()?;
        store::write(&**engine.store(), move |tx| tx.add_device(&device))?;
        Ok(Identity {
            device: id,
            certificate: String::new(),
            private_key: Zeroizing::new(Vec::new()),
            not_before: now,
            not_after: until,
            trust: TrustBundle {
                roots: Vec::new(),
                receipt_keys: vec![engine.signer().public()],
                endpoints: vec!["https://simulated".into()],
            },
        })
    }

    /// Answers one request of a terminal.
    ///
    /// # Errors
    /// When the gateway itself breaks its word; a refusal is an answer.
    pub fn exchange(
        &mut self,
        device: &DeviceId,
        body: &[u8],
        now: Timestamp,
    ) -> Result<HttpAnswer, Failure> {
        match self.engine()?.exchange(device, body, now) {
            Ok(response) => {
                self.note(device, &response)?;
                Ok(HttpAnswer {
                    status: 200,
                    media: MEDIA_TYPE.into(),
                    body: serde_json::to_vec(&response)?,
                    ..HttpAnswer::default()
                })
            }
            Err(error) => Ok(HttpAnswer {
                status: 409,
                media: PROBLEM_MEDIA_TYPE.into(),
                body: serde_json::to_vec(&error.refusal())?,
                ..HttpAnswer::default()
            }),
        }
    }

    /// Stops and starts.
    ///
    /// # Errors
    /// Those of the store.
    pub fn restart(&mut self, now: Timestamp) -> Result<(), Failure> {
        self.engine = None;
        self.open(now)
    }

    /// Writes a backup.
    ///
    /// # Errors
    /// Those of the store.
    pub fn backup(&mut self) -> Result<(), Failure> {
        self.backups += 1;
        let (file, folder) = (self.backup_file(), self.folder.join("blobs"));
        let blobs = Blobs::open(&folder)?;
        gateway::operator::backup(&**self.engine()?.store(), &blobs, &file)?;
        self.in_backup = held(&file)?;
        Ok(())
    }

    /// Loses its disk and starts from the newest backup; false when there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub fn restore(&mut self, now: Timestamp) -> Result<bool, Failure> {
        if self.backups == 0 {
            return Ok(false);
        }
        self.engine = None;
        let database = self.database();
        for end in ["-wal", "-shm", ""] {
            let mut name = database.clone().into_os_string();
            name.push(end);
            match fs::remove_file(&name) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(error.into());
                }
                _ => {}
            }
        }
        fs::copy(self.backup_file(), &database)?;
        self.open(now)?;
        Ok(true)
    }

    /// What was ever signed for a terminal.
    #[must_use]
    pub fn earned(&self, device: &DeviceId) -> Option<&Earned> {
        self.earned.get(device)
    }

    /// Commands in the newest backup.
    #[must_use]
    pub fn in_backup(&self) -> &HashSet<CommandId> {
        &self.in_backup
    }

    /// When commands count as durable.
    #[must_use]
    pub fn durability(&self) -> Durability {
        self.settings.durability
    }

    /// Looks into the database beside the engine.
    ///
    /// # Errors
    /// Those of the database.
    pub fn look(&self) -> Result<Connection, Failure> {
        Ok(Connection::open_with_flags(
            self.database(),
            OpenFlags::SQLITE_OPEN_READ_ONLY,
        )?)
    }

    fn engine(&self) -> Result<&Engine, Failure> {
        self.engine
            .as_ref()
            .ok_or_else(|| Failure::new("the gateway is not open"))
    }

    fn open(&mut self, now: Timestamp) -> Result<(), Failure> {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::direct(&self.database())?);
        continue_feeds(&*store, now)?;
        let signer = ReceiptSigner::load(&self.key)?;
        self.engine = Some(Engine::new(store, signer, self.settings));
        Ok(())
    }

    fn database(&self) -> PathBuf {
        self.folder.join("gateway.sqlite")
    }

    fn backup_file(&self) -> PathBuf {
        self.folder.join(format!("backup-{}.sqlite", self.backups))
    }

    fn note(&mut self, device: &DeviceId, response: &ExchangeResponse) -> Result<(), Failure> {
        let parts =
            jws::split(&response.receipts).map_err(|_| Failure::new("a page that is no JWS"))?;
        let page: ReceiptPage = serde_json::from_slice(&parts.payload)?;
        let earned = self.earned.entry(device.clone()).or_default();
        for receipt in page.receipts {
            let accepted = receipt.outcome == Outcome::Accepted;
            let before = earned.insert(receipt.id, accepted);
            if before.is_some_and(|before| before != accepted) {
                return Err(Failure::new(format!(
                    "the outcome of {} changed",
                    receipt.id
                )));
            }
        }
        Ok(())
    }
}

/// Ids of the commands in a database file.
fn held(file: &Path) -> Result<HashSet<CommandId>, Failure> {
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let ids = connection
        .prepare("SELECT id FROM commands")?
        .query_map([], |row| row.get::<_, [u8; 16]>(0))?
        .map(|id| id.map(|id| CommandId(uuid::Uuid::from_bytes(id))))
        .collect::<Result<_, _>>()?;
    Ok(ids)
}

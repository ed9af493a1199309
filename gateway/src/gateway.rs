//! The gateway put together from its folder.
//!
//! ```text
//! DIR/gateway.toml     configuration
//! DIR/gateway.sqlite   everything that is kept
//! DIR/blobs/           attachments and documents, encrypted
//! DIR/releases/        bundles of new systems, as they are offered
//! DIR/pki/             authorities, server certificate, receipt key (0700)
//! ```

use std::path::{Path, PathBuf};
use std::sync::Arc;

use protocol::answer::FeedItem;
use protocol::exchange::TrustBundle;
use rustls::ServerConfig;

use crate::blob::Blobs;
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::engine::Engine;
use crate::entropy::Entropy;
use crate::error::GatewayError;
use crate::operator::Bundles;
use crate::pki::folder::PkiFolder;
use crate::pki::registrar::Registrar;
use crate::pki::verify::server_config;
use crate::store::sqlite::SqliteStore;
use crate::store::{self, Store};

/// Where things lie in the gateway's folder.
#[derive(Debug, Clone)]
pub struct Layout {
    folder: PathBuf,
}

impl Layout {
    /// The gateway's folder.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// The configuration file.
    #[must_use]
    pub fn config(&self) -> PathBuf {
        self.folder.join(config::FILE_NAME)
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.folder.join("gateway.sqlite")
    }

    /// Attachments and documents.
    #[must_use]
    pub fn blobs(&self) -> PathBuf {
        self.folder.join("blobs")
    }

    /// Bundles of new systems.
    #[must_use]
    pub fn bundles(&self) -> Bundles {
        Bundles::at(&self.folder.join("releases"))
    }

    /// Keys and certificates.
    #[must_use]
    pub fn pki(&self) -> PkiFolder {
        PkiFolder::at(&self.folder.join("pki"))
    }

    /// Opens the database for the command line: one commit a change.
    ///
    /// # Errors
    /// A folder that was not initialised, or a database that cannot be opened.
    pub fn open_store(&self) -> Result<SqliteStore, GatewayError> {
        self.must_be_a_gateways()?;
        SqliteStore::direct(&self.database())
    }

    /// Looks through the whole database, before anything writes to it.
    ///
    /// # Errors
    /// A folder that was not initialised, or a database that is not whole; it was not changed.
    pub fn look_through_store(&self) -> Result<(), GatewayError> {
        self.must_be_a_gateways()?;
        SqliteStore::look_through(&self.database())
    }

    fn must_be_a_gateways(&self) -> Result<(), GatewayError> {
        if self.database().exists() {
            return Ok(());
        }
        Err(GatewayError::Input(format!(
            "{} is not a gateway's folder; run `gateway init` first",
            self.folder.display()
        )))
    }

    /// Opens the folder of attachments and documents.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open_blobs(&self) -> Result<Blobs, GatewayError> {
        Blobs::open(&self.blobs())
    }
}

/// Everything that answering a terminal needs.
pub struct Gateway {
    /// The exchange.
    pub engine: Engine,
    /// Enrolment and renewal.
    pub registrar: Registrar,
    /// Files at rest.
    pub blobs: Blobs,
    /// Bundles of new systems.
    pub bundles: Bundles,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// Its randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Its configuration.
    pub config: Config,
}

impl Gateway {
    /// Puts a gateway together over an open store.
    ///
    /// # Errors
    /// Keys or certificates that cannot be read.
    pub fn assemble(
        layout: &Layout,
        config: Config,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, GatewayError> {
        crate::engine::continue_feeds(&*store, clock.now())?;
        let pki = layout.pki();
        let signer = pki.receipt_signer()?;
        let trust = TrustBundle {
            roots: pki.server_roots()?,
            receipt_keys: vec![signer.public()],
            endpoints: config.endpoints.clone(),
        };
        Ok(Self {
            registrar: Registrar::new(
                pki.device_authority()?,
                trust,
                config.certificate_days,
                Arc::clone(&entropy),
            ),
            engine: Engine::new(store, signer, config.settings()),
            blobs: layout.open_blobs()?,
            bundles: layout.bundles(),
            clock,
            entropy,
            config,
        })
    }

    /// Tells all terminals what they are to trust, if it is not what they were told before
    /// (a new root, receipt key or endpoint); says how many were told.
    ///
    /// # Errors
    /// The database's.
    pub fn announce_trust(&self) -> Result<u64, GatewayError> {
        const TRUST: &str = "trust";
        let trust = self.registrar.trust().clone();
        let now = self.clock.now();
        let text = serde_json::to_string(&trust)
            .map_err(|_| GatewayError::damaged("trust cannot be written"))?;
        store::write(&**self.engine.store(), move |tx| {
            let before = tx.setting(TRUST)?;
            if before.as_deref() == Some(text.as_str()) {
                return Ok(0);
            }
            tx.put_setting(TRUST, &text)?;
            match before {
                None => Ok(0),
                Some(_) => tx.broadcast(None, None, &FeedItem::Trust(trust), now, None),
            }
        })
    }

    /// The accepting side's TLS configuration.
    ///
    /// # Errors
    /// Keys or certificates that cannot be read.
    pub fn tls(&self, layout: &Layout) -> Result<ServerConfig, GatewayError> {
        let pki = layout.pki();
        let authority = pki.device_authority()?.certificate().to_owned();
        server_config(&pki.server()?, &[authority], Arc::clone(&self.clock))
    }
}

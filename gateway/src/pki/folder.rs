//! Where the gateway's keys lie: one folder that only its own user can read.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use protocol::calendar::Timestamp;

use super::authority::{Authority, Keyed};
use super::receipt_key::ReceiptSigner;
use crate::entropy::Entropy;
use crate::error::GatewayError;

/// The folder of keys and certificates.
#[derive(Debug, Clone)]
pub struct PkiFolder {
    folder: PathBuf,
}

impl PkiFolder {
    /// Names a folder; nothing is read yet.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Makes the folder with two authorities, the server's certificate for these names,
    /// and the receipt key. Never overwrites.
    ///
    /// # Errors
    /// When the folder is there already or cannot be written.
    pub fn create(
        &self,
        names: &[String],
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<(), GatewayError> {
        DirBuilder::new()
            .mode(0o700)
            .create(&self.folder)
            .map_err(|e| GatewayError::io("make", &self.folder, e))?;
        let devices = Authority::create("Madoguchi device CA", now, entropy)?;
        let servers = Authority::create("Madoguchi server CA", now, entropy)?;
        let server = Authority::load(&servers)?.issue_server(names, now, entropy)?;
        self.write_pair("device-ca", &devices)?;
        self.write_pair("server-ca", &servers)?;
        self.write_pair("server", &server)?;
        self.write("receipt.key", &ReceiptSigner::create()?)
    }

    /// Makes a new server certificate for these names from the authority that is there.
    ///
    /// # Errors
    /// When a file cannot be read or written.
    pub fn renew_server(
        &self,
        names: &[String],
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<(), GatewayError> {
        let authority = Authority::load(&self.read_pair("server-ca")?)?;
        let server = authority.issue_server(names, now, entropy)?;
        self.write_pair("server.next", &server)?;
        for kind in ["pem", "key"] {
            let from = self.folder.join(format!("server.next.{kind}"));
            let to = self.folder.join(format!("server.{kind}"));
            std::fs::rename(&from, &to).map_err(|e| GatewayError::io("replace", &to, e))?;
        }
        Ok(())
    }

    /// The authority of terminals' certificates.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn device_authority(&self) -> Result<Authority, GatewayError> {
        Authority::load(&self.read_pair("device-ca")?)
    }

    /// The server's certificate and key.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn server(&self) -> Result<Keyed, GatewayError> {
        self.read_pair("server")
    }

    /// Roots that terminals trust: the current one, and the next one if it is there.
    ///
    /// # Errors
    /// When the current one cannot be read.
    pub fn server_roots(&self) -> Result<Vec<String>, GatewayError> {
        let mut roots = vec![self.read_text("server-ca.pem")?];
        if self.folder.join("server-ca.next.pem").exists() {
            roots.push(self.read_text("server-ca.next.pem")?);
        }
        Ok(roots)
    }

    /// The key that signs receipts.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn receipt_signer(&self) -> Result<ReceiptSigner, GatewayError> {
        let path = self.folder.join("receipt.key");
        let bytes = std::fs::read(&path).map_err(|e| GatewayError::io("read", &path, e))?;
        ReceiptSigner::load(&bytes)
    }

    fn read_pair(&self, name: &str) -> Result<Keyed, GatewayError> {
        Ok(Keyed {
            certificate: self.read_text(&format!("{name}.pem"))?,
            key: self.read_text(&format!("{name}.key"))?,
        })
    }

    fn read_text(&self, name: &str) -> Result<String, GatewayError> {
        let path = self.folder.join(name);
        std::fs::read_to_string(&path).map_err(|e| GatewayError::io("read", &path, e))
    }

    fn write_pair(&self, name: &str, pair: &Keyed) -> Result<(), GatewayError> {
        self.write(&format!("{name}.pem"), pair.certificate.as_bytes())?;
        self.write(&format!("{name}.key"), pair.key.as_bytes())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), GatewayError> {
        let path = self.folder.join(name);
        let fail = |e| GatewayError::io("write", &path, e);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(fail)?;
        file.write_all(bytes).map_err(fail)?;
        file.sync_all().map_err(fail)
    }
}

//! Signed records of cards that were written: for the gateway's `manifest import`.

use std::fs;
use std::path::PathBuf;

use protocol::jws::{Kind, split_as};
use protocol::provisioning::UnitSerial;
use protocol::provisioning::record::{FlashRecord, MAX_RECORD_BYTES};

use super::Station;
use crate::error::Problem;
use crate::text;

impl Station {
    /// Signs a record and keeps it. `entry` is the log's number of the run.
    ///
    /// # Errors
    /// Those of the key and the file system.
    pub fn keep_record(&self, entry: u64, record: &FlashRecord) -> Result<PathBuf, Problem> {
        let payload = serde_json::to_vec(record).expect("a record is plain JSON");
        let signed = self.key()?.sign(Kind::FlashRecord, &payload);
        let name = format!("{entry:08}_{}.jws", record.serial);
        let path = self.folder.join("records").join(name);
        text::write_whole(&path, format!("{signed}\n").as_bytes())?;
        Ok(path)
    }

    /// The last record of a unit.
    ///
    /// # Errors
    /// As [`Self::record`]; a file that holds no record.
    pub fn last_record(&self, serial: &UnitSerial) -> Result<FlashRecord, Problem> {
        let unknown = || Problem::RecordUnknown(serial.to_string());
        let signed = self.record(serial)?;
        let parts = split_as(Kind::FlashRecord, &signed).map_err(|_| unknown())?;
        serde_json::from_slice(&parts.payload).map_err(|_| unknown())
    }

    /// The last record of a unit, as it was signed.
    ///
    /// # Errors
    /// [`Problem::RecordUnknown`] when there is none.
    pub fn record(&self, serial: &UnitSerial) -> Result<String, Problem> {
        let folder = self.folder.join("records");
        let failed = |source| Problem::file("read", &folder, source);
        let mut last: Option<String> = None;
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name();
            let Some(name) = name.to_str() else { continue };
            let ours = name
                .strip_suffix(".jws")
                .and_then(|name| name.split_once('_'))
                .is_some_and(|(_, of)| of == serial.as_str());
            if ours && last.as_deref().is_none_or(|last| last < name) {
                last = Some(name.to_owned());
            }
        }
        let name = last.ok_or_else(|| Problem::RecordUnknown(serial.to_string()))?;
        let bytes = text::read_bounded(&folder.join(name), 2 * MAX_RECORD_BYTES)?;
        Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
    }
}

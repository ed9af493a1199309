//! No way back below the recorded minimum.
//!
//! Every system says the lowest version that may still be installed over it. When it is kept,
//! that becomes the recorded minimum, which only rises; so a known hole cannot be opened again
//! by an old bundle, however well signed.

use protocol::provisioning::Version;

use crate::Fault;

/// `version=` in the `[update]` section of a bundle's manifest, which RAUC has verified.
///
/// # Errors
/// [`Fault::UpdateVersion`].
pub fn of_bundle(manifest: &str) -> Result<Version, Fault> {
    let mut in_update = false;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            in_update = line == "[update]";
        } else if in_update && let Some(version) = line.strip_prefix("version=") {
            return Version::parse(version.trim()).map_err(|_| Fault::UpdateVersion);
        }
    }
    Err(Fault::UpdateVersion)
}

/// Refuses a bundle below the recorded minimum.
///
/// # Errors
/// [`Fault::UpdateOlder`].
pub fn allow(found: Version, minimum: Option<Version>) -> Result<(), Fault> {
    match minimum {
        Some(minimum) if found < minimum => Err(Fault::UpdateOlder { found, minimum }),
        _ => Ok(()),
    }
}

/// The minimum after a system was kept: it only rises.
#[must_use]
pub fn raise(recorded: Option<Version>, of_system: Version) -> Version {
    recorded.map_or(of_system, |recorded| recorded.max(of_system))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).expect("a version")
    }

    #[test]
    fn the_version_is_that_of_the_update_section() {
        let manifest =
            "[update]\ncompatible=madoguchi-arm64\nversion=1.2.3\n\n[image.root]\nversion=9.9.9\n";
        assert_eq!(of_bundle(manifest).expect("says it"), version("1.2.3"));
        for wrong in [
            "",
            "[update]\n",
            "[image.x]\nversion=1.0.0\n",
            "[update]\nversion=new\n",
        ] {
            assert!(matches!(of_bundle(wrong), Err(Fault::UpdateVersion)));
        }
    }

    #[test]
    fn nothing_below_the_minimum_is_installed() {
        assert!(allow(version("0.9.9"), Some(version("1.0.0"))).is_err());
        assert!(allow(version("1.0.0"), Some(version("1.0.0"))).is_ok());
        assert!(allow(version("0.0.1"), None).is_ok());
    }

    #[test]
    fn the_minimum_only_rises() {
        assert_eq!(
            raise(Some(version("1.2.0")), version("1.1.9")),
            version("1.2.0")
        );
        assert_eq!(
            raise(Some(version("1.2.0")), version("1.10.0")),
            version("1.10.0")
        );
        assert_eq!(raise(None, version("1.0.0")), version("1.0.0"));
    }
}

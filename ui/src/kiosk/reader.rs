//! The card side of this unit, from its configuration.

use std::fs;

use firmware::setup::config::Config;
use hal::card::{CardDesk, PcscDesk, PcscOptions, TrustClass, TrustStore, open_pn532};

/// The reader that is configured, and the card authorities this unit believes.
pub fn desk(config: &Config) -> Result<Box<dyn CardDesk>, String> {
    if let Some(place) = &config.card.pn532 {
        tracing::warn!("the card is read by a PN532, which is experimental");
        return open_pn532(place, trust(config)?)
            .map_err(|error| format!("pn532 in [card]: {error}"));
    }
    let options = PcscOptions {
        reader: config.card.reader.clone(),
    };
    Ok(Box::new(PcscDesk::new(options, trust(config)?)))
}

/// Production authorities come with the program; a data file adds others. Test authorities
/// count only where the configuration says `trust = "test"`.
fn trust(config: &Config) -> Result<TrustStore, String> {
    let mut trust = TrustStore::production();
    if let Some(path) = &config.card.authorities {
        let text =
            fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let more =
            TrustStore::from_toml(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        if more.trusts_test_cards() && config.card.trust != TrustClass::Test {
            return Err(format!(
                "{}: holds test authorities; they need `trust = \"test\"` in [card]",
                path.display()
            ));
        }
        trust = trust.and(more);
    }
    Ok(trust)
}

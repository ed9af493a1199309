//! The one-time token that came with the unit's own card: typed in by itself where somebody
//! would type it (S-2), and destroyed when the terminal belongs to its office.

use std::fs;
use std::path::{Path, PathBuf};

use firmware::terminal::screen::Screen;
use firmware::terminal::touch::Touch;
use firmware::terminal::view::{Network, View};

/// Its name, beside the vault; the first boot puts it there.
const FILE_NAME: &str = "enrolment-token";

/// A token that waits for S-2.
pub struct CardToken {
    path: PathBuf,
    token: Option<String>,
    typed: bool,
}

impl CardToken {
    /// Looks beside the vault.
    pub fn beside(vault: &Path) -> Self {
        let path = vault.with_file_name(FILE_NAME);
        Self {
            token: fs::read_to_string(&path).ok(),
            path,
            typed: false,
        }
    }

    /// What to do when this is shown: once, the token goes into the field of S-2.
    pub fn shown(&mut self, screen: Screen, network: &Network) -> Option<Touch> {
        if *network != Network::NotSetUp && self.token.take().is_some() {
            if let Err(why) = fs::remove_file(&self.path) {
                tracing::warn!(%why, "the used token was not removed");
            }
            return None;
        }
        if screen != Screen::SetupToken || self.typed {
            return None;
        }
        let token = self.token.clone()?;
        self.typed = true;
        Some(Touch::Paste(token))
    }

    /// As [`Self::shown`], for a whole view.
    pub fn on(&mut self, view: &View) -> Option<Touch> {
        self.shown(view.screen, &view.strip.network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(token: &str) -> (tempfile::TempDir, CardToken) {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(FILE_NAME), token).expect("a file");
        let token = CardToken::beside(&folder.path().join("vault.db"));
        (folder, token)
    }

    #[test]
    fn the_cards_token_is_typed_once_and_only_where_tokens_are_typed() {
        let (_folder, mut token) = folder_with("ABCDE");
        let new = Network::NotSetUp;
        assert_eq!(token.shown(Screen::SetupWelcome, &new), None);
        assert_eq!(
            token.shown(Screen::SetupToken, &new),
            Some(Touch::Paste("ABCDE".to_owned()))
        );
        assert_eq!(token.shown(Screen::SetupToken, &new), None);
    }

    #[test]
    fn a_token_is_destroyed_when_the_terminal_belongs_to_its_office() {
        let (folder, mut token) = folder_with("ABCDE");
        assert_eq!(token.shown(Screen::Lock, &Network::Online), None);
        assert!(!folder.path().join(FILE_NAME).exists());
        assert_eq!(token.shown(Screen::SetupToken, &Network::NotSetUp), None);
    }

    #[test]
    fn a_card_without_a_token_types_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut token = CardToken::beside(&folder.path().join("vault.db"));
        assert_eq!(token.shown(Screen::SetupToken, &Network::NotSetUp), None);
    }
}

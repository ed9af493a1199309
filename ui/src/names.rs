//! Names of people on the screen. A name is never cut: it grows smaller, then takes two lines.

/// Characters that fit on one line at the normal size.
const NORMAL: usize = 8;
/// Characters that fit on one line one step smaller.
const ONE_LINE: usize = 12;

/// A name as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownName {
    /// The name, with a line break where it takes two lines.
    pub text: String,
    /// One step smaller than usual.
    pub small: bool,
    /// It takes two lines: what stands below gives way.
    pub two_lines: bool,
}

/// How a name is shown in a tile.
#[must_use]
pub fn fit(name: &str) -> ShownName {
    let length = name.chars().filter(|c| !c.is_whitespace()).count();
    if length <= NORMAL {
        return ShownName {
            text: name.to_owned(),
            small: false,
            two_lines: false,
        };
    }
    if length <= ONE_LINE && !name.contains(char::is_whitespace) {
        return ShownName {
            text: name.to_owned(),
            small: true,
            two_lines: false,
        };
    }
    match middle_space(name) {
        Some((before, after)) => ShownName {
            text: format!("{before}\n{after}"),
            small: true,
            two_lines: true,
        },
        None => ShownName {
            text: name.to_owned(),
            small: true,
            two_lines: false,
        },
    }
}

/// The same where a row has room for `one_line` characters one step smaller.
#[must_use]
pub fn fit_within(name: &str, one_line: usize) -> ShownName {
    let length = name.chars().filter(|c| !c.is_whitespace()).count();
    if length > NORMAL && length <= one_line {
        return ShownName {
            text: name.to_owned(),
            small: true,
            two_lines: false,
        };
    }
    fit(name)
}

/// The name broken at the space nearest its middle.
fn middle_space(name: &str) -> Option<(&str, &str)> {
    let middle = name.chars().count() / 2;
    name.char_indices()
        .enumerate()
        .filter(|(_, (_, c))| c.is_whitespace())
        .min_by_key(|(place, _)| place.abs_diff(middle))
        .map(|(_, (byte, c))| (&name[..byte], &name[byte + c.len_utf8()..]))
}

/// The first character, for the box beside a name.
#[must_use]
pub fn initial(name: &str) -> String {
    name.chars().next().map(String::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_name_is_shown_as_it_is() {
        assert_eq!(fit("髙橋 健一").text, "髙橋 健一");
        assert!(!fit("髙橋 健一").small);
    }

    #[test]
    fn a_long_name_is_broken_and_never_cut() {
        let shown = fit("長曽我部 龍之介宗一郎");
        assert_eq!(shown.text, "長曽我部\n龍之介宗一郎");
        assert!(shown.small && shown.two_lines);
        let shown = fit("マリア クリスティーナ フェルナンデス サントス");
        assert_eq!(shown.text, "マリア クリスティーナ\nフェルナンデス サントス");
    }

    #[test]
    fn a_name_without_a_space_keeps_all_its_characters() {
        assert_eq!(
            fit("寿限無寿限無五劫の擦り切れ").text,
            "寿限無寿限無五劫の擦り切れ"
        );
    }
}

//! The words: nothing missing, nothing unused, nothing that frightens or claims too much.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use firmware::terminal::touch::Language;
use protocol::problem::ProblemCode;
use ui::words::{ENGLISH, JAPANESE, Words};

/// Words that a visitor may see and must not (DESIGN: wording).
const FORBIDDEN: &[&str] = &["エラー", "不正", "失敗", "無効"];

#[test]
fn both_languages_have_the_same_keys() {
    let (japanese, english) = (keys(JAPANESE), keys(ENGLISH));
    let only_japanese: Vec<_> = japanese.difference(&english).collect();
    let only_english: Vec<_> = english.difference(&japanese).collect();
    assert!(
        only_japanese.is_empty(),
        "without English: {only_japanese:?}"
    );
    assert!(
        only_english.is_empty(),
        "without Japanese: {only_english:?}"
    );
}

#[test]
fn every_key_that_a_page_uses_has_words() {
    let known = keys(JAPANESE);
    for (file, text) in sources() {
        for key in quoted_after(
            &text,
            &["Words.t(\"", ".say(\"", ".say_with(\"", "say_with(\n"],
        ) {
            assert!(
                known.contains(&key),
                "{}: no words for {key:?}",
                file.display()
            );
        }
    }
}

#[test]
fn no_words_are_kept_that_nobody_says() {
    let all: String = sources().into_iter().map(|(_, text)| text).collect();
    let unused: Vec<_> = keys(JAPANESE)
        .into_iter()
        .filter(|key| !key.contains('.') && !key.starts_with("mdg-"))
        .filter(|key| !all.contains(&format!("\"{key}\"")))
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

#[test]
fn no_word_frightens_or_judges() {
    for file in JAPANESE {
        for line in file.lines().filter(|line| !line.starts_with('#')) {
            for word in FORBIDDEN {
                assert!(!line.contains(word), "{word} in {line:?}");
            }
            let judged = line.replace("有効期限", "").replace("認定有効期間", "");
            assert!(!judged.contains("有効"), "有効 in {line:?}");
        }
    }
}

#[test]
fn every_problem_has_a_title_and_three_facts() {
    for language in [Language::Ja, Language::En] {
        let words = Words::new(language);
        for code in ProblemCode::ALL
            .iter()
            .chain([&ProblemCode::Other("MDG-MOON-FULL".into())])
        {
            let facts = ui::pages::trouble::facts(code, 18, &words);
            for text in [&facts.title, &facts.happened, &facts.safe, &facts.next] {
                assert!(!text.is_empty() && !text.contains('['), "{code}: {text}");
            }
        }
    }
}

/// Which desk is called stands under the words, and is not the same for every office.
#[test]
fn the_words_of_a_problem_name_no_desk_of_their_own() {
    for (language, others) in [
        (
            Language::Ja,
            ["保守窓口", "係に", "市に電話", "市にすぐ電話"].as_slice(),
        ),
        (
            Language::En,
            ["support", "the city desk", "call the city"].as_slice(),
        ),
    ] {
        let words = Words::new(language);
        for code in ProblemCode::ALL
            .iter()
            .chain([&ProblemCode::Other("MDG-MOON-FULL".into())])
        {
            let facts = ui::pages::trouble::facts(code, 18, &words);
            for text in [&facts.title, &facts.happened, &facts.safe, &facts.next] {
                let named = others.iter().find(|other| text.contains(**other));
                assert_eq!(named, None, "{code}: {text}");
            }
        }
    }
}

/// Keys of messages, and of their attributes as `message.attribute`.
fn keys(files: &[&str]) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut message = String::new();
    for line in files.iter().flat_map(|file| file.lines()) {
        let Some((name, _)) = line.split_once('=') else {
            continue;
        };
        let name = name.trim_end();
        if let Some(attribute) = name.trim_start().strip_prefix('.') {
            keys.insert(format!("{message}.{attribute}"));
        } else if !line.starts_with([' ', '#']) {
            message = name.to_owned();
            assert!(keys.insert(message.clone()), "{message} twice");
        }
    }
    keys
}

/// Every source that may say words: pages and their adapters.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("slint"), root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the room is there").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                found.push((path, text));
            }
        }
    }
    found
}

fn quoted_after(text: &str, openings: &[&str]) -> Vec<String> {
    let mut keys = Vec::new();
    for opening in openings {
        for rest in text.split(opening).skip(1) {
            let rest = rest.trim_start().trim_start_matches('"');
            let key: String = rest
                .chars()
                .take_while(|c| c.is_ascii_alphanumeric() || "-.".contains(*c))
                .collect();
            if rest[key.len()..].starts_with('"') {
                keys.push(key);
            }
        }
    }
    keys
}

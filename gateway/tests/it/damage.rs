//! What the program says of a database that is not whole, and of files that are not there.

use std::path::Path;
use std::process::{Command, Output};

use gateway::gateway::Layout;
use gateway::harness::INSURER;

const PROGRAM: &str = env!("CARGO_BIN_EXE_gateway");

/// Longest a start may take; one that serves would not end by itself.
const SECONDS: &str = "60";

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new("timeout")
        .args([SECONDS, PROGRAM, "--dir"])
        .arg(folder)
        .args(arguments)
        .output()
        .unwrap()
}

/// What it says on standard error when it fails with exit code 1.
fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    said
}

/// A gateway with some people in its database, which is one file without a log beside it.
fn gateway() -> tempfile::TempDir {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    let demo = folder.join("demo").to_str().unwrap().to_owned();
    let file = |name: &str| format!("{demo}/{name}");
    let (towns, people) = (file("municipality.toml"), file("progress-utf8.csv"));
    let copy = file("copy.sqlite");
    let orders: [&[&str]; 5] = [
        &["init"],
        &["demo-data", "--people", "300", "--out", &demo],
        &["facility", "load", &towns],
        &["import", "--insurer", INSURER, &people],
        &["backup", &copy],
    ];
    for order in orders {
        assert!(run(folder, order).status.success(), "{order:?}");
    }
    put(folder, &std::fs::read(copy).unwrap());
    scratch
}

/// These bytes are the database, and nothing is beside it.
fn put(folder: &Path, bytes: &[u8]) {
    for ending in ["-wal", "-shm"] {
        // Whatever was there is not to be there.
        let _ = std::fs::remove_file(folder.join(format!("gateway.sqlite{ending}")));
    }
    std::fs::write(Layout::at(folder).database(), bytes).unwrap();
}

#[test]
fn a_damaged_database_is_not_served_and_not_changed() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [(&str, Damage); 6] = [
        ("overwritten in the middle", |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle..middle + 16_384].fill(0x5a);
        }),
        ("zeroes near the end", |bytes| {
            let end = bytes.len();
            bytes[end - 12_288..end - 4_096].fill(0);
        }),
        ("overwritten at its head", |bytes| bytes[..64].fill(0x5a)),
        ("cut between pages", |bytes| {
            bytes.truncate(bytes.len() / 8_192 * 4_096)
        }),
        ("cut within a page", |bytes| {
            bytes.truncate(bytes.len() / 3 + 17)
        }),
        ("emptied", Vec::clear),
    ];
    let scratch = gateway();
    let folder = scratch.path();
    let layout = Layout::at(folder);
    let whole = std::fs::read(layout.database()).unwrap();
    for (what, damage) in damages {
        let mut bytes = whole.clone();
        damage(&mut bytes);
        put(folder, &bytes);
        let said = refusal(folder, &["serve", "--listen", "127.0.0.1:0"]);
        assert!(said.contains("MDG-STORE-FOREIGN"), "{what}: {said}");
        assert!(said.contains("restore the newest backup"), "{what}: {said}");
        let after = std::fs::read(layout.database()).unwrap();
        assert!(after == bytes, "{what}: the file was changed");
    }
    put(folder, &whole);
    layout.look_through_store().unwrap();
}

#[test]
fn a_damaged_database_gives_no_backup() {
    let scratch = gateway();
    let folder = scratch.path();
    let database = Layout::at(folder).database();
    let mut bytes = std::fs::read(&database).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 16_384].fill(0x5a);
    put(folder, &bytes);
    let file = folder.join("backup.sqlite");
    let said = refusal(folder, &["backup", file.to_str().unwrap()]);
    assert!(said.contains("MDG-STORE-FOREIGN"), "{said}");
    assert!(!file.exists(), "somebody would rely on it");
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_what_to_do() {
    let scratch = tempfile::tempdir().unwrap();
    let folder = scratch.path();
    assert!(run(folder, &["init"]).status.success());
    let place = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let (absent, here, a_folder) = (place("absent.file"), place("image.json"), place("pki"));
    std::fs::write(&here, "{}").unwrap();
    std::fs::write(place("image.json.sig"), "x").unwrap();
    let nobody = uuid::Uuid::nil().to_string();
    let with = |file: &str| -> Vec<Vec<String>> {
        let orders: [&[&str]; 6] = [
            &["images", "add", file, "--keys", file],
            &["manifest", "import", file],
            &["releases", "add", file, "--version", "1.2.3"],
            &["deliver", "--request", &nobody, "--subject", "1", file],
            &["import", "--insurer", INSURER, file],
            &["facility", "load", file],
        ];
        let owned = |order: &&[&str]| order.iter().map(|&word| word.to_owned()).collect();
        orders.iter().map(owned).collect()
    };
    let mut cases = Vec::new();
    for (file, then) in [
        (&absent, "check the name"),
        (&a_folder, "name the file inside"),
    ] {
        cases.extend(with(file).into_iter().map(|order| (order, file, then)));
    }
    let keys = ["images", "add", &here, "--keys", &absent].map(str::to_owned);
    cases.push((keys.to_vec(), &absent, "check the name"));
    for (order, file, then) in cases {
        let order: Vec<&str> = order.iter().map(String::as_str).collect();
        let said = refusal(folder, &order);
        assert!(said.starts_with("MDG-INPUT-TEXT: "), "{order:?}: {said}");
        assert!(said.contains(file.as_str()), "{order:?}: {said}");
        assert!(said.contains(then), "{order:?}: {said}");
    }
}

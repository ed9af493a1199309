//! Images that are not taken: each is refused with its own code, before a card is touched.

use std::fs;

use protocol::provisioning::Board;
use provisioning::error::Problem;
use provisioning::image::{SignedImage, sign};
use provisioning::progress::{Never, Silent};
use provisioning::seal::SigningKey;
use provisioning::testing::{Fixture, version};

fn open(fixture: &Fixture) -> Result<SignedImage, Problem> {
    let image = SignedImage::open(&fixture.manifest, &fixture.keys)?;
    image.check_bytes(&Silent, &Never)?;
    Ok(image)
}

fn code(compressed: bool, spoil: impl FnOnce(&mut Fixture)) -> &'static str {
    let folder = crate::folder();
    let mut fixture = Fixture::make(folder.path(), compressed);
    spoil(&mut fixture);
    open(&fixture).unwrap_err().code()
}

fn resign(fixture: &Fixture) {
    sign(
        &fixture.manifest,
        &SigningKey::load(&fixture.key_file).unwrap(),
    )
    .unwrap();
}

fn edit(fixture: &Fixture, key: &str, value: serde_json::Value) {
    let text = fs::read_to_string(&fixture.manifest).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    manifest[key] = value;
    fs::write(&fixture.manifest, manifest.to_string()).unwrap();
}

#[test]
fn a_whole_image_is_taken_compressed_or_not() {
    for compressed in [false, true] {
        let folder = crate::folder();
        let fixture = Fixture::make(folder.path(), compressed);
        let image = open(&fixture).unwrap();
        assert!(image.check_board(Board::Qemu).is_ok());
        let problem = image.check_board(Board::Pi3).unwrap_err();
        assert_eq!(problem.code(), "MDG-PROVISION-IMAGE-BOARD");
    }
}

#[test]
fn an_unsigned_foreign_or_edited_description_is_refused_each_with_its_code() {
    let signature = |fixture: &Fixture| fixture.manifest.with_extension("json.sig");
    let unsigned = code(false, |f| fs::remove_file(signature(f)).unwrap());
    assert_eq!(unsigned, "MDG-PROVISION-IMAGE-UNSIGNED");
    let foreign = code(false, |f| {
        let key = SigningKey::create(&f.key_file.with_extension("other")).unwrap();
        sign(&f.manifest, &key).unwrap();
    });
    assert_eq!(foreign, "MDG-PROVISION-IMAGE-KEY");
    let edited = code(false, |f| edit(f, "version", "9.0.0".into()));
    assert_eq!(edited, "MDG-PROVISION-IMAGE-SIGNATURE");
    let borrowed = code(false, |f| {
        let other = f.manifest.with_file_name("other");
        fs::create_dir(&other).unwrap();
        let other = Fixture::make(&other, true);
        // Another image's signature, by the same key's name.
        fs::copy(signature(&other), signature(f)).unwrap();
        f.keys.key.extend(other.keys.key);
    });
    assert_eq!(borrowed, "MDG-PROVISION-IMAGE-SIGNATURE");
    let garbage = code(false, |f| fs::write(signature(f), "-").unwrap());
    assert_eq!(garbage, "MDG-PROVISION-IMAGE-SIGNATURE");
}

#[test]
fn a_key_that_takes_anothers_name_verifies_nothing() {
    let spoiled = code(false, |f| {
        let key = SigningKey::create(&f.key_file.with_extension("other")).unwrap();
        f.keys.key[0].x = key.public().x;
    });
    assert_eq!(spoiled, "MDG-PROVISION-IMAGE-SIGNATURE");
}

#[test]
fn a_truncated_or_changed_file_is_refused_wherever_it_is_changed() {
    for compressed in [false, true] {
        let folder = crate::folder();
        let fixture = Fixture::make(folder.path(), compressed);
        let whole = fs::read(&fixture.file).unwrap();
        let code = |bytes: &[u8]| {
            fs::write(&fixture.file, bytes).unwrap();
            open(&fixture).unwrap_err().code()
        };
        let short = code(&whole[..whole.len() - 1]);
        assert_eq!(short, "MDG-PROVISION-IMAGE-TRUNCATED");
        let long = code(&[&whole[..], &[0]].concat());
        assert_eq!(long, "MDG-PROVISION-IMAGE-CORRUPT");
        for part in 0..5 {
            // The last bytes of a packed file are a check sum of its own; the disk is signed.
            let at = (whole.len() - 64) * part / 4;
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            assert_eq!(code(&flipped), "MDG-PROVISION-IMAGE-CORRUPT", "part {part}");
        }
    }
}

#[test]
fn an_image_below_the_oldest_that_is_taken_is_refused() {
    let old = code(false, |f| f.keys.minimum_version = Some(version("0.3.0")));
    assert_eq!(old, "MDG-PROVISION-IMAGE-OLD");
}

#[test]
fn a_signed_description_that_contradicts_itself_is_refused() {
    for (key, value) in [
        ("format", serde_json::json!(2)),
        ("boards", serde_json::json!([])),
        ("bytes", serde_json::json!(512)),
        ("minimum_version", serde_json::json!("9.0.0")),
        ("colour", serde_json::json!("red")),
        ("config", serde_json::json!({"offset": 0, "bytes": 512})),
        (
            "file",
            serde_json::json!({"name": "../a", "bytes": 1, "packing": "raw"}),
        ),
    ] {
        let folder = crate::folder();
        let fixture = Fixture::make(folder.path(), false);
        edit(&fixture, key, value);
        // It cannot even be signed by this tool; sign it by hand.
        let signing = SigningKey::load(&fixture.key_file).unwrap();
        let problem = sign(&fixture.manifest, &signing).unwrap_err();
        assert_eq!(problem.code(), "MDG-PROVISION-IMAGE-MANIFEST", "{key}");
        let bytes = fs::read(&fixture.manifest).unwrap();
        let signed = signing.sign(protocol::jws::Kind::Image, &bytes);
        fs::write(
            fixture.manifest.with_extension("json.sig"),
            protocol::jws::detached(&signed),
        )
        .unwrap();
        let problem = open(&fixture).unwrap_err();
        assert_eq!(problem.code(), "MDG-PROVISION-IMAGE-MANIFEST", "{key}");
    }
}

#[test]
fn an_image_signed_again_by_the_same_key_is_taken() {
    let folder = crate::folder();
    let fixture = Fixture::make(folder.path(), false);
    edit(&fixture, "version", "0.4.0".into());
    resign(&fixture);
    assert_eq!(open(&fixture).unwrap().manifest.version, version("0.4.0"));
}

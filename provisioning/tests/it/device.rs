//! A real block device: a loop device that a folder of trees calls a card. Needs root and
//! `losetup`, so it is run by name:
//! `cargo test -p provisioning --test it -- --ignored device`

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use provisioning::testing::{Fixture, IMAGE_BYTES};

use crate::program::{PROGRAM, unit_file};

const CARD: u64 = 3_000_000_512;

/// A loop device over a file, taken away again at the end.
struct Loop {
    device: PathBuf,
}

impl Loop {
    fn over(file: &Path) -> Self {
        let made = Command::new("losetup")
            .args(["-f", "--show"])
            .arg(file)
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "no loop device: root and losetup are needed"
        );
        let device = String::from_utf8(made.stdout).unwrap().trim().into();
        Self { device }
    }

    /// Trees in which this device is the card `sdz`.
    fn as_card(&self, root: &Path, serial: &str) {
        let name = self.device.file_name().unwrap().to_str().unwrap();
        let number = fs::read_to_string(format!("/sys/block/{name}/dev")).unwrap();
        let disk = root.join("sys/block/sdz");
        fs::create_dir_all(disk.join("device")).unwrap();
        fs::create_dir_all(root.join("proc/self")).unwrap();
        fs::create_dir_all(root.join("dev")).unwrap();
        for (file, text) in [
            ("dev", number.as_str()),
            ("size", &(CARD / 512).to_string()),
            ("removable", "1"),
            ("ro", "0"),
            ("device/serial", serial),
        ] {
            fs::write(disk.join(file), text).unwrap();
        }
        for list in ["proc/self/mountinfo", "proc/swaps"] {
            fs::copy(Path::new("/").join(list), root.join(list)).unwrap();
        }
        let link = root.join("dev/sdz");
        if !link.exists() {
            symlink(&self.device, link).unwrap();
        }
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        // A device that cannot be taken away is seen by the next run, which takes another.
        let _ = Command::new("losetup").arg("-d").arg(&self.device).status();
    }
}

fn provision(at: &Path, arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .current_dir(at)
        .args(["--state", "state", "--json", "--machine-root", "machine"])
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
#[ignore = "needs root and loop devices"]
fn a_real_block_device_is_written_held_alone_and_verified() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let fixture = Fixture::make(at, true);
    let unit = unit_file(at, "UNIT-0001");
    let file = at.join("card.raw");
    fs::File::create(&file).unwrap().set_len(CARD).unwrap();
    let device = Loop::over(&file);
    device.as_card(&at.join("machine"), "LOOP12345678");
    let image = [
        "--image",
        "image.json",
        "--keys",
        "keys.toml",
        "--disk",
        "sdz",
    ];
    let flash = ["flash", "--config", "unit.toml", "--yes-serial"];
    let code = |output: &Output| {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let last = said.lines().last().unwrap_or("").to_owned();
        serde_json::from_str::<serde_json::Value>(&last).unwrap()["code"].clone()
    };

    let wrong = provision(at, &[&flash[..], &["9999"], &image].concat());
    assert_eq!(code(&wrong), "MDG-PROVISION-DISK-NOT-CONFIRMED");

    // Somebody else holds it.
    let held = fs::OpenOptions::new();
    let held = {
        use std::os::unix::fs::OpenOptionsExt as _;
        let mut options = held;
        options
            .read(true)
            .custom_flags(rustix::fs::OFlags::EXCL.bits() as i32);
        options.open(&device.device).unwrap()
    };
    let busy = provision(at, &[&flash[..], &["5678"], &image].concat());
    assert_eq!(code(&busy), "MDG-PROVISION-DISK-BUSY");
    drop(held);

    let done = provision(at, &[&flash[..], &["5678"], &image].concat());
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let mut card = vec![0; IMAGE_BYTES];
    let mut reader = fs::File::open(&file).unwrap();
    std::io::Read::read_exact(&mut reader, &mut card).unwrap();
    assert!(card == fixture.expected(&unit));
    let verified = provision(
        at,
        &[&["verify", "--yes-serial", "5678"][..], &image].concat(),
    );
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stderr)
    );

    // The name means another device by now.
    device.as_card(&at.join("machine"), "OTHER0005678");
    fs::write(at.join("machine/sys/block/sdz/dev"), "7:99").unwrap();
    let changed = provision(at, &[&flash[..], &["5678"], &image].concat());
    assert_eq!(code(&changed), "MDG-PROVISION-DISK-CHANGED");
}

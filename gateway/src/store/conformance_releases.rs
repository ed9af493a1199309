//! What every store promises about releases and about what stations may.

use protocol::calendar::Timestamp;
use protocol::exchange::Sha256Digest;
use protocol::number::OfficeNumber;
use protocol::problem::ProblemCode;
use protocol::provisioning::Version;
use protocol::release::UpdateState;

use super::{Audience, MadeToken, Release, Standing, StationRight, Store, read, write};

const BROKEN: &str = "a store that keeps its promises";

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

fn version(text: &str) -> Version {
    Version::parse(text).expect("a constant")
}

/// `device` is the number of a terminal that is there.
pub(super) fn check(store: &dyn Store, device: i64) {
    releases_come_back(store, device);
    rights_and_used_numbers_come_back(store);
}

fn releases_come_back(store: &dyn Store, device: i64) {
    let release = |text: &str, fill: u8| Release {
        version: version(text),
        minimum: version("0.1.0"),
        sha256: Sha256Digest([fill; 32]),
        size: 9,
        added_at: at(1),
        withdrawn_at: None,
    };
    let (old, new) = (release("0.9.0", 1), release("0.10.0", 2));
    let standing = vec![
        Standing {
            to: Audience::All,
            percent: 10,
        },
        Standing {
            to: Audience::Office(OfficeNumber::parse("9970000015").expect("a constant")),
            percent: 100,
        },
        Standing {
            to: Audience::Serial("UNIT-1".to_owned()),
            percent: 100,
        },
    ];
    let refused = UpdateState::Refused {
        code: ProblemCode::UpdateOlder,
    };
    let (added, stood, said) = (
        [old.clone(), new.clone()],
        standing.clone(),
        refused.clone(),
    );
    let (first, again, unknown) = write(store, move |tx| {
        for release in &added {
            tx.put_release(release)?;
        }
        let version = added[1].version;
        for one in &stood {
            tx.add_standing(version, one, at(2))?;
        }
        let first = tx.add_target(version, device, at(3))?;
        let again = tx.add_target(version, device, at(4))?;
        tx.keep_update(version, device, &said, added[0].version, at(5))?;
        let unknown = tx.keep_update(added[0].version, device, &said, version, at(5))?;
        Ok((first, again, unknown))
    })
    .expect(BROKEN);
    assert!(first && !again, "a terminal was offered a release twice");
    assert!(!unknown, "a report about what was never offered was kept");

    let highest = new.version;
    let (releases, stands, targets, is) = read(store, move |tx| {
        Ok((
            tx.releases()?,
            tx.standing(highest)?,
            tx.targets(Some(highest))?,
            tx.is_target(highest, device)?,
        ))
    })
    .expect(BROKEN);
    assert_eq!(releases, [new, old], "the highest version comes first");
    assert_eq!(stands, standing);
    assert!(is && targets.len() == 1);
    assert_eq!(targets[0].offered_at, at(3));
    assert_eq!(targets[0].state, Some(refused));
    assert_eq!(targets[0].running, Some(version("0.9.0")));

    let (releases, stands) = write(store, move |tx| {
        tx.withdraw_release(highest, at(6))?;
        Ok((tx.releases()?, tx.standing(highest)?))
    })
    .expect(BROKEN);
    assert_eq!(releases[0].withdrawn_at, Some(at(6)));
    assert!(stands.is_empty(), "an offer outlived its release");
    let is = write(store, move |tx| {
        tx.drop_targets(highest)?;
        tx.is_target(highest, device)
    });
    assert!(!is.expect(BROKEN));
}

fn rights_and_used_numbers_come_back(store: &dyn Store) {
    let kid = read(store, |tx| tx.stations()).expect(BROKEN)[0]
        .key
        .kid
        .clone();
    let office = OfficeNumber::parse("9970000015").expect("a constant");
    let made = MadeToken {
        kid: kid.clone(),
        nonce: "n".to_owned(),
        serial: "UNIT-1".to_owned(),
        office: office.clone(),
        replaces: true,
        at: at(10),
        expires_at: at(20),
    };
    let (name, token) = (kid.clone(), made.clone());
    let (new, again, lately) = write(store, move |tx| {
        for right in [StationRight::All, StationRight::Office(office)] {
            tx.add_right(&name, &right)?;
            tx.add_right(&name, &right)?;
        }
        tx.set_station_revoked(&name, Some(at(7)))?;
        let new = tx.add_station_token(&token)?;
        let again = tx.add_station_token(&token)?;
        let lately = (
            tx.count_station_tokens(&name, at(10))?,
            tx.count_station_tokens(&name, at(11))?,
        );
        Ok((new, again, lately))
    })
    .expect(BROKEN);
    assert!(new && !again, "a number was used twice");
    assert_eq!(lately, (1, 0));
    let (stations, tokens) =
        read(store, |tx| Ok((tx.stations()?, tx.station_tokens(5)?))).expect(BROKEN);
    assert_eq!(stations[0].rights.len(), 2);
    assert_eq!(stations[0].revoked_at, Some(at(7)));
    assert_eq!(tokens, [made]);
    let stations = write(store, move |tx| {
        tx.drop_rights(&kid)?;
        tx.set_station_revoked(&kid, None)?;
        tx.stations()
    })
    .expect(BROKEN);
    assert!(stations[0].rights.is_empty() && stations[0].revoked_at.is_none());
}

#![allow(clippy::unwrap_used)]
use std::time::Duration;

use protocol::answer::{ProgressAnswer, ProgressFinding, Provenance};
use protocol::calendar::Timestamp;
use protocol::command::{ProgressKey, StaffRecord};
use protocol::exchange::DocumentId;
use protocol::number::{InsuredNumber, InsurerNumber, UserId};
use protocol::person::{Purpose, StaffRole};
use protocol::text::PersonName;
use uuid::Uuid;

use super::*;
use crate::clock::ClockTrust;
use crate::testing::{MORNING, id, staff};
use crate::vault::Vault;

fn now() -> Now {
    Now {
        boot: Duration::from_secs(100),
        boot_id: [1; 16],
        wall: Timestamp::from_unix_ms(MORNING),
        trust: ClockTrust::Trusted,
    }
}

fn items() -> Vec<FeedItem> {
    let wall = now().wall;
    let day = Duration::from_secs(24 * 3600);
    vec![
        FeedItem::Answer {
            command: id(1),
            answer: Answer::Progress(ProgressAnswer {
                provenance: Provenance {
                    source: "汐見市 介護保険課".to_owned(),
                    updated_at: None,
                    retrieved_at: wall,
                    valid_until: wall + day,
                    delete_after: wall + day * 90,
                },
                finding: ProgressFinding::NotFound,
            }),
        },
        FeedItem::DocumentOffered(protocol::answer::DocumentOffer {
            document: DocumentId(Uuid::from_u128(7)),
            request: None,
            display_name: "0000123456_青木 ハル_令和8年8月1日.pdf".to_owned(),
            size: 3,
            sha256: protocol::exchange::Sha256Digest::of(b"abc"),
            request_received_on: None,
            delivered_at: wall,
            deadline: wall + day,
        }),
        crate::testing::gateway::notice(4),
        FeedItem::Staff(StaffRecord {
            id: UserId::parse("tamura02").unwrap(),
            name: PersonName::parse("田村 ミツ").unwrap(),
            role: StaffRole::General,
            services: vec![],
            occupation: None,
            active: true,
        }),
        FeedItem::StaffStopped {
            id: UserId::parse("tamura02").unwrap(),
        },
        FeedItem::DocumentWithdrawn {
            document: DocumentId(Uuid::from_u128(7)),
        },
        FeedItem::Wipe,
    ]
}

/// Every table's rows, but the log's, whose entries say when.
fn picture(vault: &Vault) -> Vec<(String, i64)> {
    vault
        .read(|c| {
            let mut tables: Vec<String> = c
                .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            tables.retain(|name| !name.starts_with("audit") && !name.starts_with("sqlite_"));
            tables
                .into_iter()
                .map(|name| {
                    let sql = format!("SELECT count(*) FROM {name}");
                    Ok((name, c.query_row(&sql, [], |row| row.get(0))?))
                })
                .collect()
        })
        .unwrap()
}

#[test]
fn a_feed_kept_twice_changes_nothing() {
    let mut vault = Vault::in_memory().unwrap();
    let insurer = InsurerNumber::with_check_digit("99201").unwrap();
    let question = lookup::Question {
        subject: lookup::Subject {
            insurer: insurer.clone(),
            key: ProgressKey::Insured {
                insured: InsuredNumber::parse("0000123456").unwrap(),
            }
            .into(),
        },
        purpose: Purpose::CarePlan,
        who: None,
        born_on: None,
    };
    vault
        .write(|tx| lookup::ask(tx, &now(), id(1), &staff(), &[insurer], &question, None))
        .unwrap();
    let keep_all = |vault: &mut Vault| {
        for (seq, item) in (1..).zip(items()) {
            let entry = FeedEntry { seq, item };
            vault.write(|tx| Feed.keep(tx, &now(), &entry)).unwrap();
        }
        picture(vault)
    };
    let once = keep_all(&mut vault);
    assert_eq!(keep_all(&mut vault), once);
    let kept = vault
        .read(|c| lookup::find(c, &now(), &question.subject))
        .unwrap();
    assert_eq!(kept.unwrap().command, id(1));
    assert!(
        vault
            .read(|c| inbox::to_fetch(c, &now()))
            .unwrap()
            .is_empty()
    );
}

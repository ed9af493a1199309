//! A counter unit and a portable unit of one office, on real parts: two programs, one gateway.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use system_tests::day::{self, CORPORATION, KENICHI, MISAKI, Member, SAKURA};
use system_tests::player::Player;
use system_tests::process::wait_until;
use system_tests::world::{FIRST, SECOND, Screen, World};

/// Enough for every kind of person.
const PEOPLE: u32 = 60;

/// News goes round within a minute; a busy machine is slower.
const LIMIT: Duration = Duration::from_secs(180);

/// The same people choose other passcodes at the second unit: a passcode never leaves its own.
const MISAKI_THERE: Member = Member {
    passcode: "2749",
    ..MISAKI
};
const KENICHI_THERE: Member = Member {
    passcode: "6318",
    ..KENICHI
};

const NOTICE: &str = "年末年始の窓口";

fn unlock(player: &mut Player, member: Member) {
    player.wait("A-1").unwrap();
    player.press("はじめる").unwrap();
    player.wait("A-2").unwrap();
    player.press(member.name).unwrap();
    player.wait("A-3").unwrap();
    player.digits(member.passcode).unwrap();
    player.press("入る").unwrap();
}

/// Whether somebody may choose this name at the locked desk.
fn is_offered(player: &mut Player, member: Member) -> bool {
    player.wait("A-1").unwrap();
    player.press("はじめる").unwrap();
    player.wait("A-2").unwrap();
    player.see(MISAKI.name).unwrap();
    let offered = player.texts().unwrap().contains(member.name);
    player.press("閉じる").unwrap();
    offered
}

/// How many commands of a kind took effect at the gateway.
fn delivered(world: &World, kind: &str) -> u32 {
    let delivered = world.delivered().unwrap();
    delivered.get(kind).copied().unwrap_or_default()
}

/// Serials of the units that were told an answer.
fn answered(world: &World) -> Vec<String> {
    let database = world.gateway_folder().join("gateway.sqlite");
    Connection::open_with_flags(&database, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .unwrap()
        .prepare(
            "SELECT DISTINCT serial FROM feed JOIN devices ON devices.key = feed.device
             WHERE json_extract(item, '$.kind') = 'answer'",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

fn see_notice(player: &mut Player) {
    player.press("届いた書類").unwrap();
    player.wait("G-1").unwrap();
    player.see(NOTICE).unwrap();
}

#[test]
fn two_units_of_an_office_share_its_profile_its_staff_and_its_notices_and_no_answer() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::build(folder.path(), PEOPLE).unwrap();
    world.start_cards().unwrap();
    let counter = day::set_up_unit(&world, FIRST, Screen::Ten, &[MISAKI, KENICHI, SAKURA]).unwrap();
    let mut counter = Player::start(&counter.kiosk, &counter.config).unwrap();
    wait_until("profile and staff of the first unit", LIMIT, || {
        delivered(&world, "profile_changed") == 1 && delivered(&world, "staff_changed") == 3
    })
    .unwrap();

    // The second unit shows the profile for review, and nobody types it; who works at both is
    // known there by the same id.
    let staff = [MISAKI_THERE, KENICHI_THERE];
    let portable = day::set_up_unit(&world, SECOND, Screen::Portable, &staff).unwrap();
    let mut portable = Player::start(&portable.kiosk, &portable.config).unwrap();
    wait_until("the staff of the first unit at the second", LIMIT, || {
        is_offered(&mut portable, SAKURA)
    })
    .unwrap();
    assert_eq!(delivered(&world, "profile_changed"), 1, "nothing changed");
    let office = world.office().as_str();
    let shown = world.ask(&["facility", "show", office]).unwrap();
    assert!(shown.to_string().contains(CORPORATION), "{shown}");
    let staff = world.ask(&["staff", "list", "--office", office]).unwrap();
    assert_eq!(staff.as_array().unwrap().len(), 3, "{staff}");

    // Somebody leaves: stopped at the counter, and at the portable unit, too.
    unlock(&mut counter, MISAKI);
    counter.wait("A-6").unwrap();
    counter.press("誓約する").unwrap();
    counter.wait("B-1").unwrap();
    counter.press("設定").unwrap();
    counter.wait("B-2").unwrap();
    counter.press("職員").unwrap();
    counter.wait("J-2").unwrap();
    counter.press(SAKURA.name).unwrap();
    counter.wait("J-3").unwrap();
    counter.press("止める").unwrap();
    counter.press("本当に止める").unwrap();
    counter.wait("J-2").unwrap();
    wait_until("the leaver to be gone from the second unit", LIMIT, || {
        !is_offered(&mut portable, SAKURA)
    })
    .unwrap();

    // A question is answered where it was asked, and nowhere else.
    unlock(&mut portable, MISAKI_THERE);
    portable.wait("A-6").unwrap();
    portable.press("誓約する").unwrap();
    portable.wait("B-1").unwrap();
    let client = world.client().unwrap();
    portable.press("認定のすすみぐあい").unwrap();
    portable.wait("D-11").unwrap();
    portable.press("被保険者番号で").unwrap();
    portable.wait("D-1").unwrap();
    portable.digits(&client.insured).unwrap();
    portable.press("つぎへ").unwrap();
    portable.wait("D-4").unwrap();
    portable.press("ケアプランを作る").unwrap();
    portable.press("市にきく").unwrap();
    portable.wait("D-5").unwrap();
    portable.press("ホームへ").unwrap();
    portable.wait("B-1").unwrap();
    assert_eq!(delivered(&world, "progress_query"), 1);
    assert_eq!(answered(&world), [SECOND.serial]);

    let office = world.office().as_str();
    let notice = ["notice", "add", "--title", NOTICE, "--office", office];
    let body = ["--body", "12月29日から1月3日まで休みます"];
    world.operate(&[&notice[..], &body].concat()).unwrap();
    see_notice(&mut portable);
    unlock(&mut counter, MISAKI);
    counter.wait("B-1").unwrap();
    see_notice(&mut counter);
}

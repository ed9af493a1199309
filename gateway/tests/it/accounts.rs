//! Each terminal asks the service upstream under an account of its own.

use std::sync::{Arc, Mutex};

use gateway::engine::Settings;
use gateway::error::GatewayError;
use gateway::harness::{Bench, OFFICE};
use gateway::operator::{clear_account, set_account, set_state};
use gateway::sources::{Asker, EligibilitySource};
use gateway::store::{self, DeviceState, KeptAt, PersonRow, Tx, UpstreamUser};
use protocol::command::EligibilityQuery;
use protocol::exchange::DeviceId;
use protocol::facility::Insurer;

use crate::work::{date, eligibility, envelope, now, request};

/// Notes who asked, and as whom.
#[derive(Default)]
struct Upstream(Mutex<Vec<(DeviceId, Option<String>)>>);

impl EligibilitySource for Upstream {
    fn ask(
        &self,
        _tx: &mut dyn Tx,
        asker: Asker<'_>,
        _insurer: &Insurer,
        _query: &EligibilityQuery,
    ) -> Result<Option<PersonRow>, GatewayError> {
        let account = asker
            .account
            .map(|account| account.user.as_str().to_owned());
        self.0.lock().unwrap().push((asker.device.clone(), account));
        Ok(None)
    }
}

struct Scene {
    _folder: tempfile::TempDir,
    bench: Bench,
    upstream: Arc<Upstream>,
    counter: DeviceId,
    portable: DeviceId,
}

fn scene() -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::open(folder.path(), Settings::default(), now()).unwrap();
    let upstream = Arc::new(Upstream::default());
    bench.engine = bench.engine.with_eligibility(Arc::clone(&upstream) as _);
    let [counter, portable] =
        [[1; 12], [2; 12]].map(|random| bench.add_device(OFFICE, random, now()).unwrap());
    Scene {
        _folder: folder,
        bench,
        upstream,
        counter,
        portable,
    }
}

impl Scene {
    fn set(&self, device: &DeviceId, user: &str) -> Result<(), GatewayError> {
        let user = UpstreamUser::parse(user).unwrap();
        let kept_at = KeptAt::parse("金庫 3").unwrap();
        set_account(self.bench.store(), device, user, kept_at, now())
    }

    /// As whom the terminal's question was asked.
    fn ask(&self, device: &DeviceId, n: u64) -> Option<String> {
        let asked = eligibility("0000087084", date(1938, 8, 28));
        let body = serde_json::to_vec(&request(0, vec![envelope(n, &asked)])).unwrap();
        self.bench.engine.exchange(device, &body, now()).unwrap();
        let (by, account) = self.upstream.0.lock().unwrap().pop().unwrap();
        assert_eq!(by, *device);
        account
    }

    fn kept(&self, device: &DeviceId) -> bool {
        let id = device.clone();
        let account = store::read(self.bench.store(), move |tx| {
            let key = tx.device(&id)?.unwrap().key;
            tx.account(key)
        });
        account.unwrap().is_some()
    }
}

#[test]
fn two_terminals_of_one_office_ask_under_two_accounts() {
    let scene = scene();
    assert_eq!(scene.ask(&scene.counter, 1), None);
    scene.set(&scene.counter, "reader01").unwrap();
    scene.set(&scene.portable, "KJ999970000015").unwrap();
    assert_eq!(scene.ask(&scene.counter, 2).as_deref(), Some("reader01"));
    let portable = scene.ask(&scene.portable, 3);
    assert_eq!(portable.as_deref(), Some("KJ999970000015"));

    let taken = scene.set(&scene.portable, "reader01").unwrap_err();
    assert!(taken.to_string().contains(&scene.counter.to_string()));
    let unknown = DeviceId::from_random([9; 12]);
    assert!(scene.set(&unknown, "reader03").is_err());
    assert!(clear_account(scene.bench.store(), &scene.counter).unwrap());
    assert!(!clear_account(scene.bench.store(), &scene.counter).unwrap());
    assert_eq!(scene.ask(&scene.counter, 4), None);
    scene.set(&scene.portable, "reader01").unwrap();
}

#[test]
fn a_terminal_that_is_revoked_or_lost_keeps_no_account() {
    let scene = scene();
    let store = scene.bench.store();
    for (device, state) in [
        (&scene.counter, DeviceState::Revoked),
        (&scene.portable, DeviceState::Lost),
    ] {
        scene.set(device, "reader01").unwrap();
        assert!(scene.kept(device));
        set_state(store, device, state).unwrap();
        assert!(!scene.kept(device));
        assert!(scene.set(device, "reader02").is_err());
    }
    set_state(store, &scene.counter, DeviceState::Active).unwrap();
    assert!(!scene.kept(&scene.counter), "it is given anew");
}

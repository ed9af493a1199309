//! Answers changed on the way.

use proptest::prelude::*;
use protocol::exchange::MEDIA_TYPE;

use super::exchange::Desk;
use crate::sync::{
    HttpAnswer, HttpRequest, Identity, Method, Prepared, Transport as _, prepare, verify,
};
use crate::testing::gateway::notice;

/// A request, and the answer that fits it.
fn pair() -> (Prepared, Identity, HttpAnswer) {
    let mut desk = Desk::new();
    for n in 1..=3 {
        desk.save(n);
    }
    desk.gateway.tell(notice(1));
    let prepared = prepare(&desk.vault, &desk.clock.now(), 500).unwrap();
    let answer = desk
        .gateway
        .send(&HttpRequest {
            method: Method::Post,
            path: "/v1/exchange",
            media: MEDIA_TYPE,
            headers: &[],
            body: &prepared.body,
            answer_limit: 1 << 20,
        })
        .unwrap();
    (prepared, desk.gateway.identity(), answer)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever is changed on the way, the receipts are the signed ones or there are none.
    #[test]
    fn q6_no_changed_answer_changes_a_receipt(
        at in any::<prop::sample::Index>(),
        to in any::<u8>(),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let (prepared, identity, answer) = pair();
        let honest = verify(&prepared, &identity, &answer).unwrap();
        let mut changed = answer.clone();
        let at = at.index(changed.body.len());
        changed.body[at] = to;
        if let Some(cut) = cut {
            changed.body.truncate(cut.index(answer.body.len()));
        }
        if let Ok(verified) = verify(&prepared, &identity, &changed) {
            prop_assert_eq!(verified.page, honest.page);
        }
    }

    #[test]
    fn q6_rubbish_is_never_an_acknowledgement(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let (prepared, identity, answer) = pair();
        let rubbish = HttpAnswer { body, ..answer };
        prop_assert!(verify(&prepared, &identity, &rubbish).is_err());
    }
}

//! A transfer of TRX whose id others computed.

use countersign_approval::{CallAction, TronBlock, TronCallFacts, TronCallTerms};
use countersign_units::{Lots, UnixSeconds};

use super::honest::terms;
use crate::{TronCallDraft, judge_tron_call};

/// Source: [createtransaction](https://developers.tron.network/reference/createtransaction).
const RAW: &str = "0a025e4b220847c9dc89341b300d40f8fed3a2a72e5a66080112620a2d747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e5472616e73666572436f6e747261637412310a1541608f8da72479edc7dd921e4c30bb7e7cddbe722e121541e9d79cc47518930bc322d9bf7cddd260a0260a8d18e8077093afd0a2a72e";
const ID: &str = "77ddfa7093cc5f745c0d3a54abb89ef070f983343c05e0f89e5a52f3e5401299";

#[test]
fn the_id_is_that_of_the_chain() {
    let to = "0xe9d79cc47518930bc322d9bf7cddd260a0260a8d".parse().unwrap();
    let owner = "0x608f8da72479edc7dd921e4c30bb7e7cddbe722e".parse().unwrap();
    let action = CallAction::TransferNative { to, amount: Lots::from(1_000) };
    let deadline = UnixSeconds::new(1_591_089_627);
    let terms = TronCallTerms { owner, signer: None, deadline, min_remaining: 0, ..terms(action) };
    let mut id = [0; 32];
    hex::decode_to_slice("47c9dc89341b300d", &mut id[8..16]).unwrap();
    let reference = Some(TronBlock { number: 0x5e4b, id });
    let facts = TronCallFacts { reference, ..TronCallFacts::default() };
    let draft: TronCallDraft = RAW.parse().unwrap();
    let now = UnixSeconds::new(1_591_089_567);
    let judgement = judge_tron_call(&draft, &terms, &facts, now).unwrap();
    assert_eq!(hex::encode(judgement.digest()), ID);
    assert_eq!(judgement.call().action(), &action);
    assert_eq!(judgement.call().expiration(), deadline);
}

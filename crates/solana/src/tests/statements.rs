use countersign_approval::{Line, Origin, Statement};
use serde_json::json;

use super::honest::{AMOUNT, Honest, judge_json, key, memo, unit_price};
use super::signing::verified;

fn lines<'a>(statement: &'a Statement, label: &str) -> Vec<&'a Line> {
    statement.lines().iter().filter(|line| line.label == label).collect()
}

#[test]
fn a_statement_says_what_moves_and_what_every_instruction_does() {
    let honest = Honest {
        before: vec![unit_price(1_000)],
        after: vec![memo(&["sponsor"])],
        ..Honest::default()
    };
    let cosign = verified(&honest.build());
    let statement = cosign.statement();
    let text = statement.to_string();
    let amount = lines(&statement, "amount");
    assert!(amount[0].value.contains(&AMOUNT.to_string()) && amount[0].origin == Origin::Agreed);
    for name in ["source", "destination", "resolver", "mint", "user", "sponsor"] {
        assert!(text.contains(&key(name).to_string()), "{name}: {text}");
    }
    let effects: Vec<&Line> =
        (0..3).flat_map(|place| lines(&statement, &format!("instruction {place}"))).collect();
    let origins: Vec<Origin> = effects.iter().map(|line| line.origin).collect();
    assert_eq!(origins, [Origin::Bounded, Origin::Agreed, Origin::Claimed]);
    assert!(effects[2].value.contains("order 7"), "{text}");
    assert_eq!(lines(&statement, "blockhash")[0].origin, Origin::Claimed);
    assert!(lines(&statement, "digest")[0].value.contains(&hex::encode(cosign.digest())));
    assert!(lines(&statement, "not judged")[0].value.contains("simulation"));
    assert_eq!(lines(&statement, "swap").len(), 1);
}

#[test]
fn members_that_nothing_reads_are_named() {
    let built = Honest::default().build();
    let mut payload = built.payload();
    payload["nonce"] = json!(7);
    payload["memo\n  amount"] = json!(7);
    let statement = judge_json(&payload, &built).unwrap().statement();
    let named: Vec<&str> =
        lines(&statement, "sent, not used").iter().map(|line| line.value.as_str()).collect();
    assert!(named.contains(&"nonce") && named.len() == 2, "{named:?}");
    assert!(!named.iter().any(|name| name.contains('\n')));
    let honest = judge_json(&built.payload(), &built).unwrap().statement();
    assert!(lines(&honest, "sent, not used").is_empty());
}

#[test]
fn a_memo_can_write_no_line_of_its_own() {
    let mut lying = memo(&["sponsor"]);
    lying.data = b"thanks\n  amount  1 USDC  [as agreed]".to_vec();
    let built = Honest { after: vec![lying], ..Honest::default() }.build();
    let statement = built.judge().unwrap().statement();
    assert_eq!(statement.to_string().lines().count(), statement.lines().len() + 1);
}

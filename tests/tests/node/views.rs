//! A view reads the same of a real node whatever way it asks.

use countersign::approval::{ChainViewError, EvmChainView, EvmFacts, EvmFactsQuery};
use countersign::units::U256;
use countersign_chain_rpc::{BlockSelector, EvmRpc, EvmRpcSettings};
use tempo_contracts::PERMIT2_ADDRESS;

use crate::chain::{CHAIN_ID, Chain, our_address};

fn query(chain: &Chain) -> EvmFactsQuery {
    EvmFactsQuery {
        chain_id: CHAIN_ID,
        permit2: our_address(PERMIT2_ADDRESS),
        owner: our_address(chain.owner),
        token: our_address(chain.token),
        spender: our_address(chain.escrow),
        nonce: U256::from(1),
    }
}

async fn facts(
    chain: &Chain,
    settings: EvmRpcSettings,
    query: &EvmFactsQuery,
) -> Result<EvmFacts, ChainViewError> {
    EvmRpc::with_settings(chain.anvil.rpc(), settings).facts(query).await
}

#[tokio::test]
async fn every_way_of_asking_reads_the_same() {
    let Some(chain) = Chain::start().await else { return };
    chain.approve(77).await;
    let (query, usual) = (query(&chain), EvmRpcSettings::default());
    let expected = facts(&chain, usual, &query).await.unwrap();
    assert_eq!(expected.allowance, Some(77.into()));
    for settings in [
        EvmRpcSettings { block: BlockSelector::Number, ..usual },
        EvmRpcSettings { block: BlockSelector::Latest, ..usual },
        EvmRpcSettings { max_batch: 1, ..usual },
        EvmRpcSettings::TRON,
    ] {
        assert_eq!(facts(&chain, settings, &query).await.as_ref(), Ok(&expected), "{settings:?}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_no_fact() {
    let Some(chain) = Chain::start().await else { return };
    let (honest, usual) = (query(&chain), EvmRpcSettings::default());
    let found = U256::from(CHAIN_ID);
    let other_chain = EvmFactsQuery { chain_id: 1, ..honest };
    assert_eq!(
        facts(&chain, usual, &other_chain).await,
        Err(ChainViewError::OtherChain { expected: 1, found })
    );
    // An account without code answers every call with nothing.
    let nobody = honest.owner;
    for query in
        [EvmFactsQuery { token: nobody, ..honest }, EvmFactsQuery { permit2: nobody, ..honest }]
    {
        let error = facts(&chain, usual, &query).await.unwrap_err().to_string();
        assert!(error.contains("expected a word of 32 bytes, found 0 bytes"), "{error}");
    }
    // Permit2 is no token: it refuses the call.
    let query = EvmFactsQuery { token: honest.permit2, ..honest };
    let error = facts(&chain, usual, &query).await.unwrap_err().to_string();
    assert!(error.contains("eth_call: the node answers with error"), "{error}");
}

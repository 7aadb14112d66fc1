use std::collections::BTreeMap;

use countersign_api_types::json::Value;
use countersign_approval::{
    AccountChange, AccountSnapshot, LookupTable, MintFacts, SeenTables, Simulation, SolanaFacts,
    TokenAccount, TokenAccountState,
};
use countersign_solana::programs;

use super::read::{Invalid, Reader};
use super::solana::{addresses, decimals, lots};

/// Reads what a view of a cluster would have said.
pub(super) fn read(facts: &Value<'_>) -> Result<SolanaFacts, Invalid> {
    let facts = Reader::new("facts", facts)?;
    Ok(SolanaFacts {
        tables: read_tables(facts)?,
        mint: read_mint(facts)?,
        source: account(facts, "source")?,
        destination: account(facts, "destination")?,
        blockhash: facts.flag("blockhash")?,
        simulation: facts.get("simulation").map(read_simulation).transpose()?,
    })
}

fn read_tables(facts: Reader<'_>) -> Result<Option<SeenTables>, Invalid> {
    let Some(tables) = facts.get("tables") else { return Ok(None) };
    let tables = tables.as_object().ok_or_else(|| facts.bad("tables", "tables by addresses"))?;
    // Without a slot nothing says that an entry is too young.
    let slot = facts.small("slot")?.unwrap_or(u64::MAX);
    let read = |(address, table): (&str, &Value<'_>)| {
        let address = address.parse().map_err(|error| facts.bad("tables", error))?;
        Ok((address, read_table(Reader::new("facts.tables", table)?)?))
    };
    let tables: BTreeMap<_, _> = tables.members().map(read).collect::<Result<_, Invalid>>()?;
    Ok(Some(SeenTables { slot, tables }))
}

fn read_table(table: Reader<'_>) -> Result<LookupTable, Invalid> {
    Ok(LookupTable {
        owner: table.required("owner", Reader::parsed)?,
        deactivation_slot: table.small("deactivation_slot")?.unwrap_or(u64::MAX),
        last_extended_slot: table.small("last_extended_slot")?.unwrap_or_default(),
        last_extended_start_index: decimals(table, "last_extended_start_index")?
            .unwrap_or_default(),
        addresses: addresses(table, "addresses")?,
    })
}

/// Reads a mint; `null` says that there is none, and what is not there is the System program's.
fn read_mint(facts: Reader<'_>) -> Result<Option<MintFacts>, Invalid> {
    let mint = match (facts.has("mint"), facts.get("mint")) {
        (false, _) => return Ok(None),
        (true, None) => {
            let program = Some(programs::SYSTEM);
            return Ok(Some(MintFacts { program, ..MintFacts::default() }));
        }
        (true, Some(mint)) => Reader::new("facts.mint", mint)?,
    };
    if mint.get("extensions").is_none() {
        return Err(mint.bad("extensions", "the names of all extensions, or none of them"));
    }
    let extensions = mint.elements("extensions")?.iter().map(|name| match name {
        Value::String(name) => Ok(snake_case(name)),
        Value::Object(extension) => {
            let name: String = Reader::of("facts.mint.extensions", extension)
                .required("extension", Reader::parsed)?;
            Ok(snake_case(&name))
        }
        _ => Err(mint.bad("extensions", "names of extensions")),
    });
    let fee = mint.small("transfer_fee_bps")?.unwrap_or_default();
    Ok(Some(MintFacts {
        program: mint.parsed("program")?,
        decimals: decimals(mint, "decimals")?,
        extensions: extensions.collect::<Result<_, _>>()?,
        paused: mint.flag("paused")?.unwrap_or(false),
        transfer_fee_bps: u16::try_from(fee).unwrap_or(u16::MAX),
        transfer_hook: mint.parsed("transfer_hook")?,
    }))
}

/// Writes a name as `snake_case`, as wallets and explorers write `camelCase`.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len());
    for (place, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && place > 0 {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// Reads an account; `null` says that there is none, which is not the same as absent.
#[expect(clippy::option_option, reason = "not said, said to be none, or said to be this one")]
fn account(facts: Reader<'_>, member: &str) -> Result<Option<Option<TokenAccount>>, Invalid> {
    match (facts.has(member), facts.get(member)) {
        (false, _) => Ok(None),
        (true, None) => Ok(Some(None)),
        (true, Some(account)) => Ok(Some(Some(read_account(account)?))),
    }
}

fn read_account(account: &Value<'_>) -> Result<TokenAccount, Invalid> {
    let account = Reader::new("facts account", account)?;
    let state = account.get("state").map_or(Some("initialized"), Value::as_str);
    let state = match state.unwrap_or_default() {
        "uninitialized" => TokenAccountState::Uninitialized,
        "initialized" => TokenAccountState::Initialized,
        "frozen" => TokenAccountState::Frozen,
        _ => return Err(account.bad("state", "initialized, frozen or uninitialized")),
    };
    Ok(TokenAccount {
        program: account.parsed("program")?,
        mint: account.parsed("mint")?,
        owner: account.required("owner", Reader::parsed)?,
        amount: lots(account, "amount")?,
        delegate: account.parsed("delegate")?,
        close_authority: account.parsed("close_authority")?,
        state,
    })
}

fn read_simulation(simulation: &Value<'_>) -> Result<Simulation, Invalid> {
    let simulation = Reader::new("facts.simulation", simulation)?;
    let changes = simulation.elements("accounts")?.iter().map(|change| {
        let change = Reader::new("facts.simulation.accounts", change)?;
        Ok(AccountChange {
            address: change.required("address", Reader::parsed)?,
            before: change.get("before").map(read_snapshot).transpose()?,
            after: change.get("after").map(read_snapshot).transpose()?,
        })
    });
    let error =
        simulation.get("error").or_else(|| simulation.get("err")).map(|error| match error {
            Value::String(text) => text.to_string(),
            other => other.to_string(),
        });
    Ok(Simulation { error, accounts: changes.collect::<Result<_, Invalid>>()? })
}

pub(super) fn read_snapshot(snapshot: &Value<'_>) -> Result<AccountSnapshot, Invalid> {
    let snapshot = Reader::new("facts.simulation.accounts", snapshot)?;
    Ok(AccountSnapshot {
        program: snapshot.required("program", Reader::parsed)?,
        lamports: snapshot.required("lamports", Reader::small)?,
        space: snapshot.small("space")?,
        data_hash: snapshot.array("data_hash")?,
        token: snapshot.get("token").map(read_account).transpose()?,
    })
}

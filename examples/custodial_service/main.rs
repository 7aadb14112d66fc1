//! A small custodial backend: customers on three chains, one encrypted keystore, one journal:
//! `cargo run -p countersign-examples --example custodial_service`.
//!
//! | file | what it does |
//! | --- | --- |
//! | `keys` | makes the keystore, and opens it when the service starts |
//! | `customers` | gives each customer an address of its own |
//! | `limits` | writes the policy: what one swap may move, and from where a person looks |
//! | `review` | hands statements to a person and waits for the answer |
//! | `service` | puts it all together to a worker |
//! | `funding` | has the customers' coins arrive |
//! | `orders` | runs what the customers ask for, all at once |
//! | `outcomes` | tells what came of each: paid, over the limit, declined |
//! | `report` | says what became of it |
//!
//! In the middle of it the first worker is told to stop, as where a new version is rolled out, and a
//! second one carries on from the journal.

mod customers;
mod funding;
mod keys;
mod limits;
mod orders;
mod outcomes;
mod report;
mod review;
mod service;

use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;

use countersign::http_client::SecretString;
use countersign::journal::SqliteStore;
use countersign::keys::harden_process;
use countersign_examples as shared;
use countersign_sandbox::{Sandbox, SandboxConfig};

use orders::Order;
use outcomes::Outcomes;
use report::Report;
use review::Person;
use service::Service;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> Result<()> {
    // First of all, as long as there are no secrets in memory.
    harden_process();
    run(&mut io::stdout()).await.map(drop)
}

async fn run(out: &mut (impl Write + Send)) -> Result<Report> {
    let sandbox = Sandbox::start(SandboxConfig::default()).await?;
    let treasury = shared::funded_account(&sandbox, "base")?;
    let folder = tempfile::tempdir()?;
    let (vault, passphrase) = (folder.path().join("vault.json"), passphrase());
    keys::make(&vault, &passphrase, &treasury)?;

    let keyring = keys::open(&vault, passphrase).await?;
    let customers = customers::all(&keyring)?;
    writeln!(out, "{} keys, {} customers.", keyring.len(), customers.len())?;
    let orders = orders::of(&customers, &sandbox)?;
    let watched = orders::recipient(&orders, orders::WATCHED)?;
    let (desk, person) = review::desk(Person { name: "Ada", watched });
    let person = tokio::spawn(person);
    let store = Arc::new(SqliteStore::open(&folder.path().join("journal.db")).await?);
    let service = Service { sandbox: &sandbox, keyring: &keyring, store, desk };
    funding::fund(&service.worker("treasury")?, &treasury.address, &customers).await?;
    let outcomes = serve(out, service, &orders).await?;

    let report = Report::of(&orders, &outcomes, (&sandbox, person.await?));
    report.write(out, &keyring)?;
    sandbox.shutdown().await;
    Ok(report)
}

/// Runs the orders by one worker, and what is left by another one.
async fn serve(
    out: &mut (impl Write + Send),
    service: Service<'_>,
    orders: &[Order],
) -> Result<Outcomes> {
    let mut outcomes = Outcomes::default();
    orders::begin(&service.worker("first")?, orders, &mut outcomes).await?;
    writeln!(out, "The first worker stopped; {} swaps are open.", outcomes.open())?;
    orders::carry_on(&service.worker("second")?, &mut outcomes).await?;
    Ok(outcomes)
}

/// A service asks for it when it starts, or reads it from a file that nobody else can read.
fn passphrase() -> SecretString {
    SecretString::from("not-a-secret-since-it-is-in-an-example")
}

#[cfg(test)]
mod tests;

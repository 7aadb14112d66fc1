//! The program: this test once more, which is told what to do.

mod careless;
mod failures;
mod import;
mod notes;
mod secrets;
mod setting;
mod shown;
mod swaps;

use std::io::Write as _;

use countersign::keys::harden_process;
use countersign_testkit::Captured;

use crate::orders::{Manner, ORDERS, Orders};
use notes::Notes;
use secrets::Secrets;
use setting::Setting;

/// What the program does; without orders, nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn program() {
    let Ok(path) = std::env::var(ORDERS) else { return };
    let orders: Orders = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    if orders.manner == Manner::Hardened {
        let hardening = harden_process();
        assert!(hardening.no_core_dumps && hardening.not_traceable, "{hardening:?}");
    }
    let logs = Captured::start();
    let mut notes = Notes::default();
    let secrets = Secrets::in_folder(&orders.folder);

    import::import(&orders, &secrets, &mut notes);
    import::taken_for_public(&secrets, &mut notes).await;
    let setting = Setting::new(&orders, &secrets, &mut notes).await;
    swaps::run(&setting, &mut notes).await;
    failures::run(&setting, &secrets, &mut notes).await;
    shown::all(&setting, &secrets, &mut notes);
    if orders.manner == Manner::Careless {
        careless::show_all(&setting, &secrets, &mut notes).await;
    }
    notes.write(&orders.folder);
    std::fs::write(orders.folder.join("log"), logs.text()).unwrap();
    stop_at("holding");
    drop(setting);
    stop_at("dropped");
}

/// Tells whoever started the process, and waits to be told to go on.
fn stop_at(place: &str) {
    println!("@ {place}");
    std::io::stdout().flush().unwrap();
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
}

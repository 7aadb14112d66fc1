//! What happens when something goes wrong with the place where a journal is.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use countersign_journal::{Page, PostgresStore, SqliteStore, StoreError, Which};
use countersign_testkit::Cluster;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

use crate::bed::{Bed, PostgresBed, SqliteBed};
use crate::samples::{claim, created, entries, open, per_day, reserve, status, until_claim};

/// Does something to the file behind the journal's back.
async fn tamper(path: &Path, sql: &str) -> Result<(), sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(path).foreign_keys(true);
    let mut connection = options.connect().await?;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await?;
    connection.close().await
}

#[tokio::test]
async fn a_newer_schema_is_named() {
    let bed = SqliteBed::new();
    bed.connect().await;
    tamper(&bed.path(), "UPDATE countersign_journal SET version = 7").await.unwrap();
    let result = SqliteStore::open(&bed.path()).await.unwrap_err();
    assert_eq!(result, StoreError::Schema { expected: 2, found: 7 });
    assert_eq!(
        result.to_string(),
        "expected a journal of schema 2 or older, found 7; use a newer version"
    );
}

#[tokio::test]
async fn a_file_that_is_something_else_is_refused() {
    let bed = SqliteBed::new();
    fs::write(bed.path(), "a letter to the editor, ".repeat(1_000)).unwrap();
    let result = SqliteStore::open(&bed.path()).await;
    assert!(matches!(result, Err(StoreError::Corrupted { .. })), "{result:?}");
    let bed = SqliteBed::new();
    let path = bed.path();
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    options.connect().await.unwrap().close().await.unwrap();
    tamper(&path, "CREATE TABLE recipes (name TEXT)").await.unwrap();
    let result = SqliteStore::open(&path).await;
    assert!(matches!(result, Err(StoreError::Corrupted { .. })), "{result:?}");
    let result = SqliteStore::open(Path::new("/nowhere/at/all.db")).await;
    assert!(matches!(result, Err(StoreError::Gone(_))), "{result:?}");
}

#[tokio::test]
async fn what_was_changed_behind_its_back_is_found() {
    for (sql, code) in [
        (
            "UPDATE entries SET entry = replace(entry, 'order-1', 'order-2') WHERE sequence = 0",
            "corrupted",
        ),
        ("UPDATE entries SET hash = zeroblob(32) WHERE sequence = 2", "corrupted"),
        ("UPDATE entries SET hash = x'00' WHERE sequence = 2", "corrupted"),
        ("DELETE FROM entries WHERE sequence = 1", "corrupted"),
        ("DELETE FROM entries WHERE sequence = 6", "corrupted"),
        ("UPDATE swaps SET state = 'finished'", "corrupted"),
        ("UPDATE swaps SET state = 'elsewhere'", "corrupted"),
        ("UPDATE swaps SET head = zeroblob(32)", "corrupted"),
        ("UPDATE swaps SET entries = -1", "corrupted"),
        ("UPDATE swaps SET is_open = 0", "corrupted"),
        ("UPDATE swaps SET idempotency_key = 'order-7'", "corrupted"),
        ("UPDATE swaps SET request = zeroblob(32)", "corrupted"),
        ("UPDATE swaps SET environment = 'mainnet'", "corrupted"),
        ("UPDATE swaps SET opened_at = opened_at + 1", "corrupted"),
        ("UPDATE swaps SET changed_at = changed_at + 1", "corrupted"),
        ("UPDATE resources SET resource = 'nonce-2'", "corrupted"),
        ("DELETE FROM resources", "corrupted"),
        ("DELETE FROM reservations", "corrupted"),
        ("UPDATE reservations SET is_live = 0", "corrupted"),
        ("UPDATE reservations SET amount = '1'", "corrupted"),
        ("UPDATE reservations SET token = 'USDT'", "corrupted"),
        ("UPDATE reservations SET valid_until = 7", "corrupted"),
        ("UPDATE reservations SET reserved_at = 7", "corrupted"),
    ] {
        let bed = SqliteBed::new();
        let store = bed.connect().await;
        let worker = open(store.as_ref(), "order-1").await;
        let (list, claim) = (until_claim(), claim(worker.lease.swap_id, "nonce-1", 100));
        store.reserve(&worker.write(&list), &claim, per_day(100)).await.unwrap();
        let sql = sql
            .replace("replace(entry,", "CAST(replace(CAST(entry AS TEXT),")
            .replace(") WHERE sequence = 0", ") AS BLOB) WHERE sequence = 0");
        tamper(&bed.path(), &sql).await.unwrap();
        let result = store.load(worker.lease.swap_id).await.unwrap_err();
        assert_eq!(result.code(), code, "{sql}: {result}");
    }
}

#[tokio::test]
async fn the_schema_itself_keeps_the_rules() {
    let bed = SqliteBed::new();
    let store = bed.connect().await;
    let mut worker = open(store.as_ref(), "order-1").await;
    reserve(store.as_ref(), &mut worker, "nonce-1").await;
    for sql in [
        // A second live reservation, a second owner, a second swap of a key, an entry in another's
        // place or of no swap.
        "INSERT INTO reservations SELECT swap_id, 9, token, amount, reserved_at, valid_until, 1, 1 FROM reservations",
        "INSERT INTO resources VALUES ('nonce-1', 'another')",
        "INSERT INTO swaps SELECT 'another', idempotency_key, request, environment, state, is_open, entries, head, committed, opened_at, changed_at, fence, holder, free_at FROM swaps",
        "INSERT INTO entries SELECT swap_id, 0, hash, entry FROM entries LIMIT 1",
        "INSERT INTO entries SELECT 'another', 0, hash, entry FROM entries LIMIT 1",
        "INSERT INTO reservations VALUES ('x', 1, 'USDC', 1.5, 'soon', 1, 1, 1)",
    ] {
        let result = tamper(&bed.path(), sql).await;
        assert!(result.is_err(), "{sql}");
    }
}

/// A second binary on the file, in the middle of a long transaction, is waited for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_that_holds_the_file_is_waited_for() {
    let bed = SqliteBed::new();
    let store = bed.connect().await;
    let worker = open(store.as_ref(), "order-1").await;
    let options = SqliteConnectOptions::new().filename(bed.path());
    let mut other = options.connect().await.unwrap();
    let held = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let list = entries([created()]);
    let write = worker.write(&list);
    let (result, ()) = tokio::join!(store.append(&write), async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        held.rollback().await.unwrap();
    });
    assert_eq!(result.unwrap().count, 4);
}

/// Whoever comes first makes the file; the others find it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_may_open_a_new_file_at_once() {
    for _ in 0..5 {
        let bed = Arc::new(SqliteBed::new());
        let mut openers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let bed = Arc::clone(&bed);
            openers.spawn(async move { bed.connect().await });
        }
        let stores = openers.join_all().await;
        let worker = open(stores[0].as_ref(), "order-1").await;
        for store in stores {
            assert_eq!(store.load(worker.lease.swap_id).await.unwrap().head, worker.head);
        }
    }
}

/// Those who write at the same time share a commit: whoever goes away neither takes the others along
/// nor keeps the file locked.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn those_who_go_away_hold_nobody_up() {
    let bed = SqliteBed::new();
    let store = bed.connect().await;
    let mut stay = tokio::task::JoinSet::new();
    for number in 0..300_u64 {
        let store = Arc::clone(&store);
        let swap = async move {
            let mut worker = open(store.as_ref(), &format!("order-{number}")).await;
            reserve(store.as_ref(), &mut worker, &format!("nonce-{number}")).await;
            (worker.lease.swap_id, worker.head)
        };
        if number % 3 == 0 {
            stay.spawn(swap);
        } else {
            let leaves = tokio::spawn(swap);
            tokio::time::sleep(std::time::Duration::from_micros(number * 7_919 % 1_500)).await;
            leaves.abort();
        }
    }
    let stayed = stay.join_all().await;
    assert_eq!(stayed.len(), 100);
    // Another process finds the file free, and all that was acknowledged.
    let other = bed.connect().await;
    let began = std::time::Instant::now();
    open(other.as_ref(), "order-300").await;
    assert!(began.elapsed() < std::time::Duration::from_secs(5));
    for (swap_id, head) in stayed {
        assert_eq!(other.load(swap_id).await.unwrap().head, head);
    }
    let page = Page { which: Which::All, after: None, most: 1_000 };
    let swaps = other.list(page).await.unwrap();
    assert!(swaps.len() > 100 && swaps.len() < 302, "found {}", swaps.len());
    for swap in swaps {
        other.load(swap.swap_id).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_loses_nothing_that_it_acknowledged() {
    let Some(mut cluster) = Cluster::start() else { return };
    let bed = PostgresBed::new(&cluster);
    let store = bed.connect().await;
    let mut worker = open(store.as_ref(), "order-1").await;
    reserve(store.as_ref(), &mut worker, "nonce-1").await;
    let writing = {
        let (store, lease, head) = (Arc::clone(&store), worker.lease.clone(), worker.head);
        tokio::spawn(async move {
            let mut worker = crate::samples::Worker { lease, head };
            for number in 0.. {
                let list = entries([status(&format!("status-{number}"))]);
                match store.append(&worker.write(&list)).await {
                    Ok(head) => worker.head = head,
                    Err(error) => return (worker, list, error),
                }
            }
            unreachable!()
        })
    };
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    cluster.crash();
    let (mut worker, list, error) = writing.await.unwrap();
    assert!(matches!(error, StoreError::Gone(_)), "{error:?}");
    assert!(matches!(
        store.load(worker.lease.swap_id).await,
        Err(StoreError::Gone(_) | StoreError::Busy(_))
    ));
    cluster.restart();
    // Whether the last one was written or not: made again, it is there once.
    worker.head = store.append(&worker.write(&list)).await.unwrap();
    let history = store.load(worker.lease.swap_id).await.unwrap();
    assert_eq!(
        (history.head, history.links.last().unwrap().entry.clone()),
        (worker.head, list[0].clone())
    );
    assert!(worker.head.count > 9, "expected many writes, found {}", worker.head.count);
}

#[tokio::test]
async fn a_server_that_is_not_there_or_not_durable_is_named() {
    let secret = "postgres://journal:hunter2@%2Fnowhere/journal";
    let error = PostgresStore::open(secret, 1).await.unwrap_err();
    assert!(matches!(error, StoreError::Gone(_) | StoreError::Busy(_)), "{error:?}");
    assert!(!error.to_string().contains("hunter2"));
    // Nobody listens: it is away, and nobody else's work keeps it busy.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("postgres://journal:hunter2@{closed}/journal");
    let error = PostgresStore::open(&url, 1).await.unwrap_err();
    assert!(matches!(&error, StoreError::Gone(text) if text.contains("refused")), "{error:?}");
    let error = PostgresStore::open("no url with hunter2", 1).await.unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
    let Some(cluster) = Cluster::start() else { return };
    let bed = PostgresBed::new(&cluster);
    bed.connect().await;
    let run = async |sql: &str| {
        let options: sqlx::postgres::PgConnectOptions = bed.url().parse().unwrap();
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    };
    let name = bed.url().rsplit('/').next().unwrap();
    run(&format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
    let result = PostgresStore::open(bed.url(), 1).await;
    assert_eq!(result.unwrap_err(), StoreError::NotDurable("synchronous_commit"));
    run(&format!("ALTER DATABASE {name} SET synchronous_commit = on")).await;
    run(&format!("ALTER DATABASE {name} SET default_transaction_read_only = on")).await;
    let store = bed.connect().await;
    let result = crate::samples::try_open(store.as_ref(), "order-1", 1).await;
    assert!(matches!(result, Err(StoreError::ReadOnly(_))), "{result:?}");
    run("BEGIN READ WRITE; UPDATE countersign_journal SET version = 7; COMMIT").await;
    let result = PostgresStore::open(bed.url(), 1).await;
    assert_eq!(result.unwrap_err(), StoreError::Schema { expected: 2, found: 7 });
}

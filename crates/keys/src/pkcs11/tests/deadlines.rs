//! Tokens that take their time.

use std::time::{Duration, Instant};

use super::fake::{Fake, PIN, Step};
use crate::pkcs11::calls::Calls;
use crate::pkcs11::{PinRefused, Pkcs11Error, TriesLeft};

const DEADLINE: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(1);

async fn open(fake: &Fake, sessions: usize) -> Result<Calls<Fake>, Pkcs11Error> {
    open_by(fake, PIN, sessions, DEADLINE).await
}

async fn open_by(
    fake: &Fake,
    pin: &'static str,
    sessions: usize,
    deadline: Duration,
) -> Result<Calls<Fake>, Pkcs11Error> {
    let fake = fake.clone();
    Calls::open(move || Ok(fake.token(Some(pin))), sessions, deadline).await
}

async fn sign(calls: &Calls<Fake>, fake: &Fake) -> Result<(), Pkcs11Error> {
    let fake = fake.clone();
    calls.call(move |token| token.in_session(|session| fake.sign(*session))).await
}

fn pause(fake: &Fake, step: Step) {
    fake.state().pause = Some((step, LONG));
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_given_up() {
    let fake = Fake::new();
    let calls = open(&fake, 1).await.unwrap();
    pause(&fake, Step::Sign);
    let started = Instant::now();
    assert_eq!(sign(&calls, &fake).await, Err(Pkcs11Error::Deadline(DEADLINE)));
    fake.state().pause = None;
    // The one place is taken until the token answers.
    assert_eq!(sign(&calls, &fake).await, Err(Pkcs11Error::Deadline(DEADLINE)));
    assert!(started.elapsed() < LONG);
    assert_eq!(fake.state().asked, 1);
    tokio::time::sleep(LONG).await;
    sign(&calls, &fake).await.unwrap();
    assert_eq!(fake.state().open.len(), 1);
}

#[tokio::test]
async fn a_call_that_hangs_leaves_the_other_places_free() {
    let fake = Fake::new();
    let calls = open(&fake, 2).await.unwrap();
    pause(&fake, Step::Sign);
    let hung = tokio::spawn({
        let (calls, fake) = (calls.clone(), fake.clone());
        async move { sign(&calls, &fake).await }
    });
    while fake.state().asked == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    fake.state().pause = None;
    sign(&calls, &fake).await.unwrap();
    assert_eq!(hung.await.unwrap(), Err(Pkcs11Error::Deadline(DEADLINE)));
}

#[tokio::test]
async fn a_token_that_hangs_while_it_is_opened_is_given_up() {
    let fake = Fake::new();
    pause(&fake, Step::LogIn);
    let started = Instant::now();
    assert_eq!(open(&fake, 1).await.err(), Some(Pkcs11Error::Deadline(DEADLINE)));
    assert!(started.elapsed() < LONG);
    let load = || {
        std::thread::sleep(LONG);
        Ok(Fake::new().token(None))
    };
    let opened = Calls::open(load, 1, DEADLINE).await;
    assert_eq!(opened.err(), Some(Pkcs11Error::Deadline(DEADLINE)));
}

#[tokio::test]
async fn a_login_that_was_given_up_is_waited_for_by_the_next() {
    let refused = PinRefused::Wrong(TriesLeft::Few).into();
    for (pin, outcome) in [(PIN, None), ("1-wrong-guess", Some(refused))] {
        let fake = Fake::new();
        pause(&fake, Step::LogIn);
        for _ in 0..2 {
            let opened = open_by(&fake, pin, 1, DEADLINE).await;
            assert_eq!(opened.err(), Some(Pkcs11Error::Deadline(DEADLINE)));
        }
        // What the first was told, or let in for, holds for whoever waited.
        assert_eq!(open_by(&fake, pin, 1, 3 * LONG).await.err(), outcome);
        assert_eq!(fake.state().given.len(), 1, "{pin}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_calls_are_under_way_than_there_are_places() {
    let fake = Fake::new();
    let calls = open(&fake, 3).await.unwrap();
    fake.state().pause = Some((Step::Sign, Duration::from_millis(5)));
    let tasks: Vec<_> = (0..24)
        .map(|_| {
            let (calls, fake) = (calls.clone(), fake.clone());
            tokio::spawn(async move { sign(&calls, &fake).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    // The token has room for eight.
    assert!(fake.state().open.len() <= 3);
    assert_eq!(fake.state().given.len(), 1);
}

//! Whoever stands between a client and a server, and keeps what goes over the wire.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What was sent over one connection: to the server, and back.
type Sent = [Arc<Mutex<Vec<u8>>>; 2];

/// Passes bytes on as they are, and keeps them.
pub(crate) struct Recorder {
    url: String,
    sent: Arc<Mutex<Vec<Sent>>>,
}

/// A request and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    /// Method and path.
    pub(crate) line: String,
    pub(crate) asked: String,
    pub(crate) status: u16,
    pub(crate) answered: String,
}

impl Recorder {
    /// Stands before a server at `http://`, its address, and a path.
    pub(crate) async fn before(url: &str) -> Self {
        let (server, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/{path}", listener.local_addr().unwrap());
        let (server, sent) = (server.to_owned(), Arc::<Mutex<Vec<Sent>>>::default());
        let keeps = Arc::clone(&sent);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(&server).await.unwrap();
                let both = Sent::default();
                keeps.lock().unwrap().push(both.clone());
                let ((from_client, to_client), (from_server, to_server)) =
                    (client.into_split(), server.into_split());
                let [asked, answered] = both;
                tokio::spawn(pass(from_client, to_server, asked));
                tokio::spawn(pass(from_server, to_client, answered));
            }
        });
        Self { url, sent }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Returns what was asked and answered so far.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        let sent = self.sent.lock().unwrap().clone();
        sent.iter()
            .flat_map(|[asked, answered]| {
                let [asked, answered] =
                    [asked, answered].map(|bytes| messages(&bytes.lock().unwrap()));
                asked.into_iter().zip(answered).map(|((line, asked), (status, answered))| {
                    let status = status.split(' ').nth(1).unwrap().parse().unwrap();
                    Exchange { line, asked, status, answered }
                })
            })
            .collect()
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, kept: Arc<Mutex<Vec<u8>>>) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let read = buffer.get(..count).unwrap();
        kept.lock().unwrap().extend_from_slice(read);
        if to.write_all(read).await.is_err() {
            break;
        }
    }
}

/// Takes messages apart: their first lines, and their bodies, whose lengths they tell.
fn messages(bytes: &[u8]) -> Vec<(String, String)> {
    let (mut rest, mut messages) = (std::str::from_utf8(bytes).unwrap(), Vec::new());
    while let Some((head, behind)) = rest.split_once("\r\n\r\n") {
        let mut lines = head.lines();
        let line = lines.next().unwrap().to_owned();
        let length = lines.find_map(|header| {
            let (name, value) = header.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
        });
        let Some((body, next)) = behind.split_at_checked(length.unwrap_or(0)) else { break };
        messages.push((line, body.to_owned()));
        rest = next;
    }
    messages
}

//! The outer edge of news for people: a webhook receiver and a mail server that do as they are told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What a webhook receiver answers to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    Status(u16),
    /// Takes it, and never answers.
    Nothing,
}

/// One call that came in.
#[derive(Debug, Clone)]
pub struct Call {
    /// As it came, in small letters.
    pub head: String,
    pub body: Vec<u8>,
}

impl Call {
    pub fn header(&self, name: &str) -> Option<String> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(known, _)| *known == name).map(|(_, value)| value.trim().to_owned())
    }
}

/// A webhook receiver. Without orders it says 204.
pub struct Hooks {
    pub address: SocketAddr,
    calls: watch::Receiver<Vec<Call>>,
    orders: Arc<Mutex<VecDeque<Says>>>,
}

impl Hooks {
    pub async fn start(orders: impl IntoIterator<Item = Says>) -> Hooks {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let orders = Arc::new(Mutex::new(orders.into_iter().collect::<VecDeque<_>>()));
        let (tell, calls) = watch::channel(Vec::new());
        let given = orders.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let says = given.lock().unwrap().pop_front().unwrap_or(Says::Status(204));
                tokio::spawn(receive(stream, says, tell.clone()));
            }
        });
        Hooks { address, calls, orders }
    }

    pub fn order(&self, says: Says) {
        self.orders.lock().unwrap().push_back(says);
    }

    pub fn calls(&self) -> Vec<Call> {
        self.calls.borrow().clone()
    }
}

async fn receive(mut stream: TcpStream, says: Says, tell: watch::Sender<Vec<Call>>) {
    let mut reader = BufReader::new(&mut stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).await.unwrap_or(0) == 0 {
            return;
        }
    }
    let head = head.to_ascii_lowercase();
    let mut call = Call { head, body: Vec::new() };
    let length = call.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    call.body = vec![0; length];
    reader.read_exact(&mut call.body).await.unwrap();
    tell.send_modify(|calls| calls.push(call));
    match says {
        Says::Status(status) => {
            let answer = format!("HTTP/1.1 {status} So\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
        // Longer than any test waits for an answer.
        Says::Nothing => tokio::time::sleep(Duration::from_secs(600)).await,
    }
}

/// What a mail server does with one letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    It,
    /// Says this instead of taking the receiver.
    NoReceiver(u16),
    /// Says this after the letter.
    NoLetter(u16),
    /// Has the letter, and hangs up.
    AndDrops,
    /// Has the letter, and says nothing more.
    AndSleeps,
}

/// A mail server. Without orders it takes what comes.
pub struct Mails {
    pub address: SocketAddr,
    letters: watch::Receiver<Vec<String>>,
}

impl Mails {
    pub async fn start(orders: impl IntoIterator<Item = Takes>) -> Mails {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut orders: VecDeque<Takes> = orders.into_iter().collect();
        let (tell, letters) = watch::channel(Vec::new());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let takes = orders.pop_front().unwrap_or(Takes::It);
                let tell = tell.clone();
                tokio::spawn(async move {
                    // Whoever hangs up in the middle is none of the server's business.
                    let _ = take(stream, takes, tell).await;
                });
            }
        });
        Mails { address, letters }
    }

    /// The letters that it has in full, whether it said so or not.
    pub fn letters(&self) -> Vec<String> {
        self.letters.borrow().clone()
    }

    /// Waits until it has so many.
    pub async fn has(&self, count: usize) {
        self.letters.clone().wait_for(|letters| letters.len() >= count).await.unwrap();
    }
}

async fn take(stream: TcpStream, takes: Takes, tell: watch::Sender<Vec<String>>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.get_mut().write_all(b"220 sink\r\n").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or("").to_ascii_uppercase();
        let answer = match (verb.as_str(), takes) {
            ("EHLO", _) => "250 sink\r\n".to_owned(),
            ("RCPT", Takes::NoReceiver(status)) => format!("{status} no\r\n"),
            ("DATA", _) => {
                stream.get_mut().write_all(b"354 go on\r\n").await?;
                let mut letter = String::new();
                while !letter.ends_with("\r\n.\r\n") {
                    if stream.read_line(&mut letter).await? == 0 {
                        return Ok(());
                    }
                }
                match takes {
                    Takes::NoLetter(status) => format!("{status} no\r\n"),
                    Takes::AndDrops => {
                        tell.send_modify(|letters| letters.push(letter));
                        return Ok(());
                    }
                    Takes::AndSleeps => {
                        tell.send_modify(|letters| letters.push(letter));
                        tokio::time::sleep(Duration::from_secs(600)).await;
                        return Ok(());
                    }
                    Takes::It | Takes::NoReceiver(_) => {
                        tell.send_modify(|letters| letters.push(letter));
                        "250 taken\r\n".to_owned()
                    }
                }
            }
            ("QUIT", _) => {
                stream.get_mut().write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "250 ok\r\n".to_owned(),
        };
        stream.get_mut().write_all(answer.as_bytes()).await?;
    }
}

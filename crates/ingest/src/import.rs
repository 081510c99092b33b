//! `earshot import`: history from files, through the same door as everything else. It knows the verdict of every line,
//! also when ingest is killed in between: what was not answered is sent again.

use crate::conversations_file::{self, BadLine, Conversations, Defaults, FileError, Message, Role};
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use wire::pb::conversation::Attachment;
use wire::pb::ingest::ingest_request::Item;
use wire::pb::ingest::ingest_service_client::IngestServiceClient;
use wire::pb::ingest::{Author, IngestRequest, Post, Verdict};

/// The first and the longest pause while ingest cannot be reached.
const RETRY_FIRST: Duration = Duration::from_millis(50);
const RETRY_LONGEST: Duration = Duration::from_secs(2);
/// How long one item may take before it is sent again.
const ITEM_TIMEOUT: Duration = Duration::from_secs(30);

/// What to import, and where to.
#[derive(Debug, Clone)]
pub struct Import {
    pub files: Vec<PathBuf>,
    /// The gRPC address of ingest, e.g. `http://127.0.0.1:7411`.
    pub to: String,
    pub defaults: Defaults,
    /// Items on their way at once.
    pub in_flight: usize,
}

/// What became of the lines: seen = accepted + duplicate + filtered + rejected.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    pub seen: u64,
    pub accepted: u64,
    pub duplicate: u64,
    pub filtered: u64,
    pub rejected: u64,
    /// By reason code.
    pub rejected_by_reason: BTreeMap<String, u64>,
    pub seconds: f64,
}

/// What is told while it runs.
pub enum Progress<'a> {
    /// A file was read: so many lines come from it.
    File { file: &'a PathBuf, lines: u64 },
    /// A line that cannot be taken.
    Bad { file: &'a PathBuf, line: &'a BadLine },
    /// So many more lines are done.
    Done(u64),
    /// Ingest cannot be reached; it is tried again.
    Waiting,
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error("the address of ingest is not valid: {0}; give e.g. http://127.0.0.1:7411")]
    Address(tonic::transport::Error),
}

/// Imports all files, one after the other.
///
/// # Errors
/// Only what makes the whole import impossible; a line that cannot be taken is counted and told.
pub async fn import(import: &Import, mut tell: impl FnMut(Progress<'_>)) -> Result<Report, ImportError> {
    let started = std::time::Instant::now();
    let endpoint = Endpoint::from_shared(import.to.clone()).map_err(ImportError::Address)?.tcp_nodelay(true);
    let client = IngestServiceClient::new(endpoint.connect_lazy());
    let mut report = Report::default();
    let mut known = HashSet::new();
    for file in &import.files {
        let Conversations { messages, bad } = conversations_file::read(file, &import.defaults)?;
        tell(Progress::File { file, lines: (messages.len() + bad.len()) as u64 });
        for line in &bad {
            tell(Progress::Bad { file, line });
            report.reject(line.reason);
        }
        tell(Progress::Done(bad.len() as u64));
        send_all(&client, messages, import.in_flight, &mut report, &mut known, &mut tell).await;
    }
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

impl Report {
    fn reject(&mut self, reason: &str) {
        self.seen += 1;
        self.rejected += 1;
        *self.rejected_by_reason.entry(reason.to_owned()).or_default() += 1;
    }

    fn count(&mut self, outcome: Result<Verdict, String>) {
        match outcome {
            Ok(Verdict::Accepted) => self.accepted += 1,
            Ok(Verdict::Filtered) => self.filtered += 1,
            Ok(Verdict::Duplicate | Verdict::Unspecified) => self.duplicate += 1,
            Err(reason) => return self.reject(&reason),
        }
        self.seen += 1;
    }
}

/// Sends messages in lanes, so that those of one thread go one after the other and the threads side by side.
async fn send_all(
    client: &IngestServiceClient<Channel>,
    messages: Vec<Message>,
    lanes: usize,
    report: &mut Report,
    known: &mut HashSet<(String, String, String)>,
    tell: &mut impl FnMut(Progress<'_>),
) {
    let mut queues: Vec<Vec<(Message, bool)>> = (0..lanes.max(1)).map(|_| Vec::new()).collect();
    for message in messages {
        let id = (message.brand.to_string(), message.network.to_string(), message.line.id.clone());
        let first = known.insert(id);
        let mut hasher = DefaultHasher::new();
        message.customer_id.hash(&mut hasher);
        let lane = usize::try_from(hasher.finish() % queues.len() as u64).expect("a remainder of a usize fits one");
        queues[lane].push((message, first));
    }
    let (news, mut heard) = mpsc::channel(1_024);
    let mut lanes = JoinSet::new();
    for queue in queues {
        let (client, news) = (client.clone(), news.clone());
        lanes.spawn(async move {
            for (message, first) in queue {
                let outcome = send(client.clone(), request(message), first, &news).await;
                if news.send(News::Outcome(outcome)).await.is_err() {
                    return;
                }
            }
        });
    }
    drop(news);
    while let Some(news) = heard.recv().await {
        match news {
            News::Outcome(outcome) => {
                report.count(outcome);
                tell(Progress::Done(1));
            }
            News::Waiting => tell(Progress::Waiting),
        }
    }
    lanes.join_all().await;
}

enum News {
    Outcome(Result<Verdict, String>),
    Waiting,
}

/// Sends one item until it is answered. A duplicate in answer to a repeated try is our own first try, when this import
/// has not sent the same message before.
async fn send(
    mut client: IngestServiceClient<Channel>,
    request: IngestRequest,
    first: bool,
    news: &mpsc::Sender<News>,
) -> Result<Verdict, String> {
    let mut pause = RETRY_FIRST;
    let mut repeated = false;
    loop {
        let answer = tokio::time::timeout(ITEM_TIMEOUT, client.ingest(request.clone())).await;
        match answer {
            Ok(Ok(response)) => {
                let response = response.into_inner();
                return Ok(match response.verdict() {
                    Verdict::Duplicate if repeated && first && !response.rule.is_empty() => Verdict::Filtered,
                    Verdict::Duplicate if repeated && first => Verdict::Accepted,
                    verdict => verdict,
                });
            }
            Ok(Err(status)) if !again(&status) => return Err(reason(&status)),
            Ok(Err(_)) | Err(_) => {
                repeated = true;
                // Whether somebody shows it is not the lane's concern.
                let _ = news.try_send(News::Waiting);
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(RETRY_LONGEST);
            }
        }
    }
}

fn again(status: &Status) -> bool {
    !matches!(status.code(), Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange | Code::Unimplemented)
}

fn reason(status: &Status) -> String {
    use tonic_types::StatusExt;
    match status.get_details_bad_request().and_then(|bad| bad.field_violations.into_iter().next()) {
        Some(violation) => format!("invalid_{}", violation.field.replace('.', "_")),
        None => format!("{:?}", status.code()).to_lowercase(),
    }
}

/// A message as a service that runs reads it, for whoever plays one.
///
/// # Errors
/// A field that does not say what it should.
pub fn item(message: Message) -> Result<crate::Item, crate::Refused> {
    crate::grpc::read(request(message).item)
}

/// A message as ingest takes it.
pub fn request(message: Message) -> IngestRequest {
    let line = message.line;
    let attachments = line.attachments.into_iter().map(|known| Attachment {
        media_type: known.media_type,
        size_bytes: known.bytes,
        url: String::new(),
    });
    let post = Post {
        brand: message.brand.to_string(),
        network: message.network.to_string(),
        post_id: line.id,
        author: Some(Author {
            id: message.author_id,
            name: line.name.unwrap_or_default(),
            handle: line.author,
            followers: line.followers,
            region: line.region.unwrap_or_default(),
            tier: line.tier.unwrap_or_default(),
            timezone: String::new(),
        }),
        text: line.text,
        posted_at: message.at.map(wire::timestamp),
        in_reply_to: line.in_reply_to.unwrap_or_default(),
        thread_root: message.root,
        private: line.private,
        handle_use: 0,
        attachments: attachments.collect(),
        backfill: true,
        demo: line.meta.as_ref().is_some_and(|meta| meta.demo),
        by_brand: line.role == Role::Agent,
        customer_id: message.customer_id,
        person: message.person.map(|person| person.to_string()).unwrap_or_default(),
        language: String::new(),
    };
    IngestRequest { item: Some(Item::Post(post)), source: "import".into() }
}

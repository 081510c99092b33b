//! A ClassifierService that answers as it is told.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tonic::transport::server::TcpIncoming;
use tonic::{Code, Request, Response, Status, Streaming};
use wire::pb::classifier::classifier_service_server::{ClassifierService, ClassifierServiceServer};
use wire::pb::classifier::{ClassifyRequest, ClassifyResponse, ClassifyStreamRequest, ClassifyStreamResponse};
use wire::pb::conversation::Scored;

/// What it does with a text.
#[derive(Clone, Copy)]
pub enum Manner {
    Answers,
    /// Answers what no model of ours could.
    Nonsense,
    /// Never answers.
    Hangs,
    Refuses(Code),
}

#[derive(Clone)]
pub struct Fake {
    pub asked: Arc<AtomicUsize>,
    manner: Arc<Mutex<Manner>>,
}

/// One that listens; it is away when this is dropped.
pub struct Listening {
    pub fake: Fake,
    pub address: SocketAddr,
    runtime: Option<Runtime>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        // Open connections too, as when a machine goes away.
        self.runtime.take().unwrap().shutdown_background();
    }
}

impl Fake {
    pub fn new(manner: Manner) -> Self {
        Fake { asked: Arc::default(), manner: Arc::new(Mutex::new(manner)) }
    }

    pub fn behave(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Listens on a runtime of its own, so that all of it can go at once.
    pub async fn listen(self) -> Listening {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let fake = self.clone();
        let bound = runtime.spawn(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let mut server = tonic::transport::Server::builder();
            let server = server.add_service(ClassifierServiceServer::new(fake));
            tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
            address
        });
        Listening { fake: self, address: bound.await.unwrap(), runtime: Some(runtime) }
    }
}

fn scored(label: &str) -> Option<Scored> {
    Some(Scored { label: label.into(), confidence: 0.75, reasons: vec!["margin=0.50".into()], unsure: false })
}

#[tonic::async_trait]
impl ClassifierService for Fake {
    async fn classify(&self, request: Request<ClassifyRequest>) -> Result<Response<ClassifyResponse>, Status> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let manner = *self.manner.lock().unwrap();
        let text = request.into_inner().text;
        let answer = ClassifyResponse {
            model_version: "elsewhere-7".into(),
            language: scored("et"),
            sentiment: scored("positive"),
            intent: scored("praise"),
            backend: "theirs".into(),
            ..ClassifyResponse::default()
        };
        match manner {
            // As a service would that has a limit of its own.
            Manner::Answers if text.contains("too much") => Err(Status::invalid_argument(text)),
            Manner::Answers => Ok(Response::new(answer)),
            Manner::Nonsense => Ok(Response::new(ClassifyResponse { language: scored("lost"), ..answer })),
            Manner::Hangs => std::future::pending().await,
            Manner::Refuses(code) => Err(Status::new(code, text)),
        }
    }

    type ClassifyStreamStream = futures::stream::Empty<Result<ClassifyStreamResponse, Status>>;

    async fn classify_stream(
        &self,
        _: Request<Streaming<ClassifyStreamRequest>>,
    ) -> Result<Response<Self::ClassifyStreamStream>, Status> {
        Err(Status::unimplemented("not played"))
    }
}

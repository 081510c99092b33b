//! A gateway with the services behind it, which can be killed and started again, and someone who asks.

use crate::fake::Fake;
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use service::config::{Sources, load};
use service::health::State;
use service::{Clock, Process};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Runtime;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use wire::pb::analytics::analytics_service_server::AnalyticsServiceServer;
use wire::pb::brand::brand_service_server::BrandServiceServer;
use wire::pb::classifier::classifier_service_server::ClassifierServiceServer;
use wire::pb::conversation::conversation_service_server::ConversationServiceServer;
use wire::pb::customer::customer_service_server::CustomerServiceServer;
use wire::pb::desk::desk_service_server::DeskServiceServer;
use wire::pb::ingest::ingest_service_server::IngestServiceServer;
use wire::pb::notifier::notification_service_server::NotificationServiceServer;
use wire::pb::set_aside::set_aside_service_server::SetAsideServiceServer;

pub struct World {
    pub fake: Fake,
    pub process: Process,
    pub gateway: SocketAddr,
    pub ended: tokio::task::JoinHandle<anyhow::Result<()>>,
    routing: Place,
    others: Place,
    client: reqwest::Client,
}

/// A service's place on the network. What runs there runs on threads of its own, so that killing it leaves nothing.
pub struct Place {
    address: SocketAddr,
    running: Option<Runtime>,
}

/// An answer with its body read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }
}

impl Place {
    fn free() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Place { address: listener.local_addr().unwrap(), running: None }
    }

    fn serve(&mut self, router: impl FnOnce() -> tonic::transport::server::Router + Send + 'static) {
        let listener = TcpListener::bind(self.address).unwrap();
        listener.set_nonblocking(true).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            router().serve_with_incoming(TcpIncoming::from(listener)).await.unwrap();
        });
        self.running = Some(runtime);
    }

    /// Nothing is finished and nothing is said; when this returns, the sockets are closed.
    pub fn kill(&mut self) {
        let running = self.running.take().unwrap();
        std::thread::spawn(move || drop(running)).join().unwrap();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        for place in [&mut self.routing, &mut self.others] {
            if let Some(running) = place.running.take() {
                running.shutdown_background();
            }
        }
    }
}

impl World {
    /// Everything runs, and the gateway knows it.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(settings: &[&str]) -> Self {
        Self::start_as(settings, Fake::default()).await
    }

    pub async fn start_as(settings: &[&str], fake: Fake) -> Self {
        let mut world = Self::alone(settings, fake).await;
        world.start_routing();
        world.start_others();
        world.process.health.ready().await;
        world
    }

    /// Only the gateway runs.
    pub async fn alone(settings: &[&str], fake: Fake) -> Self {
        service::process::install_crypto();
        let (routing, others) = (Place::free(), Place::free());
        let mut set =
            vec!["gateway.listen=127.0.0.1:0".to_owned(), format!("gateway.routing=http://{}", routing.address)];
        for name in ["analytics", "ingest", "classifier", "notifier"] {
            set.push(format!("gateway.{name}=http://{}", others.address));
        }
        set.extend(settings.iter().map(|setting| format!("gateway.{setting}")));
        let sources = Sources { set, known_sections: vec!["gateway".to_owned()], ..Sources::default() };
        let process = Process::for_tests("gateway", load(&sources).unwrap(), Clock::System);
        let started = gateway::start(process.clone()).await.unwrap();
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        World { fake, process, gateway: started.http, ended: started.ended, routing, others, client }
    }

    pub fn start_routing(&mut self) {
        let fake = self.fake.clone();
        self.routing.serve(move || {
            let (_, health) = tonic_health::server::health_reporter();
            Server::builder()
                .add_service(health)
                .add_service(ConversationServiceServer::new(fake.clone()))
                .add_service(CustomerServiceServer::new(fake.clone()))
                .add_service(DeskServiceServer::new(fake.clone()))
                .add_service(BrandServiceServer::new(fake.clone()))
                .add_service(SetAsideServiceServer::new(fake))
        });
    }

    pub fn start_others(&mut self) {
        let fake = self.fake.clone();
        self.others.serve(move || {
            let (_, health) = tonic_health::server::health_reporter();
            Server::builder()
                .add_service(health)
                .add_service(AnalyticsServiceServer::new(fake.clone()))
                .add_service(IngestServiceServer::new(fake.clone()))
                .add_service(ClassifierServiceServer::new(fake.clone()))
                .add_service(NotificationServiceServer::new(fake))
        });
    }

    pub fn kill_routing(&mut self) {
        self.routing.kill();
    }

    pub fn kill_others(&mut self) {
        self.others.kill();
    }

    /// Waits until a check of the gateway is as wanted.
    pub async fn until(&self, check: &str, wanted: impl Fn(&State) -> bool) {
        let mut checks = self.process.health.watch();
        checks.wait_for(|checks| checks.get(check).is_some_and(&wanted)).await.unwrap();
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.gateway)
    }

    pub fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method.parse().unwrap(), self.url(path))
    }

    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request("GET", path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request("POST", path).json(body)).await
    }

    /// Sends exactly these bytes and reads all that comes back.
    pub async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = tokio::net::TcpStream::connect(self.gateway).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Asks the gateway to stop and waits until it has.
    pub async fn stop(mut self) {
        self.process.shutdown.begin();
        let ended = std::mem::replace(&mut self.ended, tokio::spawn(async { Ok(()) }));
        // Far below the drain limit: nothing may have had to be cut.
        tokio::time::timeout(Duration::from_secs(10), ended).await.unwrap().unwrap().unwrap();
    }
}

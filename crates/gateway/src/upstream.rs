//! The services behind the door. Each has a connection that is made when it is first needed and again whenever it was
//! lost, so that the gateway starts before them and outlives their restarts.

use crate::Settings;
use futures::future::BoxFuture;
use http::{StatusCode, Uri, uri::PathAndQuery};
use prost::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use service::health::Check;
use service::problem::Problem;
use service::{Health, Shutdown};
use std::error::Error as _;
use std::time::Duration;
use tokio::task::JoinHandle;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_prost::ProstCodec;

/// Largest answer of a service in bytes: a conversation of years, with all its texts.
const ANSWER_MAX_BYTES: usize = 64 * 1024 * 1024;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// What one answer may have under way, and all answers of a connection together, in bytes: so much more that answers
/// which nobody reads on cannot hold up the others.
const ANSWER_WINDOW_BYTES: u32 = 128 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 512 * 1024 * 1024;
/// A silent connection is asked after so long whether it is still there, and has so long to answer.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// Makes calls in the trace of the request that caused them.
type Traced = InterceptedService<Channel, fn(Request<()>) -> Result<Request<()>, Status>>;

/// One service and the way to it. Clones share the connection.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// The name of the service and of its setting.
    pub name: &'static str,
    url: String,
    calls: Channel,
    streams: Channel,
}

/// All services behind the gateway.
#[derive(Debug, Clone)]
pub struct Upstreams(Vec<Upstream>);

/// Says what is wrong with the address of an upstream.
pub fn check(url: &str) -> Result<(), &'static str> {
    let uri: Uri = url.parse().map_err(|_| "is no address")?;
    match uri.scheme_str() {
        Some("http" | "https") => {}
        _ => return Err("does not begin with http:// or https://"),
    }
    if uri.path() != "/" || uri.query().is_some() {
        return Err("has more than a host and a port");
    }
    Ok(())
}

impl Upstreams {
    /// Prepares the connections; none is made yet.
    pub fn connect(settings: &Settings) -> Result<Self, tonic::transport::Error> {
        let upstreams = settings.upstreams().map(|(name, url)| Upstream::new(name, url));
        upstreams.into_iter().collect::<Result<_, _>>().map(Upstreams)
    }

    /// The service that owns a gRPC service, by the latter's full name.
    pub fn owner(&self, grpc_service: &str) -> Option<&Upstream> {
        let name = match grpc_service {
            "earshot.conversation.v1.ConversationService"
            | "earshot.customer.v1.CustomerService"
            | "earshot.desk.v1.DeskService"
            | "earshot.brand.v1.BrandService"
            | "earshot.setaside.v1.SetAsideService" => "routing",
            "earshot.analytics.v1.AnalyticsService" => "analytics",
            "earshot.ingest.v1.IngestService" => "ingest",
            "earshot.classifier.v1.ClassifierService" => "classifier",
            "earshot.notifier.v1.NotificationService" => "notifier",
            _ => return None,
        };
        self.0.iter().find(|upstream| upstream.name == name)
    }

    /// The service that owns a method, by its full name `package.Service/Method`.
    pub fn owner_of_method(&self, rpc: &str) -> &Upstream {
        let grpc_service = rpc.split('/').next().unwrap_or_default();
        self.owner(grpc_service).expect("every method of the table of endpoints has an owner, see its test")
    }

    /// Keeps a check of health for each, until shutdown begins.
    pub fn look_after(&self, health: &Health, shutdown: &Shutdown) -> Vec<JoinHandle<()>> {
        let tasks = self.0.iter().cloned().map(|upstream| {
            let check = health.check(&format!("gateway.{}", upstream.name));
            let shutdown = shutdown.clone();
            tokio::spawn(async move {
                shutdown.unless_begun(upstream.look_after(&check)).await;
            })
        });
        tasks.collect()
    }
}

impl Upstream {
    fn new(name: &'static str, url: &str) -> Result<Self, tonic::transport::Error> {
        let mut endpoint = Endpoint::from_shared(url.to_owned())?
            .connect_timeout(CONNECT_TIMEOUT)
            .http2_keep_alive_interval(KEEPALIVE)
            .keep_alive_timeout(KEEPALIVE_TIMEOUT)
            .keep_alive_while_idle(true)
            .initial_stream_window_size(ANSWER_WINDOW_BYTES)
            .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .tcp_nodelay(true);
        if url.starts_with("https:") {
            endpoint = endpoint.tls_config(ClientTlsConfig::new().with_native_roots())?;
        }
        let (calls, streams) = (endpoint.connect_lazy(), endpoint.connect_lazy());
        Ok(Upstream { name, url: url.to_owned(), calls, streams })
    }

    /// The connection for what ends soon, and for what the gateway itself listens to.
    pub fn calls(&self) -> Channel {
        self.calls.clone()
    }

    /// The connection for endless answers to clients: however many there are, calls find their place beside them.
    pub fn streams(&self) -> Channel {
        self.streams.clone()
    }

    fn traced(&self) -> Traced {
        InterceptedService::new(self.calls(), service::grpc::with_trace)
    }

    /// The service counts as there while its health service answers at all. Whether it is ready is its own readiness to
    /// say: in `earshot up` that would include ours, and each would wait for the other.
    async fn look_after(&self, check: &Check) {
        let mut pause = Pause::default();
        loop {
            if self.answers(check).await {
                pause = Pause::default();
            } else if pause.is_growing() {
                check.degraded(format!("{} at {} does not answer (gateway.{})", self.name, self.url, self.name));
            }
            pause.wait().await;
        }
    }

    /// Watches the health service for as long as it answers; was it there at all?
    async fn answers(&self, check: &Check) -> bool {
        let mut client = HealthClient::new(self.calls());
        match client.watch(HealthCheckRequest { service: String::new() }).await {
            Ok(answers) => {
                let mut answers = answers.into_inner();
                let mut answered = false;
                while let Ok(Some(_)) = answers.message().await {
                    check.ready();
                    answered = true;
                }
                answered
            }
            // A service without a health service is there all the same.
            Err(status) if status.code() == Code::Unimplemented => {
                check.ready();
                true
            }
            Err(_) => false,
        }
    }

    /// What the client is told when a call failed: what the service said, or that it could not be reached.
    pub fn problem(&self, status: &Status) -> Problem {
        // Only an error of this side of the connection has a source; one that the service sent has none. And since
        // nobody here cancels what it still waits for, a cancelled call is one that the service dropped.
        if status.source().is_none() && status.code() != Code::Cancelled {
            return Problem::from_status(status);
        }
        tracing::debug!(upstream = self.name, code = ?status.code(), "a call failed on its way");
        self.away()
    }

    /// The service cannot be reached.
    pub fn away(&self) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "UPSTREAM_UNAVAILABLE")
            .detail(format!("{} cannot be reached; try again", self.name))
            .retry_after(1)
    }
}

/// One call: the request as JSON that was checked against the contract, the answer as JSON.
pub type Call = for<'a> fn(&'a Upstream, &'static str, Value, Duration) -> BoxFuture<'a, Result<Vec<u8>, Problem>>;

/// The [`Call`] of a method with these messages. `rpc` is its full name, `package.Service/Method`.
pub fn call<'a, Req, Res>(
    upstream: &'a Upstream,
    rpc: &'static str,
    request: Value,
    limit: Duration,
) -> BoxFuture<'a, Result<Vec<u8>, Problem>>
where
    Req: Message + DeserializeOwned + 'static,
    Res: Message + Default + Serialize + 'static,
{
    Box::pin(async move {
        let request: Req = serde_json::from_value(request).map_err(|_| unreadable())?;
        let path: PathAndQuery = format!("/{rpc}").parse().expect("the name of a method is a path");
        let mut grpc = tonic::client::Grpc::new(upstream.traced()).max_decoding_message_size(ANSWER_MAX_BYTES);
        let answered = tokio::time::timeout(limit, async {
            grpc.ready().await.map_err(|error| Status::from_error(error.into()))?;
            grpc.unary(Request::new(request), path, ProstCodec::<Req, Res>::default()).await
        });
        match answered.await {
            Ok(Ok(response)) => Ok(to_json(response.get_ref())),
            Ok(Err(status)) => Err(upstream.problem(&status)),
            Err(_) => Err(Problem::new(StatusCode::GATEWAY_TIMEOUT, "UPSTREAM_TIMEOUT").detail(format!(
                "{} did not answer within {} s; the request may have been carried out: repeat it with the same requestId",
                upstream.name,
                limit.as_secs()
            ))),
        }
    })
}

/// A message of the contract in canonical JSON.
pub fn to_json<M: Serialize>(message: &M) -> Vec<u8> {
    serde_json::to_vec(message).expect("a message of the contract has a JSON form")
}

/// What was checked field by field is still not a message, such as one that sets two fields of a choice.
fn unreadable() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT")
        .detail("the request does not fit together; compare it with /api/openapi.json")
}

/// The wait before the next attempt: short at first, then longer.
#[derive(Debug, Default)]
pub struct Pause {
    tries: u32,
}

impl Pause {
    const FIRST: Duration = Duration::from_millis(125);
    const LONGEST: Duration = Duration::from_secs(2);

    /// Has more than one attempt failed in a row, or the first one of all?
    fn is_growing(&self) -> bool {
        self.tries > 0
    }

    pub async fn wait(&mut self) {
        self.tries = (self.tries + 1).min(8);
        tokio::time::sleep((Self::FIRST * 2_u32.pow(self.tries - 1)).min(Self::LONGEST)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_scheme_a_host_and_a_port() {
        for good in ["http://127.0.0.1:7420", "https://routing.example:443/", "http://routing:7420"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("routing:7420", "does not begin with http:// or https://"),
            ("nats://routing:7420", "does not begin with http:// or https://"),
            ("http://", "is no address"),
            ("http://routing:7420/grpc", "has more than a host and a port"),
        ] {
            assert_eq!(check(bad), Err(why), "{bad}");
        }
    }
}

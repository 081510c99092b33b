use super::*;
use axum::routing::get;
use std::sync::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::oneshot;

async fn start(router: Router, shutdown: &Shutdown) -> Serving {
    let listener = crate::listen::bind("test.listen", "127.0.0.1:0".parse().unwrap()).await.unwrap();
    serve("http_test", listener, router, shutdown.clone())
}

async fn send(stream: &mut TcpStream, path: &str, headers: &str) {
    stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: test\r\n{headers}\r\n").as_bytes()).await.unwrap();
}

#[tokio::test]
async fn an_open_request_is_answered_before_the_end_and_new_ones_are_refused() {
    let shutdown = Shutdown::new(60);
    let (arrived, arrival) = oneshot::channel();
    let (release, released) = oneshot::channel::<()>();
    let gates = Arc::new(Mutex::new(Some((arrived, released))));
    let slow = move || async move {
        let (arrived, released) = gates.lock().unwrap().take().unwrap();
        arrived.send(()).unwrap();
        released.await.unwrap();
        "answered"
    };
    let router = Router::new().route("/slow", get(slow)).route("/fast", get(|| async { "fast" }));
    let serving = start(router, &shutdown).await;
    let address = serving.address();

    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut idle = TcpStream::connect(address).await.unwrap();
    send(&mut idle, "/fast", "").await;
    let mut answer = Vec::new();
    while !answer.ends_with(b"fast") {
        assert_ne!(idle.read_buf(&mut answer).await.unwrap(), 0);
    }
    send(&mut stream, "/slow", "").await;
    arrival.await.unwrap();
    shutdown.begin();
    // A connection without a request is closed, and that tells us that the stop has begun.
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap(), 0);
    release.send(()).unwrap();

    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("answered"), "{answer}");
    assert_eq!(serving.ended().await, Ok(()));
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_at_the_drain_limit() {
    let shutdown = Shutdown::new(0);
    let (arrived, arrival) = oneshot::channel();
    let arrived = Arc::new(Mutex::new(Some(arrived)));
    let endless = move || async move {
        arrived.lock().unwrap().take().unwrap().send(()).unwrap();
        std::future::pending::<&'static str>().await
    };
    let serving = start(Router::new().route("/endless", get(endless)), &shutdown).await;
    let mut stream = TcpStream::connect(serving.address()).await.unwrap();
    send(&mut stream, "/endless", "").await;
    arrival.await.unwrap();
    shutdown.begin();
    assert_eq!(serving.ended().await, Err(DrainTimeout { seconds: 0 }));
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn requests_are_counted_by_template_and_the_peer_is_known() {
    let shutdown = Shutdown::new(1);
    let peer = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() };
    let serving = start(Router::new().route("/things/{id}", get(peer)), &shutdown).await;
    for (path, expected) in [("/things/1", "200"), ("/things/2", "200"), ("/secret-name", "404")] {
        let mut stream = TcpStream::connect(serving.address()).await.unwrap();
        send(&mut stream, path, "connection: close\r\n").await;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{answer}");
        assert!(expected != "200" || answer.ends_with("127.0.0.1"), "{answer}");
    }
    let page = metrics::render();
    let ours: Vec<&str> = page.lines().filter(|line| line.contains("http_test")).collect();
    let found = |route: &str, count: &str| {
        let counted =
            |line: &&&str| line.contains("duration_seconds_count") && line.contains(route) && line.ends_with(count);
        ours.iter().any(|line| counted(&line))
    };
    assert!(found(r#"http_route="/things/{id}""#, " 2"), "{page}");
    assert!(found(r#"http_route="unmatched""#, " 1"), "{page}");
    assert!(!page.contains("secret-name"));
    shutdown.begin();
}

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_come_is_not_waited_for() {
    let shutdown = Shutdown::new(1);
    let serving = start(Router::new(), &shutdown).await;
    let mut stream = TcpStream::connect(serving.address()).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
    let mut answer = Vec::new();
    // The time of this test goes on by itself; real time would be ten seconds.
    let _ = stream.read_to_end(&mut answer).await;
    shutdown.begin();
}

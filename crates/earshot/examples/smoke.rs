use journal::{Journal, JournalConfig};
use service::{Clock, Process, config::Sources};
use wire::pb::ingest::ingest_service_client::IngestServiceClient;
use wire::pb::ingest::*;
use wire::pb::conversation::conversation_service_client::ConversationServiceClient;
use wire::pb::conversation::*;
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    service::process::install_crypto();
    let n: usize = std::env::args().nth(1).map(|s| s.parse().unwrap()).unwrap_or(1000);
    let dir = std::env::temp_dir().join(format!("smoke-{}", std::process::id()));
    let server = journal::nats_server::NatsServer::start(journal::nats_server::NatsServerConfig::new(&dir)).await?;
    let journal = Journal::connect(JournalConfig { urls: vec![server.url().into()], ..Default::default() }).await?;
    let mut src = Sources { known_sections: ["ingest","routing","classifier"].map(String::from).to_vec(), ..Default::default() };
    for k in ["ingest.listen","ingest.grpc_listen","routing.listen","classifier.listen"] { src = src.override_with(k, "x", Some("127.0.0.1:0")); }
    let p = Process::for_tests("smoke", service::config::load(&src)?, Clock::System);
    let i = ingest::start(p.clone(), journal.clone()).await?;
    let _c = classifier::serve::start(p.clone(), journal.clone()).await?;
    let r = routing::start(p.clone(), journal.clone()).await?;
    p.health.ready().await;
    eprintln!("ready");
    let client = IngestServiceClient::connect(format!("http://{}", i.grpc)).await?;
    let t = std::time::Instant::now();
    use futures::StreamExt;
    futures::stream::iter(0..n).for_each_concurrent(256, |k| { let mut client = client.clone(); async move {
        let post = Post { brand: "b".into(), network: "x".into(), post_id: format!("p{k}"), author: Some(Author { id: format!("a{k}"), ..Default::default() }), text: format!("my internet is down again, useless number {k}"), ..Default::default() };
        client.ingest(IngestRequest { item: Some(ingest_request::Item::Post(post)), source: String::new() }).await.unwrap();
    }}).await;
    eprintln!("ingested {n} in {:?} = {:.0}/s", t.elapsed(), n as f64 / t.elapsed().as_secs_f64());
    let mut conv = ConversationServiceClient::connect(format!("http://{}", r.grpc)).await?;
    loop {
        let l = conv.list_conversations(ListConversationsRequest { status: vec![2], page_size: 1, ..Default::default() }).await?.into_inner();
        if l.total_size as usize >= n {
            eprintln!("routed {n} in {:?} = {:.0}/s", t.elapsed(), n as f64 / t.elapsed().as_secs_f64());
            let id = l.conversations[0].conversation_id.clone();
            eprintln!("{:?}", l.conversations[0]);
            let e = conv.explain_conversation(ExplainConversationRequest { conversation_id: id }).await?.into_inner();
            for x in e.explanations { eprintln!("{}", x.text); }
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    p.shutdown.begin();
    let _ = r.ended.await?;
    server.stop().await;
    Ok(())
}

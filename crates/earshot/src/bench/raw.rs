//! The reference: what the server does with bare publishes that carry the same guards, a message id and an expected
//! sequence, 256 bytes each, over 10,000 subjects.

use async_nats::jetstream::context::ContextBuilder;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use std::time::{Duration, Instant};

const STREAM: &str = "BENCH_RAW";
const SUBJECTS: usize = 10_000;
const IN_FLIGHT: usize = 1_024;
const PAYLOAD_BYTES: usize = 256;

/// Guarded publishes a second, with 1,024 on their way at once.
pub async fn guarded_per_second(url: &str, span: Duration) -> anyhow::Result<f64> {
    let client = async_nats::connect(url).await?;
    let context = ContextBuilder::new().max_ack_inflight(IN_FLIGHT * 2).build(client);
    let config = stream::Config {
        name: STREAM.to_owned(),
        subjects: vec!["bench-raw.*".to_owned()],
        storage: stream::StorageType::File,
        ..stream::Config::default()
    };
    let _ = context.delete_stream(STREAM).await;
    context.create_stream(config).await?;
    let payload = bytes::Bytes::from(vec![b'x'; PAYLOAD_BYTES]);
    let mut expected = vec![0_u64; SUBJECTS];
    let run = uuid::Uuid::now_v7().simple().to_string();
    let mut acks = FuturesUnordered::new();
    let (mut published, mut acknowledged) = (0_usize, 0_usize);
    let started = Instant::now();
    while started.elapsed() < span {
        if acks.len() >= IN_FLIGHT {
            let (subject, ack): (usize, Result<_, _>) = acks.next().await.expect("there are acknowledgements to come");
            let ack: async_nats::jetstream::publish::PublishAck = ack?;
            expected[subject] = ack.sequence;
            acknowledged += 1;
            continue;
        }
        // With fewer on their way than subjects, a subject's last publish is always acknowledged before its next.
        let subject = published % SUBJECTS;
        let message = PublishMessage::build()
            .payload(payload.clone())
            .message_id(format!("{run}-{published}"))
            .expected_last_subject_sequence(expected[subject]);
        let ack = context.send_publish(format!("bench-raw.{subject}"), message).await?;
        acks.push(async move { (subject, ack.await) });
        published += 1;
    }
    while let Some((_, ack)) = acks.next().await {
        ack?;
        acknowledged += 1;
    }
    let rate = acknowledged as f64 / started.elapsed().as_secs_f64();
    context.delete_stream(STREAM).await?;
    Ok(rate)
}

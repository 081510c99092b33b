//! The reference for latency: publish, consume, publish, consume, publish, consume, with acknowledged publishes and nothing
//! done in between. It is what any design of three services over this log costs at least.

use super::histogram;
use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::{self, stream};
use futures::StreamExt;
use hdrhistogram::Histogram;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const STREAM: &str = "BENCH_CHAIN";
const HOPS: usize = 3;

/// Microseconds from the first publish to the third delivery, at a fixed rate.
pub async fn three_hops(url: &str, rate: u32, seconds: u32) -> anyhow::Result<Histogram<u64>> {
    let context = jetstream::new(async_nats::connect(url).await?);
    let config = stream::Config {
        name: STREAM.to_owned(),
        subjects: vec!["bench-chain.>".to_owned()],
        storage: stream::StorageType::File,
        ..stream::Config::default()
    };
    let _ = context.delete_stream(STREAM).await;
    let stream = context.create_stream(config).await?;
    let total = u64::from(rate) * u64::from(seconds);
    let mut hops = JoinSet::new();
    let (arrived_sender, mut arrived) = tokio::sync::mpsc::unbounded_channel();
    for hop in 0..HOPS {
        let consumer = stream
            .create_consumer(pull::Config {
                durable_name: Some(format!("hop{hop}")),
                filter_subject: format!("bench-chain.{hop}.*"),
                ack_policy: AckPolicy::Explicit,
                max_ack_pending: 10_000,
                ..pull::Config::default()
            })
            .await?;
        let mut messages = consumer.messages().await?;
        let (context, arrived) = (context.clone(), arrived_sender.clone());
        hops.spawn(async move {
            while let Some(Ok(message)) = messages.next().await {
                if hop + 1 == HOPS {
                    let _ = arrived.send((message.payload.clone(), Instant::now()));
                } else {
                    let subject = format!("bench-chain.{}.x", hop + 1);
                    let context = context.clone();
                    let payload = message.payload.clone();
                    // Each message goes its own way, as conversations do.
                    if let Ok(ack) = context.publish(subject, payload).await {
                        tokio::spawn(async move { ack.await.map(drop) });
                    }
                }
                let _ = message.ack().await;
            }
        });
    }
    let begun = Instant::now();
    let sender = tokio::spawn(async move {
        let mut every = tokio::time::interval(Duration::from_secs_f64(1.0 / f64::from(rate)));
        for _ in 0..total {
            every.tick().await;
            let at = begun.elapsed().as_nanos().to_string();
            match context.publish("bench-chain.0.x", at.into()).await {
                Ok(ack) => drop(tokio::spawn(async move { ack.await.map(drop) })),
                Err(error) => return Err(anyhow::Error::from(error)),
            }
        }
        Ok(context)
    });
    let mut found = histogram();
    for _ in 0..total {
        let Ok(Some((payload, at))) = tokio::time::timeout(Duration::from_secs(30), arrived.recv()).await else {
            anyhow::bail!("the chain of three hops stood still");
        };
        let sent: u64 = std::str::from_utf8(&payload)?.parse()?;
        let took = at.duration_since(begun).saturating_sub(Duration::from_nanos(sent));
        found.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1));
    }
    let context = sender.await??;
    hops.abort_all();
    context.delete_stream(STREAM).await?;
    Ok(found)
}

//! What people are shown of replies that are not sent yet.

use crate::world::{Copy, World, subject};
use conversation::Command;
use conversation::state::ReplyStatus::{InDoubt, Retrying, Sent};
use sandbox::{Fault, Faults};
use tonic::Code;
use wire::pb::notifier::notification_service_client::NotificationServiceClient;
use wire::pb::notifier::{ListOutboxRequest, OutboxEntry};

async fn list(copy: &Copy, brand: &str, in_doubt_only: bool) -> Result<Vec<OutboxEntry>, tonic::Status> {
    let mut client = NotificationServiceClient::connect(format!("http://{}", copy.grpc)).await.unwrap();
    let request = ListOutboxRequest { brand: brand.to_owned(), in_doubt_only };
    client.list_outbox(request).await.map(|response| response.into_inner().entries)
}

/// Waits until the outbox, which follows the log, shows what is wanted.
pub async fn list_until(copy: &Copy, wanted: impl Fn(&[OutboxEntry]) -> bool) -> Vec<OutboxEntry> {
    loop {
        match list(copy, "", false).await {
            Ok(entries) if wanted(&entries) => return entries,
            // It has just begun, and is not caught up with the log yet.
            Err(status) if status.code() != Code::Unavailable => panic!("{status}"),
            Ok(_) | Err(_) => {}
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_outbox_shows_what_waits_and_why() {
    let faults = Faults { lookup: false, idempotent: false, ..Faults::sequence([Fault::AcceptThenDrop]) };
    let world = World::new(faults).await.with("idempotent=false").without_lookup();
    let world = world.with("retry_waits_seconds=[3600]");
    let copy = world.start().await;
    let doubt = world.open_and_submit(1).await;
    world.until_reply(1, doubt, InDoubt).await;
    world.network.set_faults(Faults::sequence([Fault::Unavailable { retry_after_seconds: 7200 }])).unwrap();
    let retrying = world.open_and_submit(2).await;
    world.until_reply(2, retrying, Retrying).await;
    world.submit(2, "one more").await;

    let expected = [("in_doubt", "unknown_connection_lost", 1), ("retrying", "http_503", 1), ("submitted", "", 0)];
    let shown = |entry: &OutboxEntry| (entry.status.clone(), entry.reason.clone(), entry.attempts);
    let entries = list_until(&copy, |entries| {
        entries.iter().map(shown).eq(expected.map(|(status, why, tries)| (status.to_owned(), why.to_owned(), tries)))
    })
    .await;
    let first = &entries[0];
    assert_eq!((first.brand.as_str(), first.network.as_str()), ("nordnet", "x"));
    assert_eq!(first.reply_id, doubt.to_string());
    assert_eq!(first.conversation_id, subject(1).conversation().unwrap().to_string());
    assert!(first.since.is_some() && first.retry_at.is_none());
    let waits = entries[1].retry_at.as_ref().unwrap().seconds - entries[1].since.as_ref().unwrap().seconds;
    assert!(waits >= 7199, "{waits}");

    assert_eq!(list(&copy, "nordnet", true).await.unwrap().len(), 1);
    assert!(list(&copy, "aurora-air", false).await.unwrap().is_empty());
    let wrong = list(&copy, "No brand", false).await.unwrap_err();
    assert_eq!(wrong.code(), Code::InvalidArgument);

    world.command(1, "settle", Command::SettleReply { reply: doubt, arrived: true }).await;
    list_until(&copy, |entries| entries.len() == 2).await;
}

#[tokio::test]
async fn a_start_begins_with_a_checkpoint_and_sends_what_is_due() {
    let world = World::new(Faults::sequence([Fault::RateLimited { retry_after_seconds: 1 }])).await;
    let copy = world.start().await;
    let reply = world.open_and_submit(1).await;
    world.until_reply(1, reply, Retrying).await;
    list_until(&copy, |entries| entries.len() == 1 && entries[0].status == "retrying").await;
    copy.stop().await;
    assert!(world.journal.load_checkpoint("notifier-outbox").await.unwrap().is_some());
    let copy = world.start().await;
    world.until_reply(1, reply, Sent).await;
    list_until(&copy, |entries| entries.is_empty()).await;
    world.assert_posted(1);
}

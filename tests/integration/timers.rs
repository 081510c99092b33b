//! Until when an answer is due: the log itself says when it is too late, also when everything was down in between.

use crate::restart::each_thing_happened_once;
use crate::system::{Apart, DANA, Up, facts, post};
use wire::pb::conversation::fact::Fact;
use wire::pb::conversation::{ConversationStatus, SlaState};

#[tokio::test(flavor = "multi_thread")]
async fn too_late_comes_by_itself_and_not_when_the_answer_was_first() {
    // given two customers whose answers are due soon, the first of whom is answered in time
    let system = Up::start().await;
    system.publish("soon").await;
    let first = system.post(post("soon", "1", "a", "SOON: the train is gone")).await;
    system.routed(&first).await;
    system.reply(&first, DANA, "There is another one at noon.").await;
    let in_time = system.sent(&first).await;
    let second = system.post(post("soon", "2", "b", "SOON: the train is gone")).await;

    // when nobody answers the second, it is too late by itself
    let late = system.when(&second, "it is too late", |shown| shown.breaches > 0).await;
    assert_eq!((late.sla(), late.status()), (SlaState::Breached, ConversationStatus::Open));
    let told = facts(&system.get(&second).await.unwrap());
    let breached = told.iter().find_map(|fact| match fact {
        Fact::DeadlineBreached(breach) => Some((breach.due_at.unwrap(), breach.noticed_at.unwrap())),
        _ => None,
    });
    let (due_at, noticed_at) = breached.map(|(due, noticed)| (wire::instant(&due), wire::instant(&noticed))).unwrap();
    assert!(noticed_at.unwrap() >= due_at.unwrap(), "never too early");

    // then the first, which was due before it, never was
    let shown = system.get(&first).await.unwrap();
    assert!(!facts(&shown).iter().any(|fact| matches!(fact, Fact::DeadlineBreached(_))));
    assert_eq!(in_time.sla(), SlaState::Met);
    assert_eq!(shown.conversation.unwrap().sla(), SlaState::Met);
    let row = system.measured("soon", "one is too late", |row| row.breached > 0).await;
    assert_eq!((row.conversations, row.breached), (2, 1));
    // and an answer that comes at last does not make it good
    system.reply(&second, DANA, "We are sorry.").await;
    assert_eq!(system.sent(&second).await.sla(), SlaState::Breached);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_outlives_routing_and_nats() {
    let mut system = Apart::start().await;
    system.publish("outlive").await;
    let mut waiting = Vec::new();
    for at in 0..5 {
        let text = "SOON: the heating is off";
        waiting.push(system.post(post("outlive", &format!("{at}"), &format!("customer-{at}"), text)).await);
    }
    for id in &waiting {
        system.routed(id).await;
    }
    // when who watches over the deadlines dies, and the log too, and both come back
    system.kill9("routing").await;
    system.crash("nats").await;
    system.begin("routing", 0);
    system.ready("routing", 0).await;
    // then each is too late, once
    for id in &waiting {
        let late = system.when(id, "it is too late", |shown| shown.breaches > 0).await;
        assert_eq!(late.breaches, 1);
    }
    system.quiet().await;
    each_thing_happened_once(&system).await;
    system.verify().await;
}

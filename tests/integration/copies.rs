//! Two copies of every service at once: the work is shared or decided twice and written once.

use crate::restart::each_thing_happened_once;
use crate::system::{Apart, DANA, SERVICES, answering, post, until};
use futures::future::join_all;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn two_copies_of_everything_do_everything_once() {
    // given two copies of each service
    let mut system = Apart::start().await;
    for service in SERVICES {
        system.begin(service, 1);
    }
    for service in SERVICES {
        system.ready(service, 1).await;
    }
    system.publish("copies").await;
    let other = system.through_ingest(1);

    // when customers write at both doors, some of them of what is due soon
    let words = |at: usize| if at.is_multiple_of(3) { "SOON: it is still dark here" } else { "The bill is wrong" };
    let posts = (0..60).map(|at| {
        let door = if at % 2 == 0 { &*system } else { &other };
        door.post(post("copies", &format!("{at}"), &format!("customer-{at}"), words(at)))
    });
    let conversations = join_all(posts).await;
    join_all(conversations.iter().map(|id| system.routed(id))).await;

    // and are answered, those apart who wait in vain
    let answered: Vec<_> = conversations.iter().enumerate().filter(|(at, _)| at % 3 != 0).collect();
    join_all(answered.iter().map(|(_, id)| system.reply(id, DANA, "We look into it."))).await;
    join_all(answered.iter().map(|(_, id)| system.sent(id))).await;
    let follow_ups = answered.iter().map(|(at, _)| {
        let door = if at % 2 == 0 { &other } else { &*system };
        door.post(answering(&at.to_string(), post("copies", &format!("{at}-more"), &format!("customer-{at}"), "And?")))
    });
    join_all(follow_ups).await;
    let in_vain = conversations.iter().enumerate().filter(|(at, _)| at % 3 == 0);
    join_all(in_vain.map(|(_, id)| system.when(id, "it is too late", |shown| shown.breaches > 0))).await;
    system.quiet().await;

    // then each thing happened once, on the network too, and both copies tell the same
    each_thing_happened_once(&system).await;
    let stats = system.sandbox.stats();
    assert_eq!((stats.replies, stats.received, stats.doubled), (40, 40, 0), "{stats:?}");
    let row = system.measured("copies", "all is measured", |row| row.posts == 100).await;
    assert_eq!((row.conversations, row.replies, row.breached), (60, 40, 20));
    let gateway = system.listen("gateway", "listen", 1);
    let measures = until("the other gateway shows the same", async || {
        let page = format!("http://{gateway}/api/v1/measures?brand=copies");
        let measures: serde_json::Value =
            serde_json::from_str(&system.http.get(page).send().await.ok()?.text().await.ok()?).ok()?;
        (measures["rows"][0]["posts"] == "100").then_some(measures)
    })
    .await;
    assert_eq!(measures["rows"][0]["breached"], json!("20"));
    for copy in [0, 1] {
        let routing = format!("http://{}", system.listen("routing", "listen", copy));
        let report = system.tool_json(&["replay", "--verify", "--json", "--routing", &routing]).await;
        assert_eq!((&report["different"], &report["compared"]), (&json!(0), &report["conversations"]), "copy {copy}");
    }
}

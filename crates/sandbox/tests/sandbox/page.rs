//! The network as a person sees it: nothing hostile becomes markup, and the timeline moves.

use super::Net;
use serde_json::json;

const HOSTILE: &str = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>\r\n{{messages}} مرحبا";

async fn write(net: &Net, text: &str) {
    let author = json!({ "id": "1", "name": text, "handle": text });
    let post = json!({ "brand": "nordnet", "network": "x", "author": author, "text": text });
    let response = net.client.post(net.url("/posts")).json(&post).send().await.unwrap();
    assert!(response.status().is_success());
}

/// Reads the live timeline until it has `wanted`.
async fn read_until(live: &mut reqwest::Response, wanted: &str) -> String {
    let mut read = String::new();
    while !read.contains(wanted) {
        read.push_str(&String::from_utf8_lossy(&live.chunk().await.unwrap().expect("the timeline goes on")));
    }
    read
}

#[tokio::test]
async fn hostile_text_is_shown_as_text_and_the_policy_forbids_the_rest() {
    let net = Net::start().await;
    write(&net, HOSTILE).await;
    let mut reply = super::reply("r1", 1, 1);
    reply["data"]["text"] = json!(HOSTILE);
    reply["data"]["in_reply_to"] = json!(HOSTILE);
    net.send_body("k1", &reply).await.unwrap();

    let response = net.client.get(net.url("/")).send().await.unwrap();
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
    let page = response.text().await.unwrap();
    assert_eq!(page.matches("<script").count(), 1, "only the page's own");
    assert!(!page.contains("<img"));
    assert!(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"));
    assert!(page.contains("مرحبا") && page.contains("dir=\"auto\""));
    assert!(page.contains("data-last=\"2\""));
}

#[tokio::test]
async fn the_assets_of_the_page_are_there() {
    let net = Net::start().await;
    for (path, kind) in [("/page.js", "text/javascript"), ("/page.css", "text/css")] {
        let response = net.client.get(net.url(path)).send().await.unwrap();
        assert!(response.headers()["content-type"].to_str().unwrap().starts_with(kind));
    }
}

#[tokio::test]
async fn the_live_timeline_shows_what_comes_and_resumes_without_a_gap() {
    let net = Net::start().await;
    write(&net, "one").await;
    let mut live = net.client.get(net.url("/timeline/live?after=1")).send().await.unwrap();
    write(&net, "two").await;
    let read = read_until(&mut live, "\n\n").await;
    assert!(read.contains("id: 2") && read.contains("two") && !read.contains("one"), "{read}");
    drop(live);

    write(&net, "three").await;
    let again = net.client.get(net.url("/timeline/live?after=1")).header("last-event-id", "2");
    let mut live = again.send().await.unwrap();
    let read = read_until(&mut live, "id: 3").await;
    assert!(!read.contains("id: 2"), "{read}");
}

#[tokio::test]
async fn hostile_line_ends_do_not_break_the_live_timeline() {
    let net = Net::start().await;
    let mut live = net.client.get(net.url("/timeline/live")).send().await.unwrap();
    write(&net, "a\r\nevent: reset\n\nid: 99\rdata: b").await;
    let read = read_until(&mut live, "\n\n").await;
    assert!(!read.lines().any(|line| line.starts_with("event: reset") || line.starts_with("id: 99")), "{read}");
}

#[tokio::test]
async fn an_open_page_does_not_hold_up_the_end() {
    let net = Net::start().await;
    let mut live = net.client.get(net.url("/timeline/live")).send().await.unwrap();
    net.running.stop().await;
    while let Ok(Some(_)) = live.chunk().await {}
}

#[tokio::test]
async fn the_timeline_is_listed_by_brand_newest_first() {
    let net = Net::start().await;
    write(&net, "one").await;
    net.send("k1", "r1").await.unwrap();
    let (_, page) = net.get("/timeline?brand=nordnet").await;
    let kinds: Vec<_> = page["messages"].as_array().unwrap().iter().map(|m| m["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["reply", "post"]);
    assert_eq!(net.get("/timeline?brand=other").await.1["messages"], json!([]));
}

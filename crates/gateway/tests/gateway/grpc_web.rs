//! gRPC-Web, as a generated client in a browser speaks it: frames of length and bytes, trailers as the last one.

use crate::world::World;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use prost::Message;
use wire::pb::brand::{GetBrandRequest, GetBrandResponse};
use wire::pb::conversation::{WatchConversationsRequest, WatchConversationsResponse};

const GET_BRAND: &str = "/earshot.brand.v1.BrandService/GetBrand";
const WATCH: &str = "/earshot.conversation.v1.ConversationService/WatchConversations";
const TRAILERS: u8 = 0x80;

fn frame(message: &impl Message) -> Vec<u8> {
    let bytes = message.encode_to_vec();
    [&[0][..], &u32::try_from(bytes.len()).unwrap().to_be_bytes(), &bytes].concat()
}

/// Takes the first frame off: its flag and its bytes.
fn take(bytes: &mut Vec<u8>) -> Option<(u8, Vec<u8>)> {
    let length = u32::from_be_bytes(bytes.get(1..5)?.try_into().unwrap()) as usize;
    if bytes.len() < 5 + length {
        return None;
    }
    let rest = bytes.split_off(5 + length);
    let frame = std::mem::replace(bytes, rest);
    Some((frame[0], frame[5..].to_vec()))
}

fn call(world: &World, path: &str, kind: &str, body: Vec<u8>) -> reqwest::RequestBuilder {
    world.request("POST", path).header("content-type", kind).header("x-grpc-web", "1").body(body)
}

#[tokio::test]
async fn a_call_goes_through_to_its_service() {
    let world = World::start().await;
    let request = frame(&GetBrandRequest { brand: "nordnet".to_owned(), at: None });
    let response = call(&world, GET_BRAND, "application/grpc-web+proto", request.clone()).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/grpc-web+proto");
    let mut bytes = response.bytes().await.unwrap().to_vec();
    let (flag, message) = take(&mut bytes).unwrap();
    assert_eq!(flag, 0);
    assert_eq!(GetBrandResponse::decode(&*message).unwrap().brand.unwrap().people[0].person, "dana");
    let (flag, trailers) = take(&mut bytes).unwrap();
    assert_eq!(flag, TRAILERS);
    assert!(String::from_utf8(trailers).unwrap().contains("grpc-status:0"));
    assert_eq!(world.fake.asked("GetBrand"), [serde_json::json!({"brand": "nordnet"})]);

    // The form in text, for browsers that cannot read bytes as they come.
    let text = BASE64_STANDARD.encode(request).into_bytes();
    let response = call(&world, GET_BRAND, "application/grpc-web-text", text)
        .header("accept", "application/grpc-web-text")
        .send()
        .await
        .unwrap();
    assert!(response.headers()["content-type"].to_str().unwrap().starts_with("application/grpc-web-text"));
    assert_eq!(world.fake.asked("GetBrand").len(), 2);
}

#[tokio::test]
async fn a_stream_goes_through_as_it_comes_and_ends_with_the_gateway() {
    let world = World::start().await;
    world.fake.append("nordnet");
    world.fake.append("nordnet");
    let request = frame(&WatchConversationsRequest { start_after_sequence: 1, brand: String::new() });
    let mut response = call(&world, WATCH, "application/grpc-web+proto", request).send().await.unwrap();
    let mut bytes = Vec::new();
    let mut next = async || loop {
        if let Some(frame) = take(&mut bytes) {
            return frame;
        }
        bytes.extend(response.chunk().await.unwrap().expect("the stream ends with trailers"));
    };
    for sequence in [2, 3] {
        let (_, message) = next().await;
        assert_eq!(WatchConversationsResponse::decode(&*message).unwrap().sequence, sequence);
        world.fake.append("nordnet");
    }
    world.process.shutdown.begin();
    loop {
        let (flag, trailers) = next().await;
        if flag == TRAILERS {
            assert!(String::from_utf8(trailers).unwrap().contains("grpc-status:14"));
            break;
        }
    }
    world.stop().await;
}

#[tokio::test]
async fn a_service_that_is_away_is_a_status() {
    let mut world = World::start().await;
    world.kill_routing();
    let request = frame(&GetBrandRequest::default());
    let response = call(&world, GET_BRAND, "application/grpc-web+proto", request).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["grpc-status"], "14");
    assert!(response.headers()["grpc-message"].to_str().unwrap().starts_with("routing"));
}

#[tokio::test]
async fn what_is_no_call_is_a_problem() {
    let world = World::start_with(&["body_max_bytes=1024"]).await;
    let json = world.post(GET_BRAND, &serde_json::json!({})).await;
    assert_eq!(json.status.as_u16(), 415, "{}", json.text);
    assert_eq!(world.get(GET_BRAND).await.status.as_u16(), 405);
    let large = frame(&GetBrandRequest { brand: "x".repeat(4096), at: None });
    let response = call(&world, GET_BRAND, "application/grpc-web+proto", large).send().await.unwrap();
    assert_ne!(response.headers().get("grpc-status").map(|status| status.as_bytes()), Some(&b"0"[..]));
    assert!(world.fake.asked("GetBrand").is_empty());
}

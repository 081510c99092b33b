//! Who classifies the posts of a real system: a transformer on the real ONNX Runtime, another service, or the built-in model
//! while that is away. Every fact says who spoke.

#[allow(dead_code, reason = "the classifier's own tests need more of it")]
#[path = "../../crates/classifier/tests/backends/fake.rs"]
mod fake;
#[allow(dead_code, reason = "the classifier's own tests need more of it")]
#[path = "../../crates/classifier/tests/backends/tiny.rs"]
mod tiny;

use crate::system::{Up, facts, post, until};
use fake::{Fake, Manner};
use tempfile::TempDir;
use wire::pb::conversation::PostClassified;
use wire::pb::conversation::fact::Fact;

/// What the log says of a conversation's only post.
async fn classified(system: &Up, id: &str) -> PostClassified {
    until("the post is classified", async || {
        let told = facts(&system.get(id).await?);
        told.into_iter().find_map(|fact| match fact {
            Fact::PostClassified(class) => Some(class),
            _ => None,
        })
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transformer_gives_the_sentiment_of_every_post() {
    let dir = TempDir::new().unwrap();
    let model = format!("classifier.onnx.model={}", tiny::write(dir.path()).display());
    let library = format!("classifier.onnx.library={}", tiny::library().display());
    let mut system = Up::start_with(&["classifier.backend=onnx", &model, &library]).await;
    system.publish("onnx").await;
    let id = system.post(post("onnx", "1", "maarja", "What a lovely crew, the bag came late")).await;
    let class = classified(&system, &id).await;
    let sentiment = class.sentiment.unwrap();
    assert_eq!((class.backend.as_str(), sentiment.label.as_str()), ("onnx:tiny", "positive"));
    assert!(class.model_version.contains('+'), "both models are named: {}", class.model_version);
    assert_eq!(class.language.unwrap().label, "en", "the built-in model's");
    // and over JSON, for a text that is no post
    let asked = serde_json::json!({"text": "awful"});
    let answer = system.post_json("/api/v1/classify", asked).await;
    assert_eq!(
        (&answer.body["backend"], &answer.body["sentiment"]["label"]),
        (&"onnx:tiny".into(), &"negative".into())
    );
    // and a process that has loaded the library ends as others do
    assert!(system.stop().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_service_classifies_until_it_is_away() {
    let listening = Fake::new(Manner::Answers).listen().await;
    let url = format!("classifier.remote.url=http://{}", listening.address);
    let system = Up::start_with(&["classifier.backend=remote", &url, "classifier.remote.name=big"]).await;
    system.publish("remote").await;
    // given a post that the other service read
    let id = system.post(post("remote", "1", "maarja", "Where is my bag?")).await;
    let class = classified(&system, &id).await;
    assert_eq!((class.backend.as_str(), class.model_version.as_str()), ("remote:big", "elsewhere-7"));
    // when it goes away, then posts flow on and say so
    drop(listening);
    for number in 2..6 {
        let (number, author) = (number.to_string(), format!("author-{number}"));
        let id = system.post(post("remote", &number, &author, "Where is my bag?")).await;
        let class = classified(&system, &id).await;
        assert_eq!(class.backend, "compact (remote unavailable)");
        assert_eq!(class.language.unwrap().label, "en");
        system.routed(&id).await;
    }
}

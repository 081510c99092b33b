//! The transformer, on the real ONNX Runtime.

use super::{shipped, texts, tiny};
use classifier::backend::onnx::Onnx;
use classifier::backend::{Backend, OnnxSettings};
use std::path::Path;
use tempfile::TempDir;

fn settings(folder: &Path) -> OnnxSettings {
    OnnxSettings {
        model: Some(tiny::write(folder)),
        library: Some(tiny::library()),
        max_tokens: 8,
        batch_max: 4,
        threads: 1,
        ..OnnxSettings::default()
    }
}

/// The share of a label whose words were said so often, against two labels of which nothing was.
fn share(times: i32) -> f32 {
    let said = (tiny::WORD_LOGIT * times as f32).exp();
    said / (said + 2.0)
}

#[tokio::test]
async fn it_answers_its_head_and_the_built_in_model_the_others() {
    // given the tiny model, beside the built-in one
    let dir = TempDir::new().unwrap();
    let backend = Onnx::open(&settings(dir.path()), shipped()).unwrap();
    assert_eq!(backend.name(), "onnx:tiny");
    let (compact, transformer) = backend.model_version().split_once('+').map(|(a, b)| (a.to_owned(), b.len())).unwrap();
    assert_eq!((compact.as_str(), transformer), (shipped().version(), 12));

    // when texts of different lengths go together, one of them empty
    let asked = ["awful", "lovely lovely crew", "", "it was okay I think", "awful @someone https://example.org"];
    let answers = backend.classify(texts(&asked)).await;

    // then each has the sentiment that its words say, and confidence by the mathematics of the model
    let said: Vec<(&str, f32)> = answers
        .iter()
        .map(|answer| (answer.classification.sentiment.label.as_str(), answer.classification.sentiment.confidence))
        .collect();
    let expected = [
        ("negative", share(1)),
        ("positive", share(2)),
        ("neutral", 0.0),
        ("neutral", share(1)),
        ("negative", share(1)),
    ];
    for (place, ((label, confidence), (expected, share))) in said.iter().zip(expected).enumerate() {
        assert_eq!(*label, expected, "{:?}", asked[place]);
        assert!((confidence - share).abs() < 1e-5, "{:?}: {confidence} is not {share}", asked[place]);
    }
    // and all else is the built-in model's, under a version that names both
    for (text, answer) in asked.iter().zip(&answers) {
        let compact = shipped().classify(text);
        assert_eq!(answer.classification.language, compact.language);
        assert_eq!(answer.classification.intent, compact.intent);
        assert_eq!(answer.classification.topic, compact.topic);
        assert_eq!(answer.classification.recognised, compact.recognised);
        assert_eq!(answer.classification.model_version, backend.model_version());
        assert_eq!(&*answer.backend, "onnx:tiny");
    }
    // and it is sure where its best label has the majority
    assert!(!answers[0].classification.sentiment.unsure && share(1) > 0.5);
    let reasons: Vec<&str> =
        answers[0].classification.sentiment.reasons.iter().map(|reason| reason.feature.as_str()).collect();
    assert_eq!(reasons[..2], ["onnx", "margin"]);
}

#[tokio::test]
async fn company_changes_no_answer_and_length_has_an_end() {
    let dir = TempDir::new().unwrap();
    let backend = Onnx::open(&settings(dir.path()), shipped()).unwrap();
    // of eight tokens two are the frame: what stands after the sixth word is not read
    let long = format!("{}{}", "hm ".repeat(6), "awful ".repeat(1_000));
    let huge = "lovely".repeat(20_000);
    let asked = ["lovely", "awful okay okay lovely awful", long.as_str(), huge.as_str(), "okay"];
    let together = backend.classify(texts(&asked)).await;
    for (text, together) in asked.iter().zip(&together) {
        let alone = backend.classify(texts(&[text])).await;
        let (a, b) = (&alone[0].classification.sentiment, &together.classification.sentiment);
        assert_eq!(a.label, b.label);
        assert!((a.confidence - b.confidence).abs() < 1e-6, "{} is not {}", a.confidence, b.confidence);
    }
    let unread = &together[2].classification.sentiment;
    assert!((unread.confidence - 1.0 / 3.0).abs() < 1e-5, "nothing that it knows was read: {}", unread.confidence);
    assert!(unread.unsure);
}

#[test]
fn what_cannot_be_is_named_by_its_setting_with_a_cure() {
    let dir = TempDir::new().unwrap();
    let sound = settings(dir.path());
    Onnx::check(&sound).unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, content).unwrap();
        Some(path)
    };
    let five = file("five.onnx", &tiny::model_with_outputs(5));
    let other = file(
        "other.json",
        br#"{"version": "1.0", "model": {"type": "WordLevel", "unk_token": "u", "vocab": {"u": 99}}}"#,
    );
    let cases = [
        ("onnx.model", "docs/classifier-backends.md", OnnxSettings { model: None, ..sound.clone() }),
        ("onnx.model", "none.onnx", OnnxSettings { model: Some(dir.path().join("none.onnx")), ..sound.clone() }),
        ("onnx.model", "text.onnx", OnnxSettings { model: file("text.onnx", b"no model at all"), ..sound.clone() }),
        ("onnx.model", "empty.onnx", OnnxSettings { model: file("empty.onnx", b""), ..sound.clone() }),
        ("onnx.labels", "the model 5 outputs", OnnxSettings { model: five, ..sound.clone() }),
        ("onnx.labels", "fewer than two", OnnxSettings { labels: vec!["neutral".into()], ..sound.clone() }),
        ("onnx.tokenizer", "no.json", OnnxSettings { tokenizer: Some(dir.path().join("no.json")), ..sound.clone() }),
        ("onnx.tokenizer", "tokenizer.json", OnnxSettings { tokenizer: file("x.json", b"{}"), ..sound.clone() }),
        // a tokenizer that belongs to another model has tokens that this one does not know
        ("onnx.model", "the tokenizer and the labels", OnnxSettings { tokenizer: other, ..sound.clone() }),
    ];
    for (key, said, settings) in cases {
        let refused = Onnx::open(&settings, shipped()).map(drop).unwrap_err();
        let told = refused.to_string();
        assert!(refused.key == key && told.contains(said), "{key}, {said}: {told}");
    }
}

//! A transformer's shape in a few hundred bytes: `input_ids` and `attention_mask` in, `logits` out, and a tokenizer of the
//! kind that XLM-R has. Each word that the model knows speaks for one label; all else says nothing.
//!
//! The messages are those of `onnx.proto`, with the fields that are needed.

use prost::Message;
use std::path::{Path, PathBuf};

/// The words that the model knows, in the order of its outputs: negative, neutral, positive.
pub const WORDS: [&str; 3] = ["awful", "okay", "lovely"];
/// What one word adds to the logit of its label.
pub const WORD_LOGIT: f32 = 2.0;
const PAD: i64 = 1;
/// Special tokens, the space, and the words.
const VOCABULARY: usize = 4 + 1 + WORDS.len();
const FLOAT: i32 = 1;
const INT64: i32 = 7;

#[derive(Clone, PartialEq, Message)]
struct ModelProto {
    #[prost(int64, tag = "1")]
    ir_version: i64,
    #[prost(message, optional, tag = "7")]
    graph: Option<GraphProto>,
    #[prost(message, repeated, tag = "8")]
    opset_import: Vec<OperatorSetId>,
}

#[derive(Clone, PartialEq, Message)]
struct OperatorSetId {
    #[prost(int64, tag = "2")]
    version: i64,
}

#[derive(Clone, PartialEq, Message)]
struct GraphProto {
    #[prost(message, repeated, tag = "1")]
    node: Vec<NodeProto>,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(message, repeated, tag = "5")]
    initializer: Vec<TensorProto>,
    #[prost(message, repeated, tag = "11")]
    input: Vec<ValueInfoProto>,
    #[prost(message, repeated, tag = "12")]
    output: Vec<ValueInfoProto>,
}

#[derive(Clone, PartialEq, Message)]
struct NodeProto {
    #[prost(string, repeated, tag = "1")]
    input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    output: Vec<String>,
    #[prost(string, tag = "4")]
    op_type: String,
    #[prost(message, repeated, tag = "5")]
    attribute: Vec<AttributeProto>,
}

#[derive(Clone, PartialEq, Message)]
struct AttributeProto {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(int64, tag = "3")]
    i: i64,
    /// 2: an integer.
    #[prost(int32, tag = "20")]
    kind: i32,
}

#[derive(Clone, PartialEq, Message)]
struct TensorProto {
    #[prost(int64, repeated, tag = "1")]
    dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    data_type: i32,
    #[prost(string, tag = "8")]
    name: String,
    #[prost(bytes = "vec", tag = "9")]
    raw_data: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct ValueInfoProto {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "2")]
    kind: Option<TypeProto>,
}

#[derive(Clone, PartialEq, Message)]
struct TypeProto {
    #[prost(message, optional, tag = "1")]
    tensor_type: Option<TensorType>,
}

#[derive(Clone, PartialEq, Message)]
struct TensorType {
    #[prost(int32, tag = "1")]
    elem_type: i32,
    #[prost(message, optional, tag = "2")]
    shape: Option<ShapeProto>,
}

#[derive(Clone, PartialEq, Message)]
struct ShapeProto {
    #[prost(message, repeated, tag = "1")]
    dim: Vec<Dimension>,
}

#[derive(Clone, PartialEq, Message)]
struct Dimension {
    #[prost(int64, optional, tag = "1")]
    value: Option<i64>,
    #[prost(string, optional, tag = "2")]
    name: Option<String>,
}

/// The library of ONNX Runtime that the tests run on.
///
/// # Panics
/// When nobody said where it is; the message says how to.
pub fn library() -> PathBuf {
    let named = std::env::var_os("EARSHOT_ONNXRUNTIME");
    named.map(PathBuf::from).unwrap_or_else(|| {
        panic!(
            "this test loads ONNX Runtime: export EARSHOT_ONNXRUNTIME=$(cargo xtask onnxruntime | tail -n 1), \
             or run `cargo xtask test`, which fetches it"
        )
    })
}

/// Writes `model.onnx` and `tokenizer.json` into a folder; gives the model's path.
pub fn write(folder: &Path) -> PathBuf {
    let model = folder.join("tiny.onnx");
    std::fs::write(&model, model_with_outputs(WORDS.len())).unwrap();
    std::fs::write(folder.join("tokenizer.json"), tokenizer()).unwrap();
    model
}

/// Embeddings of the tokens, those that the mask leaves, summed up, times a matrix.
pub fn model_with_outputs(outputs: usize) -> Vec<u8> {
    let words = WORDS.len();
    // A word has a one in its own column; padding shouts, so that a forgotten mask is seen.
    let mut embeddings = vec![0.0; VOCABULARY * words];
    for word in 0..words {
        embeddings[(VOCABULARY - words + word) * words + word] = 1.0;
        embeddings[PAD as usize * words + word] = 100.0 * (word + 1) as f32;
    }
    let mut weights = vec![0.0; words * outputs];
    for label in 0..words.min(outputs) {
        weights[label * outputs + label] = WORD_LOGIT;
    }
    let graph = GraphProto {
        name: "tiny".into(),
        initializer: vec![
            floats("embeddings", &[VOCABULARY, words], &embeddings),
            floats("weights", &[words, outputs], &weights),
            floats("bias", &[outputs], &vec![0.0; outputs]),
            integers("last", &[1], &[2]),
            integers("tokens", &[1], &[1]),
        ],
        node: vec![
            node("Gather", &["embeddings", "input_ids"], "embedded", &[]),
            node("Cast", &["attention_mask"], "mask", &[("to", i64::from(FLOAT))]),
            node("Unsqueeze", &["mask", "last"], "wide_mask", &[]),
            node("Mul", &["embedded", "wide_mask"], "kept", &[]),
            node("ReduceSum", &["kept", "tokens"], "summed", &[("keepdims", 0)]),
            node("Gemm", &["summed", "weights", "bias"], "logits", &[]),
        ],
        input: vec![value("input_ids", INT64, &[None, None]), value("attention_mask", INT64, &[None, None])],
        output: vec![value("logits", FLOAT, &[None, Some(outputs as i64)])],
    };
    let opset_import = vec![OperatorSetId { version: 13 }];
    ModelProto { ir_version: 7, graph: Some(graph), opset_import }.encode_to_vec()
}

fn node(op_type: &str, input: &[&str], output: &str, attributes: &[(&str, i64)]) -> NodeProto {
    let attribute = attributes.iter().map(|(name, i)| AttributeProto { name: (*name).into(), i: *i, kind: 2 });
    NodeProto {
        input: input.iter().map(|name| (*name).into()).collect(),
        output: vec![output.into()],
        op_type: op_type.into(),
        attribute: attribute.collect(),
    }
}

fn floats(name: &str, dims: &[usize], values: &[f32]) -> TensorProto {
    let raw_data = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    tensor(name, FLOAT, dims, raw_data)
}

fn integers(name: &str, dims: &[usize], values: &[i64]) -> TensorProto {
    let raw_data = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    tensor(name, INT64, dims, raw_data)
}

fn tensor(name: &str, data_type: i32, dims: &[usize], raw_data: Vec<u8>) -> TensorProto {
    let dims = dims.iter().map(|dim| *dim as i64).collect();
    TensorProto { dims, data_type, name: name.into(), raw_data }
}

fn value(name: &str, elem_type: i32, dims: &[Option<i64>]) -> ValueInfoProto {
    let named = |place: usize| format!("{name}_{place}");
    let dim = dims
        .iter()
        .enumerate()
        .map(|(place, dim)| Dimension { value: *dim, name: dim.is_none().then(|| named(place)) });
    let shape = Some(ShapeProto { dim: dim.collect() });
    ValueInfoProto { name: name.into(), kind: Some(TypeProto { tensor_type: Some(TensorType { elem_type, shape }) }) }
}

/// Pieces of text with scores, a mark for the space before a word, and a frame of special tokens: as XLM-R has it.
fn tokenizer() -> String {
    let mut pieces = vec![r#"["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], ["▁", -1.0]"#.to_owned()];
    pieces.extend(WORDS.iter().map(|word| format!(r#"["▁{word}", -1.0]"#)));
    let special = |id: usize, content: &str| {
        format!(
            r#"{{"id": {id}, "content": "{content}", "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false, "special": true}}"#
        )
    };
    let added = ["<s>", "<pad>", "</s>", "<unk>"].into_iter().enumerate().map(|(id, content)| special(id, content));
    format!(
        r#"{{"version": "1.0", "truncation": null, "padding": null, "added_tokens": [{added}], "normalizer": null,
        "pre_tokenizer": {{"type": "Sequence", "pretokenizers": [{{"type": "WhitespaceSplit"}},
            {{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}}]}},
        "post_processor": {{"type": "TemplateProcessing",
            "single": [{{"SpecialToken": {{"id": "<s>", "type_id": 0}}}}, {{"Sequence": {{"id": "A", "type_id": 0}}}},
                {{"SpecialToken": {{"id": "</s>", "type_id": 0}}}}],
            "pair": [{{"Sequence": {{"id": "A", "type_id": 0}}}}, {{"Sequence": {{"id": "B", "type_id": 0}}}}],
            "special_tokens": {{"<s>": {{"id": "<s>", "ids": [0], "tokens": ["<s>"]}},
                "</s>": {{"id": "</s>", "ids": [2], "tokens": ["</s>"]}}}}}},
        "decoder": null,
        "model": {{"type": "Unigram", "unk_id": 3, "vocab": [{pieces}], "byte_fallback": false}}}}"#,
        added = added.collect::<Vec<_>>().join(", "),
        pieces = pieces.join(", "),
    )
}

//! What is asked over HTTP of replies that wait for a person: to go on, to be agreed to, to go on in private.

use crate::json::Case;
use serde_json::{Value, json};

const POST: &str = "POST";

pub fn cases() -> Vec<Case> {
    let write = || json!({"person": "dana", "requestId": "q1"});
    let full = || json!({"conversationId": "c1", "person": "dana", "requestId": "q1"});
    let done = || ("/changed", json!(true));
    // Each names what it is about in its path.
    let of = |path: &'static str, rpc: &'static str, (key, id): (&str, &str), reason: Option<&str>| -> Case {
        let mut body = json!({"write": write()});
        let mut asked = json!({"write": full(), key: id});
        if let Some(reason) = reason {
            body["reason"] = Value::from(reason);
            asked["reason"] = Value::from(reason);
        }
        (POST, path, body, rpc, asked, done())
    };
    let (reply, proposal) = (("replyId", "y1"), ("proposalId", "o1"));
    vec![
        of("/api/v1/conversations/c1/replies/y1/resume", "ResumeReply", reply, None),
        of("/api/v1/conversations/c1/replies/y1/give-up", "GiveUpReply", reply, Some("told him by phone")),
        of("/api/v1/conversations/c1/proposals/o1/approve", "ApproveReply", proposal, None),
        of("/api/v1/conversations/c1/proposals/o1/send-back", "SendBackReply", proposal, Some("no promises")),
    ]
}

//! What stands on the network: posts of people, replies of brands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A brand's reply on the network.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The network's own id of it.
    pub id: String,
    /// The `webhook-id` it was sent with.
    pub key: String,
    /// The sender's id of the reply; its parts share it.
    pub reply_id: String,
    pub brand: String,
    pub network: String,
    #[serde(default)]
    pub conversation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    #[serde(default)]
    pub private: bool,
    pub text: String,
    /// From 1.
    pub part: u32,
    pub parts: u32,
    pub posted_at: Timestamp,
}

/// What a person wrote on the network.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Post {
    pub post_id: String,
    pub brand: String,
    pub network: String,
    pub author: Author,
    pub text: String,
    pub posted_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    #[serde(default)]
    pub private: bool,
    /// Which of the brand's handles it speaks to: `main` or `care`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handle_use: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The first post of its thread; none when it is the first itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_root: Option<String>,
}

/// Who wrote a post.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Author {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub handle: String,
    #[serde(default)]
    pub followers: u64,
    #[serde(default)]
    pub region: String,
    #[serde(default)]
    pub tier: String,
}

/// A file that came with a post.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Media type, such as `image/png`.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Size in bytes.
    pub bytes: u64,
    #[serde(default)]
    pub url: String,
}

/// A message of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Message {
    Post(Post),
    Reply(Reply),
}

// Nobody's words in a log, not even by mistake.
impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reply({}, {} of {})", self.id, self.part, self.parts)
    }
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Post({})", self.post_id)
    }
}

impl Message {
    /// The network's id of the message.
    pub fn id(&self) -> &str {
        match self {
            Message::Post(post) => &post.post_id,
            Message::Reply(reply) => &reply.id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_never_shows_what_was_written() {
        let post = r#"{"post_id":"p1","brand":"b","network":"x","author":{"id":"a"},"text":"hello?","posted_at":"2026-03-12T13:00:00Z"}"#;
        let reply = r#"{"id":"s1","key":"k","reply_id":"r","brand":"b","network":"x","text":"sorry","part":1,"parts":1,"posted_at":"2026-03-12T13:00:00Z"}"#;
        let post: Post = serde_json::from_str(post).unwrap();
        let reply: Reply = serde_json::from_str(reply).unwrap();
        let shown = format!("{post:?} {reply:?} {:?}", Message::Post(post.clone()));
        assert!(!shown.contains("hello") && !shown.contains("sorry"), "{shown}");
    }
}

//! The plain values from which a decision is made: the post, what the classifier made of it, its conversation and its
//! customer. Callers fill what they know; what is unknown is empty, false or 0.

use crate::flags::Flags;

/// The post in hand. Counts are as the network gave them, 0 when it did not say; texts are empty when unknown.
#[derive(Clone, Copy, Default)]
pub struct PostView<'a> {
    /// As received. Personal: it is read by rules and stands in no decision, error or log line.
    pub text: &'a str,
    /// `x`, `mastodon`, `whatsapp`, ...
    pub network: &'a str,
    pub private: bool,
    pub followers: u64,
    /// `main`, `care`, or empty for a post that only names the brand.
    pub handle_use: &'a str,
    pub region: &'a str,
    pub tier: &'a str,
    pub attachments: u32,
    pub is_reply: bool,
    /// The author's handle, with or without `@`. Personal, like the text.
    pub author: &'a str,
    /// The code of a language, as the network says; what the classifier says is in [`ClassView::language`].
    pub language: &'a str,
    pub shares: u64,
    pub comments: u64,
    pub views: u64,
}

/// What the classifier made of it.
#[derive(Debug, Clone, Copy)]
pub struct ClassView<'a> {
    /// BCP 47, or `und`.
    pub language: &'a str,
    /// `negative`, `neutral`, `positive`.
    pub sentiment: &'a str,
    /// `complaint`, `question`, `request`, `praise`, `noise`, `other`.
    pub intent: &'a str,
    /// `air.delay`; empty when the model has no such head.
    pub topic: &'a str,
    /// From 0 to 1.
    pub sentiment_confidence: f32,
    /// From 0 to 1.
    pub intent_confidence: f32,
    /// From 0 to 1.
    pub topic_confidence: f32,
    pub urgent: bool,
    pub leaving: bool,
    pub wants_call: bool,
    pub thanks: bool,
    /// The heads whose answer is only the best guess.
    pub unsure: &'a [&'a str],
    /// The kinds of what was recognised in the text, each once.
    pub recognised: &'a [&'a str],
}

/// The conversation the post belongs to, with this post counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct ConversationView {
    /// Posts of the customer.
    pub posts: u32,
    /// Replies that were sent.
    pub replies: u32,
    /// Times it was reopened.
    pub reopened: u32,
    /// Contacts over other ways: phone, mail, shop.
    pub contacts: u32,
    /// How long the customer has waited for an answer; 0 when it is the customer's turn.
    pub waiting_seconds: u64,
    /// What has risen about it.
    pub flags: Flags,
    /// It is tied to an incident that is on.
    pub incident: bool,
}

/// The customer whose conversation it is, as known before this conversation.
#[derive(Debug, Clone, Copy, Default)]
pub struct CustomerView<'a> {
    /// Earlier conversations.
    pub conversations: u32,
    /// Exceptions that were made for the customer before.
    pub exceptions: u32,
    /// For how long the customer has been one.
    pub tenure_days: u32,
    /// Id of the team the customer was assigned to; empty when none was, and then the region decides.
    pub own_team: &'a str,
    /// The customer left the team model for the ordinary service.
    pub opted_out: bool,
    /// IANA name; empty when unknown.
    pub timezone: &'a str,
}

/// Never shows what a person wrote.
impl std::fmt::Debug for PostView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PostView({} bytes of text on {})", self.text.len(), self.network)
    }
}

/// Nothing is known about it yet.
impl Default for ClassView<'_> {
    fn default() -> Self {
        ClassView {
            language: "und",
            sentiment: "neutral",
            intent: "other",
            topic: "",
            sentiment_confidence: 0.0,
            intent_confidence: 0.0,
            topic_confidence: 0.0,
            urgent: false,
            leaving: false,
            wants_call: false,
            thanks: false,
            unsure: &[],
            recognised: &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_never_shows_its_text() {
        let post = PostView { text: "account 8820", network: "x", ..PostView::default() };
        assert!(!format!("{post:?}").contains("8820"));
    }
}

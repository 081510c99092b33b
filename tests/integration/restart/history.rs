//! A file of history, made up: several hundred threads of customers and agents, with everything that real files have in
//! them, and the sums that must come out of it.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// What a file holds.
#[derive(Debug, Default)]
pub struct History {
    lines: u64,
    /// Customers' posts that belong in a conversation, each once.
    pub posts: u64,
    /// The brand's own replies, each once.
    pub replies: u64,
    duplicates: u64,
    pub filtered: u64,
    rejected: u64,
}

const COMPLAINTS: [&str; 8] = [
    "My bag is lost and nobody answers the phone",
    "Teie rakendus ei tööta juba kolmandat päeva",
    "물건이 아직도 안 왔어요. 어떻게 된 건가요?",
    "为什么我的账户被冻结了？",
    "আমার অর্ডার এখনও আসেনি",
    "¿Por qué me cobraron dos veces?",
    "Where is my refund? 😡",
    "الخدمة متوقفة منذ الصباح",
];
const FOLLOW_UPS: [&str; 4] = ["Still nothing", "Thank you, it works now", "That did not help", "Ok, waiting"];

impl History {
    /// Writes a file of so many threads for a brand.
    pub fn write(file: &Path, brand: &str, threads: u64) -> Self {
        let mut history = History::default();
        let mut text = String::new();
        for thread in 0..threads {
            for line in history.thread(brand, thread) {
                text.push_str(&line.to_string());
                text.push('\n');
                history.lines += 1;
            }
            // A line that no reader can take, now and then.
            if thread % 50 == 7 {
                text.push_str("{\"id\": \"half a li\n");
                history.lines += 1;
                history.rejected += 1;
            }
        }
        std::fs::write(file, text).unwrap();
        history
    }

    fn thread(&mut self, brand: &str, thread: u64) -> Vec<Value> {
        let root = format!("t{thread}");
        // Some customers come back with another thread.
        let customer = format!("author-{}", if thread % 9 == 8 { thread - 1 } else { thread });
        let line = |id: &str, role: &str, minute: u64, parent: Option<&str>, words: &str| {
            let author = if role == "agent" { "Help Desk" } else { customer.as_str() };
            json!({
                "id": id, "thread": root, "role": role, "author": author, "in_reply_to": parent, "text": words,
                "ts": format!("2024-{:02}-{:02}T{:02}:{minute:02}:00Z", 1 + thread % 12, 1 + thread % 28, thread % 24),
                "meta": {"brand": brand},
            })
        };
        if thread % 30 == 11 {
            self.filtered += 1;
            let lonely = format!("lonely-{thread}");
            let mut advert = line(&root, "customer", 0, None, "RT and win! #giveaway");
            advert["author"] = json!(lonely);
            return vec![advert];
        }
        let first = COMPLAINTS[(thread % 8) as usize];
        let mut lines = vec![line(&root, "customer", 0, None, first)];
        let (mut parent, mut posts) = (root.clone(), BTreeSet::from([root.clone()]));
        for turn in 0..1 + thread % 4 {
            let answer = format!("{root}-a{turn}");
            lines.push(line(
                &answer,
                "agent",
                2 + turn * 10,
                Some(&parent),
                "We are sorry. Please send us the number.",
            ));
            let post = format!("{root}-c{turn}");
            let words = FOLLOW_UPS[((thread + turn) % 4) as usize];
            lines.push(line(&post, "customer", 5 + turn * 10, Some(&answer), words));
            self.replies += 1;
            posts.insert(post.clone());
            parent = post;
        }
        if thread % 40 == 3 {
            // Exported twice.
            lines.push(lines[1].clone());
            lines.push(lines[2].clone());
            self.duplicates += 2;
        }
        if thread % 60 == 5 {
            // Neither text nor attachment.
            lines.push(line(&format!("{root}-empty"), "customer", 55, Some(&root), ""));
            self.rejected += 1;
        }
        self.posts += posts.len() as u64;
        lines
    }

    /// Holds what an import reports against what is in the file, to the last line.
    pub fn holds(&self, report: &Value) {
        let count = |name: &str| report[name].as_u64().unwrap();
        let found = (count("seen"), count("accepted"), count("duplicate"), count("filtered"), count("rejected"));
        let in_file = (self.lines, self.posts + self.replies, self.duplicates, self.filtered, self.rejected);
        assert_eq!(found, in_file, "(seen, accepted, duplicate, filtered, rejected): {report}");
        assert_eq!(count("seen"), count("accepted") + count("duplicate") + count("filtered") + count("rejected"));
    }
}

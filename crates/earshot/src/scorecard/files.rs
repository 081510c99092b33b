//! Files of conversations as a projection in memory's place: read, taken in, classified and measured without a server.

use crate::progress;
use crate::services::usage;
use analytics::local::{Building, Projection};
use classifier::model::Model;
use conversation::ConversationId;
use ingest::Verdict;
use ingest::conversations_file::{self, Defaults};
use jiff::Timestamp;
use scenario::Archive;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What was read.
pub struct Read {
    pub projection: Projection,
    /// The thread that each conversation began with, as the file names it.
    threads: HashMap<ConversationId, String>,
    files: usize,
    taken: u64,
    duplicate: u64,
    filtered: u64,
    not_taken: u64,
}

impl Read {
    /// What came of the lines, in one.
    pub fn summary(&self) -> String {
        let Read { files, taken, duplicate, filtered, not_taken, .. } = self;
        let kind = if *files == 1 { "file" } else { "files" };
        format!(
            "{taken} messages of {} conversations in {files} {kind}; {duplicate} there twice, {filtered} filtered, \
             {not_taken} that cannot be taken",
            self.threads.len()
        )
    }

    /// The thread of a conversation; empty when it is of none.
    pub fn thread(&self, conversation: &str) -> &str {
        let id = ConversationId::parse(conversation).ok();
        id.and_then(|id| self.threads.get(&id)).map_or("", String::as_str)
    }
}

/// Reads them all, in their order.
pub fn read(paths: &[PathBuf], defaults: &Defaults, now: Timestamp, quiet: bool) -> anyhow::Result<Read> {
    let files = files(paths)?;
    let model = Model::shipped();
    let mut archive = Archive::new(&model, now);
    let mut building = Building::new()?;
    let mut threads = HashMap::new();
    let (mut taken, mut duplicate, mut filtered, mut not_taken) = (0, 0, 0, 0);
    let bar = progress::bar(0, "messages", quiet);
    for file in &files {
        let found = conversations_file::read(file, defaults).map_err(|error| usage(error.to_string()))?;
        bar.inc_length(found.messages.len() as u64);
        not_taken += found.bad.len() as u64;
        for message in found.messages {
            bar.inc(1);
            let thread = message.line.thread.clone();
            let Ok((one, records)) = archive.take(message) else {
                not_taken += 1;
                continue;
            };
            match one.verdict {
                Verdict::Accepted => taken += 1,
                Verdict::Duplicate => duplicate += 1,
                Verdict::Filtered => filtered += 1,
            }
            if let Some(conversation) = one.conversation {
                threads.entry(conversation).or_insert(thread);
            }
            for record in records {
                building.add(record)?;
            }
        }
    }
    bar.finish_and_clear();
    let projection = building.finish()?;
    Ok(Read { projection, threads, files: files.len(), taken, duplicate, filtered, not_taken })
}

/// The files that paths stand for.
fn files(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        match path.metadata() {
            Ok(meta) if meta.is_dir() => files.extend(conversations_in(path)?),
            Ok(_) => files.push(path.clone()),
            Err(error) => return Err(usage(format!("{} is not there to be read: {error}", path.display()))),
        }
    }
    Ok(files)
}

fn conversations_in(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let unreadable = |error: std::io::Error| usage(format!("{} cannot be read: {error}", directory.display()));
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("conv") && (name.ends_with(".jsonl") || name.ends_with(".jsonl.gz")) {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() {
        let what = format!("{} holds no conv*.jsonl or conv*.jsonl.gz; name the files", directory.display());
        return Err(usage(what));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use analytics::scorecard::Card;
    use conversation::Network;
    use wire::pb::analytics::{GetScorecardRequest, ListBehindRequest};

    fn defaults() -> Defaults {
        Defaults { brand: None, network: Network::new("x").unwrap() }
    }

    /// Two brands: one that answers within minutes, and one that lets its customers wait for two hours.
    fn write(directory: &Path) {
        let mut text = String::new();
        for (brand, minutes) in [("Swift", 5), ("Slow", 125)] {
            for nth in 0..25 {
                let answered = format!("2020-05-04T{:02}:{:02}:00Z", 9 + minutes / 60, minutes % 60);
                let (post, reply) = (format!("{brand}-{nth}"), format!("{brand}-r{nth}"));
                let meta = format!("{{\"brand\":\"{brand}\"}}");
                text.push_str(&format!(
                    "{{\"id\":\"{post}\",\"thread\":\"{post}\",\"seq\":0,\"role\":\"customer\",\"author\":\"{nth}\",\
                     \"ts\":\"2020-05-04T09:00:00Z\",\"in_reply_to\":null,\"text\":\"my parcel is late\",\"meta\":{meta}}}\n\
                     {{\"id\":\"{reply}\",\"thread\":\"{post}\",\"seq\":1,\"role\":\"agent\",\"author\":\"{brand}\",\
                     \"ts\":\"{answered}\",\"in_reply_to\":\"{post}\",\"text\":\"So sorry, we look into it. ^Kim\"}}\n"
                ));
            }
        }
        std::fs::write(directory.join("conv_two.jsonl"), text).unwrap();
        std::fs::write(directory.join("other.jsonl"), "{}").unwrap();
    }

    #[test]
    fn brands_of_a_directory_stand_side_by_side_and_lead_to_their_threads() {
        let directory = tempfile::tempdir().unwrap();
        write(directory.path());
        let now: Timestamp = "2026-05-04T09:00:00Z".parse().unwrap();
        let mut read = read(&[directory.path().to_owned()], &defaults(), now, true).unwrap();
        assert_eq!((read.taken, read.not_taken, read.threads.len()), (100, 0, 50));
        assert!(read.summary().starts_with("100 messages of 50 conversations in 1 file;"), "{}", read.summary());
        let card = read.projection.scorecard(GetScorecardRequest::default(), &Card::default(), now).unwrap();
        let names: Vec<&str> = card.rows.iter().map(|row| row.name.as_str()).collect();
        assert_eq!(names, ["swift", "slow"], "the best first");
        let speed = |row: usize| card.rows[row].heads[1].score.unwrap().points.unwrap();
        assert!(speed(0) > speed(1) + 20.0, "{} {}", speed(0), speed(1));
        let late = ListBehindRequest {
            measure: "answered_within_1h".into(),
            part: wire::pb::analytics::Part::NotCounted.into(),
            ..ListBehindRequest::default()
        };
        let behind = read.projection.list_behind(late, now).unwrap().behind;
        assert_eq!(behind.len(), 25);
        assert!(behind.iter().all(|one| read.thread(&one.conversation_id).starts_with("Slow-")));
    }

    #[test]
    fn what_is_not_there_is_said() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("gone.jsonl");
        let refused = files(&[missing]).unwrap_err().to_string();
        assert!(refused.contains("gone.jsonl is not there to be read"), "{refused}");
        let empty = files(&[directory.path().to_owned()]).unwrap_err().to_string();
        assert!(empty.contains("holds no conv*.jsonl"), "{empty}");
    }
}

//! `earshot conversation show` and `earshot explain`: one conversation, from the log alone, now or at any minute.

use crate::services::{connect_tool, usage};
use conversation::classified::{Head, PostClassified, Scored};
use conversation::state::Class;
use conversation::{Conversation, ConversationId, CustomerId, Fact, Status};
use jiff::Timestamp;
use journal::{Journal, Stored};
use service::Process;
use service::config::Sources;
use std::process::ExitCode;
use wire::pb::conversation::Explanation;

#[derive(clap::Args)]
#[command(after_help = "Examples:
  earshot conversation show 3f0c5b1e9a7d4c2fb1a0c3d4e5f60718
  earshot conversation show 3f0c... --at 2026-05-04T11:00:00Z --json")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Print a conversation: where it stands, and its whole history
    Show {
        /// The conversation's id
        id: String,
        /// As it was at this instant (RFC 3339)
        #[arg(long, value_name = "TIME")]
        at: Option<String>,
        /// Print JSON; the texts of customers are in it
        #[arg(long)]
        json: bool,
    },
}

#[derive(clap::Args)]
#[command(after_help = "Example:
  earshot explain 3f0c5b1e9a7d4c2fb1a0c3d4e5f60718")]
pub struct ExplainArgs {
    /// The conversation's id
    id: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub fn main(args: Args, sources: &Sources) -> ExitCode {
    let Command::Show { id, at, json } = args.command;
    service::tool("conversation", sources, async move |process: Process| {
        let id = parse(&id)?;
        let at: Option<Timestamp> = match at {
            Some(text) => Some(
                text.parse()
                    .map_err(|_| usage("--at is not a time; give it in RFC 3339, e.g. 2026-05-04T11:00:00Z"))?,
            ),
            None => None,
        };
        let journal = connect_tool(&process).await?;
        let mut entries = history(&journal, id).await?;
        entries.retain(|stored| at.is_none_or(|at| stored.record.recorded_at <= at));
        let own: Vec<_> = entries.iter().filter(|stored| stored.record.subject.conversation() == Some(id)).collect();
        if own.is_empty() {
            anyhow::bail!("the conversation had no records by then; ask for a later time");
        }
        let state = conversation::fold(own.iter().map(|stored| &stored.record));
        if json {
            let records: Vec<_> = entries.iter().map(|stored| wire::to_pb(&stored.record)).collect();
            let shown = serde_json::json!({"conversation_id": id.to_string(), "state": state, "records": records});
            println!("{}", serde_json::to_string_pretty(&shown)?);
            return Ok(());
        }
        show_state(id, own[0].record.subject.customer(), &state);
        for stored in &entries {
            show_record(stored);
        }
        Ok(())
    })
}

pub fn explain(args: ExplainArgs, sources: &Sources) -> ExitCode {
    service::tool("explain", sources, async move |process: Process| {
        let id = parse(&args.id)?;
        let journal = connect_tool(&process).await?;
        let entries = history(&journal, id).await?;
        let explanations = routing::explain(&entries);
        let own = entries.iter().filter(|stored| stored.record.subject.conversation() == Some(id));
        let state = conversation::fold(own.map(|stored| &stored.record));
        let score = routing::score(&state, process.clock.now());
        if args.json {
            let parts: Vec<_> =
                score.iter().map(|part| serde_json::json!({"name": part.name, "points": part.points})).collect();
            let shown = serde_json::json!({"explanations": explanations, "score": parts});
            println!("{}", serde_json::to_string_pretty(&shown)?);
            return Ok(());
        }
        for explanation in &explanations {
            show_explanation(explanation);
        }
        show_score(&score);
        Ok(())
    })
}

fn parse(id: &str) -> anyhow::Result<ConversationId> {
    ConversationId::parse(id).map_err(|_| usage("the id is not a conversation's: give its 32 hex digits"))
}

/// The records of a conversation and of all that was merged into it. An id that was merged away leads to where it went.
async fn history(journal: &Journal, id: ConversationId) -> anyhow::Result<Vec<Stored>> {
    let mut entries = Vec::new();
    let mut todo = vec![id];
    let mut seen = Vec::new();
    while let Some(next) = todo.pop() {
        if seen.contains(&next) {
            continue;
        }
        seen.push(next);
        let Some(loaded) = journal.find(&next).await? else { continue };
        let state = conversation::fold(loaded.records());
        todo.extend(state.absorbed);
        entries.extend(loaded.entries);
    }
    if entries.is_empty() {
        anyhow::bail!("the log has no conversation {id}");
    }
    entries.sort_by_key(|stored| stored.sequence);
    Ok(entries)
}

fn show_state(id: ConversationId, customer: Option<CustomerId>, state: &Conversation) {
    println!("conversation {id}");
    let status = match state.status() {
        Status::New => "new".to_owned(),
        Status::Open => "open: the customer waits".to_owned(),
        Status::WaitingForCustomer => "answered: the brand waits for the customer".to_owned(),
        Status::Resolved => "resolved".to_owned(),
        Status::Merged => format!("merged into {}", state.merged_into.map(|id| id.to_string()).unwrap_or_default()),
    };
    if let Some(customer) = customer {
        println!("  customer    {customer}");
    }
    println!("  status      {status}");
    if let Some(since) = state.waiting_since() {
        println!("  waiting     since {since}");
    }
    if let Some(deadline) = &state.deadline {
        let breached = if deadline.breached { ", breached" } else { "" };
        println!("  answer due  {}{breached}", deadline.due_at);
    }
    let team = state.team.as_ref().map_or("none", |team| team.as_str());
    println!("  team        {team}, priority {}, rule {}", state.priority.as_str(), state.rule);
    if let Some(person) = &state.assignee {
        println!("  claimed by  {person}");
    }
    println!("  posts       {}, answers {}", state.received_posts().count(), state.answers());
    if let Some(seconds) = state.first_response_seconds() {
        println!("  first answer after {seconds} s");
    }
    show_classes(state);
    println!();
}

fn show_record(stored: &Stored) {
    let record = &stored.record;
    for fact in &record.facts {
        println!("{:>8}  {}  {:<20}  {}", stored.sequence, record.occurred_at, fact.name(), words(fact));
    }
}

/// What a person at the terminal wants to see of a fact. The texts are shown with their control characters escaped.
fn words(fact: &Fact) -> String {
    let quoted = |text: &str| format!("{:?}", text.chars().take(200).collect::<String>());
    match fact {
        Fact::PostReceived(fact) => format!("{} {}", fact.network, quoted(&fact.personal.text)),
        Fact::ReplyObserved(fact) => format!("{} {}", fact.network, quoted(&fact.personal.text)),
        Fact::PostEdited(fact) => quoted(&fact.personal.text),
        Fact::PostClassified(fact) => answers(fact),
        Fact::PostReclassified(fact) => format!("model {}: {}", fact.class.model_version, answers(&fact.class)),
        Fact::ClassificationCorrected(fact) => {
            let was = if fact.was.is_empty() { "nothing" } else { &fact.was };
            format!("{} {was} -> {}", fact.head.as_str(), fact.label)
        }
        Fact::Routed(fact) => format!("rule {} -> {} at {}", fact.rule, fact.team, fact.priority.as_str()),
        Fact::DeadlineSet(fact) => format!("answer due {}", fact.due_at),
        Fact::DeadlineBreached(fact) => format!("no answer by {}", fact.due_at),
        Fact::Claimed(fact) => fact.person.to_string(),
        Fact::Placed(fact) => format!("with {}: {}", fact.team, fact.reason),
        Fact::Offered(fact) => format!("to {} until {}", fact.person, fact.until),
        Fact::OfferLapsed(fact) => format!("{}: {}", fact.person, fact.reason),
        Fact::FlagRaised(fact) => {
            format!("{}: {}, {} of {}", fact.flag.as_str(), fact.reason, fact.measured, fact.threshold)
        }
        Fact::FlagLowered(fact) => format!("{}: {}", fact.flag.as_str(), fact.reason),
        Fact::Escalated(fact) => fact.reason.clone(),
        Fact::Deescalated(fact) => fact.reason.clone(),
        Fact::DeadlineWarned(fact) => format!("answer due {}", fact.due_at),
        Fact::CallbackBooked(fact) => format!("for {}", fact.due_at),
        Fact::HandedOff(fact) => format!("{} -> {}: {}", fact.by, fact.to_team, fact.reason),
        Fact::NoteAdded(fact) => format!("{} {}", fact.person, quoted(&fact.body.text)),
        Fact::ReplySubmitted(fact) => format!("{} {}", fact.person, quoted(&fact.body.text)),
        Fact::ReplyAttempted(fact) => format!("attempt {}", fact.attempt),
        Fact::ReplySent(fact) => format!("{} at {}", fact.how, fact.sent_at),
        Fact::ReplyFailed(fact) => format!("attempt {}: {}", fact.attempt, fact.reason),
        Fact::ReplyInDoubt(fact) => format!("attempt {}: {}", fact.attempt, fact.reason),
        Fact::ReplyProposed(fact) => {
            let text = fact.replies.first().map_or("", |reply| &reply.body.text);
            format!("{} waits for {}: {}", fact.person, fact.why.join(", "), quoted(text))
        }
        Fact::ReplyApproved(fact) => format!("by {}", fact.person),
        Fact::ReplySentBack(fact) => format!("by {}: {}", fact.person, fact.reason),
        Fact::ReplyResumed(fact) => format!("{} sends {} parts once more", fact.person, fact.replies.len()),
        Fact::ReplyGivenUp(fact) => format!("by {}: {}", fact.person, fact.reason),
        Fact::WindowWarned(fact) => format!("closes {}", fact.closes_at),
        Fact::Resolved(fact) => format!("{:?}", fact.outcome),
        Fact::Reopened(fact) => fact.reason.clone(),
        Fact::Merged(fact) => format!("into {}", fact.into),
        Fact::Absorbed(fact) => format!("{} with {} posts", fact.source, fact.posts.len()),
        // The name of the others says it all.
        _ => String::new(),
    }
}

fn answers(class: &PostClassified) -> String {
    let heads = Head::ALL.map(|head| (head, class.head(head))).into_iter().filter(|(_, answer)| answer.is_answer());
    let word = |(head, answer): (Head, &Scored)| {
        format!("{} {}{}", head.as_str(), answer.label, if answer.unsure { "?" } else { "" })
    };
    heads.map(word).collect::<Vec<_>>().join(", ")
}

/// What a post is, and beside it what other models say of it.
fn show_classes(state: &Conversation) {
    let label = |class: &Class, head: Head| {
        let unsure = if class.unsure.contains(head) { "?" } else { "" };
        let by = if class.is_corrected(head) { " (corrected)" } else { "" };
        format!("{}{unsure}{by}", class.label(head))
    };
    for post in state.received_posts() {
        let Some(first) = &post.class else { continue };
        for (class, role) in std::iter::once((first, "")).chain(post.readings.iter().map(|one| (one, ", beside it"))) {
            let heads = Head::ALL.into_iter().filter(|head| !class.label(*head).is_empty());
            let said: Vec<String> = heads.map(|head| format!("{} {}", head.as_str(), label(class, head))).collect();
            println!("  post {}  model {}{role}: {}", post.key, class.model_version, said.join(", "));
        }
    }
}

/// Its place in the queue, part by part.
fn show_score(score: &[routing::Part]) {
    if score.is_empty() {
        println!("nobody waits here now, so it stands in no queue");
        return;
    }
    let parts: Vec<String> = score.iter().map(|part| format!("{} {:+.0}", part.name, part.points)).collect();
    let points: f64 = score.iter().map(|part| part.points).sum();
    println!("in the queue now with {points:.0} points (a point is a minute of waiting): {}", parts.join(", "));
}

fn show_explanation(explanation: &Explanation) {
    let at = explanation.at.as_ref().and_then(|at| wire::instant(at).ok()).unwrap_or_default();
    println!("{at}  {}", explanation.text);
    if !explanation.settings_version.is_empty() {
        println!("    settings {}", explanation.settings_version);
    }
    if !explanation.model_version.is_empty() {
        println!("    model {}", explanation.model_version);
    }
    for candidate in &explanation.candidates {
        let why = if candidate.excluded.is_empty() { "chosen" } else { &candidate.excluded };
        println!("    {} {} (score {}): {why}", candidate.kind, candidate.name, candidate.score);
    }
    for note in &explanation.notes {
        println!("    note: {note}");
    }
}

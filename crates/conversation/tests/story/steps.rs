//! Stories made by chance: steps over a world so small that they meet each other all the time.

use crate::world::*;
use conversation::approval::ApproveReply;
use conversation::callback::BookCallback;
use conversation::classified::{Head, PostClassified};
use conversation::deadlines::{DeadlineClock, DeadlineKind, DeadlineSet};
use conversation::placed::{OFFLINE, UNTOUCHED};
use conversation::received::{PostReceived, ReplyObserved};
use conversation::replied::{ReplySent, SubmitReply};
use conversation::resolved::Outcome;
use conversation::rising::{Flag, FlagLowered, FlagRaised};
use conversation::routed::{Priority, RouteDecision};
use conversation::{
    CallbackId, Command, Context, Decision, Fact, Network, PersonId, Personal, ReplyId, TeamId, window,
};
use proptest::prelude::*;

const INTENTS: [&str; 6] = ["complaint", "question", "request", "praise", "noise", "other"];
const PRIORITIES: [Priority; 4] = [Priority::Low, Priority::Normal, Priority::High, Priority::Urgent];
const OUTCOMES: [Outcome; 4] = [Outcome::Solved, Outcome::Refused, Outcome::NoActionNeeded, Outcome::WentQuiet];

/// Something asked for, in words that become a command once the state is known (which reply, which clock).
#[derive(Debug, Clone)]
pub enum Ask {
    Plain(Box<Command>),
    /// The n-th reply that was submitted; one of another conversation when there are fewer.
    Attempt {
        nth: usize,
        after_doubt: bool,
    },
    Confirm {
        nth: usize,
        post: Option<u8>,
        ago: i64,
    },
    Fail {
        nth: usize,
        attempts_ago: u32,
        is_final: bool,
    },
    Doubt {
        nth: usize,
    },
    Settle {
        nth: usize,
        arrived: bool,
    },
    /// The rest of an answer is sent once more, or given up with this reason.
    GoOn {
        nth: usize,
        person: PersonId,
        given_up: Option<String>,
    },
    /// The n-th reply that was proposed is approved, or sent back with this reason; one of another conversation when there are
    /// fewer.
    Judge {
        nth: usize,
        person: PersonId,
        sent_back: Option<String>,
    },
    /// The window that closes, or one that never was.
    WarnOfWindow {
        open: bool,
    },
    /// The running clock, or one that never was.
    Pass {
        kind: DeadlineKind,
        running: bool,
    },
    Warn {
        kind: DeadlineKind,
        running: bool,
    },
    /// A clock for whoever waits, or one of long ago.
    Start {
        set: DeadlineSet,
        fresh: bool,
    },
    /// The offer that stands, or one to somebody else.
    Lapse {
        standing: bool,
        reason: &'static str,
    },
    /// A call so many minutes from now.
    Book {
        ahead: i64,
    },
    /// The n-th callback that was booked; one of another conversation when there are fewer.
    Callback {
        nth: usize,
        end: CallbackStep,
    },
}

/// What becomes of a callback.
#[derive(Debug, Clone, Copy)]
pub enum CallbackStep {
    ComesDue,
    Done,
    Missed,
}

/// Something asked for some minutes after what was asked for before.
#[derive(Debug, Clone)]
pub struct Step {
    pub later: i64,
    pub ask: Ask,
}

/// Posts 1 to 4 are the customer's.
fn any_post() -> impl Strategy<Value = u8> {
    1..=4_u8
}

/// Posts 9 to 11 are the brand's.
fn any_answer() -> impl Strategy<Value = u8> {
    9..=11_u8
}

fn any_person() -> impl Strategy<Value = PersonId> {
    prop::sample::select(vec!["ana", "ben", "cho"]).prop_map(person)
}

fn any_team() -> impl Strategy<Value = TeamId> {
    prop::sample::select(vec!["care", "crisis"]).prop_map(team)
}

/// Mostly there, sometimes empty.
fn any_reason() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["why", "why", "why", " "]).prop_map(str::to_owned)
}

fn any_minute() -> impl Strategy<Value = i64> {
    0..90_i64
}

fn receives() -> impl Strategy<Value = Command> {
    let posted = prop::option::weighted(0.9, any_minute());
    (any_post(), posted, any::<bool>(), prop::bool::weighted(0.1), prop::option::weighted(0.1, 1..3_u32)).prop_map(
        |(n, posted, private, backfill, awaited)| {
            let posted_at = posted.map(minute);
            let awaited_in = awaited.map(matter);
            let post = PostReceived { posted_at, private, backfill, awaited_in, ..received(n, 0) };
            Command::ReceivePost(Box::new(post))
        },
    )
}

fn observes() -> impl Strategy<Value = Command> {
    (any_answer(), prop::option::weighted(0.9, any_minute()), any::<bool>()).prop_map(|(n, posted, private)| {
        let reply = ReplyObserved { posted_at: posted.map(minute), private, ..observed(n, 0) };
        Command::ObserveReply(Box::new(reply))
    })
}

fn classifies() -> impl Strategy<Value = Command> {
    (any_post(), prop::sample::select(INTENTS.to_vec()), 0..3_i64).prop_map(|(n, intent, text_version)| {
        Command::ClassifyPost(Box::new(PostClassified { text_version, ..classified(n, intent) }))
    })
}

fn reclassifies() -> impl Strategy<Value = Command> {
    let read = (any_post(), prop::sample::select(INTENTS.to_vec()), prop::sample::select(vec!["m1", "m2"]), 0..3_i64);
    read.prop_map(|(n, intent, model, text_version)| {
        let class = PostClassified { model_version: model.into(), text_version, ..classified(n, intent) };
        Command::ReclassifyPost(Box::new(class))
    })
}

fn corrects() -> impl Strategy<Value = Command> {
    let answers = vec![
        (Head::Intent, "complaint"),
        (Head::Intent, "praise"),
        (Head::Language, "et"),
        (Head::Topic, "air.lounge"),
        (Head::Urgency, "urgent"),
        (Head::Urgency, "normal"),
        (Head::Sentiment, "furious"),
    ];
    (any_post(), prop::sample::select(answers))
        .prop_map(|(n, (head, label))| Command::CorrectClassification(correction(n, head, label)))
}

fn routes() -> impl Strategy<Value = Command> {
    let clocks = (prop::option::weighted(0.9, any_clock()), prop::option::of(any_clock()));
    (any_post(), any_team(), prop::sample::select(PRIORITIES.to_vec()), clocks).prop_map(
        |(n, team, priority, (answer, matter))| {
            let matter = matter.map(|set| DeadlineSet { kind: DeadlineKind::Resolution, ..set });
            let deadlines = answer.into_iter().chain(matter).collect();
            Command::RoutePost(RouteDecision { team, priority, deadlines, ..decision(n) })
        },
    )
}

/// A clock by the calendar or by opening hours, most of them with a warning.
fn any_clock() -> impl Strategy<Value = DeadlineSet> {
    let seconds = prop::sample::select(vec![0, 60, 600, 600, u32::MAX]);
    (seconds, prop::bool::weighted(0.3), prop::bool::weighted(0.8)).prop_map(|(seconds, business, warns)| {
        let set = target(seconds);
        let clock = if business { DeadlineClock::Business } else { DeadlineClock::Calendar };
        let warn_at = warns.then(|| minute(0).max(set.due_at - jiff::SignedDuration::from_mins(8)));
        DeadlineSet { clock, warn_at, ..set }
    })
}

fn any_kind() -> impl Strategy<Value = DeadlineKind> {
    prop::sample::select(vec![DeadlineKind::NextResponse, DeadlineKind::Resolution])
}

fn clocks() -> impl Strategy<Value = Ask> {
    let running = || prop::bool::weighted(0.8);
    prop_oneof![
        2 => (any_kind(), running()).prop_map(|(kind, running)| Ask::Pass { kind, running }),
        3 => (any_kind(), running()).prop_map(|(kind, running)| Ask::Warn { kind, running }),
        2 => (any_clock(), any_kind(), running()).prop_map(|(set, kind, fresh)| {
            Ask::Start { set: DeadlineSet { kind, ..set }, fresh }
        }),
    ]
}

/// What the clock and the settings do without a person.
fn places() -> impl Strategy<Value = Ask> {
    let plain = |command| Ask::Plain(Box::new(command));
    let home = prop::option::of(prop::sample::select(vec!["care", "north"]));
    let place = (prop::sample::select(vec!["care", "south"]), home, prop::option::of(any_minute()))
        .prop_map(|(to, home, until)| Command::Place(placed(to, home, until)));
    let offer = (prop::sample::select(vec!["ana", "ben"]), any_minute())
        .prop_map(|(name, until)| Command::Offer(offered(name, until)));
    let reason = prop::sample::select(vec![UNTOUCHED, OFFLINE]);
    prop_oneof![
        2 => place.prop_map(plain),
        2 => offer.prop_map(plain),
        1 => (prop::bool::weighted(0.8), reason).prop_map(|(standing, reason)| Ask::Lapse { standing, reason }),
    ]
}

fn rises() -> impl Strategy<Value = Command> {
    let flags = || prop::collection::vec(prop::sample::select(Flag::ALL.to_vec()), 1..3);
    let raise = |flags: Vec<Flag>| flags.into_iter().map(raised).collect::<Vec<FlagRaised>>();
    let lower = |flags: Vec<Flag>| flags.into_iter().map(lowered).collect::<Vec<FlagLowered>>();
    prop_oneof![
        3 => flags().prop_map(move |flags| Command::RaiseFlags(raise(flags))),
        2 => flags().prop_map(move |flags| Command::LowerFlags(lower(flags))),
        1 => prop::sample::select(vec!["air.delay", "air.baggage"]).prop_map(|on| Command::JoinIncident(incident(on))),
    ]
}

fn callbacks() -> impl Strategy<Value = Ask> {
    let steps = vec![CallbackStep::ComesDue, CallbackStep::Done, CallbackStep::Missed];
    prop_oneof![
        1 => (-3..20_i64).prop_map(|ahead| Ask::Book { ahead }),
        4 => (0..2_usize, prop::sample::select(steps)).prop_map(|(nth, end)| Ask::Callback { nth, end }),
    ]
}

fn submits() -> impl Strategy<Value = Command> {
    let text = prop::sample::select(vec!["we are on it", "we are on it", ""]);
    let guarded = prop::sample::select(vec!["whole", "whole", "whole", "stopped", "in parts", "proposed"]);
    let note = prop::sample::select(vec!["", "", "we wrote to you"]);
    let all = (any_person(), prop::option::of(any_post()), any::<bool>(), text, guarded, note);
    all.prop_map(|(person, post_n, private, text, guarded, note)| {
        let in_reply_to = post_n.map(post);
        let body = Personal::text(text);
        let of = |which: &str, what: &[&str]| match guarded == which {
            true => what.iter().map(|one| (*one).to_owned()).collect(),
            false => Vec::new(),
        };
        let stops = of("stopped", &["personal_data_in_public"]);
        let parts = of("in parts", &["we are (1/2)", "on it (2/2)"]);
        let (approval, public_note) = (of("proposed", &["person"]), note.to_owned());
        let reply = SubmitReply { person, in_reply_to, private, body, stops, parts, ..submission("ana") };
        Command::SubmitReply(SubmitReply { approval, public_note, ..reply })
    })
}

/// What comes in from outside.
pub fn any_intake() -> impl Strategy<Value = Command> {
    prop_oneof![
        4 => receives(),
        1 => (any_post(), any_minute()).prop_map(|(n, at)| Command::EditPost(edited(n, at))),
        1 => (any_post(), any_minute()).prop_map(|(n, at)| Command::DeletePost(deleted(n, at))),
        1 => (any_post(), 0..4_u64, any_minute()).prop_map(|(n, totals, at)| {
            Command::ObserveEngagement(engaged(n, totals, at))
        }),
        1 => observes(),
        1 => any_minute().prop_map(|at| Command::RecordContact(contact(at))),
    ]
}

fn desk() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => (any_person(), prop::option::of(any_team())).prop_map(|(person, team)| Command::Claim { person, team }),
        1 => (any_person(), any_reason()).prop_map(|(person, reason)| Command::Release { person, reason }),
        1 => (any_person(), any_team(), prop::option::of(any_person()), any_reason()).prop_map(
            |(by, to_team, to_person, reason)| Command::HandOff { by, to_team, to_person, reason }
        ),
        1 => (prop::option::of(any_person()), prop::option::of(any_team()), any_reason())
            .prop_map(|(by, to_team, reason)| Command::Escalate { by, to_team, reason }),
        1 => (prop::option::of(any_person()), any_reason()).prop_map(|(by, reason)| Command::Deescalate { by, reason }),
        1 => (any_person(), any_reason()).prop_map(|(person, text)| {
            Command::AddNote { person, body: Personal::text(text) }
        }),
    ]
}

fn ends() -> impl Strategy<Value = Command> {
    prop_oneof![
        6 => (prop::option::of(any_person()), prop::sample::select(OUTCOMES.to_vec()))
            .prop_map(|(person, outcome)| Command::Resolve { person, outcome }),
        3 => (any_person(), any_reason()).prop_map(|(person, reason)| Command::Reopen { person, reason }),
        1 => (0..3_u32, prop::option::of(any_person())).prop_map(|(n, person)| {
            Command::MergeInto { target: matter(n), reason: "same_thread".into(), person }
        }),
        2 => (0..3_u32, prop::collection::vec(5..8_u8, 0..3), any_minute())
            .prop_map(|(n, posts, first)| Command::Absorb(absorbed(n, &posts, first))),
    ]
}

fn replies() -> impl Strategy<Value = Ask> {
    let nth = || 0..3_usize;
    let key = prop::option::of(any_answer());
    prop_oneof![
        3 => (nth(), any::<bool>()).prop_map(|(nth, after_doubt)| Ask::Attempt { nth, after_doubt }),
        2 => (nth(), key, 0..9_i64).prop_map(|(nth, post, ago)| Ask::Confirm { nth, post, ago }),
        2 => (nth(), 0..2_u32, any::<bool>())
            .prop_map(|(nth, attempts_ago, is_final)| Ask::Fail { nth, attempts_ago, is_final }),
        1 => nth().prop_map(|nth| Ask::Doubt { nth }),
        1 => (nth(), any::<bool>()).prop_map(|(nth, arrived)| Ask::Settle { nth, arrived }),
        2 => (nth(), any_person(), prop::option::of(any_reason()))
            .prop_map(|(nth, person, given_up)| Ask::GoOn { nth, person, given_up }),
        2 => (nth(), any_person(), prop::option::of(any_reason()))
            .prop_map(|(nth, person, sent_back)| Ask::Judge { nth, person, sent_back }),
    ]
}

/// Hours may pass until then.
fn warns_of_window() -> impl Strategy<Value = Step> {
    let all = (0..2_000_i64, prop::bool::weighted(0.9));
    all.prop_map(|(later, open)| Step { later, ask: Ask::WarnOfWindow { open } })
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![40 => any_short_step(), 1 => warns_of_window()]
}

fn any_short_step() -> impl Strategy<Value = Step> {
    let plain = |command| Ask::Plain(Box::new(command));
    let ask = prop_oneof![
        6 => any_intake().prop_map(plain),
        4 => classifies().prop_map(plain),
        4 => routes().prop_map(plain),
        2 => corrects().prop_map(plain),
        2 => reclassifies().prop_map(plain),
        3 => desk().prop_map(plain),
        2 => places(),
        2 => rises().prop_map(plain),
        4 => callbacks(),
        3 => submits().prop_map(plain),
        5 => replies(),
        2 => ends().prop_map(plain),
        3 => clocks(),
    ];
    (0..15_i64, ask).prop_map(|(later, ask)| Step { later, ask })
}

/// A story of up to 80 steps, most of which begin with a post on its way to a team.
pub fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    // A fifth of them in private, on a network that knows a window.
    let opening = (prop::bool::weighted(0.8), prop::bool::weighted(0.2)).prop_map(|(opened, windowed)| {
        let post = if windowed { in_window(1, 0) } else { received(1, 0) };
        let asks = [
            Command::ReceivePost(Box::new(post)),
            Command::ClassifyPost(Box::new(classified(1, "complaint"))),
            Command::RoutePost(decision(1)),
        ];
        let steps = asks.map(|command| Step { later: 0, ask: Ask::Plain(Box::new(command)) });
        if opened { steps.to_vec() } else { Vec::new() }
    });
    (opening, prop::collection::vec(any_step(), 0..80)).prop_map(|(mut steps, more)| {
        steps.extend(more);
        steps
    })
}

/// Post n as a private message on a network that takes answers for a day.
fn in_window(n: u8, posted: i64) -> PostReceived {
    PostReceived { network: Network::new("whatsapp").unwrap(), private: true, ..received(n, posted) }
}

impl Story {
    fn nth_reply(&self, nth: usize) -> (ReplyId, u32) {
        let known = self.state.replies.iter().filter_map(|reply| reply.id.map(|id| (id, reply.attempts))).nth(nth);
        known.unwrap_or((ReplyId::of(&matter(1), &cause("elsewhere")), 1))
    }

    /// The clock of this kind that runs, or one that never was.
    fn clock(&self, kind: DeadlineKind, running: bool) -> (DeadlineKind, jiff::Timestamp) {
        let known = self.state.clock(kind).filter(|_| running);
        known.map_or((kind, minute(7)), |deadline| (deadline.kind, deadline.due_at))
    }

    fn judge(&self, nth: usize, person: PersonId, sent_back: Option<String>) -> Command {
        let proposed = self.records.iter().flat_map(|record| &record.facts).filter_map(|fact| match fact {
            Fact::ReplyProposed(fact) => Some((fact.proposal, fact.replies.clone())),
            _ => None,
        });
        let elsewhere = (ReplyId::of(&matter(1), &cause("elsewhere")), Vec::new());
        let (proposal, replies) = proposed.clone().nth(nth).unwrap_or(elsewhere);
        match sent_back {
            Some(reason) => Command::SendBackReply { proposal, person, reason },
            None => Command::ApproveReply(ApproveReply { proposal, person, replies }),
        }
    }

    fn nth_callback(&self, nth: usize, end: CallbackStep) -> Command {
        let known = self.state.callbacks.get(nth).map(|known| known.id);
        let callback = known.unwrap_or(CallbackId::of(&matter(1), &cause("elsewhere")));
        match end {
            CallbackStep::ComesDue => Command::CallbackComesDue(callback),
            CallbackStep::Done => Command::FinishCallback { callback, person: person("ben") },
            CallbackStep::Missed => Command::MissCallback(callback),
        }
    }

    /// The command that an ask means now.
    pub fn command(&self, ask: &Ask) -> Command {
        match ask {
            Ask::Plain(command) => command.as_ref().clone(),
            Ask::Attempt { nth, after_doubt } => {
                Command::AttemptReply { reply: self.nth_reply(*nth).0, after_doubt: *after_doubt }
            }
            Ask::Confirm { nth, post: key, ago } => {
                let now = self.now.duration_since(minute(0)).as_mins();
                let sent = sent(self.nth_reply(*nth).0, now - ago);
                Command::ConfirmReply(ReplySent { post: key.map(post), ..sent })
            }
            Ask::Fail { nth, attempts_ago, is_final } => {
                let (reply, attempts) = self.nth_reply(*nth);
                Command::FailReply(failed(reply, attempts.saturating_sub(*attempts_ago), *is_final))
            }
            Ask::Doubt { nth } => {
                let (reply, attempts) = self.nth_reply(*nth);
                Command::DoubtReply(doubted(reply, attempts))
            }
            Ask::Settle { nth, arrived } => Command::SettleReply { reply: self.nth_reply(*nth).0, arrived: *arrived },
            Ask::GoOn { nth, person, given_up } => {
                let (reply, person) = (self.nth_reply(*nth).0, person.clone());
                match given_up.clone() {
                    Some(reason) => Command::GiveUpReply { reply, person, reason },
                    None => Command::ResumeReply { reply, person },
                }
            }
            Ask::Judge { nth, person, sent_back } => self.judge(*nth, person.clone(), sent_back.clone()),
            Ask::WarnOfWindow { open } => {
                let open = window::window(&self.state).filter(|_| *open);
                Command::WarnOfWindow { closes_at: open.map_or(minute(7), |window| window.closes_at) }
            }
            Ask::Pass { kind, running } => {
                let (kind, due_at) = self.clock(*kind, *running);
                Command::PassDeadline { kind, due_at }
            }
            Ask::Warn { kind, running } => {
                let (kind, due_at) = self.clock(*kind, *running);
                Command::WarnOfDeadline { kind, due_at }
            }
            Ask::Start { set, fresh: true } => self.restart(set.clone()),
            Ask::Start { set, fresh: false } => Command::StartDeadline(set.clone()),
            Ask::Lapse { standing, reason } => {
                let offer = self.state.offer.as_ref().filter(|_| *standing);
                let person = offer.map_or_else(|| person("cho"), |offer| offer.person.clone());
                Command::LapseOffer { person, reason }
            }
            Ask::Book { ahead } => {
                let due_at = self.now + jiff::SignedDuration::from_mins(*ahead);
                Command::BookCallback(BookCallback { due_at, ..call(0) })
            }
            Ask::Callback { nth, end } => self.nth_callback(*nth, *end),
        }
    }

    /// Takes a step, whatever comes of it.
    pub fn goes_on(&mut self, step: &Step) {
        let (_command, _context, _decision) = self.step(step);
    }

    /// Takes a step, and answers what was asked, in which context, and what came of it.
    pub fn step(&mut self, step: &Step) -> (Command, Context, Decision) {
        self.now = self.now.checked_add(jiff::SignedDuration::from_mins(step.later)).unwrap();
        let (command, context) = (self.command(&step.ask), self.context());
        let decision = self.when_in(&command, &context);
        (command, context, decision)
    }
}

/// The whole story of these steps.
pub fn tell(steps: &[Step]) -> Story {
    let mut story = Story::new();
    for step in steps {
        story.goes_on(step);
    }
    story
}

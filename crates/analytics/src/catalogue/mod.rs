//! What every measure means, in words, and what it is made of. The API serves these words, docs/measures.md holds them, and
//! a test holds the two to each other. What it is made of is said in the columns of the projection; the same is worked out a
//! second time in [`crate::recompute`], in other words, and tests hold the two against each other.

mod answers;
mod clarity;
mod conversations;
mod customers;
mod desk;
mod intake;
mod personality;
mod speed;
mod told;

use wire::pb::analytics as pb;

/// The version of the definitions. It grows when one changes its meaning, or one comes new.
pub const DEFINITIONS: u32 = 3;

/// One measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measure {
    pub name: &'static str,
    pub title: &'static str,
    pub unit: &'static str,
    /// What counts.
    pub definition: &'static str,
    /// Whose time it is measured on; empty where time plays no part.
    pub clock: &'static str,
    /// What does not count; empty where nothing is left out.
    pub left_out: &'static str,
    /// The version of the definitions since which it means this.
    pub since: u32,
    /// Which settings of the brand have a say in it; empty for none.
    pub settings: &'static str,
    pub form: Form,
    /// What it meant before.
    pub former: &'static [Former],
}

/// What a measure meant up to some version. It is still worked out over the whole history, as `name@since`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Former {
    pub since: u32,
    pub definition: &'static str,
    pub form: Form,
}

/// What a measure is made of, in the columns of the projection. `:now` is the present, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form {
    /// The conversations for which a condition holds.
    Count(&'static str),
    /// The sum of what each conversation adds, divided by `per`.
    Sum { of: &'static str, per: i64 },
    /// The conversations for which `hit` holds, of those for which `of` does. Who is no part of `of` is no hit.
    Share { hit: &'static str, of: &'static str },
    /// A sum by a sum.
    Ratio { part: &'static str, of: &'static str },
    /// The smallest span that so many of a hundred do not exceed.
    Percentile { spans: Spans, percent: u64 },
    /// The longest that a customer waits now.
    LongestWait,
    /// How many customers the conversations are of.
    Customers,
    /// Of the hours of the week in which posts came, those in which answers went out.
    WeekHours,
    /// Posts that a rule kept out; only those that were brought back, or all.
    Filtered { brought_back: bool },
    /// What happened to a brand and belongs to no conversation.
    Happening(&'static str),
}

/// Which times a percentile is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spans {
    FirstResponse,
    /// Any number a conversation.
    NextResponse,
    Resolution,
    /// Any number a conversation.
    Approval,
}

impl Spans {
    /// The column that holds them.
    pub fn column(self) -> &'static str {
        match self {
            Spans::FirstResponse => "first_response_seconds",
            Spans::NextResponse => "next_response_seconds",
            Spans::Resolution => "resolution_seconds",
            Spans::Approval => "approval_seconds",
        }
    }
}

/// A part of the catalogue.
pub struct Chapter {
    pub name: &'static str,
    pub title: &'static str,
    pub measures: &'static [Measure],
}

/// All measures, in the order in which they are shown.
pub const CHAPTERS: &[Chapter] = &[
    Chapter { name: "conversations", title: "Conversations", measures: conversations::MEASURES },
    Chapter { name: "answers", title: "Answers", measures: answers::MEASURES },
    Chapter { name: "clarity", title: "Clarity and efficiency", measures: clarity::MEASURES },
    Chapter { name: "speed", title: "Speed", measures: speed::MEASURES },
    Chapter { name: "personality", title: "Personality", measures: personality::MEASURES },
    Chapter { name: "customers", title: "Customers", measures: customers::MEASURES },
    Chapter { name: "desk", title: "The desk", measures: desk::MEASURES },
    Chapter { name: "told", title: "Notices and news", measures: told::MEASURES },
    Chapter { name: "intake", title: "What came in", measures: intake::MEASURES },
];

pub fn measures() -> impl Iterator<Item = &'static Measure> {
    CHAPTERS.iter().flat_map(|chapter| chapter.measures)
}

/// What a name of the catalogue stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Named {
    pub measure: &'static Measure,
    pub form: Form,
    /// The version, where it is a former one.
    pub former: Option<u32>,
}

impl Named {
    pub fn name(&self) -> String {
        match self.former {
            Some(since) => format!("{}@{since}", self.measure.name),
            None => self.measure.name.to_owned(),
        }
    }
}

/// A measure by its name, `name@1` for a former definition of it.
pub fn find(name: &str) -> Option<Named> {
    let (name, version) = name.split_once('@').map_or((name, None), |(name, version)| (name, Some(version)));
    let measure = measures().find(|measure| measure.name == name)?;
    let Some(version) = version else { return Some(Named { measure, form: measure.form, former: None }) };
    let since: u32 = version.parse().ok()?;
    let former = measure.former.iter().find(|former| former.since == since)?;
    Some(Named { measure, form: former.form, former: Some(since) })
}

/// Every name that may be asked for, former definitions behind the present one.
pub fn names() -> impl Iterator<Item = String> {
    measures().flat_map(|measure| {
        let former = measure.former.iter().map(|former| format!("{}@{}", measure.name, former.since));
        std::iter::once(measure.name.to_owned()).chain(former)
    })
}

impl Form {
    pub fn to_pb(self, unit: &str) -> pb::MeasureForm {
        match self {
            Form::Ratio { .. } if unit == "share" => pb::MeasureForm::Share,
            Form::Count(_) | Form::Sum { .. } | Form::Customers | Form::Filtered { .. } | Form::Happening(_) => {
                pb::MeasureForm::Count
            }
            Form::Share { .. } | Form::WeekHours => pb::MeasureForm::Share,
            Form::Ratio { .. } => pb::MeasureForm::Mean,
            Form::Percentile { .. } => pb::MeasureForm::Percentile,
            Form::LongestWait => pb::MeasureForm::Maximum,
        }
    }
}

impl Measure {
    /// The measure in the form of the contract: its definition says everything.
    pub fn to_pb(&self, chapter: &str) -> pb::Measure {
        let parts = [self.definition, self.clock, self.left_out];
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        let former = self.former.iter().map(|former| pb::FormerDefinition {
            name: format!("{}@{}", self.name, former.since),
            since: former.since,
            definition: former.definition.into(),
        });
        pb::Measure {
            name: self.name.into(),
            title: self.title.into(),
            definition: parts.join(" "),
            unit: self.unit.into(),
            clock: self.clock.into(),
            left_out: self.left_out.into(),
            form: self.form.to_pb(self.unit).into(),
            since: self.since,
            settings: self.settings.into(),
            chapter: chapter.into(),
            former: former.collect(),
        }
    }

    const fn since(self, since: u32) -> Measure {
        Measure { since, ..self }
    }

    const fn on(self, clock: &'static str) -> Measure {
        Measure { clock, ..self }
    }

    const fn without(self, left_out: &'static str) -> Measure {
        Measure { left_out, ..self }
    }

    const fn by(self, settings: &'static str) -> Measure {
        Measure { settings, ..self }
    }
}

const NETWORK_TIME: &str = "Measured on the network's own times, around the clock; a post never counts as earlier than its \
network says, nor later than Earshot took it in.";
const UNTIMED: &str = "Not counted: conversations for which the network gave no time for the first post or for its \
answer.";
const FROM_TEXT: &str = "Not counted: answers of which the log has no text.";

const fn measure(
    name: &'static str,
    title: &'static str,
    unit: &'static str,
    form: Form,
    definition: &'static str,
) -> Measure {
    Measure { name, title, unit, definition, clock: "", left_out: "", since: 1, settings: "", form, former: &[] }
}

/// Conversations for which something holds.
const fn count(name: &'static str, title: &'static str, holds: &'static str, definition: &'static str) -> Measure {
    measure(name, title, "conversations", Form::Count(holds), definition)
}

/// What conversations add up to.
const fn sum(
    name: &'static str,
    title: &'static str,
    unit: &'static str,
    of: &'static str,
    definition: &'static str,
) -> Measure {
    measure(name, title, unit, Form::Sum { of, per: 1 }, definition)
}

/// A share of conversations.
const fn share(
    name: &'static str,
    title: &'static str,
    hit: &'static str,
    of: &'static str,
    definition: &'static str,
) -> Measure {
    measure(name, title, "share", Form::Share { hit, of }, definition)
}

/// A share of what conversations have any number of.
const fn part(
    name: &'static str,
    title: &'static str,
    part: &'static str,
    of: &'static str,
    definition: &'static str,
) -> Measure {
    measure(name, title, "share", Form::Ratio { part, of }, definition)
}

/// docs/measures.md, whole.
pub fn document() -> String {
    let mut page = String::from(include_str!("../measures_head.md"));
    for chapter in CHAPTERS {
        page.push_str(&format!("\n## {}\n", chapter.title));
        chapter.measures.iter().for_each(|measure| describe(measure, &mut page));
    }
    page
}

fn describe(measure: &Measure, page: &mut String) {
    let Measure { name, title, unit, definition, clock, left_out, since, settings, .. } = measure;
    page.push_str(&format!("\n### {title}\n\n`{name}`, in {unit}, since definitions {since}\n\n{definition}\n"));
    for part in [clock, left_out].into_iter().filter(|part| !part.is_empty()) {
        page.push_str(&format!("\n{part}\n"));
    }
    if !settings.is_empty() {
        page.push_str(&format!("\nBy the brand's settings, in the version that was in force: {settings}.\n"));
    }
    for former in measure.former {
        page.push_str(&format!("\nAs `{name}@{}`, what it meant before: {}\n", former.since, former.definition));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;
    use wire::pb::analytics::MeasureRow;

    /// Every field is written out, so that a new one does not compile until it is here, and then is missed below.
    fn full() -> MeasureRow {
        MeasureRow {
            brand: "b".into(),
            team: "t".into(),
            channel: "c".into(),
            language: "l".into(),
            conversations: 1,
            posts: 1,
            replies: 1,
            open: 1,
            waiting: 1,
            resolved: 1,
            reopened: 1,
            hand_offs: 1,
            escalated: 1,
            breached: 1,
            answered: 1,
            first_response_p50_seconds: Some(1.0),
            first_response_p90_seconds: Some(1.0),
            first_response_p99_seconds: Some(1.0),
            answered_within_10m: Some(1.0),
            answered_within_1h: Some(1.0),
            answered_within_24h: Some(1.0),
            posts_per_resolution: Some(1.0),
            one_touch_resolution_share: Some(1.0),
            praise: 1,
            complaints: 1,
            questions: 1,
            requests: 1,
            filtered: 1,
            replies_in_doubt: 1,
            longest_wait_seconds: Some(1.0),
            classified: 1,
            corrected: 1,
            corrected_share: Some(1.0),
        }
    }

    /// `answered_within_10m` is `answeredWithin10m` in JSON.
    fn in_json(name: &str) -> String {
        let mut words = name.split('_');
        let first = words.next().unwrap_or_default().to_owned();
        words.fold(first, |name, word| name + &word[..1].to_uppercase() + &word[1..])
    }

    #[test]
    fn every_measure_of_a_row_is_defined_and_no_name_is_there_twice() {
        let row = serde_json::to_value(full()).unwrap();
        let mut fields: BTreeSet<String> = row.as_object().unwrap().keys().cloned().collect();
        for dimension in ["brand", "team", "channel", "language"] {
            assert!(fields.remove(dimension));
        }
        let defined: BTreeSet<String> = measures().map(|measure| in_json(measure.name)).collect();
        assert!(fields.is_subset(&defined), "{:?}", fields.difference(&defined));
        assert_eq!(defined.len(), measures().count());
    }

    #[test]
    fn a_former_definition_has_a_name_of_its_own() {
        let former = find("escalated@1").unwrap();
        assert_eq!((former.measure.since, former.former, former.name().as_str()), (2, Some(1), "escalated@1"));
        assert_eq!((find("escalated@7"), find("escalation")), (None, None));
        assert!(names().all(|name| find(&name).is_some_and(|named| named.name() == name)));
        let known = |since: u32| since <= DEFINITIONS && since > 0;
        assert!(measures().all(|measure| known(measure.since) && measure.former.iter().all(|was| known(was.since))));
    }

    #[test]
    fn the_document_says_what_the_code_says() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/measures.md");
        if std::env::var_os("UPDATE_DOCS").is_some_and(|value| value == "1") {
            std::fs::write(&path, document()).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == document(),
            "run UPDATE_DOCS=1 cargo test -p earshot-analytics to bring docs/measures.md up to date"
        );
    }
}

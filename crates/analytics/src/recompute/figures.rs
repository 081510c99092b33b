//! Figures of every measure, from the lists of the log: grouped, added up and held within bounds by code of its own.

use super::plain::{Plain, customers, plain, week_hours};
use super::{Family, Recomputed};
use crate::catalogue::{Form, Named};
use crate::interval::{self, Sums};
use crate::query::{Dimension, Query};
use crate::store::figures::name_group;
use conversation::NoticeId;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use wire::pb::analytics::{Figure, FigureRow};

type Group<'a> = (FigureRow, Vec<Family<'a>>, Vec<u64>);

impl Recomputed {
    /// Figures of the groups that a query asks for, as of `now`, in the order of their groups.
    ///
    /// # Panics
    /// At a measure that is not worked out here; a test says that there is none.
    pub fn figures(&self, query: &Query, measures: &[Named], now: Timestamp) -> Vec<FigureRow> {
        let zone =
            if query.zone.is_empty() { TimeZone::UTC } else { TimeZone::get(&query.zone).expect("a known zone") };
        let mut groups: BTreeMap<Vec<String>, Group<'_>> = BTreeMap::new();
        let none = || vec![0; measures.len()];
        if query.group_by.is_empty() {
            groups.insert(Vec::new(), (FigureRow::default(), Vec::new(), none()));
        }
        for family in self.families() {
            let at = family.root.first_post_at().expect("families without a post are left out");
            let name = |dimension: Dimension| named(&family, dimension, at, &zone);
            if is_wanted(query, at, &zone, &|dimension| Some(name(dimension))) {
                let (key, row) = place(query, &name);
                groups.entry(key).or_insert_with(|| (row, Vec::new(), none())).1.push(family);
            }
        }
        for (nth, measure) in measures.iter().enumerate() {
            for (brand, channel, at) in self.counted(measure.form) {
                let known = |dimension: Dimension| match dimension {
                    Dimension::Brand => Some(brand.clone()),
                    Dimension::Channel => channel.clone(),
                    _ => None,
                };
                if !is_wanted(query, at, &zone, &known) {
                    continue;
                }
                let name = |dimension: Dimension| match dimension.is_of_time() {
                    true => part_of_time(dimension, at, &zone),
                    false => known(dimension).unwrap_or_default(),
                };
                let (key, row) = place(query, &name);
                groups.entry(key).or_insert_with(|| (row, Vec::new(), none())).2[nth] += 1;
            }
        }
        let rows = groups.into_values().map(|(row, families, counted)| {
            let figures = measures.iter().zip(counted);
            FigureRow { figures: figures.map(|(named, count)| figure(named, &families, count, now)).collect(), ..row }
        });
        rows.collect()
    }

    /// What is counted besides conversations: brand, channel where it has one, and when it was.
    fn counted(&self, form: Form) -> Vec<(String, Option<String>, Timestamp)> {
        match form {
            Form::Filtered { brought_back } => {
                let all = self.filtered.iter().filter(|(post, _)| !brought_back || self.brought_back.contains(*post));
                all.map(|(_, (brand, channel, at))| (brand.clone(), Some(channel.clone()), *at)).collect()
            }
            Form::Happening(kind) if kind.starts_with("person_notice") || kind.starts_with("shift_post") => {
                let fits = |notice: &NoticeId, to_person: bool| {
                    let end = match self.notice_ends.get(notice) {
                        _ if !kind.ends_with("_sent") && !kind.ends_with("_failed") => true,
                        Some(arrived) => kind.ends_with(if *arrived { "_sent" } else { "_failed" }),
                        None => false,
                    };
                    end && to_person == kind.starts_with("person_notice")
                };
                let all = self.notices.iter().filter(|(notice, (to_person, ..))| fits(notice, *to_person));
                all.map(|(_, (_, brand, at))| (brand.clone(), None, *at)).collect()
            }
            Form::Happening(kind) => {
                let all = self.happened.iter().filter(|((known, _), _)| *known == kind);
                all.map(|(_, (brand, at))| (brand.clone(), None, *at)).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn place(query: &Query, name: &dyn Fn(Dimension) -> String) -> (Vec<String>, FigureRow) {
    let mut row = FigureRow::default();
    let key: Vec<String> = query.group_by.iter().map(|dimension| name(*dimension)).collect();
    query.group_by.iter().zip(&key).for_each(|(dimension, name)| name_group(&mut row, *dimension, name));
    (key, row)
}

fn part_of_time(dimension: Dimension, at: Timestamp, zone: &TimeZone) -> String {
    let local = at.to_zoned(zone.clone());
    let week = local.date().iso_week_date();
    match dimension {
        Dimension::Day => local.date().to_string(),
        Dimension::Week => format!("{:04}-W{:02}", week.year(), week.week()),
        Dimension::Month => format!("{:04}-{:02}", local.year(), local.month()),
        Dimension::Hour => format!("{:02}", local.hour()),
        _ => local.weekday().to_monday_one_offset().to_string(),
    }
}

fn named(family: &Family<'_>, dimension: Dimension, at: Timestamp, zone: &TimeZone) -> String {
    let root = family.root;
    match dimension {
        Dimension::Brand => family.brand.to_string(),
        Dimension::Team => root.team.as_ref().map(ToString::to_string).unwrap_or_default(),
        Dimension::Channel => root.network.as_ref().map(ToString::to_string).unwrap_or_default(),
        Dimension::Language => root.class().map(|class| class.language.to_string()).unwrap_or_default(),
        Dimension::Person => {
            let first = root.first_response_at();
            let is_first = |reply: &&conversation::state::Reply| {
                Some(reply.at) == first
                    && reply.status == conversation::state::ReplyStatus::Sent
                    && !reply.notice
                    && reply.part == reply.parts
            };
            let by = root.replies.iter().find(is_first).and_then(|reply| reply.person.as_ref());
            by.map(ToString::to_string).unwrap_or_default()
        }
        Dimension::Topic if root.topic.is_empty() => {
            root.class().map(|class| class.topic.to_string()).unwrap_or_default()
        }
        Dimension::Topic => root.topic.to_string(),
        Dimension::Region => root.region.to_string(),
        Dimension::Tier => root.tier.to_string(),
        time => part_of_time(time, at, zone),
    }
}

/// Whether a filter lets something through, of which these dimensions are known.
fn is_wanted(query: &Query, at: Timestamp, zone: &TimeZone, known: &dyn Fn(Dimension) -> Option<String>) -> bool {
    let filter = &query.filter;
    let meets = |dimension: &Dimension| {
        let wanted = filter.wanted(*dimension);
        let has = || match dimension.is_of_time() {
            true => Some(part_of_time(*dimension, at, zone)),
            false => known(*dimension),
        };
        wanted.is_empty() || has().is_some_and(|has| has == wanted)
    };
    let lacks = |dimension: &Dimension| known(*dimension).unwrap_or_default().is_empty();
    Dimension::ALL.iter().all(meets)
        && filter.without.iter().all(lacks)
        && filter.from.is_none_or(|from| at >= from)
        && filter.until.is_none_or(|until| at < until)
}

fn figure(named: &Named, families: &[Family<'_>], count: u64, now: Timestamp) -> Figure {
    let measure = named.name();
    let all = families.len() as u64;
    let base = Figure { measure: measure.clone(), ..Figure::default() };
    match plain(&measure).unwrap_or_else(|| panic!("{measure} is not worked out in plain code")) {
        Plain::Sum(of) => {
            let per = if let Form::Sum { per, .. } = named.form { per } else { 1 };
            let sum: f64 = families.iter().map(|family| of(family, now)).sum();
            Figure { value: Some(sum / per as f64), sample: all, ..base }
        }
        Plain::Share(of) => {
            let sample: Vec<bool> = families.iter().filter_map(|family| of(family, now)).collect();
            let hits = sample.iter().filter(|hit| **hit).count() as f64;
            let value = (!sample.is_empty()).then(|| hits / sample.len() as f64);
            bounded(Figure { value, sample: sample.len() as u64, ..base }, interval::wilson(hits, sample.len() as f64))
        }
        Plain::Ratio(of) => ratio(base, families.iter().map(of)),
        Plain::Spans(of, percent) => spans(base, families.iter().flat_map(of).collect(), percent),
        Plain::LongestWait => {
            let open = families.iter().filter(|family| family.root.resolved_at.is_none());
            let waits: Vec<Timestamp> = open.filter_map(|family| family.root.waiting_since()).collect();
            let since = waits.iter().min();
            let waited = |since: &Timestamp| (now.as_microsecond() - since.as_microsecond()).max(0) / 1_000_000;
            Figure { value: since.map(|since| waited(since) as f64), sample: waits.len() as u64, ..base }
        }
        Plain::Customers => Figure { value: Some(customers(families) as f64), sample: all, ..base },
        Plain::WeekHours => {
            let (posts, answers) = week_hours(families);
            let covered = posts.iter().filter(|hour| answers.contains(hour)).count() as f64;
            let value = (!posts.is_empty()).then(|| covered / posts.len() as f64);
            Figure { value, sample: posts.len() as u64, ..base }
        }
        Plain::Filtered | Plain::BroughtBack | Plain::Happening => {
            Figure { value: Some(count as f64), sample: count, ..base }
        }
    }
}

fn bounded(figure: Figure, interval: Option<(f64, f64)>) -> Figure {
    Figure { low: interval.map(|bounds| bounds.0), high: interval.map(|bounds| bounds.1), ..figure }
}

fn ratio(base: Figure, parts: impl Iterator<Item = (u64, u64)>) -> Figure {
    let mut sums = Sums::default();
    for (part, of) in parts.map(|(part, of)| (part as f64, of as f64)) {
        sums.count += f64::from(u8::from(of > 0.0));
        sums.part += part;
        sums.of += of;
        sums.part_part += part * part;
        sums.part_of += part * of;
        sums.of_of += of * of;
    }
    let value = (sums.of > 0.0).then(|| sums.part / sums.of);
    bounded(Figure { value, sample: sums.of as u64, ..base }, interval::ratio(sums))
}

fn spans(base: Figure, mut values: Vec<i64>, percent: usize) -> Figure {
    let value = super::percentile(&values, percent);
    values.sort_unstable();
    let bounds = interval::ranks(values.len(), percent as u64);
    let bounds = bounds.map(|(low, high)| (values[low] as f64, values[high] as f64));
    bounded(Figure { value, sample: values.len() as u64, ..base }, bounds)
}

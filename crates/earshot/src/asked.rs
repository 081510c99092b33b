//! Which conversations a tool is about, as its arguments say it.

use crate::services::usage;
use clap::ValueEnum;
use jiff::Timestamp;
use wire::pb::analytics::{Dimension, Filter};

/// What figures are grouped by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    Brand,
    Team,
    Channel,
    Language,
    Person,
    Topic,
    Region,
    Tier,
    Day,
    Week,
    Month,
    Hour,
    Weekday,
}

impl By {
    pub fn dimension(self) -> Dimension {
        match self {
            By::Brand => Dimension::Brand,
            By::Team => Dimension::Team,
            By::Channel => Dimension::Channel,
            By::Language => Dimension::Language,
            By::Person => Dimension::Person,
            By::Topic => Dimension::Topic,
            By::Region => Dimension::Region,
            By::Tier => Dimension::Tier,
            By::Day => Dimension::Day,
            By::Week => Dimension::Week,
            By::Month => Dimension::Month,
            By::Hour => Dimension::Hour,
            By::Weekday => Dimension::Weekday,
        }
    }

    /// Narrows a filter to one of a dimension.
    ///
    /// # Errors
    /// A day, week or month is no name but a period.
    pub fn narrow(self, filter: &mut Filter, name: String) -> anyhow::Result<()> {
        let field = match self {
            By::Brand => &mut filter.brand,
            By::Team => &mut filter.team,
            By::Channel => &mut filter.channel,
            By::Language => &mut filter.language,
            By::Person => &mut filter.person,
            By::Topic => &mut filter.topic,
            By::Region => &mut filter.region,
            By::Tier => &mut filter.tier,
            By::Hour => &mut filter.hour,
            By::Weekday => &mut filter.weekday,
            By::Day | By::Week | By::Month => {
                return Err(usage("--of cannot name a day, week or month; give --from and --until instead"));
            }
        };
        *field = name;
        Ok(())
    }
}

/// Which conversations count.
#[derive(clap::Args, Clone, Default)]
pub struct Which {
    /// Only of this brand
    #[arg(long)]
    brand: Option<String>,
    /// Only those with this team
    #[arg(long)]
    team: Option<String>,
    /// Only of this network
    #[arg(long)]
    channel: Option<String>,
    /// Only in this language
    #[arg(long)]
    language: Option<String>,
    /// Only those that this person answered first
    #[arg(long)]
    person: Option<String>,
    /// Only those that begin at this instant or later (RFC 3339)
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Only those that begin before this instant (RFC 3339)
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

impl Which {
    /// In the form of the contract.
    ///
    /// # Errors
    /// A time is none.
    pub fn filter(&self) -> anyhow::Result<Filter> {
        let text = |given: &Option<String>| given.clone().unwrap_or_default();
        Ok(Filter {
            brand: text(&self.brand),
            team: text(&self.team),
            channel: text(&self.channel),
            language: text(&self.language),
            person: text(&self.person),
            from: instant("--from", self.from.as_deref())?,
            until: instant("--until", self.until.as_deref())?,
            ..Filter::default()
        })
    }
}

fn instant(name: &str, given: Option<&str>) -> anyhow::Result<Option<pbjson_types::Timestamp>> {
    let read = |text: &str| {
        let at: Result<Timestamp, _> = text.parse();
        at.map(wire::timestamp)
            .map_err(|_| usage(format!("{name} is not a time; give it in RFC 3339, e.g. 2026-05-04T11:00:00Z")))
    };
    given.map(read).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dimension_narrows_its_own_field() {
        for by in By::value_variants() {
            let mut filter = Filter::default();
            let narrowed = by.narrow(&mut filter, "05".into());
            let period = matches!(by, By::Day | By::Week | By::Month);
            assert_eq!((narrowed.is_err(), filter == Filter::default()), (period, period), "{by:?}");
        }
    }

    #[test]
    fn a_wrong_time_is_named() {
        let refused = instant("--from", Some("yesterday")).unwrap_err().to_string();
        assert!(refused.starts_with("--from is not a time"), "{refused}");
    }
}

//! The customer, whatever he writes about: his team, what is known of him, what was granted and promised, who else he is.

use crate::chance::Chance;
use crate::world::*;
use conversation::customer::{
    AnswerWay, AnswerWayChosen, BY_REGION, Customer, CustomerCommand, CustomerProfiled, CustomerTeamSet,
    ExceptionGranted, ProfilesLinked, ProfilesUnlinked, PromiseKept, TeamChoiceChanged, decide, evolve,
};
use conversation::{
    Actor, CustomerId, Decision, Fact, Network, Personal, PromiseId, Record, RecordId, Rejection, Story as _, Subject,
};
use jiff::Timestamp;
use proptest::prelude::*;

fn set_team(name: &str, reason: &str) -> CustomerCommand {
    CustomerCommand::SetTeam(CustomerTeamSet {
        team: team(name),
        region: "north".into(),
        reason: reason.into(),
        settings_version: "s1".into(),
    })
}

fn choose(opted_out: bool) -> CustomerCommand {
    CustomerCommand::ChooseTeam(TeamChoiceChanged { opted_out, person: Some(person("ana")) })
}

fn profile(tier: &str, region: &str, since: Option<i64>) -> CustomerCommand {
    CustomerCommand::Profile(CustomerProfiled {
        tier: tier.into(),
        region: region.into(),
        timezone: String::new(),
        customer_since: since.map(minute),
    })
}

fn wants(network: Option<&str>, in_private: bool) -> CustomerCommand {
    let way = AnswerWay { network: network.map(|name| Network::new(name).unwrap()), in_private };
    CustomerCommand::ChooseAnswerWay(AnswerWayChosen { way, person: person("ana") })
}

fn other(n: u8) -> CustomerId {
    CustomerId::of(&brand(), &network(), &format!("author-{n}"))
}

fn link(n: u8, reason: &str) -> CustomerCommand {
    CustomerCommand::Link(ProfilesLinked { other: other(n), person: person("ana"), reason: reason.into() })
}

fn unlink(n: u8) -> CustomerCommand {
    let reason = "two brothers".into();
    CustomerCommand::Unlink(ProfilesUnlinked { other: other(n), person: person("ana"), reason })
}

fn grant(text: &str) -> CustomerCommand {
    let (conversation, what) = (Some(matter(0)), Personal::text(text));
    CustomerCommand::GrantException(ExceptionGranted { conversation, person: person("ana"), what })
}

fn promise(text: &str, due: Option<i64>) -> CustomerCommand {
    let (conversation, what) = (Some(matter(0)), Personal::text(text));
    CustomerCommand::MakePromise { conversation, person: person("ana"), due_at: due.map(minute), what }
}

fn keep(promise: PromiseId) -> CustomerCommand {
    CustomerCommand::KeepPromise(PromiseKept { promise, person: person("ana") })
}

/// A customer as his story goes on, with the records that made it.
#[derive(Default)]
struct Known {
    state: Customer,
    records: Vec<Record>,
    asked: u32,
}

fn record_of_customer(id: RecordId, at: Timestamp, facts: Vec<Fact>) -> Record {
    let subject = Subject::Customer { brand: brand(), customer: customer() };
    Record { subject, actor: Actor::Service("story".into()), ..record(id, at, facts) }
}

impl Known {
    fn when(&mut self, command: &CustomerCommand) -> Decision {
        self.asked += 1;
        self.when_as(command, cause(&format!("customer request {}", self.asked)))
    }

    fn when_as(&mut self, command: &CustomerCommand, id: RecordId) -> Decision {
        let decision = decide(&self.state, customer(), command, id);
        if let Ok(facts) = decision.clone()
            && !facts.is_empty()
        {
            let record = record_of_customer(id, minute(i64::from(self.asked)), facts);
            evolve(&mut self.state, &record);
            self.records.push(record);
        }
        decision
    }

    fn given(&mut self, command: &CustomerCommand) -> &mut Self {
        assert_eq!(self.when(command).map(|facts| facts.len()), Ok(1), "{command:?}");
        self
    }
}

#[test]
fn his_team_is_his_for_good_unless_a_person_says_otherwise() {
    let mut known = Known::default();
    known.given(&set_team("north", BY_REGION));
    assert_eq!(known.when(&set_team("north", BY_REGION)), Ok(vec![]));
    assert_eq!(known.when(&set_team("south", BY_REGION)), Ok(vec![]), "a move does not take his people away");
    assert_eq!(known.state.team, Some(team("north")));
    known.given(&set_team("south", "he asked for it"));
    assert_eq!(known.state.team, Some(team("south")));
}

#[test]
fn he_leaves_the_model_of_one_team_and_comes_back() {
    let mut known = Known::default();
    known.given(&set_team("north", BY_REGION));
    assert_eq!(known.when(&choose(false)), Ok(vec![]), "he never left");
    known.given(&choose(true));
    assert!(known.state.opted_out);
    assert_eq!(known.when(&choose(true)), Ok(vec![]));
    known.given(&choose(false));
    assert_eq!((known.state.opted_out, &known.state.team), (false, &Some(team("north"))), "his team waits for him");
}

#[test]
fn an_empty_field_of_a_profile_takes_nothing_away() {
    let mut known = Known::default();
    known.given(&profile("gold", "north", Some(-500)));
    assert_eq!(known.when(&profile("gold", "", None)), Ok(vec![]), "it says nothing new");
    known.given(&profile("", "south", None));
    let state = &known.state;
    assert_eq!((&*state.tier, &*state.region, &*state.timezone), ("gold", "south", ""));
    assert_eq!(state.customer_since, Some(minute(-500)));
    known.given(&profile("silver", "", Some(-400)));
    assert_eq!((&*known.state.tier, known.state.customer_since), ("silver", Some(minute(-400))));
}

#[test]
fn the_newest_wish_for_a_way_of_answers_is_the_whole_of_it() {
    let mut known = Known::default();
    assert_eq!(known.when(&wants(None, false)), Ok(vec![]), "where he wrote is what everybody gets");
    known.given(&wants(Some("whatsapp"), true));
    assert_eq!(known.when(&wants(Some("whatsapp"), true)), Ok(vec![]));
    known.given(&wants(None, true));
    assert_eq!(known.state.answer_way, AnswerWay { network: None, in_private: true });
    known.given(&wants(None, false));
    assert_eq!(known.state.answer_way, AnswerWay::default());
}

#[test]
fn two_profiles_are_one_person_until_somebody_says_they_are_not() {
    let mut known = Known::default();
    assert_eq!(known.when(&link(7, "same photo")), Err(Rejection::LinksToItself));
    assert_eq!(known.when(&link(8, " ")), Err(Rejection::ReasonMissing));
    known.given(&link(8, "same phone")).given(&link(9, "same phone"));
    assert_eq!(known.when(&link(8, "same mail")), Ok(vec![]));
    let mut both = vec![other(8), other(9)];
    both.sort();
    assert_eq!(known.state.linked, both);
    known.given(&unlink(8));
    assert_eq!(known.when(&unlink(8)), Ok(vec![]));
    assert_eq!(known.state.linked, [other(9)]);
}

#[test]
fn an_exception_is_counted_and_its_words_stay_in_the_log() {
    let mut known = Known::default();
    assert_eq!(known.when(&grant(" ")), Err(Rejection::TextMissing));
    known.given(&grant("a second refund")).given(&grant("a second refund"));
    assert_eq!(known.state.exceptions, [minute(2), minute(3)], "each one is granted anew");
    assert!(!format!("{:?}", known.state).contains("refund"));
}

#[test]
fn a_promise_is_made_and_kept() {
    let mut known = Known::default();
    assert_eq!(known.when(&promise("", None)), Err(Rejection::TextMissing));
    let id = cause("the promise");
    let facts = known.when_as(&promise("a letter", Some(600)), id).unwrap();
    let [Fact::PromiseMade(made)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!(made.promise, PromiseId::of(&customer(), &id));
    assert_eq!(known.when_as(&promise("a letter", Some(600)), id), Ok(vec![]), "the same request");
    let elsewhere = PromiseId::of(&customer(), &cause("elsewhere"));
    assert_eq!(known.when(&keep(elsewhere)), Err(Rejection::UnknownPromise));
    let kept = keep(made.promise);
    known.given(&kept);
    assert_eq!(known.when(&kept), Ok(vec![]));
    let [promise] = &known.state.promises[..] else { panic!("{:?}", known.state) };
    assert_eq!((promise.due_at, promise.kept), (Some(minute(600)), true));
    assert!(!format!("{:?}", known.state).contains("letter"));
}

#[test]
fn refusals_of_customers_have_codes_of_their_own() {
    for (rejection, code) in
        [(Rejection::UnknownPromise, "UNKNOWN_PROMISE"), (Rejection::LinksToItself, "LINKS_TO_ITSELF")]
    {
        assert_eq!(rejection.code(), code);
        assert!(!rejection.to_string().is_empty());
    }
}

fn any_command() -> impl Strategy<Value = CustomerCommand> {
    let teams = prop::sample::select(vec!["north", "south"]);
    let reasons = prop::sample::select(vec![BY_REGION, "he asked for it"]);
    let texts = || prop::sample::select(vec!["a letter", "a letter", " "]);
    let tiers = prop::sample::select(vec!["", "gold", "silver"]);
    let nth = (0..8_u32).prop_map(|n| PromiseId::of(&customer(), &cause(&format!("customer request {n}"))));
    prop_oneof![
        (teams, reasons).prop_map(|(name, reason)| set_team(name, reason)),
        any::<bool>().prop_map(choose),
        (prop::sample::select(vec![None, Some("x"), Some("sms")]), any::<bool>())
            .prop_map(|(on, private)| wants(on, private)),
        (tiers, prop::option::of(0..3_i64)).prop_map(|(tier, since)| profile(tier, "", since)),
        (7..10_u8, texts()).prop_map(|(n, reason)| link(n, reason)),
        (7..10_u8).prop_map(unlink),
        texts().prop_map(grant),
        texts().prop_map(|text| promise(text, None)),
        nth.prop_map(keep),
    ]
}

proptest! {
    #[test]
    fn any_request_twice_changes_nothing_more_and_replay_is_live(commands in prop::collection::vec(any_command(), 0..30)) {
        let mut known = Known::default();
        for command in &commands {
            let decision = known.when(command);
            let id = cause(&format!("customer request {}", known.asked));
            let again = decide(&known.state, customer(), command, id);
            match decision {
                Ok(_) => prop_assert_eq!(again, Ok(vec![]), "{:?}", command),
                Err(rejection) => prop_assert_eq!(again, Err(rejection)),
            }
        }
        prop_assert_eq!(&Customer::fold(&known.records), &known.state);
        let twice: Vec<Record> = known.records.iter().flat_map(|record| [record.clone(), record.clone()]).collect();
        prop_assert_eq!(&Customer::fold(&twice), &known.state);
        let bytes = postcard::to_stdvec(&known.state).unwrap();
        prop_assert_eq!(&postcard::from_bytes::<Customer>(&bytes).unwrap(), &known.state);
    }

    /// Facts of every kind, in any order: none stops the fold, and those of conversations and brands say nothing here.
    #[test]
    fn any_facts_fold(start in any::<u64>()) {
        let mut chance = Chance::new(start);
        let facts: Vec<Fact> = Fact::NAMES.iter().map(|name| chance.fact(name)).collect();
        let mut state = Customer::default();
        evolve(&mut state, &record_of_customer(cause("all"), minute(0), facts.clone()));
        let mut again = Customer::default();
        for (n, fact) in facts.into_iter().enumerate() {
            evolve(&mut again, &record_of_customer(cause(&format!("fact {n}")), minute(0), vec![fact]));
        }
        again.seen = state.seen.clone();
        prop_assert_eq!(again, state);
    }
}

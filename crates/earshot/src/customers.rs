//! `earshot customer show`: all that is known of one customer, over every conversation and linked profile.

use crate::services::grpc_url;
use pbjson_types::Timestamp;
use service::Process;
use service::config::Sources;
use std::process::ExitCode;
use wire::pb::conversation::ConversationStatus;
use wire::pb::customer::customer_service_client::CustomerServiceClient;
use wire::pb::customer::{GetCustomerRequest, GetCustomerResponse};

#[derive(clap::Args)]
#[command(after_help = "Examples:
  earshot customer show 5d20a1f7c3be4e0f8a6b9c2d1e0f3a4b
  earshot customer show 5d20... --json")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Print a customer: team, tier, tenure, conversations, contacts by other ways, exceptions and promises
    Show {
        /// The customer's id, as `earshot conversation show` prints it
        id: String,
        /// gRPC address of routing; the one in the settings when absent
        #[arg(long, value_name = "URL")]
        routing: Option<String>,
        /// Print JSON; words of customers are in it
        #[arg(long)]
        json: bool,
    },
}

pub fn main(args: Args, sources: &Sources) -> ExitCode {
    let Command::Show { id, routing, json } = args.command;
    service::tool("customer", sources, async move |process: Process| {
        let settings: routing::Settings = process.config.section()?;
        let mut client = CustomerServiceClient::connect(grpc_url(routing, settings.listen)).await?;
        let known = client.get_customer(GetCustomerRequest { customer_id: id }).await?.into_inner();
        if json {
            println!("{}", serde_json::to_string_pretty(&known)?);
        } else {
            tell(&known);
        }
        Ok(())
    })
}

fn tell(known: &GetCustomerResponse) {
    let customer = known.customer.clone().unwrap_or_default();
    println!("customer {} of {}", customer.customer_id, customer.brand);
    let opted_out = if customer.opted_out { " (has left it for the ordinary service)" } else { "" };
    for (name, value) in [
        ("team", format!("{}{opted_out}", customer.team)),
        ("tier", customer.tier),
        ("region", customer.region),
        ("time zone", customer.timezone),
        ("since", moment(customer.customer_since.as_ref())),
        ("answered", answered(&customer.answer_network, customer.answer_in_private)),
        ("knows him", customer.preferred_person),
        ("linked to", customer.linked_customer_ids.join(", ")),
    ] {
        if !value.is_empty() {
            println!("  {name:<10}  {value}");
        }
    }
    println!("  {} conversations, {} open", customer.conversations, customer.open_conversations);
    for conversation in &known.conversations {
        let status = ConversationStatus::try_from(conversation.status).unwrap_or_default().as_str_name();
        let status = status.trim_start_matches("CONVERSATION_STATUS_").to_lowercase();
        let began = moment(conversation.first_post_at.as_ref());
        println!("    {}  {status:<20}  {began}  {}", conversation.conversation_id, conversation.team);
    }
    for contact in &known.contacts {
        println!("  {} by {}: {:?}", moment(contact.contacted_at.as_ref()), contact.via, contact.summary);
    }
    for exception in &known.exceptions {
        println!("  {} {} granted {:?}", moment(exception.granted_at.as_ref()), exception.person, exception.what);
    }
    for promise in &known.promises {
        let kept = if promise.kept { "kept" } else { "open" };
        println!("  {} {} promised {:?} ({kept})", moment(promise.made_at.as_ref()), promise.person, promise.what);
    }
}

/// How he wants to be answered; empty for where he wrote.
fn answered(network: &str, in_private: bool) -> String {
    match (network, in_private) {
        ("", false) => String::new(),
        ("", true) => "in private".to_owned(),
        (network, false) => format!("on {network}"),
        (network, true) => format!("on {network}, in private"),
    }
}

fn moment(at: Option<&Timestamp>) -> String {
    at.and_then(|at| wire::instant(at).ok()).map(|at| at.to_string()).unwrap_or_default()
}

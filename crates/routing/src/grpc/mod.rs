//! What routing serves: conversations to read and watch, the desk to work at, the brands' settings. Handlers convert,
//! call one verb, and convert.

mod brands;
mod conversations;
mod customers;
mod desk;
mod replies;
mod set_aside;

use crate::corrections::Corrections;
use crate::desk::Desk;
use crate::react::Reactor;
use conversation::{ConversationId, RecordId, Rejection};
use journal::{Journal, JournalError, TransactError};
use service::Process;
use service::grpc::MESSAGE_MAX_BYTES;
use service::problem;
use std::sync::Arc;
use std::time::Duration;
use tonic::Status;
use tonic::service::Routes;
use wire::pb::brand::brand_service_server::BrandServiceServer;
use wire::pb::conversation::conversation_service_server::ConversationServiceServer;
use wire::pb::customer::customer_service_server::CustomerServiceServer;
use wire::pb::desk::desk_service_server::DeskServiceServer;
use wire::pb::set_aside::set_aside_service_server::SetAsideServiceServer;

/// The services on this listener, for the health service.
pub const SERVICES: &[&str] = &[
    "earshot.conversation.v1.ConversationService",
    "earshot.customer.v1.CustomerService",
    "earshot.desk.v1.DeskService",
    "earshot.brand.v1.BrandService",
    "earshot.setaside.v1.SetAsideService",
];

/// The longest text of a reply, note or reason, in bytes.
const TEXT_MAX_BYTES: usize = 64 * 1024;
/// How long a caller should wait before it tries again while the log cannot be reached.
const RETRY_AFTER: Duration = Duration::from_secs(2);

pub fn routes(desk: &Arc<Desk>, journal: &Journal, process: &Process, reactor: &Reactor) -> anyhow::Result<Routes> {
    let conversations = conversations::Conversations {
        desk: Arc::clone(desk),
        journal: journal.clone(),
        clock: process.clock.clone(),
        shutdown: process.shutdown.clone(),
    };
    let customers =
        customers::Customers { desk: Arc::clone(desk), journal: journal.clone(), clock: process.clock.clone() };
    let work = desk::Work {
        desk: Arc::clone(desk),
        reactor: reactor.clone(),
        clock: process.clock.clone(),
        corrections: Corrections::default(),
    };
    let brands = brands::Brands { desk: Arc::clone(desk), journal: journal.clone(), clock: process.clock.clone() };
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(wire::DESCRIPTORS)
        .build_v1()?;
    let routes =
        Routes::new(ConversationServiceServer::new(conversations).max_decoding_message_size(MESSAGE_MAX_BYTES))
            .add_service(DeskServiceServer::new(work).max_decoding_message_size(MESSAGE_MAX_BYTES))
            .add_service(CustomerServiceServer::new(customers).max_decoding_message_size(MESSAGE_MAX_BYTES))
            .add_service(BrandServiceServer::new(brands).max_decoding_message_size(MESSAGE_MAX_BYTES))
            .add_service(
                SetAsideServiceServer::new(set_aside::Items { journal: journal.clone() })
                    .max_decoding_message_size(MESSAGE_MAX_BYTES),
            )
            .add_service(reflection);
    Ok(routes)
}

fn conversation_id(field: &str, text: &str) -> Result<ConversationId, Status> {
    ConversationId::parse(text)
        .map_err(|_| problem::invalid_argument(field, "is not a conversation's id", "give its 32 hex digits"))
}

fn checked_text(field: &str, text: &str) -> Result<(), Status> {
    if text.len() > TEXT_MAX_BYTES {
        let what = format!("has {} bytes", text.len());
        return Err(problem::invalid_argument(field, &what, &format!("use at most {TEXT_MAX_BYTES} bytes")));
    }
    Ok(())
}

/// The record id of a request: the same request on the same thing is the same record.
fn request_record(scope: &[u8], request_id: &str) -> Result<RecordId, Status> {
    let count = request_id.chars().count();
    if !(1..=128).contains(&count) {
        let cure = "give 1 to 128 characters that are new for each intention";
        return Err(problem::invalid_argument("request_id", &format!("has {count} characters"), cure));
    }
    Ok(RecordId::caused("request", &[scope, request_id.as_bytes()].concat()))
}

fn refused(rejection: &Rejection) -> Status {
    let mut metadata = Vec::new();
    let (target, person);
    match rejection {
        Rejection::MergedInto { target: id } => {
            target = id.to_string();
            metadata.push(("conversation_id", target.as_str()));
        }
        Rejection::ClaimedBySomeoneElse { person: holder } => {
            person = holder.to_string();
            metadata.push(("person", person.as_str()));
        }
        Rejection::TextMissing => return problem::invalid_argument("text", "is empty", "write something"),
        Rejection::ReasonMissing => return problem::invalid_argument("reason", "is empty", "say why in a few words"),
        Rejection::UnknownPost => {
            return problem::invalid_argument(
                "in_reply_to",
                "is no post of this conversation",
                "name one of its posts",
            );
        }
        _ => {}
    }
    problem::failed_precondition(rejection.code(), &rejection.to_string(), &metadata)
}

fn failed(error: &TransactError) -> Status {
    match error {
        TransactError::Rejected(rejection) => refused(rejection),
        TransactError::TooManyConflicts { .. } => {
            problem::aborted("TOO_MANY_WRITERS", "others keep changing this conversation; try again", &[])
        }
        error => {
            tracing::warn!(%error, "a request could not be written to the log");
            problem::unavailable("LOG_UNAVAILABLE", "the log cannot be reached; try again", RETRY_AFTER)
        }
    }
}

fn unreadable(error: &JournalError) -> Status {
    tracing::warn!(%error, "a request could not be read from the log");
    problem::unavailable("LOG_UNAVAILABLE", "the log cannot be reached; try again", RETRY_AFTER)
}

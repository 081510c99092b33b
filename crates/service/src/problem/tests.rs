use super::*;
use serde_json::{Value, json};

async fn body(response: Response) -> Value {
    let bytes = axum::body::to_bytes(response.into_body(), 65_536).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[tokio::test]
async fn a_problem_has_its_media_type_status_and_parts() {
    let problem = Problem::new(StatusCode::BAD_REQUEST, "POST_INVALID")
        .detail("the post cannot be read; see errors")
        .field("post.id", "is missing; send the network's id of the post");
    let response = problem.into_response();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(
        body(response).await,
        json!({
            "type": "urn:earshot:problem:post-invalid",
            "title": "Bad Request",
            "status": 400,
            "detail": "the post cannot be read; see errors",
            "reason": "POST_INVALID",
            "errors": [{"field": "post.id", "detail": "is missing; send the network's id of the post"}],
        })
    );
}

#[tokio::test]
async fn shedding_says_when_to_come_back() {
    let response = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "LOG_AWAY").retry_after(5).into_response();
    assert_eq!(response.headers()["retry-after"], "5");
    let body = body(response).await;
    assert_eq!(body.get("detail"), None);
    assert_eq!(body.get("errors"), None);
}

#[test]
fn every_status_names_a_reason_in_our_domain() {
    let statuses = [
        (invalid_argument("post.id", "is missing", "send one"), Code::InvalidArgument, "INVALID_ARGUMENT"),
        (
            failed_precondition("ALREADY_CLAIMED", "claimed by another", &[]),
            Code::FailedPrecondition,
            "ALREADY_CLAIMED",
        ),
        (not_found("conversation", "c-1"), Code::NotFound, "NOT_FOUND"),
        (aborted("VERSION_MISMATCH", "changed since", &[]), Code::Aborted, "VERSION_MISMATCH"),
        (unavailable("LOG_AWAY", "the log is away", Duration::from_secs(2)), Code::Unavailable, "LOG_AWAY"),
        (resource_exhausted("TOO_MANY", "too many at once", None), Code::ResourceExhausted, "TOO_MANY"),
        (permission_denied("NOT_A_SUPERVISOR", "only supervisors may"), Code::PermissionDenied, "NOT_A_SUPERVISOR"),
        (internal(&std::io::Error::other("secret detail")), Code::Internal, "INTERNAL"),
    ];
    for (status, code, reason) in statuses {
        assert_eq!(status.code(), code);
        let info = status.get_details_error_info().unwrap();
        assert_eq!((info.reason.as_str(), info.domain.as_str()), (reason, DOMAIN));
    }
}

#[test]
fn details_say_what_programs_need() {
    let bad = invalid_argument("post.id", "is missing", "send the network's id of the post");
    assert_eq!(bad.message(), "post.id is missing; send the network's id of the post");
    let violation = &bad.get_details_bad_request().unwrap().field_violations[0];
    assert_eq!(violation.field, "post.id");

    let claimed = failed_precondition("ALREADY_CLAIMED", "claimed by another", &[("person", "p-7")]);
    assert_eq!(claimed.get_details_error_info().unwrap().metadata["person"], "p-7");

    let missing = not_found("conversation", "c-1").get_details_resource_info().unwrap();
    assert_eq!((missing.resource_type.as_str(), missing.resource_name.as_str()), ("conversation", "c-1"));

    let away = unavailable("LOG_AWAY", "the log is away", Duration::from_secs(2));
    assert_eq!(away.get_details_retry_info().unwrap().retry_delay, Some(Duration::from_secs(2)));
}

#[test]
fn a_defect_is_not_explained_to_the_caller() {
    let status = internal(&std::io::Error::other("cannot open /var/lib/earshot/keys"));
    assert!(!status.message().contains("keys"));
    let problem = Problem::from_status(&Status::internal("cannot open /var/lib/earshot/keys"));
    assert!(!serde_json::to_string(&problem).unwrap().contains("keys"));
}

#[test]
fn what_grpc_said_is_said_over_http() {
    let problem = Problem::from_status(&invalid_argument("text", "is too long", "send at most 280"));
    assert_eq!(
        serde_json::to_value(&problem).unwrap(),
        json!({
            "type": "urn:earshot:problem:invalid-argument",
            "title": "Bad Request",
            "status": 400,
            "detail": "text is too long; send at most 280",
            "reason": "INVALID_ARGUMENT",
            "errors": [{"field": "text", "detail": "is too long; send at most 280"}],
        })
    );
    let away = Problem::from_status(&unavailable("LOG_AWAY", "the log is away", Duration::from_millis(200)));
    assert_eq!((away.status(), away.retry_after_seconds), (StatusCode::SERVICE_UNAVAILABLE, Some(1)));
    let claimed = Problem::from_status(&failed_precondition("ALREADY_CLAIMED", "claimed by another", &[]));
    assert_eq!((claimed.status(), claimed.reason.as_str()), (StatusCode::CONFLICT, "ALREADY_CLAIMED"));
    let bare = Problem::from_status(&Status::unimplemented("no"));
    assert_eq!((bare.status(), bare.reason.as_str()), (StatusCode::NOT_IMPLEMENTED, "UNIMPLEMENTED"));
}

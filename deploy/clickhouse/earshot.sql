-- Earshot's log and measures in ClickHouse, for more than one machine holds. README.md beside this file says how to use it;
-- a test holds every column to the contract and to the projection.

CREATE DATABASE IF NOT EXISTS earshot;

-- What JetStream hands over: a record a message, as much of it as is counted. What leads to a person is not read.
-- The consumer is made once: nats consumer add EVENTS clickhouse --pull --deliver all --ack explicit --filter 'earshot.>'
CREATE TABLE IF NOT EXISTS earshot.log_feed
(
    id String,
    brand String,
    customer_id String,
    conversation_id String,
    filtered_post_key String,
    occurred_at Tuple(seconds Int64, nanos Int32),
    recorded_at Tuple(seconds Int64, nanos Int32),
    actor Tuple(kind Enum8('ACTOR_KIND_UNSPECIFIED' = 0, 'ACTOR_KIND_SERVICE' = 1, 'ACTOR_KIND_PERSON' = 2, 'ACTOR_KIND_CUSTOMER' = 3, 'ACTOR_KIND_IMPORT' = 4), name String),
    facts Nested(
        fact Enum8(
            'no' = 0, 'post_received' = 1, 'post_edited' = 2, 'post_deleted' = 3, 'engagement_observed' = 4,
            'contact_recorded' = 5, 'post_filtered' = 6, 'post_brought_back' = 32, 'reply_observed' = 7,
            'post_classified' = 8, 'classification_corrected' = 30, 'post_reclassified' = 31,
            'conversation_opened' = 9, 'routed' = 10, 'placed' = 33, 'offered' = 34, 'offer_lapsed' = 35,
            'flag_raised' = 36, 'flag_lowered' = 37, 'incident_joined' = 44, 'deadline_set' = 11,
            'deadline_warned' = 39, 'deadline_breached' = 12, 'claimed' = 13, 'released' = 14, 'handed_off' = 15,
            'escalated' = 16, 'deescalated' = 38, 'note_added' = 17, 'callback_booked' = 40, 'callback_due' = 41,
            'callback_done' = 42, 'callback_missed' = 43, 'draft_stopped' = 55, 'reply_proposed' = 58,
            'reply_approved' = 59, 'reply_sent_back' = 60, 'reply_submitted' = 18, 'reply_attempted' = 19,
            'reply_sent' = 20, 'reply_failed' = 21, 'reply_in_doubt' = 22, 'reply_resumed' = 56,
            'reply_given_up' = 57, 'window_warned' = 61, 'resolved' = 23, 'reopened' = 24, 'merged' = 25,
            'absorbed' = 26, 'customer_team_set' = 45, 'team_choice_changed' = 46, 'customer_profiled' = 47,
            'profiles_linked' = 48, 'profiles_unlinked' = 49, 'exception_granted' = 50, 'promise_made' = 51,
            'promise_kept' = 52, 'answer_way_chosen' = 71, 'settings_published' = 27, 'presence_changed' = 28, 'surge_detected' = 53,
            'surge_ended' = 54, 'shift_post_submitted' = 62, 'person_notice_submitted' = 63,
            'person_notice_extended' = 68, 'news_chosen' = 69, 'notice_attempted' = 64, 'notice_sent' = 65,
            'notice_failed' = 66, 'notice_in_doubt' = 67, 'intake_counted' = 29
        ),
        post_received Tuple(network String, private Bool, posted_at Tuple(seconds Int64, nanos Int32), followers UInt64, region String, tier String, backfill Bool),
        reply_observed Tuple(network String, private Bool, posted_at Tuple(seconds Int64, nanos Int32), person String, backfill Bool),
        post_classified Tuple(model_version String, language Tuple(label String), sentiment Tuple(label String), intent Tuple(label String), topic Tuple(label String)),
        routed Tuple(team String, rule String, settings_version String),
        handed_off Tuple(to_team String, to_person String),
        deadline_breached Tuple(due_at Tuple(seconds Int64, nanos Int32), noticed_at Tuple(seconds Int64, nanos Int32)),
        flag_raised Tuple(flag String, reason String),
        reply_sent Tuple(sent_at Tuple(seconds Int64, nanos Int32), how String)
    )
)
ENGINE = NATS
SETTINGS
    nats_url = 'nats-1:4222',
    nats_server_list = 'nats-1:4222,nats-2:4222,nats-3:4222',
    nats_subjects = 'earshot.>',
    nats_stream = 'EVENTS',
    nats_consumer_name = 'clickhouse',
    nats_format = 'ProtobufSingle',
    nats_schema = 'earshot/conversation/v1/record.proto:Record',
    input_format_protobuf_oneof_presence = 1;

-- A row a fact. A message that comes twice is one row, since record and nth are the same.
CREATE TABLE IF NOT EXISTS earshot.fact
(
    record String,
    nth UInt16,
    fact LowCardinality(String),
    brand LowCardinality(String),
    customer String,
    conversation String,
    filtered_post String,
    occurred_at DateTime64(6, 'UTC'),
    recorded_at DateTime64(6, 'UTC'),
    -- The network's own time of a post or an answer, where it gives one.
    network_at Nullable(DateTime64(6, 'UTC')),
    actor_kind LowCardinality(String),
    actor String,
    network LowCardinality(String),
    private Bool,
    backfill Bool,
    followers UInt64,
    region LowCardinality(String),
    tier LowCardinality(String),
    team LowCardinality(String),
    person String,
    rule LowCardinality(String),
    flag LowCardinality(String),
    reason String,
    language LowCardinality(String),
    sentiment LowCardinality(String),
    intent LowCardinality(String),
    topic LowCardinality(String),
    -- The settings or the model that it was decided by.
    version String
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(occurred_at)
ORDER BY (brand, conversation, customer, record, nth);

CREATE MATERIALIZED VIEW IF NOT EXISTS earshot.fact_feed TO earshot.fact AS
WITH
    (at) -> fromUnixTimestamp64Micro(at.seconds * 1000000 + intDiv(at.nanos, 1000), 'UTC') AS instant,
    multiIf(
        kind = 'post_received', post_received.posted_at,
        kind = 'reply_observed', reply_observed.posted_at,
        kind = 'reply_sent', reply_sent.sent_at,
        kind = 'deadline_breached', deadline_breached.noticed_at,
        (0, 0)::Tuple(seconds Int64, nanos Int32)) AS own_time
SELECT
    id AS record,
    nth,
    toString(kind) AS fact,
    brand,
    customer_id AS customer,
    conversation_id AS conversation,
    filtered_post_key AS filtered_post,
    instant(occurred_at) AS occurred_at,
    instant(recorded_at) AS recorded_at,
    if(own_time.seconds = 0, NULL, instant(own_time)) AS network_at,
    toString(actor.kind) AS actor_kind,
    actor.name AS actor,
    if(kind = 'reply_observed', reply_observed.network, post_received.network) AS network,
    post_received.private OR reply_observed.private AS private,
    post_received.backfill OR reply_observed.backfill AS backfill,
    post_received.followers AS followers,
    post_received.region AS region,
    post_received.tier AS tier,
    if(kind = 'handed_off', handed_off.to_team, routed.team) AS team,
    if(kind = 'handed_off', handed_off.to_person, reply_observed.person) AS person,
    routed.rule AS rule,
    flag_raised.flag AS flag,
    flag_raised.reason AS reason,
    post_classified.language.label AS language,
    post_classified.sentiment.label AS sentiment,
    post_classified.intent.label AS intent,
    post_classified.topic.label AS topic,
    if(kind = 'post_classified', post_classified.model_version, routed.settings_version) AS version
FROM earshot.log_feed
ARRAY JOIN
    arrayEnumerate(facts.fact) AS nth,
    facts.fact AS kind,
    facts.post_received AS post_received,
    facts.reply_observed AS reply_observed,
    facts.post_classified AS post_classified,
    facts.routed AS routed,
    facts.handed_off AS handed_off,
    facts.deadline_breached AS deadline_breached,
    facts.flag_raised AS flag_raised,
    facts.reply_sent AS reply_sent;

-- Live, by the minute: what came in and what went out.
CREATE VIEW IF NOT EXISTS earshot.minute AS
SELECT
    brand,
    toStartOfMinute(coalesce(network_at, occurred_at)) AS minute,
    countIf(fact = 'post_received') AS posts,
    countIf(fact IN ('reply_sent', 'reply_observed')) AS replies,
    countIf(fact = 'deadline_breached') AS breaches
FROM earshot.fact FINAL
WHERE fact IN ('post_received', 'reply_sent', 'reply_observed', 'deadline_breached')
GROUP BY brand, minute;

-- The projection itself: a row a conversation with everything that its figures are made of, as
-- `earshot analytics export conversation` writes it. It replaces what was there before.
CREATE TABLE IF NOT EXISTS earshot.conversation
(
    number Int64,
    conversation_id String,
    brand LowCardinality(String),
    team LowCardinality(String),
    channel LowCardinality(String),
    language LowCardinality(String),
    intent LowCardinality(String),
    standing LowCardinality(String),
    counted Int64,
    merged_into Nullable(String),
    first_post_at Nullable(DateTime64(6, 'UTC')),
    asked_at Nullable(DateTime64(6, 'UTC')),
    first_response_seconds Nullable(Int64),
    waiting_since Nullable(DateTime64(6, 'UTC')),
    topic LowCardinality(String),
    person LowCardinality(String),
    region LowCardinality(String),
    tier LowCardinality(String),
    customer String,
    resolution_seconds Nullable(Int64),
    next_response_seconds Nullable(String),
    approval_seconds Nullable(String),
    window_closes_at Nullable(DateTime64(6, 'UTC')),
    week_hours Nullable(String),
    sentiment_first Nullable(Int64),
    sentiment_last Nullable(Int64),
    content Int64,
    reach Int64,
    public Int64,
    went_private Int64,
    in_incident Int64,
    history Int64,
    root Nullable(String),
    posts Int64,
    replies Int64,
    in_doubt Int64,
    reopened Int64,
    hand_offs Int64,
    breaches Int64,
    classified Int64,
    corrected Int64,
    escalated Int64,
    escalations Int64,
    deescalations Int64,
    flare_ups Int64,
    exchanges Int64,
    next_answers Int64,
    next_within_1h Int64,
    answers_read Int64,
    signed Int64,
    regrets Int64,
    deflections Int64,
    argued Int64,
    repeated_offers Int64,
    repeated_asks Int64,
    complaint_posts Int64,
    thanks_posts Int64,
    churn_signs Int64,
    guard_stops Int64,
    guard_overrides Int64,
    warned Int64,
    offers_lapsed Int64,
    placed_away Int64,
    callbacks Int64,
    callbacks_done Int64,
    callbacks_missed Int64,
    contacts Int64,
    approvals_asked Int64,
    approvals_given Int64,
    approvals_sent_back Int64,
    windows_warned Int64,
    windows_unanswered Int64,
    notices_out_of_hours Int64,
    notices_received Int64,
    notices_of_calls Int64
)
ENGINE = MergeTree
ORDER BY (brand, number);

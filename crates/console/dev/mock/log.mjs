// A log in memory with the shapes of the real one: records of facts, folded to summaries in canonical proto3 JSON.

import { HELD, held, heldOf } from "./held.mjs";
import { PRESS, pressing, pressOf } from "./press.mjs";
import { hash } from "./world.mjs";

const records = new Map();
const changes = [];
const listeners = new Set();
let sequence = 1_000;

export const clock = { now: () => Date.now() };
export const stamp = (at) => new Date(at).toISOString();

const readers = new Set();

/** Somebody writes an answer: it passes by. */
export function writes(writing) {
  for (const reader of readers) reader(writing);
}

export function onWriting(reader) {
  readers.add(reader);
  return () => readers.delete(reader);
}

export function onAppend(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const lastSequence = () => sequence;
export const entriesOf = (id) => records.get(id) ?? [];
export const allIds = () => [...records.keys()];
/** The changes after a position, or nothing when it is older than what is kept. */
export function changesAfter(after) {
  if (changes.length > 0 && after < changes[0].sequence - 1 && changes.length >= KEPT) return undefined;
  return changes.filter((change) => change.sequence > after);
}

const KEPT = 2_000;

export function append({ brand, customer, conversation, actor, facts, at = clock.now(), causedBy = "" }) {
  sequence += 1;
  // Written down after what was written before it, whatever time it tells of.
  const before = Date.parse(entriesOf(conversation).at(-1)?.record.recordedAt ?? 0);
  const record = {
    id: hash("record", sequence),
    brand,
    customerId: customer,
    conversationId: conversation,
    occurredAt: stamp(at),
    recordedAt: stamp(Math.max(at, before + 1)),
    actor,
    ...(causedBy && { causedBy }),
    facts,
  };
  const entry = { sequence: String(sequence), record };
  records.set(conversation, [...entriesOf(conversation), entry]);
  const change = { sequence, conversation, kinds: facts.map((fact) => pascal(Object.keys(fact)[0])) };
  changes.push(change);
  if (changes.length > KEPT) changes.shift();
  for (const listener of listeners) listener(change);
  return record;
}

const pascal = (key) => key.charAt(0).toUpperCase() + key.slice(1);
const time = (text) => (text ? Date.parse(text) : undefined);

/** The state of a conversation after its records, up to an instant. */
export function fold(id, until = Number.POSITIVE_INFINITY) {
  const state = {
    id,
    posts: [],
    replies: new Map(),
    status: "",
    team: "",
    assignee: "",
    priority: "PRIORITY_NORMAL",
    rule: "",
    handOffs: 0,
    reopened: 0,
    escalated: false,
    breaches: 0,
    contacts: 0,
    mergedInto: "",
    version: 0,
    opened: false,
    ...pressing(),
    ...held(),
  };
  for (const entry of entriesOf(id)) {
    if (Date.parse(entry.record.recordedAt) > until) break;
    state.version = Number(entry.sequence);
    state.brand = entry.record.brand;
    state.customer = entry.record.customerId;
    state.lastActivityAt = entry.record.occurredAt;
    for (const fact of entry.record.facts) evolve(state, fact, Date.parse(entry.record.occurredAt));
  }
  return state.version ? state : undefined;
}

function evolve(state, fact, at) {
  const [kind, body] = Object.entries(fact)[0];
  PRESS[kind]?.(state, body, at);
  HELD[kind]?.(state, body, at);
  EVOLVE[kind]?.(state, body, at);
}

const EVOLVE = {
  postReceived: (state, post, at) => {
    state.posts.push({
      key: post.postKey,
      at: time(post.postedAt) ?? at,
      native: post.nativeId,
      private: post.private,
    });
    Object.assign(state, {
      network: post.network,
      private: post.private,
      region: post.region,
      tier: post.tier,
      demo: post.demo,
    });
    state.reach = Math.max(state.reach ?? 0, Number(post.followers ?? 0));
  },
  postDeleted: (state, post) => {
    for (const one of state.posts) if (one.key === post.postKey) one.deleted = true;
  },
  postClassified: (state, read) => {
    Object.assign(state, {
      intent: read.intent?.label,
      sentiment: read.sentiment?.label,
      language: read.language?.label,
    });
    for (const one of state.posts)
      if (one.key === read.postKey) one.quiet = ["praise", "noise"].includes(read.intent?.label);
  },
  classificationCorrected: (state, { postKey, head, label }) => {
    if (["intent", "sentiment", "language"].includes(head)) state[head] = label;
    for (const one of state.posts)
      if (one.key === postKey && head === "intent") one.quiet = ["praise", "noise"].includes(label);
  },
  conversationOpened: (state) => Object.assign(state, { opened: true }),
  routed: (state, routed) => Object.assign(state, { team: routed.team, priority: routed.priority, rule: routed.rule }),
  deadlineSet: (state, set) => {
    if (set.kind !== "DEADLINE_KIND_RESOLUTION") Object.assign(state, { due: time(set.dueAt), breached: false });
  },
  deadlineBreached: (state) => Object.assign(state, { breached: true, breaches: state.breaches + 1 }),
  claimed: (state, claimed) => {
    // Whoever takes it for the team that it was raised to stands beside the first line.
    if (!claimed.team) state.assignee = claimed.person;
  },
  released: (state) => Object.assign(state, { assignee: "" }),
  handedOff: (state, handed) =>
    Object.assign(state, { team: handed.toTeam, assignee: handed.toPerson ?? "", handOffs: state.handOffs + 1 }),
  escalated: (state) => Object.assign(state, { escalated: true, priority: "PRIORITY_URGENT" }),
  contactRecorded: (state) => Object.assign(state, { contacts: state.contacts + 1 }),
  replySubmitted: (state, reply, at) =>
    state.replies.set(reply.replyId, {
      status: "submitted",
      at,
      person: reply.person,
      attempts: 0,
      network: reply.network,
      part: reply.part,
      parts: reply.parts,
    }),
  replyAttempted: (state, tried) =>
    Object.assign(state.replies.get(tried.replyId), { status: "attempted", attempts: tried.attempt }),
  replySent: (state, sent) => {
    Object.assign(state.replies.get(sent.replyId), { status: "sent", at: time(sent.sentAt) });
    Object.assign(state, { due: undefined });
  },
  replyObserved: (state, seen, at) => {
    state.replies.set(seen.postKey, { status: "sent", at: time(seen.postedAt) ?? at });
    state.due = undefined;
  },
  replyFailed: (state, failed) =>
    Object.assign(state.replies.get(failed.replyId), {
      status: failed.isFinal ? "failed" : "retrying",
      reason: failed.reason,
      retryAt: failed.retryAt,
    }),
  replyInDoubt: (state, doubt) =>
    Object.assign(state.replies.get(doubt.replyId), { status: "in_doubt", reason: doubt.reason }),
  resolved: (state, resolved, at) =>
    Object.assign(state, { resolvedAt: at, outcome: resolved.outcome, due: undefined }),
  reopened: (state, _, at) =>
    Object.assign(state, { resolvedAt: undefined, outcome: undefined, reopened: state.reopened + 1, reopenedAt: at }),
  merged: (state, merged) => Object.assign(state, { mergedInto: merged.into, due: undefined }),
};

export function waitingSince(state) {
  if (state.resolvedAt || state.mergedInto) return undefined;
  const answers = [...state.replies.values()].filter((reply) => reply.status === "sent").map((reply) => reply.at);
  const last = Math.max(0, ...answers);
  const times = state.posts.filter((post) => !post.deleted && !(last > 0 && post.quiet)).map((post) => post.at);
  return [...times, ...(state.reopenedAt ? [state.reopenedAt] : [])].filter((at) => at > last).sort((a, b) => a - b)[0];
}

export function statusOf(state) {
  if (state.mergedInto) return "MERGED";
  if (state.resolvedAt) return "RESOLVED";
  if (!state.opened) return "NEW";
  return waitingSince(state) === undefined ? "WAITING_FOR_CUSTOMER" : "OPEN";
}

/** Seconds from the first post to the first answer. */
export function firstResponse(state) {
  const first = Math.min(...state.posts.map((post) => post.at));
  const answers = [...state.replies.values()].filter((reply) => reply.status === "sent" && reply.at >= first);
  return answers.length ? Math.round((Math.min(...answers.map((reply) => reply.at)) - first) / 1_000) : undefined;
}

/** As the wire has it: what is empty is left out. */
export function summaryOf(state) {
  const waiting = waitingSince(state);
  const response = firstResponse(state);
  const sent = [...state.replies.values()].filter((reply) => reply.status === "sent");
  const sla = state.due
    ? state.breached || state.due <= clock.now()
      ? "BREACHED"
      : "RUNNING"
    : sent.length
      ? "MET"
      : "NONE";
  return whole({
    conversationId: state.id,
    brand: state.brand,
    customerId: state.customer,
    network: state.network,
    private: state.private,
    status: `CONVERSATION_STATUS_${statusOf(state)}`,
    team: state.team,
    assignee: state.assignee,
    priority: state.priority,
    rule: state.rule,
    intent: state.intent,
    sentiment: state.sentiment,
    language: state.language,
    posts: state.posts.length,
    answers: sent.length,
    handOffs: state.handOffs,
    reopened: state.reopened,
    escalated: state.escalated,
    reach: String(state.reach ?? 0),
    firstPostAt: state.posts.length ? stamp(Math.min(...state.posts.map((post) => post.at))) : undefined,
    lastActivityAt: state.lastActivityAt,
    waitingSince: waiting && stamp(waiting),
    dueAt: state.due && stamp(state.due),
    sla: `SLA_STATE_${sla}`,
    firstResponseSeconds: response === undefined ? undefined : String(response),
    mergedInto: state.mergedInto,
    demo: state.demo,
    breaches: state.breaches,
    outcome: state.outcome,
    region: state.region,
    tier: state.tier,
    contacts: state.contacts,
    version: String(state.version),
    newestReply: [...state.replies.values()].at(-1)?.status,
    ...pressOf(state, waiting, clock.now()),
    ...heldOf(state, stamp),
  });
}

export function whole(object) {
  return Object.fromEntries(
    Object.entries(object).filter(
      ([, value]) => value !== undefined && value !== "" && value !== 0 && value !== false && value !== "0",
    ),
  );
}

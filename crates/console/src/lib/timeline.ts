// The story of a conversation as a person reads it: who said what, and between it the steps that were taken.
// Every fact of every record stands in it once as a step; what was said stands in it as a bubble besides, with what
// later facts say of it (classified, edited, deleted, attempted, sent, in doubt).

import { type Entry, readNumber, readTime } from "../api/model";
import type {
  AttachmentJson,
  FactJson,
  PersonalJson,
  PostReceivedJson,
  ReplyObservedJson,
  ReplySubmittedJson,
} from "../gen/earshot/conversation/v1/facts_pb";
import type { ActorJson } from "../gen/earshot/conversation/v1/record_pb";
import type { HeldFacts } from "./held";
import { correct, type Reading, read } from "./reading";

export type FactKind = keyof FactJson;

export interface Edit {
  text: string;
  at: number;
}

export interface Post {
  kind: "post";
  key: string;
  sequence: number;
  at: number;
  receivedAt: number;
  private: boolean;
  network: string;
  text: string;
  author: string;
  attachments: AttachmentJson[];
  earlier: Edit[];
  deletedAt?: number | undefined;
  reading?: Reading | undefined;
  shares: number;
  comments: number;
  likes: number;
  views: number;
}

export type ReplyState = "submitted" | "attempted" | "retrying" | "sent" | "failed" | "in_doubt";

export interface Reply {
  kind: "reply";
  /** Empty for a reply that was given outside of Earshot. */
  id: string;
  sequence: number;
  at: number;
  private: boolean;
  network: string;
  text: string;
  person: string;
  attachments: AttachmentJson[];
  state: ReplyState;
  attempts: number;
  reason: string;
  retryAt?: number | undefined;
  how: string;
  /** Which part of a longer answer it is, from 1, and of how many; 1 of 1 when it is whole. */
  part: number;
  parts: number;
  /** Of what Earshot tells customers by itself; empty for what a person says. */
  notice: string;
  /** Why a person sent it although the guard stopped it. */
  overrode: string;
}

export interface Note {
  kind: "note";
  sequence: number;
  at: number;
  person: string;
  text: string;
}

export interface Contact {
  kind: "contact";
  sequence: number;
  at: number;
  via: string;
  text: string;
}

export interface Step {
  sequence: number;
  at: number;
  actor: ActorJson;
  fact: FactJson;
  kind: FactKind;
}

export interface Steps {
  kind: "steps";
  sequence: number;
  at: number;
  steps: Step[];
}

export type Item = Post | Reply | Note | Contact | Steps;

/** The customer, as the newest post tells of him. */
export interface Customer {
  name: string;
  handle: string;
  followers: number;
  region: string;
  tier: string;
  timezone: string;
}

export function factKind(fact: FactJson): FactKind | undefined {
  return Object.keys(fact)[0] as FactKind | undefined;
}

/** What somebody should have looked at. */
export const ALARMS: readonly FactKind[] = [
  "deadlineBreached",
  "escalated",
  "replyInDoubt",
  "callbackMissed",
  "draftStopped",
];

/** Builds the story from the records in the order of the log. */
export function story(entries: readonly Entry[]): Item[] {
  const items: Item[] = [];
  const posts = new Map<string, Post>();
  const replies = new Map<string, Reply>();
  for (const entry of entries) {
    for (const fact of entry.facts) {
      const kind = factKind(fact);
      if (!kind) continue;
      const bubble = open(entry, fact);
      if (bubble?.kind === "post") {
        posts.set(bubble.key, bubble);
      } else if (bubble?.kind === "reply" && bubble.id) replies.set(bubble.id, bubble);
      if (bubble) items.push(bubble);
      mark(fact, entry, posts, replies);
      step(items, { sequence: entry.sequence, at: entry.at, actor: entry.record.actor ?? {}, fact, kind });
    }
  }
  return items;
}

/** The bubble that a fact begins, if it says something. */
function open(entry: Entry, fact: FactJson): Exclude<Item, Steps> | undefined {
  const { sequence, at } = entry;
  if (fact.postReceived) return post(fact.postReceived, sequence, at);
  if (fact.replySubmitted) return submitted(fact.replySubmitted, sequence, at);
  if (fact.replyObserved) return observed(fact.replyObserved, sequence, at);
  if (fact.noteAdded) {
    const { person = "", body } = fact.noteAdded;
    return { kind: "note", sequence, at, person, text: body?.text ?? "" };
  }
  if (fact.contactRecorded) {
    const { via = "", contactedAt, summary } = fact.contactRecorded;
    return { kind: "contact", sequence, at: readTime(contactedAt) ?? at, via, text: summary?.text ?? "" };
  }
  return undefined;
}

function post(fact: PostReceivedJson, sequence: number, at: number): Post {
  return {
    kind: "post",
    key: fact.postKey ?? "",
    sequence,
    at: readTime(fact.postedAt) ?? at,
    receivedAt: at,
    private: fact.private ?? false,
    network: fact.network ?? "",
    text: fact.personal?.text ?? "",
    author: authorOf(fact.personal),
    attachments: fact.personal?.attachments ?? [],
    earlier: [],
    shares: 0,
    comments: 0,
    likes: 0,
    views: 0,
  };
}

function authorOf(personal: PersonalJson | undefined): string {
  return personal?.authorName || personal?.authorHandle || "";
}

function submitted(fact: ReplySubmittedJson, sequence: number, at: number): Reply {
  return {
    kind: "reply",
    id: fact.replyId ?? "",
    sequence,
    at,
    private: fact.private ?? false,
    network: fact.network ?? "",
    text: fact.body?.text ?? "",
    person: fact.person ?? "",
    attachments: fact.body?.attachments ?? [],
    state: "submitted",
    attempts: 0,
    reason: "",
    how: "",
    part: fact.part || 1,
    parts: fact.parts || 1,
    notice: fact.notice ?? "",
    overrode: fact.overrode ?? "",
  };
}

function observed(fact: ReplyObservedJson, sequence: number, at: number): Reply {
  return {
    kind: "reply",
    id: "",
    sequence,
    at: readTime(fact.postedAt) ?? at,
    private: fact.private ?? false,
    network: fact.network ?? "",
    text: fact.personal?.text ?? "",
    person: fact.person || authorOf(fact.personal),
    attachments: fact.personal?.attachments ?? [],
    state: "sent",
    attempts: 0,
    reason: "",
    how: "observed",
    part: 1,
    parts: 1,
    notice: "",
    overrode: "",
  };
}

/** Writes on earlier bubbles what a later fact says of them. */
function mark(fact: FactJson, entry: Entry, posts: Map<string, Post>, replies: Map<string, Reply>): void {
  markPost(fact, entry, posts);
  const begun = fact.replyAttempted && replies.get(fact.replyAttempted.replyId ?? "");
  if (begun && fact.replyAttempted) {
    begun.state = "attempted";
    begun.attempts = fact.replyAttempted.attempt ?? begun.attempts + 1;
    begun.retryAt = undefined;
  }
  const sent = fact.replySent && replies.get(fact.replySent.replyId ?? "");
  if (sent && fact.replySent) {
    sent.state = "sent";
    sent.how = fact.replySent.how ?? "";
    sent.retryAt = undefined;
  }
  const failed = fact.replyFailed && replies.get(fact.replyFailed.replyId ?? "");
  if (failed && fact.replyFailed) {
    failed.state = fact.replyFailed.isFinal ? "failed" : "retrying";
    failed.reason = fact.replyFailed.reason ?? "";
    failed.retryAt = readTime(fact.replyFailed.retryAt);
  }
  for (const part of (fact as HeldFacts).replyResumed?.replies ?? []) {
    const again = replies.get(part.replyId ?? "");
    if (again) Object.assign(again, { state: "submitted", reason: "", retryAt: undefined });
  }
  const doubted = fact.replyInDoubt && replies.get(fact.replyInDoubt.replyId ?? "");
  if (doubted && fact.replyInDoubt) {
    doubted.state = "in_doubt";
    doubted.reason = fact.replyInDoubt.reason ?? "";
  }
}

function markPost(fact: FactJson, entry: Entry, posts: Map<string, Post>): void {
  const edited = fact.postEdited && posts.get(fact.postEdited.postKey ?? "");
  if (edited && fact.postEdited) {
    edited.earlier.push({ text: edited.text, at: edited.earlier.at(-1)?.at ?? edited.at });
    edited.text = fact.postEdited.personal?.text ?? "";
    edited.attachments = fact.postEdited.personal?.attachments ?? edited.attachments;
  }
  const deleted = fact.postDeleted && posts.get(fact.postDeleted.postKey ?? "");
  if (deleted && fact.postDeleted) deleted.deletedAt = readTime(fact.postDeleted.deletedAt) ?? entry.at;
  const classified = fact.postClassified && posts.get(fact.postClassified.postKey ?? "");
  if (classified && fact.postClassified) classified.reading = read(classified.reading, fact.postClassified);
  const corrected = fact.classificationCorrected && posts.get(fact.classificationCorrected.postKey ?? "");
  if (corrected?.reading && fact.classificationCorrected) {
    corrected.reading = correct(corrected.reading, fact.classificationCorrected, entry.record.actor?.name ?? "");
  }
  const spread = fact.engagementObserved;
  const seen = spread && posts.get(spread.postKey ?? "");
  if (seen && spread) {
    seen.shares = readNumber(spread.shares);
    seen.comments = readNumber(spread.comments);
    seen.likes = readNumber(spread.likes);
    seen.views = readNumber(spread.views);
  }
}

/** Puts a step into the running group, or begins one. */
function step(items: Item[], made: Step): void {
  const last = items.at(-1);
  if (last?.kind === "steps") last.steps.push(made);
  else items.push({ kind: "steps", sequence: made.sequence, at: made.at, steps: [made] });
}

export function customerOf(entries: readonly Entry[]): Customer | undefined {
  let newest: PostReceivedJson | undefined;
  let newestAt = Number.NEGATIVE_INFINITY;
  for (const entry of entries) {
    for (const fact of entry.facts) {
      const at = readTime(fact.postReceived?.postedAt) ?? entry.at;
      if (!fact.postReceived || at < newestAt) continue;
      newest = fact.postReceived;
      newestAt = at;
    }
  }
  return newest && customer(newest);
}

function customer(fact: PostReceivedJson): Customer {
  return {
    name: fact.personal?.authorName ?? "",
    handle: fact.personal?.authorHandle ?? "",
    followers: readNumber(fact.followers),
    region: fact.region ?? "",
    tier: fact.tier ?? "",
    timezone: fact.timezone ?? "",
  };
}

/** The newest thing that either side said, for a line in a list. */
export function newestWords(items: readonly Item[]): Post | Reply | undefined {
  const said = items.filter((item): item is Post | Reply => item.kind === "post" || item.kind === "reply");
  return said.reduce<Post | Reply | undefined>(
    (newest, item) => (!newest || item.at >= newest.at ? item : newest),
    undefined,
  );
}

/** The newest post of the customer. */
export function newestPost(items: readonly Item[]): Post | undefined {
  const posts = items.filter((item): item is Post => item.kind === "post");
  return posts.reduce<Post | undefined>((newest, item) => (!newest || item.at >= newest.at ? item : newest), undefined);
}

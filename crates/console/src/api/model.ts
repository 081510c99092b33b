// What the console works with. The API's JSON leaves out what is empty and writes 64-bit numbers as text; here it
// becomes whole values once, so that no page has to think of that again.

import type { IntakeRowJson, MeasureRowJson, MinuteCountJson } from "../gen/earshot/analytics/v1/analytics_service_pb";
import type { BrandJson, TeamJson } from "../gen/earshot/brand/v1/brand_service_pb";
import type {
  ConversationSummaryJson,
  TimelineEntryJson,
} from "../gen/earshot/conversation/v1/conversation_service_pb";
import type { FactJson } from "../gen/earshot/conversation/v1/facts_pb";
import type { RecordJson } from "../gen/earshot/conversation/v1/record_pb";
import type { OutboxEntryJson } from "../gen/earshot/notifier/v1/notification_service_pb";
import { type Held, readHeld } from "./held";
import { type Pressing, readPressing } from "./pressing";
import { readMaybe, readNumber, readTime } from "./read";

export { readNumber, readTime } from "./read";

export type Status = "NEW" | "OPEN" | "WAITING_FOR_CUSTOMER" | "RESOLVED" | "MERGED";
export type Priority = "LOW" | "NORMAL" | "HIGH" | "URGENT";
export type Sla = "NONE" | "RUNNING" | "MET" | "BREACHED";
export type Outcome = "SOLVED" | "REFUSED" | "NO_ACTION_NEEDED" | "WENT_QUIET";

export const STATUSES: readonly Status[] = ["NEW", "OPEN", "WAITING_FOR_CUSTOMER", "RESOLVED", "MERGED"];
export const PRIORITIES: readonly Priority[] = ["LOW", "NORMAL", "HIGH", "URGENT"];
export const OUTCOMES: readonly Outcome[] = ["SOLVED", "NO_ACTION_NEEDED", "REFUSED", "WENT_QUIET"];

/** One conversation as it stands. Times are milliseconds since the epoch. */
export interface Summary extends Pressing, Held {
  id: string;
  brand: string;
  customerId: string;
  network: string;
  private: boolean;
  /** How the customer wants to be answered: on another network than this one, in private wherever he wrote. */
  answerNetwork: string;
  answerInPrivate: boolean;
  status: Status;
  team: string;
  assignee: string;
  priority: Priority;
  rule: string;
  intent: string;
  sentiment: string;
  language: string;
  posts: number;
  answers: number;
  handOffs: number;
  reopened: number;
  escalated: boolean;
  reach: number;
  firstPostAt?: number | undefined;
  lastActivityAt?: number | undefined;
  waitingSince?: number | undefined;
  dueAt?: number | undefined;
  sla: Sla;
  firstResponseSeconds?: number | undefined;
  mergedInto: string;
  demo: boolean;
  breaches: number;
  outcome?: Outcome | undefined;
  region: string;
  tier: string;
  contacts: number;
  version: number;
  newestReply: string;
}

/** One record of a conversation, with the position it has in the log. */
export interface Entry {
  sequence: number;
  record: RecordJson;
  at: number;
  facts: FactJson[];
}

export interface Measures {
  brand: string;
  team: string;
  channel: string;
  language: string;
  conversations: number;
  posts: number;
  replies: number;
  open: number;
  waiting: number;
  resolved: number;
  breached: number;
  answered: number;
  inDoubt: number;
  filtered: number;
  firstResponseP50?: number | undefined;
  firstResponseP90?: number | undefined;
  within10m?: number | undefined;
  within1h?: number | undefined;
  within24h?: number | undefined;
  longestWait?: number | undefined;
}

export interface Minute {
  at: number;
  posts: number;
  replies: number;
  breaches: number;
}

export interface Person {
  id: string;
  name: string;
  signature: string;
  languages: string[];
  online: boolean;
}

export interface Team {
  id: string;
  name: string;
  hours: string;
  isOpen: boolean;
  nextOpening?: number | undefined;
  people: string[];
}

export interface Brand {
  id: string;
  name: string;
  version: string;
  publishedAt?: number | undefined;
  teams: Team[];
  people: Person[];
  yaml: string;
  /** What a post can be about, the brand's own topics last. */
  topics: string[];
}

export interface Intake {
  brand: string;
  source: string;
  seen: number;
  accepted: number;
  duplicate: number;
  filtered: number;
  rejected: number;
  reasons: [string, number][];
}

export interface Outgoing {
  brand: string;
  conversation: string;
  reply: string;
  network: string;
  status: string;
  attempts: number;
  reason: string;
  since?: number | undefined;
  retryAt?: number | undefined;
}

function readEnum<T extends string>(value: string | undefined, prefix: string, known: readonly T[], otherwise: T): T {
  const short = (value ?? "").startsWith(prefix) ? (value ?? "").slice(prefix.length) : (value ?? "");
  return known.find((one) => one === short) ?? otherwise;
}

export function readStatus(value: string | undefined): Status {
  return readEnum(value, "CONVERSATION_STATUS_", STATUSES, "NEW");
}

export function readPriority(value: string | undefined): Priority {
  return readEnum(value, "PRIORITY_", PRIORITIES, "NORMAL");
}

export function readOutcome(value: string | undefined): Outcome | undefined {
  return OUTCOMES.find((one) => value === `OUTCOME_${one}`);
}

export function readSummary(json: ConversationSummaryJson | undefined): Summary | undefined {
  if (!json?.conversationId) return undefined;
  return {
    id: json.conversationId,
    brand: json.brand ?? "",
    customerId: json.customerId ?? "",
    network: json.network ?? "",
    private: json.private ?? false,
    answerNetwork: json.answerNetwork ?? "",
    answerInPrivate: json.answerInPrivate ?? false,
    status: readStatus(json.status),
    team: json.team ?? "",
    assignee: json.assignee ?? "",
    priority: readPriority(json.priority),
    rule: json.rule ?? "",
    intent: json.intent ?? "",
    sentiment: json.sentiment ?? "",
    language: json.language ?? "",
    posts: json.posts ?? 0,
    answers: json.answers ?? 0,
    handOffs: json.handOffs ?? 0,
    reopened: json.reopened ?? 0,
    escalated: json.escalated ?? false,
    reach: readNumber(json.reach),
    firstPostAt: readTime(json.firstPostAt),
    lastActivityAt: readTime(json.lastActivityAt),
    waitingSince: readTime(json.waitingSince),
    dueAt: readTime(json.dueAt),
    sla: readEnum<Sla>(json.sla, "SLA_STATE_", ["NONE", "RUNNING", "MET", "BREACHED"], "NONE"),
    firstResponseSeconds: readMaybe(json.firstResponseSeconds),
    mergedInto: json.mergedInto ?? "",
    demo: json.demo ?? false,
    breaches: json.breaches ?? 0,
    outcome: readOutcome(json.outcome),
    region: json.region ?? "",
    tier: json.tier ?? "",
    contacts: json.contacts ?? 0,
    version: readNumber(json.version),
    newestReply: json.newestReply ?? "",
    ...readPressing(json),
    ...readHeld(json),
  };
}

export function readSummaries(list: ConversationSummaryJson[] | undefined): Summary[] {
  return (list ?? []).flatMap((json) => readSummary(json) ?? []);
}

export function readEntries(list: TimelineEntryJson[] | undefined): Entry[] {
  return (list ?? []).map((json) => {
    const record = json.record ?? {};
    const at = readTime(record.occurredAt) ?? readTime(record.recordedAt) ?? 0;
    return { sequence: readNumber(json.sequence), record, at, facts: record.facts ?? [] };
  });
}

export function readMeasures(json: MeasureRowJson): Measures {
  return {
    brand: json.brand ?? "",
    team: json.team ?? "",
    channel: json.channel ?? "",
    language: json.language ?? "",
    conversations: readNumber(json.conversations),
    posts: readNumber(json.posts),
    replies: readNumber(json.replies),
    open: readNumber(json.open),
    waiting: readNumber(json.waiting),
    resolved: readNumber(json.resolved),
    breached: readNumber(json.breached),
    answered: readNumber(json.answered),
    inDoubt: readNumber(json.repliesInDoubt),
    filtered: readNumber(json.filtered),
    firstResponseP50: readMaybe(json.firstResponseP50Seconds),
    firstResponseP90: readMaybe(json.firstResponseP90Seconds),
    within10m: readMaybe(json.answeredWithin10m),
    within1h: readMaybe(json.answeredWithin1h),
    within24h: readMaybe(json.answeredWithin24h),
    longestWait: readMaybe(json.longestWaitSeconds),
  };
}

export function readMinutes(list: MinuteCountJson[] | undefined): Minute[] {
  return (list ?? []).map((json) => ({
    at: readTime(json.minute) ?? 0,
    posts: readNumber(json.posts),
    replies: readNumber(json.replies),
    breaches: readNumber(json.breaches),
  }));
}

function readTeam(json: TeamJson): Team {
  return {
    id: json.team ?? "",
    name: json.name || json.team || "",
    hours: json.hours ?? "",
    isOpen: json.isOpen ?? false,
    nextOpening: readTime(json.nextOpening),
    people: json.people ?? [],
  };
}

export function readBrand(json: BrandJson | undefined): Brand | undefined {
  if (!json?.brand) return undefined;
  return {
    id: json.brand,
    name: json.name || json.brand,
    version: json.settingsVersion ?? "",
    publishedAt: readTime(json.publishedAt),
    teams: (json.teams ?? []).map(readTeam),
    people: (json.people ?? []).map((person) => ({
      id: person.person ?? "",
      name: person.name || person.person || "",
      signature: person.signature ?? "",
      languages: person.languages ?? [],
      online: person.online ?? false,
    })),
    yaml: json.yaml ?? "",
    topics: json.topics ?? [],
  };
}

export function readIntake(json: IntakeRowJson): Intake {
  const reasons = Object.entries(json.rejectedByReason ?? {}).map(([reason, count]): [string, number] => [
    reason,
    readNumber(count),
  ]);
  return {
    brand: json.brand ?? "",
    source: json.source ?? "",
    seen: readNumber(json.seen),
    accepted: readNumber(json.accepted),
    duplicate: readNumber(json.duplicate),
    filtered: readNumber(json.filtered),
    rejected: readNumber(json.rejected),
    reasons: reasons.sort((a, b) => b[1] - a[1]),
  };
}

export function readOutgoing(json: OutboxEntryJson): Outgoing {
  return {
    brand: json.brand ?? "",
    conversation: json.conversationId ?? "",
    reply: json.replyId ?? "",
    network: json.network ?? "",
    status: json.status ?? "",
    attempts: json.attempts ?? 0,
    reason: json.reason ?? "",
    since: readTime(json.since),
    retryAt: readTime(json.retryAt),
  };
}

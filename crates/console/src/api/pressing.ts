// What presses on a conversation besides that somebody waits: its clocks, its flags, the calls that were promised, the
// people and teams that share it, and the score that orders the queue.

import type {
  CallbackJson,
  ClockJson,
  ConversationSummaryJson,
} from "../gen/earshot/conversation/v1/conversation_service_pb";
import { readNumber, readTime } from "./read";

export type ClockKind = "FIRST_RESPONSE" | "NEXT_RESPONSE" | "RESOLUTION";
export type CallStatus = "BOOKED" | "DUE" | "DONE" | "MISSED";

/** A clock that runs, or stands still while the customer is awaited. */
export interface Clock {
  kind: ClockKind;
  /** It counts only the hours in which the team is there. */
  business: boolean;
  dueAt?: number | undefined;
  breached: boolean;
  pausedAt?: number | undefined;
}

export interface Call {
  id: string;
  dueAt?: number | undefined;
  /** The customer's, IANA; empty when unknown. */
  timezone: string;
  /** Who calls; empty for whoever of the team is there. */
  person: string;
  status: CallStatus;
}

/** A part of the score. A point is a minute of waiting. */
export interface ScorePart {
  name: string;
  points: number;
}

export interface Pressing {
  topic: string;
  flags: string[];
  /** What would help: `call`, `private`, or nothing. */
  suggestion: string;
  /** The team that it belongs to while another serves it. */
  homeTeam: string;
  awayUntil?: number | undefined;
  /** The team that it was raised to, beside the first line, and who of it works on it. */
  escalationTeam: string;
  second: string;
  offeredTo: string;
  offeredUntil?: number | undefined;
  preferredPerson: string;
  incidentId: string;
  calls: Call[];
  clocks: Clock[];
  score: ScorePart[];
  /** Followers times hours without an answer. */
  exposure: number;
  shares: number;
  comments: number;
  views: number;
  spreadPerHour: number;
  needsSkills: string[];
}

const CLOCKS: readonly ClockKind[] = ["FIRST_RESPONSE", "NEXT_RESPONSE", "RESOLUTION"];
const CALLS: readonly CallStatus[] = ["BOOKED", "DUE", "DONE", "MISSED"];

function readClock(json: ClockJson): Clock {
  return {
    kind: CLOCKS.find((kind) => json.kind === `DEADLINE_KIND_${kind}`) ?? "NEXT_RESPONSE",
    business: json.clock === "DEADLINE_CLOCK_BUSINESS",
    dueAt: readTime(json.dueAt),
    breached: json.breached ?? false,
    pausedAt: readTime(json.pausedAt),
  };
}

function readCall(json: CallbackJson): Call {
  return {
    id: json.callbackId ?? "",
    dueAt: readTime(json.dueAt),
    timezone: json.timezone ?? "",
    person: json.person ?? "",
    status: CALLS.find((status) => json.status === `CALLBACK_STATUS_${status}`) ?? "BOOKED",
  };
}

export function readPressing(json: ConversationSummaryJson): Pressing {
  return {
    topic: json.topic ?? "",
    flags: json.flags ?? [],
    suggestion: json.suggestion ?? "",
    homeTeam: json.homeTeam ?? "",
    awayUntil: readTime(json.awayUntil),
    escalationTeam: json.escalationTeam ?? "",
    second: json.second ?? "",
    offeredTo: json.offeredTo ?? "",
    offeredUntil: readTime(json.offeredUntil),
    preferredPerson: json.preferredPerson ?? "",
    incidentId: json.incidentId ?? "",
    calls: (json.callbacks ?? []).map(readCall),
    clocks: (json.clocks ?? []).map(readClock),
    score: (json.score ?? []).map((part) => ({ name: part.name ?? "", points: readNumber(part.points) })),
    exposure: readNumber(json.exposure),
    shares: readNumber(json.shares),
    comments: readNumber(json.comments),
    views: readNumber(json.views),
    spreadPerHour: readNumber(json.spreadPerHour),
    needsSkills: json.needsSkills ?? [],
  };
}

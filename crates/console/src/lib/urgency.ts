// What burns, and why. The order is the server's own: who waits before who does not, then by the one score, in which a
// point is a minute of waiting; the console keeps it up to date between two loads.

import type { Query } from "../api/calls";
import { PRIORITIES, type Status, type Summary } from "../api/model";
import { DAY, MINUTE, SECOND } from "./duration";

/** How loud a conversation is, from quiet to burning. */
export type Heat = "calm" | "warm" | "hot" | "burning";

export type Reason =
  | { kind: "late"; since: number }
  | { kind: "due"; at: number }
  | { kind: "waiting"; since: number }
  | { kind: "urgent" | "high" | "escalated" | "doubt" | "failed" | "half" | "approval" | "unclaimed" }
  | { kind: "reach"; followers: number }
  | { kind: "again"; posts: number }
  | { kind: "callDue" | "callMissed" }
  | { kind: "flag"; flag: string };

/** Followers from which an author's reach is named as a reason. */
export const WIDE_REACH = 10_000;
/** So many posts without a word from the brand are named. */
export const ASKED_AGAIN = 2;
const DUE_SOON = 5 * MINUTE;

const ALIVE: readonly Status[] = ["NEW", "OPEN"];

/** Whether the customer waits for the brand. */
export function isWaiting(summary: Summary): boolean {
  return ALIVE.includes(summary.status);
}

export function isLate(summary: Summary, at: number): boolean {
  if (!isWaiting(summary)) return false;
  // An earlier breach stays in the summary; late is only who waits past the clock that runs now.
  return summary.dueAt !== undefined && summary.dueAt <= at;
}

export function heat(summary: Summary, at: number): Heat {
  if (summary.newestReply === "in_doubt") return "burning";
  if (!isWaiting(summary)) return "calm";
  if (isLate(summary, at)) return "burning";
  if (summary.priority === "URGENT" || summary.escalated) return "hot";
  if (summary.dueAt !== undefined && summary.dueAt - at <= DUE_SOON) return "hot";
  return summary.priority === "HIGH" ? "warm" : "calm";
}

/** Why a conversation stands where it stands, the weightiest first. */
export function reasons(summary: Summary, at: number): Reason[] {
  const found: Reason[] = [];
  if (summary.newestReply === "in_doubt") found.push({ kind: "doubt" });
  if (summary.unfinished && summary.unfinished.parts > 1) found.push({ kind: "half" });
  else if (summary.newestReply === "failed") found.push({ kind: "failed" });
  if (summary.proposals.length > 0) found.push({ kind: "approval" });
  if (isWaiting(summary)) found.push(...clock(summary, at));
  found.push(...calls(summary));
  if (summary.escalated) found.push({ kind: "escalated" });
  else if (summary.priority === "URGENT") found.push({ kind: "urgent" });
  else if (summary.priority === "HIGH") found.push({ kind: "high" });
  found.push(...summary.flags.filter(isTold).map((flag): Reason => ({ kind: "flag", flag })));
  if (summary.reach >= WIDE_REACH) found.push({ kind: "reach", followers: summary.reach });
  if (
    isWaiting(summary) &&
    !summary.flags.includes("repeat_ask") &&
    summary.answers === 0 &&
    summary.posts >= ASKED_AGAIN
  ) {
    found.push({ kind: "again", posts: summary.posts });
  }
  if (isWaiting(summary) && !summary.assignee) found.push({ kind: "unclaimed" });
  return found;
}

/** A wide reach is told with its number. */
const isTold = (flag: string) => flag !== "influencer";

function calls(summary: Summary): Reason[] {
  const has = (status: string) => summary.calls.some((call) => call.status === status);
  if (has("MISSED")) return [{ kind: "callMissed" }];
  return has("DUE") ? [{ kind: "callDue" }] : [];
}

function clock(summary: Summary, at: number): Reason[] {
  if (isLate(summary, at)) return [{ kind: "late", since: summary.dueAt ?? summary.waitingSince ?? at }];
  if (summary.dueAt !== undefined) return [{ kind: "due", at: summary.dueAt }];
  return summary.waitingSince === undefined ? [] : [{ kind: "waiting", since: summary.waitingSince }];
}

const RANKS: readonly Status[] = ["OPEN", "NEW", "WAITING_FOR_CUSTOMER", "RESOLVED", "MERGED"];

/** When the answer is due, and by how many minutes all else moves that forward: the earlier, the more urgent. */
export function place(summary: Summary): number {
  const due = summary.dueAt ?? (summary.waitingSince ?? 0) + DAY;
  const bonus = summary.score.reduce((sum, part) => (part.name === "late" ? sum : sum + part.points), 0);
  return due - bonus * MINUTE;
}

/** Orders as the server lists: who waits by the score, all others with the newest first. */
export function byUrgency(a: Summary, b: Summary): number {
  const newest = (one: Summary) => -Math.floor((one.lastActivityAt ?? 0) / SECOND);
  const key = a.status === "OPEN" ? place : newest;
  return RANKS.indexOf(a.status) - RANKS.indexOf(b.status) || compare(key(a), key(b)) || compare(a.id, b.id);
}

function compare<T>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether a conversation belongs to a list, by the same rules as the server's. */
export function matches(summary: Summary, query: Query): boolean {
  const same = (wanted: string | undefined, is: string) => !wanted || wanted === is;
  return (
    same(query.brand, summary.brand) &&
    same(query.team, summary.team) &&
    same(query.assignee, summary.assignee) &&
    same(query.network, summary.network) &&
    same(query.language, summary.language) &&
    same(query.intent, summary.intent) &&
    (!query.status?.length || query.status.includes(summary.status)) &&
    same(query.offeredTo, summary.offeredTo) &&
    same(query.incident, summary.incidentId) &&
    (!query.waitsForApproval || summary.proposals.length > 0) &&
    (!query.unassigned || summary.assignee === "") &&
    (!query.minPriority || PRIORITIES.indexOf(summary.priority) >= PRIORITIES.indexOf(query.minPriority))
  );
}

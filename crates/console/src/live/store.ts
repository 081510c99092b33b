// What is known of the present: figures, the newest changes, and how fresh all of it is. Pages load what they need
// once and then listen here; a summary with a higher version always wins, so order and repetition do not matter.

import { batch, signal } from "@preact/signals";
import { apiUrl } from "../api/http";
import {
  type Measures,
  type Minute,
  readMeasures,
  readMinutes,
  readNumber,
  readSummary,
  type Summary,
} from "../api/model";
import type { WatchResponseJson } from "../gen/earshot/analytics/v1/analytics_service_pb";
import type {
  WatchConversationsResponseJson,
  WritingJson,
} from "../gen/earshot/conversation/v1/conversation_service_pb";
import type { ShownNewsJson } from "../gen/earshot/notifier/v1/notification_service_pb";
import { serverNow } from "../lib/clock";
import { me } from "./me";
import { learnNews } from "./news";
import { followShared, type Shared } from "./share";
import type { Link, ServerEvent } from "./sse";
import { hasWritten, learnWriting } from "./writing";

export interface Change {
  sequence: number;
  summary: Summary;
  /** Names of facts, as `PostReceived`. */
  facts: string[];
}

/** So many changes are kept, to lay over lists that were being loaded while they came. */
const KEPT = 500;
const TICKER = 80;
const GATHER_MS = 200;

export const link = signal<Link>({ state: "connecting" });
/** When something last came, if only a heartbeat. */
export const heardAt = signal(0);
export const figures = signal<{ rows: Measures[]; minutes: Minute[]; at: number } | undefined>(undefined);
/** The newest changes, newest first. */
export const ticker = signal<Change[]>([]);
/** Grows when everything known must be loaded anew. */
export const epoch = signal(0);
/** The highest position of the log that was seen. */
export const position = signal(0);

const kept = new Map<string, Change>();
const listeners = new Set<(change: Change) => void>();

/** Calls back for each change until the answer is called. */
export function onChange(listener: (change: Change) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The newest that is known of a conversation: what was loaded, or what the stream said since. */
export function newest(summary: Summary): Summary {
  const change = kept.get(summary.id);
  return change && change.summary.version > summary.version ? change.summary : summary;
}

/** The changes that the stream told lately; a list that was just loaded may lack them. */
export function recentChanges(): Summary[] {
  return [...kept.values()].map((change) => change.summary);
}

/** Takes the answer to a write at once, without waiting for the stream. */
export function learn(summary: Summary | undefined): void {
  if (summary) take({ sequence: summary.version, summary, facts: [] });
}

function take(change: Change): void {
  const known = kept.get(change.summary.id);
  if (known && known.summary.version >= change.summary.version) return;
  kept.delete(change.summary.id);
  kept.set(change.summary.id, change);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value ?? "");
  for (const listener of listeners) listener(change);
}

function onEvent(event: ServerEvent): void {
  const json = parse(event.data);
  if (event.name === "reset") forgetAll(event.id !== "");
  else if (event.name === "measures") takeMeasures(json as WatchResponseJson);
  else if (event.name === "conversation") takeConversation(json as WatchConversationsResponseJson, event.id);
  else if (event.name === "news") learnNews(json as ShownNewsJson);
  else if (event.name === "writing") learnWriting(json as WritingJson);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

function takeConversation(json: WatchConversationsResponseJson, id: string): void {
  const summary = readSummary(json.conversation);
  const sequence = readNumber(json.sequence ?? id);
  if (!summary) return;
  const change = { sequence, summary, facts: json.factKinds ?? [] };
  if (change.facts.includes("ReplySubmitted")) hasWritten(summary.id);
  batch(() => {
    if (sequence > position.value) position.value = sequence;
    tell(change);
    take(change);
  });
}

let untold: Change[] = [];

/** Puts a change on the ticker, with those that come at the same time: a storm must not redraw it for each. */
function tell(change: Change): void {
  untold.push(change);
  if (untold.length > 1) return;
  setTimeout(() => {
    const fresh = untold.reverse();
    untold = [];
    const known = new Set(fresh.map(placeOf));
    // After a lost connection or a change of the leading tab the same event may come again.
    ticker.value = [...fresh, ...ticker.value.filter((one) => !known.has(placeOf(one)))].slice(0, TICKER);
  }, GATHER_MS);
}

const placeOf = (change: Change) => `${change.sequence} ${change.summary.id}`;

const rowKey = (row: Measures) => [row.brand, row.team, row.channel, row.language].join("\u0000");

function takeMeasures(json: WatchResponseJson): void {
  const rows = (json.rows ?? []).map(readMeasures);
  const known = json.snapshot ? [] : (figures.value?.rows ?? []);
  const merged = new Map([...known, ...rows].map((row) => [rowKey(row), row]));
  const minutes = json.minutes?.length ? readMinutes(json.minutes) : (figures.value?.minutes ?? []);
  figures.value = { rows: [...merged.values()], minutes, at: serverNow() };
}

/** Figures that were asked for, until the stream brings its own. */
export function primeFigures(rows: Measures[]): void {
  figures.value ??= { rows, minutes: [], at: serverNow() };
}

/** `placed` says that the reset itself named the position to go on from. */
function forgetAll(placed: boolean): void {
  if (!placed) shared?.forget();
  kept.clear();
  batch(() => {
    ticker.value = [];
    figures.value = undefined;
    epoch.value += 1;
  });
}

let shared: Shared | undefined;
/** Whose news the stream brings. */
let followed: string | undefined;

/** Begins to follow, from a position of the log on (0 for now). */
export function startStream(after: number): void {
  if (shared) return;
  followed = me.peek()?.person;
  shared = followShared(
    {
      url: (from) => apiUrl("events", { after: from, person: me.peek()?.person }),
      after: after > 0 ? String(after) : "",
      now: serverNow,
      onEvent,
      onLink: (changed) => {
        link.value = changed;
      },
      onHeard: () => {
        heardAt.value = serverNow();
      },
    },
    `earshot ${new URL(document.baseURI).pathname}`,
  );
  // Another person has other news.
  me.subscribe((mine) => {
    if (mine?.person !== followed) shared?.again();
    followed = mine?.person;
  });
  window.addEventListener("online", () => shared?.nudge());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) shared?.nudge();
  });
}

/** Tries to reconnect now. A tab that only listens cannot; the leading one tries by itself. */
export function reconnectNow(): void {
  shared?.nudge();
}

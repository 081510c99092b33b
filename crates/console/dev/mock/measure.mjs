// Figures over the mock's log, by the definitions of the contract.

import { allIds, clock, entriesOf, firstResponse, fold, stamp, statusOf, waitingSince } from "./log.mjs";

const KEYS = { BRAND: "brand", TEAM: "team", CHANNEL: "channel", LANGUAGE: "language" };

export function rows(groupBy, brand = "") {
  const groups = new Map();
  for (const id of allIds()) {
    const state = fold(id);
    if (brand && state.brand !== brand) continue;
    const names = { brand: state.brand, team: state.team, channel: state.network, language: state.language ?? "" };
    const key = Object.fromEntries(groupBy.map((one) => [KEYS[one], names[KEYS[one]]]));
    const text = JSON.stringify(key);
    if (!groups.has(text)) groups.set(text, { key, states: [] });
    groups.get(text).states.push(state);
  }
  return [...groups.values()].map(({ key, states }) => ({ ...key, ...measure(states) }));
}

function measure(states) {
  const count = (test) => String(states.filter(test).length);
  const responses = states
    .map(firstResponse)
    .filter((value) => value !== undefined)
    .sort((a, b) => a - b);
  const percentile = (share) => responses[Math.min(responses.length - 1, Math.floor(responses.length * share))];
  const waits = states.filter((state) => statusOf(state) === "OPEN").map((state) => clock.now() - waitingSince(state));
  const doubtful = (state) => [...state.replies.values()].some((reply) => reply.status === "in_doubt");
  return {
    conversations: String(states.length),
    posts: String(states.reduce((sum, state) => sum + state.posts.length, 0)),
    replies: String(states.reduce((sum, state) => sum + state.replies.size, 0)),
    open: count((state) => statusOf(state) === "OPEN"),
    waiting: count((state) => statusOf(state) === "WAITING_FOR_CUSTOMER"),
    resolved: count((state) => statusOf(state) === "RESOLVED"),
    breached: count((state) => state.breaches > 0),
    answered: String(responses.length),
    repliesInDoubt: count(doubtful),
    ...(responses.length && {
      firstResponseP50Seconds: percentile(0.5),
      firstResponseP90Seconds: percentile(0.9),
      answeredWithin10m: within(states, 600),
      answeredWithin1h: within(states, 3_600),
      answeredWithin24h: within(states, 86_400),
    }),
    ...(waits.length && { longestWaitSeconds: Math.max(...waits) / 1_000 }),
  };
}

function within(states, seconds) {
  const counted = states.filter((state) => {
    const response = firstResponse(state);
    const age = (clock.now() - Math.min(...state.posts.map((post) => post.at))) / 1_000;
    return age >= seconds || (response !== undefined && response <= seconds);
  });
  return counted.length
    ? counted.filter((state) => (firstResponse(state) ?? Number.POSITIVE_INFINITY) <= seconds).length / counted.length
    : undefined;
}

const MINUTE = 60_000;

/** Newest first: what came in and went out per minute, for the last hour. */
export function minutes() {
  const current = Math.floor(clock.now() / MINUTE) * MINUTE;
  const counts = Array.from({ length: 60 }, (_, index) => ({
    at: current - index * MINUTE,
    posts: 0,
    replies: 0,
    breaches: 0,
  }));
  for (const id of allIds()) {
    for (const { record } of entriesOf(id)) {
      const slot = counts[Math.floor((current + MINUTE - Date.parse(record.occurredAt)) / MINUTE)];
      if (!slot) continue;
      for (const fact of record.facts) {
        if (fact.postReceived) slot.posts += 1;
        if (fact.replySent || fact.replyObserved) slot.replies += 1;
        if (fact.deadlineBreached) slot.breaches += 1;
      }
    }
  }
  return counts.map(({ at, posts, replies, breaches }) => ({
    minute: stamp(at),
    posts: String(posts),
    replies: String(replies),
    breaches: String(breaches),
  }));
}

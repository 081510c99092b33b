// What presses on the mock's conversations: flags, clocks, calls, two tiers, offers, incidents, and the score.

import { allIds, clock, fold, stamp } from "./log.mjs";

const MINUTE = 60_000;
const DAY = 86_400_000;

/** What a conversation begins with. */
export const pressing = () => ({
  flags: [],
  calls: new Map(),
  clocks: new Map(),
  escalationTeam: "",
  second: "",
  offeredTo: "",
  incidentId: "",
  shares: 0,
  comments: 0,
  views: 0,
});

export const PRESS = {
  postClassified: (state, read) => Object.assign(state, { topic: read.topic?.label }),
  routed: (state, routed) => Object.assign(state, { homeTeam: routed.homeTeam ?? "", awayUntil: routed.awayUntil }),
  placed: (state, placed) =>
    Object.assign(state, { team: placed.team, homeTeam: placed.homeTeam ?? "", awayUntil: placed.until }),
  offered: (state, offered) => Object.assign(state, { offeredTo: offered.person, offeredUntil: offered.until }),
  offerLapsed: (state) => Object.assign(state, { offeredTo: "", offeredUntil: undefined }),
  flagRaised: (state, raised) => {
    state.flags = [...state.flags.filter((flag) => flag !== raised.flag), raised.flag];
  },
  flagLowered: (state, lowered) => {
    state.flags = state.flags.filter((flag) => flag !== lowered.flag);
  },
  incidentJoined: (state, joined) => Object.assign(state, { incidentId: joined.incidentId }),
  deadlineSet: (state, set) =>
    state.clocks.set(set.kind === "DEADLINE_KIND_RESOLUTION" ? "resolution" : "answer", {
      kind: set.kind,
      clock: set.clock ?? "DEADLINE_CLOCK_CALENDAR",
      startedAt: set.clockStartedAt,
      dueAt: set.dueAt,
    }),
  deadlineBreached: (state, missed) => {
    for (const one of state.clocks.values()) if (one.kind === missed.kind) one.breached = true;
  },
  replySent: (state, sent) => {
    state.clocks.delete("answer");
    const resolution = state.clocks.get("resolution");
    if (resolution) resolution.pausedAt = sent.sentAt;
  },
  // It is the first line's, unless somebody takes it for the team that it was raised to.
  claimed: (state, claimed) => {
    if (claimed.team) state.second = claimed.person;
    state.offeredTo = "";
  },
  escalated: (state, raised) => Object.assign(state, { escalationTeam: raised.toTeam }),
  deescalated: (state) => Object.assign(state, { escalationTeam: "", second: "", escalated: false }),
  callbackBooked: (state, call) => state.calls.set(call.callbackId, { ...call, status: "BOOKED" }),
  callbackDue: (state, call) => Object.assign(state.calls.get(call.callbackId) ?? {}, { status: "DUE" }),
  callbackDone: (state, call) => Object.assign(state.calls.get(call.callbackId) ?? {}, { status: "DONE" }),
  callbackMissed: (state, call) => Object.assign(state.calls.get(call.callbackId) ?? {}, { status: "MISSED" }),
  engagementObserved: (state, seen) =>
    Object.assign(state, { shares: Number(seen.shares), comments: Number(seen.comments), views: Number(seen.views) }),
  resolved: (state) => Object.assign(state, { clocks: new Map(), offeredTo: "", escalationTeam: "", second: "" }),
};

const PRIORITY = { PRIORITY_URGENT: 240, PRIORITY_HIGH: 60, PRIORITY_LOW: -120 };
const FLAG = {
  churn_risk: 60,
  spread: 60,
  flare_up: 60,
  exposure: 45,
  opportunity: 20,
  surge: 10,
  repeated_offers: 10,
};

function bonuses(state) {
  const reach = state.reach ?? 0;
  return [
    { name: "priority", points: PRIORITY[state.priority] ?? 0 },
    { name: "breached", points: state.breached ? 60 : 0 },
    ...state.flags.map((flag) => ({ name: flag, points: FLAG[flag] ?? 30 })),
    { name: "reach", points: reach >= 100 ? Math.round(10 * (Math.log10(reach) - 1)) : 0 },
    { name: "escalated", points: state.escalated ? 60 : 0 },
  ].filter((part) => part.points !== 0);
}

const dueOf = (state, waiting) => state.due ?? (waiting ?? 0) + DAY;

/** Where it stands among those who wait: the smallest is the most urgent. */
export function placeOf(state, waiting) {
  const bonus = bonuses(state).reduce((sum, part) => sum + part.points, 0);
  return dueOf(state, waiting) - bonus * MINUTE;
}

/** As the wire has it. */
export function pressOf(state, waiting, now) {
  const answered = [...state.replies.values()].some((reply) => reply.status === "sent");
  const late = { name: "late", points: Math.round((now - dueOf(state, waiting)) / MINUTE) };
  const waits = waiting !== undefined && state.opened;
  return {
    topic: state.topic,
    ...(state.flags.length && { flags: state.flags }),
    suggestion: state.suggestion ?? (state.flags.includes("ping_pong") ? "call" : ""),
    homeTeam: state.homeTeam,
    awayUntil: state.awayUntil,
    escalationTeam: state.escalationTeam,
    second: state.second,
    offeredTo: state.offeredTo,
    offeredUntil: state.offeredTo ? state.offeredUntil : undefined,
    incidentId: state.incidentId,
    ...(state.calls.size && { callbacks: [...state.calls.values()].map(callOf) }),
    ...(state.clocks.size && { clocks: [...state.clocks.values()] }),
    ...(waits && { score: [late, ...bonuses(state)] }),
    exposure: waits && !answered ? Math.round(((state.reach ?? 0) * (now - waiting)) / 3_600_000) : 0,
    shares: state.shares && String(state.shares),
    comments: state.comments && String(state.comments),
    views: state.views && String(state.views),
    spreadPerHour: state.shares ? (state.shares + state.comments) / 4 : 0,
  };
}

const callOf = (call) => ({
  callbackId: call.callbackId,
  dueAt: call.dueAt,
  timezone: call.timezone,
  person: call.person,
  status: `CALLBACK_STATUS_${call.status}`,
});

/** The surges that are on, out of what is tied to them. */
export function incidents(brand) {
  const tied = new Map();
  for (const id of allIds()) {
    const state = fold(id);
    if (state.brand !== brand || !state.incidentId) continue;
    tied.set(state.incidentId, [...(tied.get(state.incidentId) ?? []), state]);
  }
  return [...tied].map(([incidentId, states]) => ({
    incidentId,
    region: states[0].region || "north",
    topic: states[0].topic,
    firstPostAt: stamp(Math.min(...states.flatMap((state) => state.posts.map((post) => post.at)))),
    detectedAt: stamp(clock.now() - 5 * MINUTE),
    posts: states.reduce((sum, state) => sum + state.posts.length, 0),
    conversations: states.length,
    team: states[0].team,
  }));
}

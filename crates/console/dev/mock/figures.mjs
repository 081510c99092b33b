// The mock's figures: measures with intervals, the conversations behind them, and the scorecard.

import { allIds, firstResponse, fold, stamp, statusOf } from "./log.mjs";
import { chance } from "./world.mjs";

const measure = (chapter, name, title, form, unit, definition) => ({
  name,
  title,
  definition,
  unit,
  form: `MEASURE_FORM_${form}`,
  since: 1,
  chapter,
});

export const CATALOGUE = [
  measure(
    "conversations",
    "open",
    "Waiting for us",
    "COUNT",
    "conversations",
    "Conversations in which the newest word is the customer's and no answer has followed.",
  ),
  measure(
    "conversations",
    "waiting",
    "Answered",
    "COUNT",
    "conversations",
    "Conversations that are answered and not resolved: the brand waits for the customer.",
  ),
  measure(
    "speed",
    "first_response_p50_seconds",
    "First response, half within",
    "PERCENTILE",
    "seconds",
    "Half of all first answers came within this time of the first post, by the network's clock.",
  ),
  {
    ...measure(
      "speed",
      "answered_within_1h",
      "Answered within 1 h",
      "SHARE",
      "share",
      "Of the conversations that are at least an hour old or were answered sooner: the share whose first answer came within an hour.",
    ),
    since: 2,
    settings: "listen",
    former: [{ name: "answered_within_1h@1", since: 1, definition: "The same, of all conversations." }],
  },
  measure(
    "clarity",
    "came_back_share",
    "Came back after an answer",
    "SHARE",
    "share",
    "Of the answered conversations: the share in which the customer wrote again.",
  ),
  measure(
    "clarity",
    "one_touch_resolution_share",
    "Solved with one answer",
    "SHARE",
    "share",
    "Of the resolved conversations: the share with one answer.",
  ),
  measure(
    "personality",
    "signed_share",
    "Signed",
    "SHARE",
    "share",
    "Of the replies: the share that end with a person's name.",
  ),
  measure(
    "answers",
    "replies_in_doubt",
    "In doubt",
    "COUNT",
    "replies",
    "Replies of which nobody knows whether the network has them; a person decides.",
  ),
];

const answered = (state) => firstResponse(state) !== undefined;
const VALUES = {
  open: (states) => states.filter((state) => statusOf(state) === "OPEN"),
  waiting: (states) => states.filter((state) => statusOf(state) === "WAITING_FOR_CUSTOMER"),
  first_response_p50_seconds: (states) => states.filter(answered),
  answered_within_1h: (states) => states.filter((state) => (firstResponse(state) ?? 9e9) <= 3_600),
  came_back_share: (states) => states.filter((state) => answered(state) && state.posts.length > 1),
  one_touch_resolution_share: (states) => states.filter((state) => state.resolvedAt && state.replies.size === 1),
  signed_share: (states) => states.filter((state) => state.replies.size > 0 && chance(`signed ${state.id}`) < 0.8),
  replies_in_doubt: (states) =>
    states.filter((state) => [...state.replies.values()].some((one) => one.status === "in_doubt")),
};

function figure(name, states) {
  const { form } = CATALOGUE.find((one) => one.name === name);
  const counted = VALUES[name](states);
  const sample = String(states.length);
  if (form === "MEASURE_FORM_COUNT") return { measure: name, value: counted.length, sample };
  if (states.length === 0) return { measure: name, sample };
  if (form === "MEASURE_FORM_SHARE") {
    const value = counted.length / states.length;
    const half = 1.96 * Math.sqrt((value * (1 - value) + 0.01) / states.length);
    return { measure: name, value, sample, low: Math.max(0, value - half), high: Math.min(1, value + half) };
  }
  const times = counted.map(firstResponse).sort((a, b) => a - b);
  if (times.length === 0) return { measure: name, sample: "0" };
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { measure: name, value: at(0.5), sample: String(times.length), low: at(0.35), high: at(0.65) };
}

const KEYS = { BRAND: "brand", TEAM: "team", CHANNEL: "network", LANGUAGE: "language", PERSON: "assignee" };

function all(query) {
  const wanted = (name) => query.get(name) ?? "";
  const without = query.getAll("without").map((side) => KEYS[side]);
  const first = (state) => Math.min(...state.posts.map((post) => post.at));
  return allIds()
    .map((id) => fold(id))
    .filter(
      (state) =>
        Object.entries(KEYS).every(
          ([side, key]) => !wanted(side.toLowerCase()) || wanted(side.toLowerCase()) === state[key],
        ) &&
        without.every((key) => !state[key]) &&
        (!wanted("from") || first(state) >= Date.parse(wanted("from"))) &&
        (!wanted("until") || first(state) < Date.parse(wanted("until"))),
    );
}

function grouped(states, nameOf) {
  const groups = new Map();
  for (const state of states) {
    const name = nameOf(state) ?? "";
    groups.set(name, [...(groups.get(name) ?? []), state]);
  }
  return groups;
}

export function figures(query) {
  const groups = grouped(all(query), (state) => state.brand);
  const names = CATALOGUE.map((one) => one.name);
  return {
    rows: [...groups].map(([brand, states]) => ({ brand, figures: names.map((name) => figure(name, states)) })),
  };
}

export function behind(name, query) {
  const states = all(query);
  const counted = VALUES[name]?.(states) ?? [];
  const chosen = query.get("part") === "NOT_COUNTED" ? states.filter((state) => !counted.includes(state)) : counted;
  const size = 20;
  const from = Number(query.get("pageToken") || 0);
  const page = chosen.slice(from, from + size).map((state) => ({
    conversationId: state.id,
    brand: state.brand,
    value: name.endsWith("seconds") ? firstResponse(state) : 1,
    team: state.team,
    channel: state.network,
    language: state.language,
    person: state.assignee,
    firstPostAt: stamp(Math.min(...state.posts.map((post) => post.at))),
  }));
  return { behind: page, ...(from + size < chosen.length && { nextPageToken: String(from + size) }) };
}

const part = (name, worst, best) => ({
  measure: name,
  title: CATALOGUE.find((one) => one.name === name).title,
  weight: 1,
  worst,
  best,
});
const HEADS = [
  {
    name: "clarity",
    title: "Clarity and efficiency",
    weight: 1,
    components: [part("came_back_share", 0.6, 0.05), part("one_touch_resolution_share", 0, 0.6)],
  },
  {
    name: "speed",
    title: "Speed",
    weight: 1,
    components: [part("first_response_p50_seconds", 7_200, 60), part("answered_within_1h", 0, 1)],
  },
  { name: "personality", title: "Personality", weight: 1, components: [part("signed_share", 0, 1)] },
];
const SMALLEST = 20;
/** The mock knows one day, so its periods are short of conversations. */
const SMALLEST_OF_A_PERIOD = 6;

const points = ({ worst, best }, value) =>
  value === undefined ? undefined : Math.min(100, Math.max(0, ((value - worst) / (best - worst)) * 100));
const mean = (values) => (values.length ? values.reduce((sum, one) => sum + one, 0) / values.length : undefined);

function scored(states, known) {
  const heads = HEADS.map((head) => {
    const components = head.components.map((one) => {
      const made = figure(one.measure, states);
      return { figure: made, ...(known && { points: points(one, made.value) }) };
    });
    const value = mean(components.flatMap((one) => one.points ?? []));
    return { head: head.name, score: around(value, states.length), components };
  });
  return { score: around(mean(heads.flatMap((head) => head.score.points ?? [])), states.length), heads };
}

function around(value, sample) {
  if (value === undefined) return {};
  const half = 60 / Math.sqrt(sample);
  return { points: value, low: Math.max(0, value - half), high: Math.min(100, value + half) };
}

/** The hours of the mock's one day stand for days, weeks and months. */
const PERIODS = {
  DAY: (at) => stamp(at).slice(0, 10),
  WEEK: (at) => `2026-W${String(10 + (Math.floor(at / 600_000) % 9)).padStart(2, "0")}`,
  MONTH: (at) => `2026-${String(1 + (Math.floor(at / 900_000) % 9)).padStart(2, "0")}`,
};

export function scorecard(query) {
  const side = query.get("sideBySide") || "BRAND";
  const nameOf = PERIODS[side]
    ? (state) => PERIODS[side](Math.min(...state.posts.map((post) => post.at)))
    : (state) => state[KEYS[side]];
  const smallest = PERIODS[side] ? SMALLEST_OF_A_PERIOD : SMALLEST;
  const rows = [...grouped(all(query), nameOf)].map(([name, states]) => ({
    name,
    conversations: String(states.length),
    ...scored(states, states.length >= smallest),
  }));
  rows.sort((a, b) => (b.score.points ?? -1) - (a.score.points ?? -1));
  return { heads: HEADS, rows, smallestSample: smallest };
}

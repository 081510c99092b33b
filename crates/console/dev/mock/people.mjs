// The mock's news for people and their choices, ready replies, shift posts, and words of the brand that are not sent.

import { clock, fold, onAppend, stamp } from "./log.mjs";
import { BRANDS, hash } from "./world.mjs";

const KEPT = 100;
const told = [];
const listeners = new Set();
const choices = new Map();

export function onNews(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What a change is to somebody. */
const KINDS = {
  PostReceived: "NEWS_REPLY_TO_ME",
  DeadlineBreached: "NEWS_DEADLINE_BREACH",
  Escalated: "NEWS_ESCALATED",
  CallbackDue: "NEWS_CALLBACK_DUE",
  HandedOff: "NEWS_ASSIGNED",
};

onAppend(({ sequence, conversation, kinds }) => {
  const state = fold(conversation);
  const kind = kinds.map((one) => KINDS[one]).find(Boolean);
  if (!state?.assignee || !kind) return;
  const one = {
    sequence: String(sequence),
    brand: state.brand,
    person: state.assignee,
    news: kind,
    conversationId: conversation,
    at: stamp(clock.now()),
  };
  told.push(one);
  if (told.length > KEPT) told.shift();
  for (const listener of listeners) listener(one);
});

export const newsOf = (brand, person) => ({
  news: told.filter((one) => one.brand === brand && one.person === person).reverse(),
});

export function choiceOf(brand, person) {
  const known = choices.get(`${brand}/${person}`);
  const all = Object.values(KINDS);
  const choice = known ?? { person, ways: [{ way: "console", news: all }] };
  return { choice, ...(!known && { isDefault: true }), ways: ["console", "email", "ops"] };
}

export function choose(brand, person, choice) {
  const wrong = choice.email && !choice.email.includes("@");
  if (wrong)
    return {
      status: 400,
      json: { title: "x", status: 400, reason: "INVALID_ARGUMENT", detail: "email is no address", errors: [] },
    };
  choices.set(`${brand}/${person}`, choice);
  return { json: { changed: true } };
}

export function readyReplies(state, person) {
  const who = BRANDS.find((one) => one.brand === state.brand)?.people.find((one) => one.person === person);
  const sign = who?.signature ?? "";
  return {
    suggestions: [
      {
        name: "sorry",
        language: "en",
        text: `I am sorry about this. I look into it now and come back to you. ${sign}`.trim(),
        reasons: ["the customer complains", "written in the customer's language"],
        parts: 1,
      },
      { name: "by-name", language: "en", missing: ["customer"], reasons: ["for any post"] },
    ],
  };
}

const DAY = 86_400_000;

export function shiftPosts(brand, yaml) {
  if (yaml && !yaml.includes("shift_posts")) return {};
  const known = BRANDS.find((one) => one.brand === brand);
  const team = known?.teams[0];
  if (!team) return {};
  const post = (days, shift, text, problem) => ({
    at: stamp(clock.now() + days * DAY),
    team: team.team,
    shift,
    network: "x",
    text,
    ...(problem && { problem }),
  });
  return {
    posts: [
      post(1, "morning", `Good morning! ${known.people[0].name} is here for you today.`),
      post(1.4, "evening", "That was today. We are back tomorrow morning."),
      post(2, "morning", "", "nobody_on"),
    ],
  };
}

const open = new Map(
  BRANDS.slice(0, 1).map(({ brand, teams }) => [
    hash("notice", brand),
    {
      brand,
      noticeId: hash("notice", brand),
      kind: "shift_post",
      team: teams[0].team,
      shift: "morning",
      network: "x",
      status: "in_doubt",
      attempts: 1,
      reason: "timeout",
      since: stamp(clock.now() - 600_000),
    },
  ]),
);

export const notices = () => ({ notices: [...open.values()] });

export const settleNotice = (id) => ({ json: { changed: open.delete(id) } });

const aside = new Map(
  [
    ["classifier", "7412", "conversation", "undecodable: a field is not what the contract says", 1],
    ["classifier", "7413", "conversation", "MODEL_AWAY", 5],
    ["routing", "7412", "conversation", "undecodable", 1],
    ["ingest", "9007199254740993001", "webhook", "malformed", 1],
  ].map(([service, sequence, kind, reason, tries], place) => [
    `${service}.${sequence}`,
    {
      itemId: `${service}.${sequence}`,
      service,
      sequence,
      kind,
      ...(kind === "conversation" && { brand: BRANDS[0].brand, conversationId: hash("aside", sequence) }),
      reason,
      tries,
      setAsideAt: stamp(clock.now() - (place + 1) * 600_000),
      ...(service === "classifier" && { canRetry: true }),
    },
  ]),
);

export function setAside(query) {
  const all = [...aside.values()];
  const services = [...new Set(all.map((one) => one.service))].sort().map((service) => {
    const ours = all.filter((one) => one.service === service);
    const retrying = ours.filter((one) => one.retrying).length;
    return { service, items: ours.length, ...(retrying && { retrying }), ...(ours[0].canRetry && { canRetry: true }) };
  });
  const service = query.get("service") ?? "";
  return { items: all.filter((one) => !service || one.service === service), services };
}

export function asideItem(id) {
  const item = aside.get(id);
  const subject =
    item?.kind === "webhook" ? "webhook" : `earshot.3.${item?.brand}.conversation.${item?.conversationId}`;
  return item && { item, subject, storedAt: item.setAsideAt, sizeBytes: "412", traceId: hash("trace", id) };
}

/** What is tried again ends well a moment later, and is gone. */
function tryAgain(item) {
  item.retrying = true;
  setTimeout(() => aside.delete(item.itemId), 1_500).unref();
}

export function retryAside(id) {
  const item = aside.get(id);
  const changed = item !== undefined && !item.retrying;
  if (changed) tryAgain(item);
  return { item, changed };
}

export function retryAllAside(service) {
  const ours = [...aside.values()].filter((one) => one.service === service && !one.retrying);
  ours.forEach(tryAgain);
  return { retried: ours.length };
}

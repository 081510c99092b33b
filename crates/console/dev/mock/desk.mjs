// What services and people do in the mock: receive, classify, route, answer. Each is a record or two.

import { append, entriesOf, fold, stamp } from "./log.mjs";
import { BRANDS, chance, hash, TOPICS } from "./world.mjs";

const service = (name) => ({ kind: "ACTOR_KIND_SERVICE", name });
export const byPerson = (name) => ({ kind: "ACTOR_KIND_PERSON", name });
const MODEL = "linear-2026-03";

/** A customer's post comes in, is read and routed. */
export function receive(post) {
  const { brand, network, native, author, text, at, demo = false } = post;
  const customer = hash("customer", brand, network, author.id);
  const conversation = hash("conversation", customer, post.thread ?? "0");
  const key = hash("post", brand, network, native);
  const first = entriesOf(conversation).length === 0;
  const base = { brand, customer, conversation };
  const received = {
    postKey: key,
    network,
    nativeId: native,
    private: post.private ?? false,
    handleUse: "HANDLE_USE_MAIN",
    postedAt: stamp(at),
    followers: String(author.followers ?? 0),
    region: author.region ?? "",
    tier: author.tier ?? "",
    source: post.source ?? "webhook",
    demo,
    personal: {
      authorId: author.id,
      authorName: author.name ?? "",
      authorHandle: author.handle ?? author.id,
      text,
      attachments: post.attachments ?? [],
    },
  };
  append({ ...base, actor: { kind: "ACTOR_KIND_CUSTOMER" }, facts: [{ postReceived: received }], at });
  const read = classify(key, text, post.lang ?? "en");
  append({ ...base, actor: service("classifier"), facts: [{ postClassified: read }], at: at + 40 });
  const state = fold(conversation);
  if (state.resolvedAt)
    append({ ...base, actor: service("routing"), facts: [{ reopened: { postKey: key } }], at: at + 60 });
  append({ ...base, actor: service("routing"), facts: route(post, key, read, first, at), at: at + 90 });
  return { conversation, key };
}

const INTENTS = ["complaint", "complaint", "complaint", "question", "question", "request", "praise"];

function classify(key, text, lang) {
  const dice = chance(text);
  const intent = INTENTS[Math.floor(dice * INTENTS.length)];
  const sentiment = intent === "praise" ? "positive" : intent === "complaint" ? "negative" : "neutral";
  return {
    postKey: key,
    modelVersion: MODEL,
    language: { label: lang, confidence: 0.99 },
    sentiment: { label: sentiment, confidence: Number((0.6 + dice * 0.39).toFixed(2)), reasons: ["ngram:wait"] },
    intent: {
      label: intent,
      confidence: Number((0.55 + ((dice * 7) % 1) * 0.44).toFixed(2)),
      reasons: ["ngram:hours", "punctuation"],
    },
    topic: {
      label: TOPICS[Math.floor(((dice * 13) % 1) * TOPICS.length)],
      confidence: Number((0.3 + ((dice * 5) % 1) * 0.6).toFixed(2)),
      unsure: (dice * 5) % 1 < 0.3,
    },
    urgency: { label: (dice * 17) % 1 < 0.1 ? "urgent" : "normal", confidence: 0.8 },
    churn: { label: intent === "complaint" && (dice * 19) % 1 < 0.2 ? "leaving" : "staying", confidence: 0.8 },
    call: { label: "none", confidence: 0.97 },
    closing: { label: intent === "praise" ? "thanks" : "none", confidence: 0.9 },
    backend: "compact",
  };
}

function route(post, key, read, first, at) {
  const brand = BRANDS.find((one) => one.brand === post.brand);
  const loud = (post.author.followers ?? 0) > 10_000;
  const complaint = read.intent.label === "complaint";
  const rule =
    loud && complaint
      ? "angry-and-heard"
      : complaint
        ? "complaint"
        : read.intent.label === "praise"
          ? "praise"
          : "otherwise";
  const priority =
    rule === "angry-and-heard"
      ? "PRIORITY_URGENT"
      : complaint
        ? "PRIORITY_HIGH"
        : rule === "praise"
          ? "PRIORITY_LOW"
          : "PRIORITY_NORMAL";
  const team =
    brand.teams[rule === "angry-and-heard" ? brand.teams.length - 1 : Math.floor(chance(key) * 2) % brand.teams.length];
  const seconds = rule === "angry-and-heard" ? 600 : complaint ? 1_800 : 7_200;
  const candidates = [
    { kind: "rule", name: rule, score: 1, excluded: "" },
    { kind: "rule", name: "frequent-flyer", score: 0, excluded: 'post.tier in ["gold", "platinum"] is false' },
    ...brand.teams.map((one, index) => ({
      kind: "team",
      name: one.team,
      score: Number((0.9 - index * 0.17).toFixed(2)),
      excluded:
        one.team === team.team ? "" : one.isOpen ? "the rule names another team" : "closed until it opens again",
    })),
  ];
  const routed = {
    postKey: key,
    rule,
    team: team.team,
    priority,
    settingsVersion: brand.settingsVersion,
    candidates,
    notes: [],
  };
  const kind = first ? "DEADLINE_KIND_FIRST_RESPONSE" : "DEADLINE_KIND_NEXT_RESPONSE";
  const deadline = {
    kind,
    clockStartedAt: stamp(at),
    dueAt: stamp(at + seconds * 1_000),
    targetSeconds: seconds,
    settingsVersion: brand.settingsVersion,
  };
  const resolution = {
    ...deadline,
    kind: "DEADLINE_KIND_RESOLUTION",
    dueAt: stamp(at + 8 * seconds * 1_000),
    targetSeconds: 8 * seconds,
    clock: "DEADLINE_CLOCK_BUSINESS",
  };
  return [
    ...(first ? [{ conversationOpened: { postKey: key, network: post.network, private: post.private ?? false } }] : []),
    { routed },
    ...(read.intent.label === "praise" ? [] : [{ deadlineSet: deadline }]),
    ...(first && complaint ? [{ deadlineSet: resolution }] : []),
  ];
}

export function baseOf(id) {
  const state = fold(id);
  return { brand: state.brand, customer: state.customer, conversation: id };
}

/** Misses a target that has passed. */
export function breach(id, at) {
  const state = fold(id);
  const due = stamp(state.due);
  const missed = { kind: "DEADLINE_KIND_FIRST_RESPONSE", dueAt: due, noticedAt: stamp(at) };
  append({ ...baseOf(id), actor: service("routing"), facts: [{ deadlineBreached: missed }], at });
}

/** A person submits a reply. */
export function submit(id, person, text, isPrivate, at, request, more = {}) {
  const state = fold(id);
  const replyId = hash("reply", id, request, more.part ?? 1);
  const newest = state.posts.at(-1);
  const fact = {
    replyId,
    person,
    network: state.network,
    private: isPrivate,
    inReplyTo: newest?.key,
    inReplyToNativeId: newest?.native,
    body: { text },
    ...more,
  };
  append({ ...baseOf(id), actor: byPerson(person), facts: [{ replySubmitted: fact }], at });
  return replyId;
}

/** How a reply fares: the steps, each with its distance in milliseconds from the one before. */
export function fate(text) {
  const dice = chance(`fate ${text}`);
  if (dice < 0.015) return ["attempt", "doubt"];
  if (dice < 0.04) return ["attempt", "fail"];
  if (dice < 0.2) return ["attempt", "retry", "attempt", "sent"];
  return ["attempt", "sent"];
}

export function carry(id, replyId, step, attempt, at) {
  const base = { ...baseOf(id), actor: service("notifier"), at };
  const facts = {
    attempt: { replyAttempted: { replyId, attempt, attemptedAt: stamp(at) } },
    sent: {
      replySent: {
        replyId,
        nativeId: hash("native", replyId),
        postKey: hash("sent", replyId),
        sentAt: stamp(at),
        how: "answered",
      },
    },
    retry: { replyFailed: { replyId, attempt, reason: "rate_limited", isFinal: false, retryAt: stamp(at + 4_000) } },
    fail: { replyFailed: { replyId, attempt, reason: "refused_403", isFinal: true } },
    doubt: { replyInDoubt: { replyId, attempt, reason: "timeout" } },
  };
  append({ ...base, facts: [facts[step]] });
}

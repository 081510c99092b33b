// The API of the mock.

import { customer, teamFace, writeCustomer } from "./customers.mjs";
import { baseOf, byPerson, carry, fate, receive, submit } from "./desk.mjs";
import { behind, CATALOGUE, figures, scorecard } from "./figures.mjs";
import { bringBack, listFiltered, previewFilters } from "./filtered.mjs";
import { checkDraft } from "./guard.mjs";
import { unfinished } from "./held.mjs";
import {
  allIds,
  append,
  clock,
  entriesOf,
  fold,
  lastSequence,
  stamp,
  statusOf,
  summaryOf,
  waitingSince,
  writes,
} from "./log.mjs";
import { rows } from "./measure.mjs";
import {
  asideItem,
  choiceOf,
  choose,
  newsOf,
  notices,
  readyReplies,
  retryAllAside,
  retryAside,
  setAside,
  settleNotice,
  shiftPosts,
} from "./people.mjs";
import { watch } from "./play.mjs";
import { incidents, placeOf } from "./press.mjs";
import { BRANDS, hash } from "./world.mjs";

const problem = (status, reason, detail, field) => ({
  status,
  json: { type: "about:blank", title: reason, status, reason, detail, ...(field && { errors: [{ field, detail }] }) },
});

const seen = new Map();

export function answer(method, url, body) {
  const [, , , area, id, verb, sub, last] = url.pathname.split("/");
  const query = url.searchParams;
  if (method === "GET") return readMore(area, id, verb, query, sub, last) ?? read(area, id, verb, query);
  let json;
  try {
    json = JSON.parse(body);
  } catch {
    return problem(400, "INVALID_ARGUMENT", "the body is not JSON", "body");
  }
  if (area === "posts") return ingest(json);
  if (area === "set-aside") return { json: id === "retry-all" ? retryAllAside(json.service) : retryAside(id) };
  if (area === "customers") return writeCustomer(id, verb, sub, json) ?? problem(404, "NOT_FOUND", "no such path");
  if (area === "brands" && verb === "filtered") return bringBack(id, sub, json);
  if (area === "brands" && verb === "filters") return { json: previewFilters(json) };
  if (area === "brands" && verb === "people") return choose(id, sub, json.choice);
  if (area === "brands" && verb === "notices") return settleNotice(sub);
  if (area === "brands" && verb === "shift-posts") return { json: shiftPosts(id, json.yaml) };
  if (area === "brands") return brands(id, verb, json);
  if (area === "conversations" && verb === "draft") {
    writes({ conversationId: id, brand: fold(id).brand, person: json.person, at: stamp(clock.now()) });
    return { json: checkDraft(fold(id), json) };
  }
  if (area === "conversations" && last === "done") return desk(id, "called", sub, json);
  if (area === "conversations") return desk(id, OF_A_REPLY.includes(last) ? last : verb, sub, json);
  return problem(404, "NOT_FOUND", "there is no such path");
}

/** What customers, filtered posts, surges and figures have to say. */
function readMore(area, id, verb, query, sub, last) {
  if (area === "notices") return { json: notices() };
  if (area === "set-aside" && !id) return { json: setAside(query) };
  if (area === "set-aside") {
    const found = asideItem(id);
    return found ? { json: found } : problem(404, "NOT_FOUND", `set-aside item ${id} does not exist`);
  }
  if (verb === "people" && last === "news") return { json: newsOf(id, sub) };
  if (verb === "people") return { json: choiceOf(id, sub) };
  if (verb === "ready-replies") return { json: readyReplies(fold(id), query.get("person")) };
  if (area === "customers") return { json: verb === "team" ? teamFace(id) : customer(id) };
  if (area === "brands" && verb === "filtered") return { json: listFiltered(id, query) };
  if (area === "brands" && verb === "incidents") return { json: { incidents: incidents(id) } };
  if (area === "figures" && verb === "behind") return { json: behind(id, query) };
  if (area === "figures") return { json: figures(query) };
  if (area === "scorecard") return { json: scorecard(query) };
  return undefined;
}

function read(area, id, verb, query) {
  if (area === "conversations" && !id) return { json: list(query) };
  if (area === "conversations") return conversation(id, verb, query.get("at"));
  if (area === "measures" && id === "catalogue") return { json: { measures: CATALOGUE } };
  if (area === "measures")
    return {
      json: { rows: rows(query.getAll("groupBy"), query.get("brand") ?? ""), asOfSequence: String(lastSequence()) },
    };
  if (area === "intake") return { json: { rows: intake() } };
  if (area === "outbox") return { json: { entries: outbox() } };
  if (area === "brands" && id) {
    const found = BRANDS.find((brand) => brand.brand === id);
    if (found && query.get("at")) return { json: { brand: { ...found, yaml: `# as it was\n${found.yaml}` } } };
    return found ? { json: { brand: found } } : problem(404, "NOT_FOUND", "there is no such brand");
  }
  if (area === "brands") return { json: { brands: BRANDS.map((brand) => ({ ...brand, yaml: "" })) } };
  return problem(404, "NOT_FOUND", "there is no such path");
}

/** What is said of one reply or proposal of a conversation. */
const OF_A_REPLY = ["settle", "resume", "give-up", "approve", "send-back"];

const PRIORITIES = ["LOW", "NORMAL", "HIGH", "URGENT"];
const rank = (priority) => PRIORITIES.indexOf((priority ?? "PRIORITY_NORMAL").replace("PRIORITY_", ""));

function list(query) {
  const wanted = (name) => query.get(name) ?? "";
  const statuses = query.getAll("status");
  const fits = (state) =>
    ["brand", "team", "assignee", "network", "language", "intent"].every(
      (name) => !wanted(name) || wanted(name) === state[name],
    ) &&
    (statuses.length === 0 || statuses.includes(statusOf(state))) &&
    (wanted("unassigned") !== "true" || !state.assignee) &&
    (wanted("waitsForApproval") !== "true" || state.proposals.length > 0) &&
    (!wanted("offeredTo") || wanted("offeredTo") === state.offeredTo) &&
    (!wanted("incidentId") || wanted("incidentId") === state.incidentId) &&
    (!wanted("minPriority") || rank(state.priority) >= rank(`PRIORITY_${wanted("minPriority")}`));
  const ranks = ["OPEN", "NEW", "WAITING_FOR_CUSTOMER", "RESOLVED", "MERGED"];
  const order = (state) => [
    ranks.indexOf(statusOf(state)),
    statusOf(state) === "OPEN" ? placeOf(state, waitingSince(state)) : -Date.parse(state.lastActivityAt),
  ];
  const compare = (a, b) => order(a).reduce((found, value, place) => found || value - order(b)[place], 0);
  const all = allIds()
    .map((id) => fold(id))
    .filter(fits)
    .sort((a, b) => compare(a, b) || a.id.localeCompare(b.id));
  const size = Math.min(Number(wanted("pageSize") || 50), 200);
  const from = Number(wanted("pageToken") || 0);
  return {
    conversations: all.slice(from, from + size).map(summaryOf),
    ...(from + size < all.length && { nextPageToken: String(from + size) }),
    totalSize: all.length,
    asOfSequence: String(lastSequence()),
  };
}

function conversation(id, verb, at) {
  const asked = fold(id, at ? Date.parse(at) : undefined);
  // A merged conversation is answered with the one it goes on in, unless one asks for the past.
  if (asked?.mergedInto && !at) return conversation(asked.mergedInto, verb, at);
  if (!asked) return problem(404, "NOT_FOUND", "there is no such conversation");
  if (verb === "explanation") return { json: { conversation: summaryOf(asked), explanations: explain(id) } };
  const until = at ? Date.parse(at) : Number.POSITIVE_INFINITY;
  const timeline = entriesOf(id).filter((entry) => Date.parse(entry.record.recordedAt) <= until);
  if (verb === "history") return { json: { entries: timeline } };
  return { json: { conversation: summaryOf(asked), timeline } };
}

function explain(id) {
  return entriesOf(id).flatMap(({ sequence, record }) =>
    record.facts.flatMap((fact) => {
      const at = record.occurredAt;
      if (fact.routed) {
        const { rule, team, settingsVersion, candidates, notes } = fact.routed;
        return [{ at, sequence, text: `routed to ${team} by rule ${rule}`, settingsVersion, candidates, notes }];
      }
      if (fact.postClassified) {
        const { modelVersion, intent, sentiment } = fact.postClassified;
        return [
          {
            at,
            sequence,
            text: `read as ${intent.label} (${intent.confidence}), ${sentiment.label}`,
            modelVersion,
            notes: intent.reasons,
          },
        ];
      }
      return [];
    }),
  );
}

function intake() {
  const counted = BRANDS.map((brand) => {
    const accepted = allIds()
      .map((id) => fold(id))
      .filter((state) => state.brand === brand.brand)
      .reduce((sum, state) => sum + state.posts.length, 0);
    return {
      brand: brand.brand,
      source: "demo",
      seen: String(accepted + 9),
      accepted: String(accepted),
      duplicate: "3",
      filtered: "4",
      rejected: "2",
      rejectedByReason: { text_too_long: "1", no_post_id: "1" },
    };
  });
  return [
    ...counted,
    { brand: "nordnet", source: "webhook:forum", seen: "120", accepted: "112", duplicate: "6", filtered: "1" },
  ];
}

function outbox() {
  return allIds().flatMap((id) => {
    const state = fold(id);
    return [...state.replies]
      .filter(([, reply]) => !["sent", "failed"].includes(reply.status))
      .map(([replyId, reply]) => ({
        brand: state.brand,
        conversationId: id,
        replyId,
        network: state.network,
        status: reply.status,
        attempts: reply.attempts,
        reason: reply.reason ?? "",
        since: new Date(reply.at).toISOString(),
        ...(reply.retryAt && { retryAt: reply.retryAt }),
      }));
  });
}

function ingest(json) {
  const { post } = json;
  if (!post?.postId)
    return problem(400, "INVALID_ARGUMENT", "postId is empty; give the network's own id of the post", "post.postId");
  const { conversation, key } = receive({
    brand: post.brand,
    network: post.network,
    native: post.postId,
    thread: post.threadRoot || "0",
    text: post.text ?? "",
    at: clock.now(),
    private: post.private ?? false,
    author: { ...post.author, followers: Number(post.author?.followers ?? 0) },
    attachments: post.attachments,
  });
  watch(conversation);
  return { json: { verdict: "VERDICT_ACCEPTED", conversationId: conversation, postKey: key } };
}

function brands(id, verb, json) {
  if (id === "check" || !id) {
    const problems = check(json.yaml ?? "", json.file ?? "");
    const version = hash(json.yaml ?? "");
    if (id === "check") return { json: { problems, settingsVersion: problems.length ? "" : version } };
    if (problems.length) return problem(400, "SETTINGS_NOT_SOUND", `${problems.length} problems`, "yaml");
    const brand = BRANDS.find((one) => json.yaml.includes(`brand: ${one.brand}`));
    const changed = brand?.settingsVersion !== version;
    if (brand)
      Object.assign(brand, { yaml: json.yaml, settingsVersion: version, publishedAt: new Date().toISOString() });
    return { json: { brand: brand?.brand ?? "", settingsVersion: version, changed } };
  }
  const person = BRANDS.find((one) => one.brand === id)?.people.find((one) => one.person === json.person);
  if (verb !== "presence" || !person) return problem(404, "UNKNOWN_PERSON", "this brand has no such person", "person");
  const changed = person.online !== Boolean(json.online);
  person.online = Boolean(json.online);
  return { json: { changed } };
}

function check(yaml, file) {
  return yaml.split("\n").flatMap((line, index) => {
    const at = { file, line: index + 1, column: 3 };
    if (/^\s*respond_in:/.test(line))
      return [
        {
          ...at,
          key: "rules[0].respond_in",
          what: "there is no key `respond_in`",
          cure: "write `respond_within: 10m`",
        },
      ];
    if (/team: nosuch/.test(line))
      return [{ ...at, key: "otherwise.team", what: "there is no team `nosuch`", cure: "name one of the teams above" }];
    return [];
  });
}

function desk(id, verb, replyId, json) {
  const state = fold(id);
  const { person, requestId, expectedVersion } = json.write ?? {};
  if (!state) return problem(404, "NOT_FOUND", "there is no such conversation");
  if (!BRANDS.find((one) => one.brand === state.brand)?.people.some((one) => one.person === person)) {
    return problem(400, "INVALID_ARGUMENT", "write.person is not a person of this brand", "write.person");
  }
  const done = (changed, more = {}) => ({ json: { conversation: summaryOf(fold(id)), changed, ...more } });
  if (seen.has(requestId)) return done(false, seen.get(requestId));
  if (expectedVersion && Number(expectedVersion) !== state.version)
    return problem(409, "VERSION_CHANGED", "the conversation has changed");
  const refused = refusal(state, verb, person, json);
  if (refused) return problem(409, refused, refused.toLowerCase().replaceAll("_", " "));
  const fact = factOf(state, verb, person, { ...json, callbackId: replyId, requestId });
  const more = {};
  if (verb === "replies") Object.assign(more, reply(id, person, json, requestId));
  else if (verb === "resume") resume(id, person);
  else if (verb === "approve") approve(id, person, replyId, requestId);
  else if (verb === "callbacks") more.callbackId = fact.callbackBooked.callbackId;
  if (verb === "settle") settle(id, replyId, json);
  else if (!["replies", "resume", "approve"].includes(verb))
    append({ ...baseOf(id), actor: byPerson(person), facts: [fact] });
  seen.set(requestId, more);
  return done(true, more);
}

function refusal(state, verb, person, json) {
  const status = statusOf(state);
  const held = state.assignee && state.assignee !== person;
  if (state.mergedInto) return "MERGED";
  const beside = state.escalationTeam && teamHas(state, state.escalationTeam, person);
  if (["claim", "replies", "release"].includes(verb) && held && !beside) return "CLAIMED_BY_SOMEONE_ELSE";
  if (status === "RESOLVED" && ["claim", "release", "hand-off", "escalate"].includes(verb)) return "ALREADY_RESOLVED";
  if (["hand-off", "escalate", "deescalate", "reopen"].includes(verb) && !json.reason) return "REASON_MISSING";
  if (["replies", "notes"].includes(verb) && !json.text) return "TEXT_MISSING";
  if (verb === "callbacks" && Date.parse(json.dueAt) <= clock.now()) return "CALLBACK_IN_THE_PAST";
  if (verb === "replies") return guardRefusal(state, person, json);
  if (verb === "approve") return approvalRefusal(state, person, json.proposalId);
  const moving = [...state.replies.values()].some((one) => ["submitted", "attempted", "retrying"].includes(one.status));
  return verb === "resolve" && moving ? "REPLY_ON_ITS_WAY" : "";
}

const teamHas = (state, team, person) =>
  BRANDS.find((one) => one.brand === state.brand)
    ?.teams.find((one) => one.team === team)
    ?.people.includes(person) ?? false;

function approvalRefusal(state, person, proposal) {
  const found = state.proposals.find((one) => one.proposalId === proposal);
  if (!found) return "UNKNOWN_PROPOSAL";
  return found.person === person ? "OWN_PROPOSAL" : "";
}

/** What the guard stops is not sent, unless somebody of the crisis team says why. */
function guardRefusal(state, person, json) {
  if (!checkDraft(state, { ...json, person }).findings.some((one) => one.stops)) return "";
  if (!json.overrideReason) return "DRAFT_STOPPED";
  return teamHas(state, "crisis", person) ? "" : "MAY_NOT_OVERRIDE";
}

function factOf(state, verb, person, json) {
  switch (verb) {
    case "claim": {
      const beside = state.assignee && state.escalationTeam;
      return { claimed: { person, ...(beside && { team: state.escalationTeam }) } };
    }
    case "deescalate":
      return { deescalated: { by: person, fromTeam: state.escalationTeam, reason: json.reason } };
    case "callbacks":
      return {
        callbackBooked: {
          callbackId: hash("call", json.requestId),
          dueAt: json.dueAt,
          timezone: json.timezone,
          person: json.caller,
          by: person,
        },
      };
    case "called":
      return { callbackDone: { callbackId: json.callbackId, person } };
    case "release":
      return { released: { person, reason: json.reason } };
    case "hand-off":
      return {
        handedOff: {
          by: person,
          fromTeam: state.team,
          toTeam: json.toTeam,
          toPerson: json.toPerson,
          reason: json.reason,
        },
      };
    case "escalate":
      return { escalated: { by: person, toTeam: json.toTeam || "crisis", reason: json.reason } };
    case "notes":
      return { noteAdded: { noteId: hash("note", json.text, clock.now()), person, body: { text: json.text } } };
    case "resolve":
      return { resolved: { person, outcome: json.outcome } };
    case "send-back":
      return { replySentBack: { proposalId: json.callbackId, person, reason: json.reason } };
    case "give-up":
      return { replyGivenUp: { replyId: json.callbackId, person, reason: json.reason } };
    case "reopen":
      return { reopened: { person, reason: json.reason } };
    case "classification": {
      const { postKey, head, label } = json;
      const read = classified(state.id, postKey);
      return {
        classificationCorrected: {
          postKey,
          head,
          was: read?.[head]?.label ?? "",
          label,
          modelVersion: read?.modelVersion,
        },
      };
    }
    case "merge":
      return { merged: { into: json.intoConversationId, reason: json.reason, person } };
    default:
      return {};
  }
}

function classified(id, postKey) {
  const facts = entriesOf(id).flatMap(({ record }) => record.facts);
  return facts.findLast((fact) => fact.postClassified?.postKey === postKey)?.postClassified;
}

/**
 * Sends a reply in steps that one can watch. A text with `#doubt`, `#retry` or `#fail` fares so; with `#half` its second
 * part fails, and with `#ask` it waits until somebody agrees.
 */
function reply(id, person, json, requestId) {
  if (json.text.includes("#ask")) return propose(id, person, json.text, requestId);
  if (json.text.includes("#half")) return half(id, person, json.text, requestId);
  const more = json.overrideReason ? { overrode: json.overrideReason } : {};
  const made = submit(id, person, json.text, json.private ?? false, clock.now(), requestId, more);
  fares(id, made, json.text, requestId);
  if (json.moveToPrivate) {
    const { publicNote } = checkDraft(fold(id), json);
    const word = submit(id, person, publicNote, false, clock.now(), `${requestId} word`, {
      notice: "moved_to_private",
    });
    fares(id, word, "#ok", requestId);
  }
  return { replyId: made };
}

function fares(id, made, text, requestId) {
  const told = {
    "#doubt": ["attempt", "doubt"],
    "#retry": ["attempt", "retry", "attempt", "sent"],
    "#fail": ["attempt", "fail"],
    "#ok": ["attempt", "sent"],
  };
  const word = Object.keys(told).find((one) => text.includes(one));
  const steps = word ? told[word] : fate(requestId);
  let attempt = 0;
  let wait = 0;
  for (const step of steps) {
    wait += 700;
    setTimeout(() => {
      if (step === "attempt") attempt += 1;
      carry(id, made, step, attempt, clock.now());
    }, wait);
  }
}

function propose(id, person, text, requestId) {
  const proposalId = hash("proposal", id, requestId);
  const why = ["person", "finding:deflection"];
  append({
    ...baseOf(id),
    actor: byPerson(person),
    facts: [{ replyProposed: { proposalId, person, why, replies: [{ body: { text } }] } }],
  });
  return { replyId: proposalId, waitsFor: why };
}

function approve(id, person, proposalId, requestId) {
  const { person: writer, replies } = fold(id).proposals.find((one) => one.proposalId === proposalId);
  append({ ...baseOf(id), actor: byPerson(person), facts: [{ replyApproved: { proposalId, person } }] });
  const made = submit(id, writer, replies[0].body.text, false, clock.now(), requestId);
  fares(id, made, "#ok", requestId);
}

function half(id, person, text, requestId) {
  const [first, second] = [1, 2].map((part) =>
    submit(id, person, `${text} ${part}/2`, false, clock.now(), requestId, { part, parts: 2 }),
  );
  for (const step of ["attempt", "sent"]) carry(id, first, step, 1, clock.now());
  for (const step of ["attempt", "fail"]) carry(id, second, step, 1, clock.now());
  return { replyId: first };
}

function resume(id, person) {
  const { replyId } = unfinished(fold(id));
  const replies = [{ replyId, part: 2, attempts: 1, times: 1 }];
  append({ ...baseOf(id), actor: byPerson(person), facts: [{ replyResumed: { person, replies } }] });
  fares(id, replyId, "#ok", replyId);
}

function settle(id, replyId, { arrived, sendAgain }) {
  const at = new Date(clock.now()).toISOString();
  const fact = arrived
    ? { replySent: { replyId, sentAt: at, how: "settled" } }
    : { replyFailed: { replyId, attempt: 1, reason: "settled_not_arrived", isFinal: true } };
  const person = fold(id).assignee || "dana";
  const resumed = { replyResumed: { person, replies: [{ replyId, part: 1, attempts: 1, times: 1 }] } };
  append({ ...baseOf(id), actor: byPerson(person), facts: sendAgain ? [fact, resumed] : [fact] });
  if (sendAgain) fares(id, replyId, "#ok", replyId);
}

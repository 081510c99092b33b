// The mock's customers: what their conversations tell of them, and what people wrote down.

import { allIds, clock, fold, stamp, statusOf, summaryOf } from "./log.mjs";
import { BRANDS, chance, hash } from "./world.mjs";

const files = new Map();
const seen = new Set();

function fileOf(id) {
  if (!files.has(id)) {
    const years = 1 + Math.floor(chance(`since ${id}`) * 11);
    files.set(id, {
      since: stamp(clock.now() - years * 365.25 * 86_400_000),
      team: undefined,
      optedOut: false,
      linked: new Set(),
      exceptions: [],
      promises: [],
      contacts: [],
    });
  }
  return files.get(id);
}

const statesOf = (ids) =>
  allIds()
    .map((id) => fold(id))
    .filter((state) => ids.includes(state.customer));

/** Writes something down as if a person had. */
export function remember(id, change) {
  change(fileOf(id));
}

function profile(id) {
  const file = fileOf(id);
  const states = statesOf([id, ...file.linked]);
  const own = states.filter((state) => state.customer === id);
  const brand = own[0]?.brand ?? states[0]?.brand ?? "";
  const regional = BRANDS.find((one) => one.brand === brand)?.teams.find((one) => one.team.endsWith("-experts"));
  return {
    brand,
    customerId: id,
    team: file.team ?? (file.optedOut ? "" : (regional?.team ?? "")),
    optedOut: file.optedOut,
    tier: file.tier ?? own[0]?.tier ?? "",
    region: file.region ?? own[0]?.region ?? "",
    timezone: file.timezone ?? "Europe/Tallinn",
    customerSince: file.since,
    linkedCustomerIds: [...file.linked],
    preferredPerson: own.find((state) => state.assignee)?.assignee ?? "",
    conversations: states.length,
    openConversations: states.filter((state) => statusOf(state) === "OPEN").length,
    exceptions: file.exceptions.length,
    answerNetwork: file.answerNetwork ?? "",
    answerInPrivate: file.answerInPrivate ?? false,
  };
}

export function customer(id) {
  const file = fileOf(id);
  const states = statesOf([id, ...file.linked]).sort((a, b) => b.version - a.version);
  return {
    customer: profile(id),
    conversations: states.map(summaryOf),
    contacts: file.contacts,
    exceptions: file.exceptions,
    promises: file.promises,
  };
}

export function teamFace(id) {
  const { brand, team } = profile(id);
  const found = BRANDS.find((one) => one.brand === brand);
  const known = found?.teams.find((one) => one.team === team);
  if (!known) return {};
  const people = found.people.filter((one) => known.people.includes(one.person));
  return {
    team,
    name: known.name,
    hours: known.hours,
    isOpen: known.isOpen,
    people: people.map(({ name, online }) => ({ name, online })),
  };
}

const refuse = (reason, detail) => ({ status: 409, json: { title: reason, status: 409, reason, detail } });
const lacks = (field) => ({
  status: 400,
  json: { title: "x", status: 400, reason: "INVALID_ARGUMENT", detail: `${field} is empty`, errors: [{ field }] },
});

export function writeCustomer(id, verb, sub, json) {
  const { person = "", requestId = "" } = json.write ?? {};
  const file = fileOf(id);
  if (["links", "unlink", "team"].includes(verb) && !json.reason) return lacks("reason");
  if (verb === "links" && json.otherCustomerId === id) return refuse("LINKS_TO_ITSELF", "that is the same profile");
  const changed = !seen.has(requestId);
  seen.add(requestId);
  const at = stamp(clock.now());
  const { conversationId, what } = json;
  const known = file.promises.find((one) => one.promiseId === sub);
  if (verb === "promises" && sub && !known) return refuse("UNKNOWN_PROMISE", "there is no such promise");
  const write = {
    "answer-way": () =>
      Object.assign(file, { answerNetwork: json.network ?? "", answerInPrivate: Boolean(json.inPrivate) }),
    "team-choice": () => Object.assign(file, { optedOut: Boolean(json.optedOut), team: undefined }),
    team: () => Object.assign(file, { team: json.team, optedOut: false }),
    profile: () =>
      Object.assign(file, {
        tier: json.tier,
        region: json.region,
        timezone: json.timezone,
        since: json.customerSince ?? file.since,
      }),
    links: () => [file.linked.add(json.otherCustomerId), fileOf(json.otherCustomerId).linked.add(id)],
    unlink: () => [file.linked.delete(json.otherCustomerId), fileOf(json.otherCustomerId).linked.delete(id)],
    exceptions: () => file.exceptions.push({ grantedAt: at, person, conversationId, what }),
    promises: () =>
      known
        ? Object.assign(known, { kept: true })
        : file.promises.push({
            promiseId: hash("promise", requestId),
            madeAt: at,
            person,
            conversationId,
            what,
            dueAt: json.dueAt,
          }),
  }[verb];
  if (!write) return undefined;
  if (changed) write();
  return { json: { customer: profile(id), changed } };
}

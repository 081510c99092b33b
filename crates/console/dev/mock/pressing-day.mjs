// What the day itself does not show: flags, warnings, two tiers, calls, offers, a surge, and what customers were promised.

import { remember } from "./customers.mjs";
import { baseOf, byPerson } from "./desk.mjs";
import { allIds, append, fold, stamp, statusOf } from "./log.mjs";
import { BRANDS, hash } from "./world.mjs";

const routing = { kind: "ACTOR_KIND_SERVICE", name: "routing" };
const MINUTE = 60_000;

export function press(now) {
  const open = allIds().filter((id) => statusOf(fold(id)) === "OPEN");
  surge(open, now);
  offers(open, now);
  const loud = open.filter((id) => fold(id).brand === "aurora-air" && !fold(id).private);
  if (loud[0]) burning(loud[0], now);
  if (loud[1]) promised(loud[1], now);
}

const by = (actor) => (id, at, facts) => append({ ...baseOf(id), actor, facts, at });
const decide = by(routing);

function flag(name, reason, measured, threshold) {
  return { flagRaised: { flag: name, reason, measured, threshold, settingsVersion: "a1b2c3d4e5f6a7b8" } };
}

/** Three of a region speak of one matter. */
function surge(open, now) {
  const own = open.filter((id) => fold(id).brand === "nordnet").slice(0, 3);
  for (const id of own) {
    decide(id, now - 9 * MINUTE, [
      { incidentJoined: { incidentId: hash("incident") } },
      flag("surge", "incident", 0, 0),
    ]);
  }
}

/** The next in line is offered to somebody who is free. */
function offers(open, now) {
  for (const brand of BRANDS) {
    const free = open.find((id) => fold(id).brand === brand.brand && !fold(id).assignee && !fold(id).incidentId);
    if (!free) continue;
    const [first] = brand.people;
    decide(free, now - 2 * MINUTE, [
      { offered: { person: first.person, until: stamp(now + 20 * MINUTE), settingsVersion: brand.settingsVersion } },
    ]);
  }
}

/** One that everything happens to. */
function burning(id, now) {
  const state = fold(id);
  if (!state.assignee) by(byPerson("mart"))(id, now - 30 * MINUTE, [{ claimed: { person: "mart" } }]);
  decide(id, now - 28 * MINUTE, [
    {
      deadlineWarned: {
        kind: "DEADLINE_KIND_FIRST_RESPONSE",
        dueAt: stamp(now + 2 * MINUTE),
        noticedAt: stamp(now),
      },
    },
    flag("repeat_ask", "posts", 3, 2),
  ]);
  decide(id, now - 20 * MINUTE, [flag("spread", "shares", 214, 100), flag("churn_risk", "leaving", 0, 0)]);
  decide(id, now - 19 * MINUTE, [{ escalated: { toTeam: "crisis", reason: "spread" } }]);
  const callbackId = hash("callback", id);
  const dueAt = stamp(now - MINUTE);
  by(byPerson("mart"))(id, now - 18 * MINUTE, [
    { callbackBooked: { callbackId, dueAt, timezone: "Asia/Dhaka", person: "mart", by: "mart" } },
  ]);
  decide(id, now - MINUTE, [{ callbackDue: { callbackId, dueAt, person: "mart" } }]);
  by(byPerson("mart"))(id, now - MINUTE / 2, [
    { draftStopped: { draftId: hash("draft"), person: "mart", stops: ["asks_personal_data_in_public"] } },
  ]);
}

/** A customer with a past. */
function promised(id, now) {
  const { customer } = fold(id);
  decide(id, now - 12 * MINUTE, [flag("exposure", "reach_hours", 5_400, 5_000)]);
  decide(id, now - 4 * MINUTE, [{ flagLowered: { flag: "exposure", reason: "answered" } }]);
  remember(customer, (file) => {
    file.contacts.push({ via: "phone", contactedAt: stamp(now - 50 * MINUTE), summary: "Was told to write to us." });
    file.exceptions.push({
      grantedAt: stamp(now - 90 * 24 * 60 * MINUTE),
      person: "dana",
      conversationId: id,
      what: "Rebooked without a fee although the fare did not allow it.",
    });
    file.promises.push(
      {
        promiseId: hash("promise", id),
        madeAt: stamp(now - 40 * MINUTE),
        person: "dana",
        conversationId: id,
        what: "We will write until the evening where the bag is.",
        dueAt: stamp(now + 180 * MINUTE),
      },
      {
        promiseId: hash("promise", id, "late"),
        madeAt: stamp(now - 300 * MINUTE),
        person: "yuki",
        conversationId: id,
        what: "A voucher for the meal.",
        dueAt: stamp(now - 60 * MINUTE),
      },
    );
  });
}

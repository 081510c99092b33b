// The day: most of it has happened when the mock starts, the rest happens while one looks.

import { baseOf, breach, byPerson, carry, fate, receive, submit } from "./desk.mjs";
import { append, fold, stamp, statusOf } from "./log.mjs";
import { press } from "./pressing-day.mjs";
import { BRANDS, chance, DAY, HOSTILE, hash } from "./world.mjs";

const HISTORY_SHARE = 0.62;
/** The day is played faster than it was lived. */
const SPEED = 3;

/** Plays what is past at once and answers with what is still to come. */
export function playPast() {
  const cut = Math.floor(DAY.length * HISTORY_SHARE);
  const now = Date.now();
  const cutAt = Date.parse(DAY[cut]?.ts ?? stamp(now));
  const threads = new Map();
  for (const line of DAY.slice(0, cut)) {
    const at = Math.round(now - 30_000 - (cutAt - Date.parse(line.ts)) / SPEED);
    play(line, threads, at);
    sweep(at);
  }
  playHostile(now);
  playOddities(now);
  press(now);
  sweep(now);
  return { rest: DAY.slice(cut), threads };
}

const sweep = (at) => {
  for (const id of watched) {
    const state = fold(id);
    if (state.due && state.due <= at && !state.breached && statusOf(state) === "OPEN")
      breach(id, Math.max(state.due, 0));
  }
};
const watched = new Set();

/** One line of the day, happening at an instant. */
export function play(line, threads, at) {
  const thread = threads.get(line.thread) ?? { brand: line.meta?.brand ?? line.thread.replace(/-\d+$/, "") };
  threads.set(line.thread, thread);
  if (!BRANDS.some((brand) => brand.brand === thread.brand)) {
    thread.brand = BRANDS.find((brand) => brand.brand.startsWith(line.thread.split("-")[0]))?.brand ?? "nordnet";
  }
  if (line.role === "customer") {
    const { conversation } = receive({
      brand: thread.brand,
      network: line.network,
      native: line.id,
      thread: line.thread,
      text: line.text,
      lang: line.lang,
      at,
      private: line.private ?? false,
      demo: true,
      source: "demo",
      author: {
        id: line.author,
        handle: line.author,
        name: line.name,
        followers: line.followers,
        region: line.region,
        tier: line.tier,
      },
      attachments: (line.attachments ?? []).map((one, index) => ({
        mediaType: one.type,
        sizeBytes: String(one.bytes),
        url: `https://media.example/${line.id}/${index}`,
      })),
    });
    thread.conversation ??= conversation;
    watched.add(thread.conversation);
    return [];
  }
  return thread.conversation ? answer(line, thread.conversation, at) : [];
}

function answer(line, id, at) {
  const person = line.agent ?? "dana";
  const state = fold(id);
  if (state.resolvedAt) return [];
  if (!state.assignee)
    append({ ...baseOf(id), actor: byPerson(person), facts: [{ claimed: { person } }], at: at - 20_000 });
  const reply = submit(id, person, line.text, line.private ?? state.private ?? false, at, line.id);
  let when = at;
  let attempt = 0;
  for (const step of fate(line.id)) {
    when += step === "attempt" ? 300 : 900;
    if (step === "attempt") attempt += 1;
    carry(id, reply, step, attempt, when);
  }
  if (line.resolve && fold(id).replies.get(reply).status === "sent") {
    const outcome = `OUTCOME_${String(line.resolve).toUpperCase()}`;
    append({ ...baseOf(id), actor: byPerson(person), facts: [{ resolved: { person, outcome } }], at: when + 2_000 });
  }
  return [];
}

function playHostile(now) {
  HOSTILE.forEach((one, index) => {
    const brand = BRANDS[index % BRANDS.length].brand;
    receive({
      brand,
      network: "x",
      native: `hostile-${index}`,
      thread: "hostile",
      text: one.text,
      at: now - (HOSTILE.length - index) * 400_000,
      demo: true,
      lang: index === 6 ? "ar" : index === 7 ? "he" : "en",
      author: {
        id: `hostile-${index}`,
        name: one.name,
        handle: one.handle ?? one.name,
        followers: 40 * index,
        region: "london",
        tier: "standard",
      },
      attachments:
        index === 0 ? [{ mediaType: "text/html", sizeBytes: "66", url: "javascript:window.__hacked=9" }] : [],
    });
    watched.add(hash("conversation", hash("customer", brand, "x", `hostile-${index}`), "hostile"));
  });
}

/** Steps that the day itself does not show. */
function playOddities(now) {
  const open = [...watched].filter((id) => statusOf(fold(id)) === "OPEN");
  const [first, second, third, fourth] = open;
  if (!fourth) return;
  const post = fold(first).posts[0];
  const customer = { kind: "ACTOR_KIND_CUSTOMER" };
  append({
    ...baseOf(first),
    actor: customer,
    facts: [
      {
        postEdited: {
          postKey: post.key,
          editedAt: stamp(now - 90_000),
          personal: { text: "Edited: I have waited four hours now, and the screen still says nothing." },
        },
      },
    ],
    at: now - 90_000,
  });
  append({
    ...baseOf(first),
    actor: customer,
    facts: [
      {
        engagementObserved: {
          postKey: post.key,
          shares: "214",
          comments: "97",
          likes: "1320",
          views: "48210",
          observedAt: stamp(now),
        },
      },
    ],
    at: now - 80_000,
  });
  append({
    ...baseOf(first),
    actor: byPerson("dana"),
    facts: [
      {
        noteAdded: {
          noteId: hash("note"),
          person: "dana",
          body: { text: "Called the gate: crew is on its way, boarding in 20 minutes. Do not promise a time yet." },
        },
      },
    ],
    at: now - 70_000,
  });
  append({
    ...baseOf(second),
    actor: byPerson("lea"),
    facts: [
      {
        contactRecorded: {
          via: "phone",
          contactedAt: stamp(now - 3_600_000),
          summary: { text: "Phoned the shop; was told to write." },
        },
      },
    ],
    at: now - 60_000,
  });
  append({
    ...baseOf(second),
    actor: byPerson("lea"),
    facts: [{ escalated: { by: "lea", toTeam: "crisis", reason: "a journalist asks, too" } }],
    at: now - 55_000,
  });
  append({
    ...baseOf(third),
    actor: byPerson("kim"),
    facts: [
      {
        handedOff: {
          by: "kim",
          fromTeam: fold(third).team,
          toTeam: fold(third).team,
          toPerson: "sofia",
          reason: "speaks the language",
        },
      },
    ],
    at: now - 50_000,
  });
  const [who] = BRANDS.find((brand) => brand.brand === fold(fourth).brand).people;
  const reply = submit(
    fourth,
    who.person,
    "Sorry for the wait! A new router is on its way, it arrives tomorrow before noon.",
    false,
    now - 45_000,
    "doubtful",
  );
  carry(fourth, reply, "attempt", 1, now - 44_000);
  carry(fourth, reply, "doubt", 1, now - 34_000);
}

/** Lets the rest of the day happen, a message every few seconds, over and over with new customers. */
export function keepPlaying({ rest, threads }, everyMs) {
  let index = 0;
  let round = 0;
  let paused = false;
  const timer = setInterval(() => {
    if (paused || rest.length === 0) return;
    if (index >= rest.length) {
      index = 0;
      round += 1;
      threads.clear();
    }
    const line = rest[index];
    index += 1;
    const again = round === 0 ? line : { ...line, id: `${line.id}-${round}`, author: `${line.author}${round}` };
    play(again, threads, Date.now());
    sweep(Date.now());
    if (chance(`${index} ${round}`) < 0.05) resolveOne();
  }, everyMs);
  return {
    pause: (on) => {
      paused = on;
    },
    stop: () => clearInterval(timer),
  };
}

function resolveOne() {
  const id = [...watched].find((one) => statusOf(fold(one)) === "WAITING_FOR_CUSTOMER");
  if (!id) return;
  const person = fold(id).assignee || "dana";
  append({ ...baseOf(id), actor: byPerson(person), facts: [{ resolved: { person, outcome: "OUTCOME_SOLVED" } }] });
}

export function watch(id) {
  watched.add(id);
}

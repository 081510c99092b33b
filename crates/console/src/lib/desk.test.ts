// The pure parts of what presses, the guard's marks, calls in other time zones, and periods.

import { describe, expect, it } from "vitest";
import { toUnits } from "../api/guard";
import { type Entry, readEntries, readSummary } from "../api/model";
import type { FactJson } from "../gen/earshot/conversation/v1/facts_pb";
import { FADES_MS, takeWriting } from "../live/writing";
import { band, line } from "../pages/figures/chart";
import { raisedFlags, settingsVersion, warnedAt } from "./flags";
import { pieces } from "./marks";
import { narrow, periodOf } from "./period";
import { matches, reasons } from "./urgency";
import { instantIn } from "./zone";

const record = (minute: number, ...facts: FactJson[]): Entry => {
  const at = `2026-03-12T11:${String(minute).padStart(2, "0")}:00Z`;
  const [entry] = readEntries([{ sequence: String(minute), record: { occurredAt: at, recordedAt: at, facts } }]);
  if (!entry) throw new Error("one entry is read");
  return entry;
};

describe("flags", () => {
  it("keeps the newest raising with what was measured, and says what came down", () => {
    const entries = [
      record(1, { flagRaised: { flag: "repeat_ask", reason: "posts", measured: 2, threshold: 2 } }),
      record(2, { flagRaised: { flag: "spread", reason: "shares", measured: 120, threshold: 100 } }),
      record(3, { flagLowered: { flag: "repeat_ask", reason: "answered" } }),
    ];
    const [up, down] = raisedFlags(entries);
    expect(up).toMatchObject({ flag: "spread", measured: 120, threshold: 100 });
    expect(up?.lowered).toBeUndefined();
    expect(down).toMatchObject({ flag: "repeat_ask", lowered: { reason: "answered" } });
    expect(raisedFlags([...entries, record(4, { flagRaised: { flag: "repeat_ask", measured: 3 } })])).toMatchObject([
      { flag: "spread" },
      { flag: "repeat_ask", measured: 3 },
    ]);
  });

  it("forgets the warning of a clock that was set anew, and knows by which settings it was decided", () => {
    const warned = record(2, { deadlineWarned: { kind: "DEADLINE_KIND_FIRST_RESPONSE" } });
    const set = record(3, { deadlineSet: { kind: "DEADLINE_KIND_FIRST_RESPONSE", settingsVersion: "v2" } });
    expect(warnedAt([warned]).get("DEADLINE_KIND_FIRST_RESPONSE")).toBe(warned.at);
    expect(warnedAt([warned, set]).size).toBe(0);
    expect(settingsVersion([record(1, { routed: { settingsVersion: "v1" } }), set])).toBe("v2");
  });
});

describe("a summary with all that presses", () => {
  const summary = readSummary({
    conversationId: "a",
    status: "CONVERSATION_STATUS_OPEN",
    flags: ["churn_risk", "influencer"],
    offeredTo: "dana",
    incidentId: "i1",
    callbacks: [{ callbackId: "c", status: "CALLBACK_STATUS_MISSED", dueAt: "2026-03-12T11:00:00Z" }],
    clocks: [{ kind: "DEADLINE_KIND_RESOLUTION", clock: "DEADLINE_CLOCK_BUSINESS", pausedAt: "2026-03-12T11:00:00Z" }],
    score: [{ name: "late", points: -4.5 }],
  });
  if (!summary) throw new Error("a summary with an id is read");

  it("is read whole", () => {
    expect(summary.calls[0]?.status).toBe("MISSED");
    expect(summary.clocks[0]).toMatchObject({ kind: "RESOLUTION", business: true, breached: false });
    expect(summary.score).toEqual([{ name: "late", points: -4.5 }]);
  });

  it("names its flags and a missed call among the reasons, and a wide reach only by its number", () => {
    const found = reasons(summary, 0);
    expect(found).toContainEqual({ kind: "callMissed" });
    expect(found).toContainEqual({ kind: "flag", flag: "churn_risk" });
    expect(found).not.toContainEqual({ kind: "flag", flag: "influencer" });
  });

  it("belongs to the list of whom it is offered to, and of its incident", () => {
    expect(matches(summary, { offeredTo: "dana", incident: "i1" })).toBe(true);
    expect(matches(summary, { offeredTo: "mart" })).toBe(false);
    expect(matches(summary, { incident: "i2" })).toBe(false);
  });
});

describe("marks in a draft", () => {
  it("finds places of UTF-8 bytes among UTF-16 units", () => {
    const text = "hä 😀 মেইল x";
    const place = toUnits(text);
    const byte = (until: string) => new TextEncoder().encode(text.slice(0, text.indexOf(until))).length;
    for (const word of ["😀", "মেইল", "x"]) expect(place(byte(word))).toBe(text.indexOf(word));
    expect(place(new TextEncoder().encode(text).length)).toBe(text.length);
  });

  it("cuts at what was found, and what stops wins over what warns", () => {
    const cut = pieces("call 5551234 now", [
      { start: 0, end: 12, stops: false },
      { start: 5, end: 12, stops: true },
      { start: 16, end: 16, stops: true },
    ]);
    expect(cut).toEqual([
      { text: "call ", mark: "warning" },
      { text: "5551234", mark: "stop" },
      { text: " now", mark: "" },
    ]);
    expect(pieces("", [{ start: 0, end: 3, stops: true }])).toEqual([]);
  });
});

describe("a call by the customer's clock", () => {
  it.each([
    ["2026-01-15T11:00", "Europe/Tallinn", "2026-01-15T09:00:00.000Z"],
    ["2026-07-15T11:00", "Europe/Tallinn", "2026-07-15T08:00:00.000Z"],
    ["2026-03-29T12:00", "Europe/Tallinn", "2026-03-29T09:00:00.000Z"],
    ["2026-05-04T11:00", "Asia/Dhaka", "2026-05-04T05:00:00.000Z"],
    ["2026-05-04T11:00", "Asia/Kathmandu", "2026-05-04T05:15:00.000Z"],
  ])("%s in %s is %s", (local, zone, utc) => {
    expect(new Date(instantIn(local, zone) ?? 0).toISOString()).toBe(utc);
  });

  it("is nothing in a zone that does not exist, or at no time", () => {
    expect(instantIn("2026-05-04T11:00", "Mars/Olympus")).toBeUndefined();
    expect(instantIn("soon", "Europe/Tallinn")).toBeUndefined();
  });
});

describe("periods", () => {
  it.each([
    ["2026-05-04", "2026-05-04", "2026-05-05"],
    ["2026-W01", "2025-12-29", "2026-01-05"],
    ["2026-W19", "2026-05-04", "2026-05-11"],
    ["2026-12", "2026-12-01", "2027-01-01"],
  ])("%s lasts from %s until %s", (name, from, until) => {
    expect(periodOf(name)).toEqual({ from, until });
  });

  it("narrows figures to a row: its name, its period, or that it has none", () => {
    expect(narrow("TEAM", "care")).toEqual({ team: "care" });
    expect(narrow("TEAM", "")).toEqual({ without: "TEAM" });
    expect(narrow("WEEK", "2026-W19")).toEqual({ from: "2026-05-04", until: "2026-05-11" });
    expect(periodOf("care")).toBeUndefined();
  });

  it("draws a line with a gap where nothing is known", () => {
    const scores = [{ points: 10 }, {}, { points: 30 }, { points: 40 }];
    const same = (value: number) => value;
    expect(line(scores, same, same)).toBe("M0 10h.6M2 30L3 40");
  });

  it("draws a band that ends where the line does", () => {
    const sure = (low: number, high: number) => ({ points: (low + high) / 2, low, high });
    const scores = [sure(0, 10), sure(10, 20), {}, sure(5, 6), {}, sure(1, 2), sure(2, 3)];
    const same = (value: number) => value;
    expect(band(scores, same, same)).toBe("M0 10L1 20L1 10L0 0ZM5 2L6 3L6 2L5 1Z");
  });
});

describe("who writes", () => {
  const writer = (person: string, at: number, conversation = "c1") => ({ conversation, brand: "b", person, at });

  it("is kept once, by the newest word, and fades", () => {
    const both = takeWriting([writer("mart", 0), writer("dana", 500)], writer("mart", 1_000));
    expect(both).toEqual([writer("dana", 500), writer("mart", 1_000)]);
    expect(takeWriting(both, writer("dana", 1_000 + FADES_MS, "c2"))).toEqual([writer("dana", 1_000 + FADES_MS, "c2")]);
  });
});

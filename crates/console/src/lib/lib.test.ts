// The pure parts: times, urgency, texts, lengths, differences, addresses.

import { describe, expect, it } from "vitest";
import { readSummary, type Summary } from "../api/model";
import { diff, hunks } from "./diff";
import { asClock, DAY, HOUR, inWords, MINUTE, SECOND } from "./duration";
import { factName, mostTelling } from "./facts";
import { lastHour, perBrand, perMinute, totals } from "./figures";
import { lengthOn, mastodon, weighted } from "./length";
import { conversationLink, inboxLink, parseRoute } from "./route";
import { initials, isolated, oddities, oneLine, shown, webAddress } from "./text";
import { byUrgency, heat, isLate, matches, reasons } from "./urgency";

const UNITS = { days: "d", hours: "h", minutes: "min", seconds: "s" };
const plain = (value: number, digits = 1) => String(value).padStart(digits, "0");
const AT = Date.parse("2026-03-12T12:00:00Z");

function summary(fields: Partial<Summary>): Summary {
  const base = readSummary({ conversationId: fields.id ?? "a", status: "CONVERSATION_STATUS_OPEN" });
  if (!base) throw new Error("a summary with an id is read");
  return { ...base, ...fields };
}

describe("durations", () => {
  it.each([
    [0, "0 s"],
    [-5, "0 s"],
    [59 * SECOND, "59 s"],
    [MINUTE, "1 min"],
    [4 * MINUTE + 7 * SECOND, "4 min 7 s"],
    [12 * MINUTE + 7 * SECOND, "12 min"],
    [2 * HOUR + 5 * MINUTE, "2 h 5 min"],
    [3 * DAY + 4 * HOUR, "3 d 4 h"],
    [3 * DAY + 4 * MINUTE, "3 d"],
  ])("%i ms is %s", (milliseconds, words) => {
    expect(inWords(milliseconds, UNITS, plain)).toBe(words);
  });

  it.each([
    [7 * SECOND, "0:07"],
    [4 * MINUTE + 7 * SECOND, "4:07"],
    [HOUR + 4 * MINUTE + 7 * SECOND, "1:04:07"],
    [2 * DAY + HOUR, "2 d 1:00:00"],
  ])("%i ms ticks as %s", (milliseconds, face) => {
    expect(asClock(milliseconds, UNITS, plain)).toBe(face);
  });
});

describe("urgency", () => {
  const late = summary({ id: "late", dueAt: AT - MINUTE, sla: "RUNNING" });
  const soon = summary({ id: "soon", dueAt: AT + MINUTE, sla: "RUNNING" });

  it("puts those who wait in the order of the one score, and those who do not last, the newest first", () => {
    const score = (points: number) => [
      { name: "late", points: 999 },
      { name: "priority", points },
    ];
    const urgent = summary({ id: "urgent", dueAt: AT + 3 * HOUR, score: score(240) });
    const high = summary({ id: "high", dueAt: AT + HOUR, score: score(60) });
    const waits = summary({ id: "waits", waitingSince: AT - 2 * HOUR });
    const longer = summary({ id: "longer", waitingSince: AT - 3 * HOUR });
    const settled = summary({ id: "settled", status: "RESOLVED", dueAt: AT - HOUR, score: score(240) });
    const older = summary({ id: "older", status: "RESOLVED", lastActivityAt: AT - HOUR });
    const newer = summary({ id: "newer", status: "RESOLVED", lastActivityAt: AT });
    const order = [settled, older, newer, waits, longer, soon, high, late, urgent].sort(byUrgency).map((one) => one.id);
    expect(order).toEqual(["urgent", "late", "high", "soon", "longer", "waits", "newer", "older", "settled"]);
  });

  it("is late when the target has passed, also before the log says so", () => {
    expect(isLate(late, AT)).toBe(true);
    expect(isLate(late, AT - 2 * MINUTE)).toBe(false);
  });

  it("is not late when a new clock runs or nobody waits", () => {
    expect(isLate(summary({ sla: "BREACHED", dueAt: AT + HOUR }), AT)).toBe(false);
    expect(isLate(summary({ sla: "BREACHED" }), AT)).toBe(false);
    expect(isLate(summary({ status: "RESOLVED", sla: "BREACHED" }), AT)).toBe(false);
  });

  it("burns when late or in doubt", () => {
    expect(heat(late, AT)).toBe("burning");
    expect(heat(summary({ status: "WAITING_FOR_CUSTOMER", newestReply: "in_doubt" }), AT)).toBe("burning");
    expect(heat(soon, AT)).toBe("hot");
    expect(heat(summary({ priority: "HIGH" }), AT)).toBe("warm");
    expect(heat(summary({ status: "RESOLVED", priority: "URGENT" }), AT)).toBe("calm");
  });

  it("tells why, the weightiest first", () => {
    const loud = summary({ dueAt: AT - MINUTE, escalated: true, priority: "URGENT", reach: 100_000, posts: 3 });
    expect(reasons(loud, AT).map((reason) => reason.kind)).toEqual([
      "late",
      "escalated",
      "reach",
      "again",
      "unclaimed",
    ]);
  });

  it("matches as the server's filter does", () => {
    const one = summary({ brand: "b", team: "t", priority: "HIGH", assignee: "" });
    expect(matches(one, { brand: "b", status: ["OPEN"], unassigned: true, minPriority: "HIGH" })).toBe(true);
    expect(matches(one, { minPriority: "URGENT" })).toBe(false);
    expect(matches({ ...one, assignee: "dana" }, { unassigned: true })).toBe(false);
    expect(matches(one, { status: ["RESOLVED"] })).toBe(false);
    expect(matches(one, {})).toBe(true);
  });
});

describe("texts", () => {
  it("tells what cannot be seen", () => {
    expect(oddities("plain")).toEqual([]);
    expect(oddities("a\u202Eb")).toEqual(["direction"]);
    expect(oddities("a\u200bb")).toEqual(["invisible"]);
    expect(oddities(`a${"\u0301".repeat(9)}`)).toEqual(["stacked"]);
    expect(oddities("👩‍👩‍👧‍👦 ভালো नमस्ते שָׁלוֹם")).toEqual([]);
  });

  it("shows control characters as a sign and keeps lines", () => {
    expect(shown("a\u0007b\n\tc\u001b[31m")).toBe("a\ufffdb\n\tc\ufffd[31m");
    expect(oneLine(" a \n\n b ")).toBe("a b");
    expect(oneLine("😀".repeat(9), 3)).toBe("😀😀😀…");
  });

  it("keeps names inside themselves", () => {
    expect(isolated("evil\u2069\u2067")).toBe("\u2068evil\u2069");
  });

  it("links to the web only", () => {
    expect(webAddress("https://media.example/1")?.host).toBe("media.example");
    for (const bad of ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x", "", "nonsense"]) {
      expect(webAddress(bad)).toBeUndefined();
    }
  });

  it("takes initials of any script", () => {
    expect(initials("Priya Raman")).toBe("PR");
    expect(initials("小李")).toBe("小");
    expect(initials("")).toBe("·");
  });
});

describe("lengths", () => {
  // The table of docs: text, X, Mastodon, Bluesky, UTF-16.
  it.each([
    ["Hi http://test.co", 26, 26, 17, 17],
    ["👨‍👩‍👧‍👦", 2, 1, 1, 11],
    ["🙋🏽👨‍🎤", 4, 2, 2, 9],
    ["日本語", 6, 3, 3, 3],
    ["안녕하세요", 10, 5, 5, 5],
    ["õunad", 5, 5, 5, 5],
    ["€{}", 4, 3, 3, 3],
    ["e\u0301", 1, 1, 1, 2],
    ["@alice@example.social hi", 24, 9, 24, 24],
  ])("%s", (text, x, masto, bluesky, utf16) => {
    expect(weighted(text)).toBe(x);
    expect(mastodon(text)).toBe(masto);
    expect(lengthOn("bluesky", false, text).used).toBe(bluesky);
    expect(lengthOn("telegram", false, text).used).toBe(utf16);
  });

  it("knows no limit for a network it does not know", () => {
    expect(lengthOn("forum", false, "abc")).toEqual({ used: 3 });
  });
});

describe("differences", () => {
  it("names what goes and what comes", () => {
    const lines = diff("a\nb\nc\nd", "a\nB\nc\nd\ne");
    expect(lines.map((line) => `${line.kind} ${line.text}`)).toEqual([
      "same a",
      "gone b",
      "new B",
      "same c",
      "same d",
      "new e",
    ]);
  });

  it("leaves out what is far from a change", () => {
    const before = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    const after = before.with(15, "changed");
    const shown = hunks(diff(before.join("\n"), after.join("\n")), 1);
    expect(shown.map((line) => line?.text ?? "…")).toEqual(["…", "line 14", "line 15", "changed", "line 16", "…"]);
  });

  it("says nothing of the same", () => {
    expect(hunks(diff("a\nb", "a\nb"))).toEqual([undefined]);
  });
});

describe("addresses", () => {
  it("reads what it writes", () => {
    const at = "2026-03-12T11:00:00.123456789Z";
    expect(parseRoute(conversationLink("a/b", at))).toEqual({ page: "conversation", id: "a/b", at, reply: false });
    const inbox = parseRoute(inboxLink({ brand: "x", team: "" }));
    expect(inbox.page === "inbox" && inbox.params.toString()).toBe("brand=x");
  });

  it("knows what it does not know", () => {
    expect(parseRoute("#/nowhere").page).toBe("unknown");
    expect(parseRoute("#/conversation").page).toBe("unknown");
    expect(parseRoute("#/conversation/%E0%A4%A").page).toBe("conversation");
    expect(parseRoute("").page).toBe("wallboard");
  });
});

describe("facts and figures", () => {
  it("tells the most telling fact in any spelling", () => {
    expect(factName("reply_sent")).toBe("ReplySent");
    expect(mostTelling(["ConversationOpened", "Routed", "DeadlineSet"])).toBe("Routed");
    expect(mostTelling(["replySent"])).toBe("ReplySent");
    expect(mostTelling(["FlagRaised", "Reopened"])).toBe("Reopened");
    expect(mostTelling(["IncidentJoined", "FlagRaised"])).toBe("IncidentJoined");
    expect(mostTelling(["OfferLapsed", "Placed"])).toBe("Placed");
    expect(mostTelling(["PostClassified"])).toBeUndefined();
  });

  it("adds counts and takes the longest wait of all", () => {
    const row = (brand: string, open: number, longestWait?: number) =>
      ({
        brand,
        team: "",
        channel: "",
        language: "",
        open,
        waiting: 1,
        resolved: 2,
        breached: 0,
        inDoubt: 1,
        longestWait,
      }) as never;
    const rows = perBrand([row("a", 2, 30), row("b", 3), { ...(row("a", 9) as object), team: "care" } as never]);
    expect(totals(rows.values())).toEqual({
      open: 5,
      waiting: 2,
      resolved: 4,
      breached: 0,
      inDoubt: 2,
      longestWait: 30,
    });
  });

  it("makes an hour of what minutes are told", () => {
    const hour = lastHour(
      [
        { at: AT, posts: 9, replies: 1, breaches: 0 },
        { at: AT - 2 * MINUTE, posts: 5, replies: 0, breaches: 1 },
      ],
      AT + 30 * SECOND,
    );
    expect(hour).toHaveLength(60);
    expect(hour.at(-1)?.posts).toBe(9);
    expect(hour.at(-3)?.posts).toBe(5);
    expect(perMinute(hour)).toBe(1);
  });
});

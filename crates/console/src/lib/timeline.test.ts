// The story that records tell.

import { describe, expect, it } from "vitest";
import { type Entry, readEntries } from "../api/model";
import type { FactJson } from "../gen/earshot/conversation/v1/facts_pb";
import { customerOf, newestWords, type Reply, story } from "./timeline";

let sequence = 0;
const record = (minute: number, ...facts: FactJson[]): Entry => {
  sequence += 1;
  const at = `2026-03-12T11:${String(minute).padStart(2, "0")}:00Z`;
  const [entry] = readEntries([{ sequence: String(sequence), record: { occurredAt: at, recordedAt: at, facts } }]);
  if (!entry) throw new Error("one entry is read");
  return entry;
};
const post = (postKey: string, text: string, authorName = "Ann"): FactJson => ({
  postReceived: { postKey, network: "x", personal: { text, authorName, authorHandle: "ann" }, followers: "12" },
});
const reply = (replyId: string, text: string): FactJson => ({
  replySubmitted: { replyId, person: "dana", network: "x", body: { text } },
});

describe("story", () => {
  it("tells every fact once as a step, and what was said as bubbles", () => {
    const entries = [
      record(1, post("p1", "help")),
      record(2, { conversationOpened: { postKey: "p1" } }, { routed: { team: "care" } }),
      record(3, { claimed: { person: "dana" } }),
      record(4, { noteAdded: { person: "dana", body: { text: "vip" } } }),
    ];
    const items = story(entries);
    expect(items.map((item) => item.kind)).toEqual(["post", "steps", "note", "steps"]);
    const steps = items.flatMap((item) => (item.kind === "steps" ? item.steps : []));
    expect(steps.map((step) => step.kind)).toEqual([
      "postReceived",
      "conversationOpened",
      "routed",
      "claimed",
      "noteAdded",
    ]);
  });

  it("keeps what an edited post said before, and that it was deleted", () => {
    const [bubble] = story([
      record(1, post("p1", "first")),
      record(2, { postEdited: { postKey: "p1", personal: { text: "second" } } }),
      record(3, { postDeleted: { postKey: "p1", deletedAt: "2026-03-12T11:03:00Z" } }),
    ]);
    expect(bubble).toMatchObject({ kind: "post", text: "second", earlier: [{ text: "first" }] });
    expect(bubble?.kind === "post" && bubble.deletedAt).toBeTruthy();
  });

  const fates: [string, FactJson[], Partial<Reply>][] = [
    ["submitted", [], { state: "submitted" }],
    ["attempted", [{ replyAttempted: { replyId: "r", attempt: 1 } }], { state: "attempted", attempts: 1 }],
    [
      "retrying",
      [
        { replyAttempted: { replyId: "r", attempt: 1 } },
        { replyFailed: { replyId: "r", reason: "http_500", retryAt: "2026-03-12T12:00:00Z" } },
      ],
      { state: "retrying", reason: "http_500" },
    ],
    ["failed", [{ replyFailed: { replyId: "r", isFinal: true } }], { state: "failed" }],
    ["in doubt", [{ replyInDoubt: { replyId: "r", reason: "timeout" } }], { state: "in_doubt", reason: "timeout" }],
    [
      "settled",
      [{ replyInDoubt: { replyId: "r" } }, { replySent: { replyId: "r", how: "settled" } }],
      { state: "sent", how: "settled" },
    ],
  ];
  it.each(fates)("a reply ends as %s", (_, facts, expected) => {
    const items = story([
      record(1, post("p", "?")),
      record(2, reply("r", "sorry")),
      ...facts.map((fact) => record(3, fact)),
    ]);
    expect(items.find((item) => item.kind === "reply")).toMatchObject(expected);
  });

  it("does not stumble over facts about things it has not seen, nor over empty ones", () => {
    expect(() =>
      story([record(1, { replySent: { replyId: "ghost" } }, { postEdited: { postKey: "ghost" } }, {})]),
    ).not.toThrow();
  });

  it("takes the customer's name from the newest post", () => {
    const entries = [record(5, post("p2", "later", "Ann Newname")), record(1, post("p1", "earlier", "Ann Oldname"))];
    expect(customerOf(entries)).toMatchObject({ name: "Ann Newname", handle: "ann", followers: 12 });
    expect(customerOf([])).toBeUndefined();
  });

  it("finds the newest words of either side", () => {
    const items = story([record(1, post("p", "help")), record(2, reply("r", "here"))]);
    expect(newestWords(items)).toMatchObject({ kind: "reply", text: "here" });
  });
});

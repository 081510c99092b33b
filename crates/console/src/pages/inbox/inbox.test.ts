// The list that stays under the cursor, and the address that makes it.

import { describe, expect, it } from "vitest";
import { readSummary, type Summary } from "../../api/model";
import { add, note, settle } from "./list";
import { readChoice, toQuery, writeChoice } from "./query";

const one = (id: string, fields: Partial<Summary> = {}): Summary => {
  const summary = readSummary({ conversationId: id, status: "CONVERSATION_STATUS_OPEN", version: "1" });
  if (!summary) throw new Error("a summary with an id is read");
  return { ...summary, ...fields };
};
const shown = () => ({ order: [] as string[], known: new Map(), come: new Map(), total: 0, next: "" });
const OPEN = { status: ["OPEN"] as const };

describe("list", () => {
  it("shows changes in their place and moves nothing until asked", () => {
    const list = shown();
    add(list, [one("a", { waitingSince: 2 }), one("b", { waitingSince: 3 })], 2, "");
    note(list, one("c", { waitingSince: 1 }), OPEN);
    note(list, one("b", { status: "RESOLVED" }), OPEN);
    note(list, one("x", { status: "RESOLVED" }), OPEN);
    expect(list.order).toEqual(["a", "b"]);
    expect(list.known.get("b").status).toBe("RESOLVED");
    expect([...list.come.keys()]).toEqual(["c"]);
    settle(list, OPEN);
    expect(list.order).toEqual(["c", "a"]);
    expect(list.total).toBe(2);
    expect(list.come.size).toBe(0);
  });

  it("lets what came and left again be no news", () => {
    const list = shown();
    add(list, [], 0, "");
    note(list, one("c"), OPEN);
    note(list, one("c", { status: "RESOLVED" }), OPEN);
    expect(list.come.size).toBe(0);
  });

  it("does not show twice what a later page brings again", () => {
    const list = shown();
    add(list, [one("a")], 2, "next");
    add(list, [one("a"), one("b")], 2, "");
    expect(list.order).toEqual(["a", "b"]);
  });
});

describe("choice", () => {
  it("reads what it writes", () => {
    const choice = readChoice(new URLSearchParams("view=unassigned&brand=b&priority=HIGH&status=OPEN&intent=praise"));
    expect(readChoice(new URLSearchParams(writeChoice(choice)))).toEqual(choice);
    expect(readChoice(new URLSearchParams("view=nonsense&priority=loud")).view).toBe("waiting");
  });

  it("asks for what it says", () => {
    const read = (text: string) => toQuery(readChoice(new URLSearchParams(text)), { brand: "b", person: "dana" });
    expect(read("")?.status).toEqual(["NEW", "OPEN"]);
    expect(read("view=everything")?.status).toBeUndefined();
    expect(read("view=mine")).toMatchObject({ brand: "b", assignee: "dana" });
    expect(read("view=unassigned")?.unassigned).toBe(true);
    expect(toQuery(readChoice(new URLSearchParams("view=mine")), undefined)).toBeUndefined();
  });
});

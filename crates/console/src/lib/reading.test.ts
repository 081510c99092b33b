// What a post is read as, and what people say otherwise.

import { describe, expect, it } from "vitest";
import type { PostClassifiedJson } from "../gen/earshot/conversation/v1/facts_pb";
import { answerOf, choices, correct, read, shownAnswers } from "./reading";

const classified: PostClassifiedJson = {
  postKey: "p1",
  modelVersion: "m1",
  language: { label: "en", confidence: 0.99 },
  sentiment: { label: "neutral", confidence: 0.7 },
  intent: { label: "question", confidence: 0.6, unsure: true },
  topic: { label: "air.delay", confidence: 0.5 },
  urgency: { label: "normal", confidence: 0.9 },
  churn: { label: "leaving", confidence: 0.8 },
};
const marks = (reading: Parameters<typeof shownAnswers>[0]) =>
  shownAnswers(reading).map(({ head, label }) => `${head} ${label}`);

describe("reading", () => {
  it("marks every answer, and of the flags only those that are set", () => {
    const reading = read(undefined, classified);
    expect(marks(reading)).toEqual([
      "intent question",
      "sentiment neutral",
      "topic air.delay",
      "churn leaving",
      "language en",
    ]);
    expect(answerOf(reading, "intent")).toMatchObject({ unsure: true, confidence: 0.6 });
    expect(answerOf(reading, "call")).toBeUndefined();
  });

  it("takes a person's word, which is sure, and forgets it when it is taken back", () => {
    const before = read(undefined, classified);
    const reading = correct(before, { postKey: "p1", head: "intent", label: "complaint" }, "dana");
    expect(answerOf(reading, "intent")).toMatchObject({
      label: "complaint",
      unsure: false,
      corrected: { was: "question", person: "dana" },
    });
    expect(marks(correct(reading, { head: "urgency", label: "urgent" }, "dana"))).toContain("urgency urgent");
    const back = correct(reading, { head: "intent", label: "question" }, "mart");
    expect(back.corrected).toEqual({});
    expect(correct(before, { head: "mood", label: "grim" }, "dana")).toBe(before);
  });

  it("keeps a person's word over a new answer of the same text, and no longer", () => {
    const reading = correct(read(undefined, classified), { head: "intent", label: "complaint" }, "dana");
    expect(answerOf(read(reading, { ...classified, modelVersion: "m2" }), "intent")?.label).toBe("complaint");
    const edited = read(reading, { ...classified, textVersion: "1770000000000000" });
    expect(answerOf(edited, "intent")?.label).toBe("question");
    expect(correct(edited, { head: "intent", label: "praise", textVersion: "0" }, "dana")).toBe(edited);
  });

  it("offers the labels that there are, and what the classifier itself said", () => {
    const reading = read(undefined, classified);
    expect(choices("churn", reading, [])).toEqual(["leaving", "staying"]);
    expect(choices("topic", reading, ["air.baggage", "air.lounge"])).toEqual([
      "air.delay",
      "air.baggage",
      "air.lounge",
    ]);
    expect(choices("language", reading, [])).toContain("et");
  });
});

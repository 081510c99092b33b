// Four lists that name every measure of docs/measures.md, which a test of the analytics service holds to the catalogue.

import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { language } from "..";
import { loadMeasureWords, measureDefinition, measureSettings, measureTitle, measureUnit } from ".";
import { words as bn } from "./bn";
import { words as et } from "./et";
import { words as ko } from "./ko";
import { words as zh } from "./zh";

const page = readFileSync(new URL("../../../../../docs/measures.md", import.meta.url), "utf8");
const told = page.split(/^### /m).flatMap((part) => {
  const [, name, unit] = /^`([a-z0-9_]+)`, in (.+), since definitions \d+$/m.exec(part) ?? [];
  return name && unit ? [{ name, unit, settings: /^By the brand's settings/m.test(part) }] : [];
});
const names = (of: readonly string[]) => [...new Set(of)].sort();

it("finds the measures of the page", () => {
  expect(told.length).toBe(page.match(/, since definitions \d+$/gm)?.length);
  expect(told.length).toBeGreaterThan(90);
});

describe.each(Object.entries({ bn, zh, ko, et }))("%s", (_, words) => {
  it("has words for every measure and for no other", () => {
    expect(names(Object.keys(words.measures))).toEqual(names(told.map((one) => one.name)));
  });

  it("has a word for every unit and for no other", () => {
    expect(names(Object.keys(words.units))).toEqual(names(told.map((one) => one.unit)));
  });

  it("says what the settings decide where they do, and only there", () => {
    const said = Object.entries(words.measures).filter(([, one]) => one[2] !== undefined);
    expect(names(said.map(([name]) => name))).toEqual(names(told.flatMap((one) => (one.settings ? [one.name] : []))));
  });

  it("leaves nothing empty and calls no two measures the same", () => {
    const all = Object.values(words.measures);
    expect([...all.flat(), ...Object.values(words.units)].filter((text) => text?.trim() === "")).toEqual([]);
    const titles = all.map(([title]) => title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });
});

describe("what is shown", () => {
  afterEach(() => {
    language.value = "en";
  });

  const escalated = { name: "escalated", title: "Escalated", definition: "Raised.", settings: "what raises it." };

  it("is the reader's language, also for what a measure meant before", async () => {
    language.value = "et";
    await loadMeasureWords("et");
    expect(measureTitle("escalated", "Escalated")).toBe("Eskaleeritud");
    expect(measureTitle("escalated@1")).toBe("Eskaleeritud @1");
    expect(measureDefinition(escalated)).toEqual({ text: et.measures.escalated?.[1], lang: undefined });
    expect(measureSettings(escalated).text).toBe("mis vestluse eskaleerib.");
    expect(measureUnit("share")).toBe("osakaal");
  });

  it("is the API's English in English, for what has no words, and while another language is loading", async () => {
    await loadMeasureWords("en");
    expect(measureTitle("escalated", "Escalated")).toBe("Escalated");
    language.value = "et";
    await loadMeasureWords("et");
    expect(measureTitle("constructor", "Newest")).toBe("Newest");
    expect(measureTitle("newest")).toBe("newest");
    expect(measureUnit("furlongs")).toBe("furlongs");
    const former = { ...escalated, name: "escalated@1", definition: "Is raised now." };
    expect(measureDefinition(former)).toEqual({ text: "Is raised now.", lang: "en" });
    language.value = "ko";
    expect(measureDefinition(escalated)).toEqual({ text: "Raised.", lang: "en" });
  });
});

// Five tables that say the same.

import { describe, expect, it } from "vitest";
import { NEWS } from "../api/news";
import { NewsSchema } from "../gen/earshot/conversation/v1/facts_pb";
import { bestLanguage } from ".";
import { table as bn } from "./bn";
import { en } from "./en";
import { table as et } from "./et";
import { table as ko } from "./ko";
import { table as zh } from "./zh";

const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe.each(Object.entries({ bn, zh, ko, et }))("%s", (_, table) => {
  it("fills in the same names as English", () => {
    for (const [key, text] of Object.entries(en)) {
      expect([key, ...places(table[key as keyof typeof en])]).toEqual([key, ...places(text)]);
    }
  });

  it("leaves nothing empty", () => {
    expect(Object.entries(table).filter(([, text]) => text.trim() === "")).toEqual([]);
  });
});

it("speaks the first language of the reader that it knows", () => {
  expect(bestLanguage(["fr-FR", "ko-KR", "en"])).toBe("ko");
  expect(bestLanguage(["zh-Hant-TW"])).toBe("zh");
  expect(bestLanguage(["fr"])).toBe("en");
  expect(bestLanguage([])).toBe("en");
});

it("lets people choose all news that there are, and has words for each", () => {
  const kinds = NewsSchema.values.filter((value) => value.number > 0).map((value) => value.name.replace("NEWS_", ""));
  expect([...NEWS]).toEqual(kinds);
  expect(NEWS.filter((kind) => !(`news.${kind}` in en))).toEqual([]);
});

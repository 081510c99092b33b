// The figures: side by side, over time, and down to the conversations that they are made of.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { axe, ready, type System, start, visit } from "./harness";

let system: System;

beforeAll(async () => {
  system = await start();
});
afterAll(() => system?.stop());

/** What a row says of itself, as numbers that lie where its picture says. */
async function pictured(page: Page): Promise<{ told: number; drawn: number }[]> {
  return page.locator(".points").evaluateAll((cells) =>
    cells.map((cell) => ({
      told: Number(cell.querySelector(".figure")?.textContent),
      drawn: Number(cell.querySelector(".score-fill")?.getAttribute("width")),
    })),
  );
}

it("leads by keyboard from the scorecard to a conversation, and back", async () => {
  const { page, context, wrongs } = await visit(system, "", { as: system.people[0] });
  await ready(page);
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  const first = page.locator(".scorecard tbody th .link").first();
  await first.waitFor();
  const points = await pictured(page);
  // A real system that has just begun has too little for a score, and says so.
  const tooFew = await page.locator(".scorecard").getByText("too few to say").count();
  expect(points.length + (system.real ? tooFew : 0)).toBeGreaterThan(0);
  for (const { told, drawn } of points) expect(Math.abs(told - drawn)).toBeLessThan(0.06);
  await first.press("Enter");
  expect(await first.getAttribute("aria-expanded")).toBe("true");
  expect(await axe(page)).toEqual([]);
  const figure = page.locator(".components a").first();
  await figure.press("Enter");
  await page.locator(".behind a").first().waitFor();
  expect(await axe(page)).toEqual([]);
  await page.locator(".behind a").first().press("Enter");
  await page.locator(".case-head").waitFor();
  await page.goBack();
  await page.locator(".behind").waitFor();
  await page.goBack();
  await page.locator(".scorecard").waitFor();
  expect(wrongs).toEqual([]);
  await context.close();
});

it("is asked by the address alone", async () => {
  const { brand } = system.people[0];
  const { page, context } = await visit(system, `scorecard?side=PERSON&brand=${brand}`);
  await ready(page);
  await page.locator(".scorecard").waitFor();
  expect(await page.getByLabel("Side by side").inputValue()).toBe("PERSON");
  await page.getByLabel("From").fill("1999-01-01");
  await page.getByLabel("Until before").fill("1999-02-01");
  await page.locator(".empty").waitFor();
  expect(page.url()).toContain("until=1999-02-01");
  await context.close();
});

it("draws the course of the heads over time, and says in words what it draws", async () => {
  const { page, context } = await visit(system, "scorecard?side=DAY");
  await ready(page);
  await page.locator(".scorecard").waitFor();
  await page.getByLabel("Side by side").selectOption("MONTH");
  const rows = page.locator(".scorecard tbody tr");
  await rows.first().waitFor();
  if ((await rows.count()) > 1) {
    await page.getByRole("img", { name: /Points of the three heads from .* to / }).waitFor();
    expect(await page.locator(".course-stroke").count()).toBe(3);
  }
  await context.close();
});

it.each([
  ["ko", "1시간 내 답변율", "첫 글 뒤 3,600초 안에"],
  ["et", "Vastatud 1 tunni jooksul", "3600 sekundi jooksul"],
  ["zh-CN", "1 小时内答复率", "3,600 秒内"],
  ["bn", "১ ঘণ্টায় উত্তর", "৩,৬০০ সেকেন্ডের মধ্যে"],
])(
  "calls and explains measures in %s, on the wallboard, the list, and behind a figure",
  async (locale, title, means) => {
    const { page, context, wrongs } = await visit(system, "", { locale, as: system.people[0] });
    await ready(page);
    const english: string[] = [];
    const note = async () => {
      await page.getByText(means).first().waitFor();
      english.push(...(await page.locator(".meaning [lang=en], .meaning-of > [lang=en]").allTextContents()));
    };
    await page.locator(".wall-foot button").first().click();
    await page.locator(".meaning dt", { hasText: title }).waitFor();
    await note();
    await page.keyboard.press("Escape");
    await page.goto(`${system.url}/#/measures`);
    await page.locator(".measures h3", { hasText: title }).waitFor();
    await note();
    await page.goto(`${system.url}/#/measures/answered_within_1h?brand=${system.people[0].brand}`);
    await page.locator("h1", { hasText: title }).waitFor();
    await note();
    expect(english).toEqual([]);
    expect(wrongs).toEqual([]);
    await context.close();
  },
);

it("says what every measure means, and shows what counts and what does not", async () => {
  const { brand } = system.people[0];
  const { page, context } = await visit(system, "measures", { as: system.people[0] });
  await ready(page);
  await page.locator(".measures li").first().waitFor();
  for (const text of await page.locator(".measures .meaning-of").allTextContents())
    expect(text.length).toBeGreaterThan(10);
  await page.goto(`${system.url}/#/measures/answered_within_1h?brand=${brand}`);
  await page.getByRole("link", { name: "Does not count" }).press("Enter");
  await page.locator(".behind, .empty").first().waitFor();
  expect(page.url()).toContain("part=NOT_COUNTED");
  await context.close();
});

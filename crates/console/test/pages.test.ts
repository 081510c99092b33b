// Every page, in every light and size: nothing that axe finds, nothing that sticks out, nothing that goes wrong.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { axe, overflow, ready, type System, start, visit, write } from "./harness";

let system: System;
let conversation = "";

beforeAll(async () => {
  system = await start();
  conversation = await write(system.people[0].brand, "My bag is lost and nobody answers. What now?", "Ann Axe");
});
afterAll(() => system?.stop());

const PAGES: [string, () => string][] = [
  ["wallboard", () => ""],
  ["inbox", () => "inbox"],
  ["inbox, mine", () => "inbox?view=mine"],
  ["inbox, offered to me", () => "inbox?view=offered"],
  ["inbox, filtered to nothing", () => "inbox?network=nosuch&priority=URGENT"],
  ["conversation", () => `conversation/${conversation}`],
  ["no such conversation", () => "conversation/00000000000000000000000000000000"],
  ["brands", () => "brands"],
  ["brand", () => `brands/${system.people[0].brand}`],
  ["ledger", () => "ledger"],
  ["set aside", () => "set-aside"],
  ["news", () => "news"],
  ["filtered posts", () => `filtered?brand=${system.people[0].brand}`],
  ["scorecard", () => "scorecard"],
  ["scorecard over time", () => "scorecard?side=MONTH"],
  ["measures", () => "measures"],
  ["behind a figure", () => `measures/answered_within_1h?brand=${system.people[0].brand}`],
  ["no such page", () => "nowhere"],
];

describe.each(["light", "dark"] as const)("%s", (colorScheme) => {
  it.each(PAGES)("%s has no axe violation", async (_, hash) => {
    const { page, context, wrongs } = await visit(system, hash(), { colorScheme, as: system.people[0] });
    await ready(page);
    expect(await axe(page)).toEqual([]);
    expect(wrongs).toEqual([]);
    await context.close();
  });
});

describe.each([
  { width: 320, height: 640 },
  { width: 768, height: 1024 },
  { width: 1920, height: 1080 },
])("$width px", (viewport) => {
  it.each(PAGES)("%s fits, both ways of writing", async (_, hash) => {
    const { page, context } = await visit(system, hash(), { viewport, as: system.people[0] });
    await ready(page);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await page.evaluate(() => document.documentElement.setAttribute("dir", "rtl"));
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await context.close();
  });
});

describe("on paper", () => {
  it.each(PAGES)("%s is black on white, fits, and has nothing to press", async (_, hash) => {
    const { page, context } = await visit(system, hash(), { colorScheme: "dark", as: system.people[0] });
    await ready(page);
    // A4 upright, with margins.
    await page.setViewportSize({ width: 700, height: 1000 });
    await page.emulateMedia({ media: "print" });
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(ground).toMatch(/^(rgb\(255, 255, 255\)|rgba\(0, 0, 0, 0\))$/);
    // A switch tells what is on; in tables stand names and choices.
    const pressed = page.locator("main :is(button:not([role=switch]), input, select):not(table *):visible");
    expect(await pressed.evaluateAll((all) => all.map((one) => one.outerHTML.slice(0, 120)))).toEqual([]);
    expect(await page.locator("main").textContent()).toMatch(/\S/);
    await context.close();
  });
});

it("the wall shows all at a glance on a wall", async () => {
  const { page, context } = await visit(system, "", { viewport: { width: 1920, height: 1080 } });
  await ready(page);
  await page.locator(".card").first().waitFor();
  const tall = await page.evaluate(() => document.documentElement.scrollHeight - document.documentElement.clientHeight);
  expect(tall).toBeLessThanOrEqual(0);
  await context.close();
});

describe.each(["bn", "zh-CN", "ko", "et"])("speaks %s", (locale) => {
  const spoken = ["wallboard", "conversation", "filtered posts", "set aside", "scorecard", "measures"];
  it.each(PAGES.filter(([name]) => spoken.includes(name)))("on %s, and fits a phone", async (_, hash) => {
    const { page, context, wrongs } = await visit(system, hash(), { locale, as: system.people[0] });
    await ready(page);
    expect(await page.locator("html").getAttribute("lang")).toContain(locale.slice(0, 2));
    expect(await page.locator(".nav").textContent()).not.toContain("Wallboard");
    expect(await axe(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(wrongs).toEqual([]);
    await context.close();
  });
});

it("the menu, the help and the meaning of the figures are open to all", async () => {
  const { page, context } = await visit(system, "", { as: system.people[0] });
  await ready(page);
  await page.locator(".menu summary").click();
  expect(await axe(page)).toEqual([]);
  await page.getByRole("button", { name: "Keyboard shortcuts" }).click();
  await page.getByRole("dialog").waitFor();
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "What the figures mean" }).click();
  await page.locator(".meaning dt").first().waitFor();
  expect(await axe(page)).toEqual([]);
  await context.close();
});

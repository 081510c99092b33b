// Texts that try to run, to hide, to turn round, to cover and to stretch: 200 of them, on every page that shows any.

import { afterAll, beforeAll, expect, it } from "vitest";
import { overflow, ready, type System, start, visit, write } from "./harness";

const RUNS = [
  "<script>window.__hacked=1</script>",
  "<img src=x onerror=window.__hacked=2>",
  "<svg/onload=window.__hacked=3>",
  "\"><iframe srcdoc='<script>parent.__hacked=4</script>'>",
  "javascript:window.__hacked=5",
  "</textarea><script>window.__hacked=6</script>",
  "{{constructor.constructor('window.__hacked=7')()}}",
  "<a href=javascript:window.__hacked=8>click</a>",
  "<style>@import 'http://evil.example/x.css'; * { display: none }</style>",
  "<meta http-equiv=refresh content='0;url=http://evil.example'>",
];
const HIDES = [
  "",
  "\u202Ereversed to the end",
  "\u2067\u2067\u2067 isolates left open",
  "\u200b\u200b\u2060\ufeff invisible \u00ad\u00ad",
  `${"z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a".repeat(12)} zalgo`,
  "W".repeat(600),
  "👩‍👩‍👧‍👦".repeat(80),
  "مرحبا كيف الحال؟ 123 abc 456",
  "\u0007\u0008\u001b[2J control",
  "\n\n\n\n\n\n\t\t\t lines \n\n\n",
];
const CONVERSATIONS = 20;

let system: System;
const ids: string[] = [];

beforeAll(async () => {
  system = await start();
  const { brand } = system.people[0];
  for (let at = 0; at < CONVERSATIONS; at++) {
    const author = `hostile-${process.pid}-${at}`;
    for (let post = 0; post < 10; post++) {
      const text = `${RUNS[post]} ${HIDES[(post + at) % HIDES.length]}`;
      const id = await write(brand, text, `${RUNS[at % RUNS.length]}${HIDES[at % HIDES.length]}`.slice(0, 300), author);
      if (post === 0) ids.push(id);
    }
  }
});
afterAll(() => system?.stop());

const hacked = () => (window as unknown as Record<string, unknown>).__hacked;

it.each([320, 1366])("does nothing on a page %i pixels wide", async (width) => {
  const { page, context, wrongs } = await visit(system, "", { viewport: { width, height: 800 }, as: system.people[0] });
  await ready(page);
  await page.goto(`${system.url}/#/inbox?view=everything&brand=${system.people[0].brand}`);
  await ready(page);
  await page.locator(".row").first().waitFor();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  for (const id of ids) {
    await page.goto(`${system.url}/#/conversation/${id}`);
    await page.locator(".bubble-in").nth(9).waitFor();
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    expect(await page.evaluate(stickingOut)).toEqual([]);
  }
  expect(await page.evaluate(hacked)).toBeUndefined();
  expect(wrongs).toEqual([]);
  await context.close();
});

it("says all of it, letter by letter", async () => {
  const { page, context } = await visit(system, `conversation/${ids[0]}`);
  await page.locator(".bubble-in").nth(9).waitFor();
  const said = await page.locator(".bubble-in .said").allTextContents();
  for (const text of RUNS) expect(said.some((one) => one.includes(text))).toBe(true);
  await context.close();
});

/** Bubbles that leave their column, or whose words leave them. */
function stickingOut(): string[] {
  const column = document.querySelector(".timeline")?.getBoundingClientRect();
  if (!column) return ["there is no timeline"];
  return Array.from(document.querySelectorAll<HTMLElement>(".bubble")).flatMap((bubble) => {
    const box = bubble.getBoundingClientRect();
    const inside = box.left >= column.left - 1 && box.right <= column.right + 1;
    return inside && bubble.scrollWidth <= bubble.clientWidth + 1 ? [] : [(bubble.textContent ?? "").slice(0, 60)];
  });
}

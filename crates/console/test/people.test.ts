// What people are told and say beforehand: news and how they come, ready replies, shift posts, words that are not sent.

import { afterAll, beforeAll, expect, it } from "vitest";
import { api, axe, overflow, ready, type System, start, visit, write } from "./harness";

let system: System;

beforeAll(async () => {
  system = await start();
});
afterAll(() => system?.stop());

it("tells who sits here what happens to his work, as it happens, and nobody else", async () => {
  const [me, colleague] = system.people;
  const { page, context, wrongs } = await visit(system, "inbox", { as: me });
  await ready(page);
  const bell = page.locator(".bell");
  await bell.press("Enter");
  await page.locator("#choice-title").waitFor();
  await page.goto(`${system.url}/#/inbox`);
  const author = `news-${Date.now()}`;
  const id = await write(me.brand, "Where is my parcel?", "Nuh Us", author);
  await api(`conversations/${id}/claim`, {
    write: { conversationId: id, person: me.person, requestId: `news-${id}` },
  });
  expect(await write(me.brand, "Nobody answers me!", "Nuh Us", author)).toBe(id);
  await bell.locator(".count").waitFor();
  await bell.press("Enter");
  const line = page.locator(`.behind li:has(a[href="#/conversation/${id}"])`, { hasText: "The customer wrote back" });
  await line.first().waitFor();
  await bell.locator(".count").waitFor({ state: "detached" });
  expect(await axe(page)).toEqual([]);
  // Another person has other news, at once.
  await page.locator("#who").selectOption(`${colleague.brand}/${colleague.person}`);
  await line.first().waitFor({ state: "detached" });
  await page.locator("#who").selectOption(`${me.brand}/${me.person}`);
  await line.first().waitFor();
  await ready(page);
  expect(wrongs).toEqual([]);
  await context.close();
});

it("keeps how a person wants to be told, by keyboard", async () => {
  const [me] = system.people;
  const { page, context, wrongs } = await visit(system, "news", { as: me });
  await ready(page);
  const box = page.getByRole("checkbox", { name: "Call missed, On this page" });
  await box.waitFor();
  const was = await box.isChecked();
  await box.press("Space");
  await page.getByLabel("Time zone").fill("Europe/Tallinn");
  await page.getByLabel("Quiet from").fill("22:00");
  await page.getByLabel("Quiet until").fill("07:30");
  expect(await axe(page)).toEqual([]);
  await page.getByRole("button", { name: "Save" }).press("Enter");
  await page.locator(".choice .chip-good").waitFor();
  await page.reload();
  await box.waitFor();
  expect(await box.isChecked()).toBe(!was);
  expect(await page.getByLabel("Quiet from").inputValue()).toBe("22:00");
  expect(await page.getByLabel("Quiet until").inputValue()).toBe("07:30");
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(wrongs).toEqual([]);
  await context.close();
});

it("offers ready replies, says what is missing, and puts one into the box", async () => {
  const [me] = system.people;
  const id = await write(me.brand, "My bag is lost and nobody answers!", "Red Dy");
  const { page, context, wrongs } = await visit(system, `conversation/${id}`, { as: me });
  await ready(page);
  await page.locator(".ready summary").press("Enter");
  const offers = page.locator(".ready-reply");
  await page.locator(".ready-replies, .ready .quiet").first().waitFor();
  expect(await axe(page)).toEqual([]);
  if (!system.real) expect(await offers.last().textContent()).toMatch(/nothing to say for: .*customer/);
  const offer = offers.filter({ has: page.getByRole("button", { name: "Use it" }) }).first();
  // Which replies are ready stands in the settings of the brand.
  if (system.real && (await offer.count()) === 0) return context.close();
  const said = (await offer.locator(".said").textContent()) ?? "";
  await offer.getByRole("button", { name: "Use it" }).press("Enter");
  expect(await page.locator("#write").inputValue()).toContain(said.trim().slice(0, 20));
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("write");
  expect(wrongs).toEqual([]);
  return context.close();
});

it("shows what shifts will post, and what would not go out", async () => {
  const [me] = system.people;
  const { page, context, wrongs } = await visit(system, `brands/${me.brand}`, { as: me });
  await ready(page);
  await page.getByRole("button", { name: "See what shifts will post" }).press("Enter");
  await page.locator(".shifts [role=status]").waitFor();
  expect(await page.locator(".shifts [role=status]").textContent()).toMatch(/Good (morning|evening)|No team/);
  if (!system.real) await page.locator(".shifts .chip-ember", { hasText: "nobody is on" }).waitFor();
  expect(await axe(page)).toEqual([]);
  expect(wrongs).toEqual([]);
  await context.close();
});

it("lets a person settle a word of the brand that is in doubt", async (test) => {
  // A real network's doubt takes a fault on the way; the tests of the whole system make one.
  if (system.real) test.skip();
  const { page, context } = await visit(system, "ledger", { as: system.people[0] });
  await ready(page);
  const notice = page.locator(".outgoing-doubt", { hasText: "Shift post" });
  await notice.getByRole("button", { name: "It is there" }).press("Enter");
  await notice.waitFor({ state: "detached" });
  await context.close();
});

it("shows what was set aside, and has it tried again by keyboard", async (test) => {
  // A real system sets nothing aside unless it is broken; the tests of the whole system break it.
  if (system.real) test.skip();
  const { page, context, wrongs } = await visit(system, "ledger", { as: system.people[0] });
  await ready(page);
  await page.getByRole("link", { name: "Set aside" }).press("Enter");
  await page.locator("#aside-items").waitFor();
  const item = page.locator(".outgoing", { hasText: "classifier.7412" });
  await item.locator("summary").press("Enter");
  await item.getByText("this version cannot read it").waitFor();
  expect(await axe(page)).toEqual([]);
  await item.getByRole("button", { name: "Try again" }).press("Enter");
  await item.waitFor({ state: "detached" });
  await page.getByRole("combobox", { name: "Service" }).selectOption("classifier");
  expect(page.url()).toContain("#/set-aside?service=classifier");
  await page.locator(".outgoing", { hasText: "routing.7412" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Try all of Classifier again" }).press("Enter");
  await page.locator(".outgoing", { hasText: "classifier.7413" }).waitFor({ state: "detached" });
  expect(await page.locator(".outgoing", { hasText: "Routing" }).getByRole("button").count()).toBe(0);
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  expect(wrongs).toEqual([]);
  await context.close();
});

it("says what set aside means when there is nothing", async () => {
  const { page, context } = await visit(system, "", { as: system.people[0] });
  await page.route("**/api/v1/set-aside*", (route) => route.fulfill({ json: {} }));
  await page.goto(`${system.url}/#/set-aside`);
  await page.getByText("Nothing is set aside").waitFor();
  expect(await axe(page)).toEqual([]);
  await context.close();
});

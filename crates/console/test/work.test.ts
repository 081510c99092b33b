// A day's work at the console: with the keyboard alone, over a lost connection, against a colleague's claim, and
// with a look at the past.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { api, axe, type Person, ready, type System, start, until, visit, write } from "./harness";

let system: System;

beforeAll(async () => {
  system = await start();
});
afterAll(() => system?.stop());

async function teamOf(who: Person): Promise<string> {
  const { brand } = await api(`brands/${who.brand}`);
  return brand.teams.find((team: { people?: string[] }) => team.people?.includes(who.person)).team;
}

const said = (page: Page, text: string) => page.locator(".bubble", { hasText: text });

it("is worked by keyboard alone, from the wall to a sent reply", async () => {
  const [me] = system.people;
  await write(me.brand, "Keyboard: where is my order?", "Kay Board");
  const { page, context, wrongs } = await visit(system, "", { as: me });
  await ready(page);
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.className)).toContain("skip");
  await page.keyboard.press("g");
  await page.keyboard.press("i");
  await page.locator(".row-link").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  const first = page.locator(".row-link").first();
  expect(await first.evaluate((link) => link === document.activeElement)).toBe(true);
  await page.goto(`${system.url}/#/inbox?view=unassigned&brand=${me.brand}`);
  await page.locator(".row-link").first().waitFor();
  await page.locator("#inbox-search").fill("Kay Board");
  await page.locator(".row", { hasText: "Kay Board" }).waitFor();
  await page.locator(".row-link").first().focus();
  await page.keyboard.press("c");
  await page.locator(".row-gone", { hasText: "Kay Board" }).waitFor();
  await page.keyboard.press("r");
  await page.locator("#write").waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("write");
  await page.keyboard.type("It leaves the house tonight. #ok");
  await page.keyboard.press("Control+Enter");
  await said(page, "It leaves the house tonight").locator(".chip-good").waitFor();
  expect(await page.locator("#write").inputValue()).toBe("");
  await page.locator("#title").focus();
  await page.keyboard.press("u");
  await page.locator(".inbox").waitFor();
  expect(page.url()).toContain("view=unassigned");
  expect(wrongs).toEqual([]);
  await context.close();
});

it("opens the help with ? and gives the focus back", async () => {
  const { page, context } = await visit(system, "brands");
  await ready(page);
  await page.locator(".tile").first().focus();
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await page.evaluate(() => document.activeElement?.className)).toContain("tile");
  await context.close();
});

it("announces new conversations without moving what is under the pointer", async () => {
  const [me] = system.people;
  await write(me.brand, "One that is there already", "Al Ready");
  const { page, context } = await visit(system, "inbox", { as: me });
  await ready(page);
  await page.locator(".row").first().waitFor();
  await page.locator(".row").first().hover();
  const order = () =>
    page.locator(".row-link").evaluateAll((links) => links.map((link) => (link as HTMLElement).dataset.id));
  const before = await order();
  const id = await write(me.brand, "A new one, just now", "Newt Comer");
  await page.locator(".button-news").waitFor();
  expect((await order()).slice(0, before.length)).toEqual(before);
  await page.keyboard.press(".");
  await expect.poll(async () => (await order()).includes(id) || (await page.locator(".more").count()) > 0).toBe(true);
  await context.close();
});

it("tells that the connection is lost, and has everything once when it is back", async () => {
  const [me] = system.people;
  const { page, context } = await visit(system, `inbox?brand=${me.brand}`, { as: me });
  await ready(page);
  system.wire.cut();
  await page.locator(".lost").waitFor();
  expect(await page.locator(".lost").textContent()).toMatch(/as it was .* ago/);
  const id = await write(me.brand, "Written while you were away", "Off Line");
  system.wire.mend();
  await page.locator(".lost").waitFor({ state: "detached" });
  await page.mouse.move(5, 5);
  await page.keyboard.press(".");
  await page.locator("#inbox-search").fill(id);
  await page.locator(`.row-link[data-id="${id}"]`).waitFor();
  expect(await page.locator(`.row-link[data-id="${id}"]`).count()).toBe(1);
  await page.goto(`${system.url}/#/conversation/${id}`);
  await said(page, "Written while you were away").waitFor();
  expect(await page.locator(".bubble").count()).toBe(1);
  await context.close();
});

it("follows with one stream for all tabs, and goes on in another when one closes", async () => {
  const context = await system.browser.newContext({ locale: "en" });
  let streams = 0;
  context.on("request", (request) => {
    if (request.url().includes("/api/v1/events")) streams += 1;
  });
  const first = await context.newPage();
  await first.goto(`${system.url}/#/`);
  await ready(first);
  const second = await context.newPage();
  await second.goto(`${system.url}/#/`);
  await ready(second);
  await second.locator(".card .figure-large").first().waitFor();
  expect(streams).toBe(1);
  await first.close();
  await expect.poll(() => streams).toBe(2);
  await ready(second);
  await context.close();
});

/** Waits until the page has read all that it was told to read: the last records of a new conversation come while it opens. */
async function readUp(page: Page): Promise<void> {
  let readAt = Date.now();
  page.on("request", (request) => {
    if (request.url().includes("/api/v1/conversations")) readAt = Date.now();
  });
  while (Date.now() - readAt < 600) await page.waitForTimeout(50);
}

it("says in plain words that a colleague was faster", async () => {
  const [me, colleague] = system.people;
  const id = await write(me.brand, "Who takes me?", "Clay Med");
  const { page, context } = await visit(system, `conversation/${id}`, { as: me });
  await ready(page);
  await readUp(page);
  const request = { write: { conversationId: id, person: colleague.person, requestId: `test-${id}` } };
  // The colleague's claim arrives while this page has not heard of it yet.
  system.wire.cut();
  await api(`conversations/${id}/claim`, request);
  await page.locator(".lost").waitFor();
  await page.route("**/api/v1/events*", (route) => route.abort());
  system.wire.mend();
  await page.getByRole("button", { name: "Take it" }).click();
  await page.locator(".desk .refused").waitFor();
  expect(await page.locator(".desk .refused").textContent()).toContain("A colleague has it");
  await context.close();
});

it("shows that a colleague writes an answer, in the list and beside the box, and forgets it", async () => {
  const [me, colleague] = system.people;
  const id = await write(me.brand, "Will two of you answer me?", "Tway Ce");
  const { page, context } = await visit(system, `inbox?view=everything&brand=${me.brand}`, { as: me });
  await ready(page);
  await page.locator("#inbox-search").fill(id);
  const row = page.locator(".row", { hasText: "Tway Ce" });
  await row.waitFor();
  const draft = (person: Person) => api(`conversations/${id}/draft`, { person: person.person, text: "I look into it" });
  await draft(me);
  await draft(colleague);
  await row.locator(".writing", { hasText: /writes an answer/ }).waitFor();
  await row.locator(".row-link").click();
  const hint = page.locator(".write .writing");
  await hint.waitFor();
  expect(await hint.textContent()).toContain(colleague.name);
  expect(await hint.textContent()).not.toContain(me.name);
  expect(await axe(page)).toEqual([]);
  await api(`conversations/${id}/replies`, {
    write: { conversationId: id, person: colleague.person, requestId: `writing-${id}` },
    text: "I am sorry, it is on its way.",
  });
  await hint.waitFor({ state: "detached" });
  await context.close();
});

it("hands off, escalates, resolves and reopens, and shows each step", async () => {
  const [me, colleague] = system.people;
  const id = await write(me.brand, "Please help me out", "Des Kwork");
  const { page, context } = await visit(system, `conversation/${id}`, { as: me });
  await ready(page);
  await page.getByRole("button", { name: "Take it" }).click();
  await page
    .locator(".step", { hasText: `${me.name}` })
    .first()
    .waitFor();
  await page.getByRole("button", { name: "Hand off" }).click();
  const form = page.locator(".desk-form");
  await form.getByRole("button", { name: "Hand off" }).click();
  await form.locator(".refused", { hasText: "Give a reason" }).waitFor();
  await form.getByLabel("Reason").fill("knows the case");
  await form.getByLabel("To team").selectOption({ value: await teamOf(colleague) });
  await form.getByLabel("To person").selectOption({ value: colleague.person });
  await form.getByRole("button", { name: "Hand off" }).click();
  await page.locator(".step", { hasText: "knows the case" }).waitFor();
  await page.getByRole("button", { name: "Escalate" }).click();
  await form.getByLabel("Reason").fill("it burns");
  await form.getByRole("button", { name: "Escalate" }).click();
  await page.locator(".step-alarm", { hasText: "it burns" }).waitFor();
  await page.getByRole("button", { name: "Resolve" }).click();
  await form.getByLabel("Solved").check();
  await form.getByRole("button", { name: "Resolve" }).click();
  await page.locator(".case-head", { hasText: "Resolved" }).waitFor();
  await page.getByRole("button", { name: "Reopen" }).click();
  await form.getByLabel("Reason").fill("not quite");
  await form.getByRole("button", { name: "Reopen" }).click();
  await page.locator(".step", { hasText: "not quite" }).waitFor();
  await context.close();
});

it("shows the conversation as it was at any record, and lets nothing be done there", async () => {
  const [me] = system.people;
  const id = await write(me.brand, "What did you know at eleven?", "Tim Emachine");
  await api(`conversations/${id}/notes`, {
    write: { conversationId: id, person: me.person, requestId: `note-${id}` },
    text: "known only later",
  });
  const { page, context, wrongs } = await visit(system, `conversation/${id}`, { as: me });
  await ready(page);
  await said(page, "known only later").waitFor();
  await page.locator("#time-slider").focus();
  await page.keyboard.press("ArrowLeft");
  await page.locator(".banner-past").waitFor();
  await said(page, "known only later").waitFor({ state: "detached" });
  await said(page, "What did you know at eleven?").waitFor();
  expect(await page.locator("#write").count()).toBe(0);
  expect(await page.locator(".desk").count()).toBe(0);
  const link = page.url();
  await page.getByRole("button", { name: "Back to now" }).click();
  await page.locator("#write").waitFor();
  await page.goto(link);
  await page.locator(".banner-past").waitFor();
  // Any minute, written down: a day before it began there was nothing, and a minute to come is now.
  const minute = page.getByLabel("As of the minute");
  await minute.fill("2020-02-29T11:00");
  await minute.press("Enter");
  await page.locator(".banner-past", { hasText: "did not exist" }).waitFor();
  expect(new Date(decodeURIComponent(page.url().split("at=")[1] ?? "")).getFullYear()).toBe(2020);
  expect(await axe(page)).toEqual([]);
  await minute.fill("2199-01-01T00:00");
  await minute.press("Enter");
  await page.locator("#write").waitFor();
  expect(wrongs).toEqual([]);
  await context.close();
});

it("puts right what a post was read as, by keyboard, and shows who did", async () => {
  const [me] = system.people;
  const id = await write(me.brand, "What time does the desk open tomorrow?", "Cora Rect");
  const { page, context, wrongs } = await visit(system, `conversation/${id}`, { as: me });
  await ready(page);
  const bubble = said(page, "What time does the desk open");
  const mark = bubble.locator('.chip[data-head="intent"]');
  await mark.waitFor();
  await bubble.getByRole("button", { name: "Correct" }).focus();
  await page.keyboard.press("Enter");
  const form = bubble.getByRole("form", { name: "Correct" });
  await form.waitFor();
  // Escape goes back to the button that opened it.
  await page.keyboard.press("Escape");
  await form.waitFor({ state: "detached" });
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Correct");
  await page.keyboard.press("Enter");
  await form.waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("SELECT");
  expect(await form.getByRole("button", { name: "Save" }).isDisabled()).toBe(true);
  const was = (await mark.locator("bdi").textContent()) ?? "";
  const label = was === "Praise" ? "Request" : "Praise";
  await form.getByLabel("It is").selectOption({ label });
  expect(await axe(page)).toEqual([]);
  await form.getByRole("button", { name: "Save" }).focus();
  await page.keyboard.press("Enter");
  await form.waitFor({ state: "detached" });
  await bubble.locator('.chip[data-head="intent"]', { hasText: label }).waitFor();
  expect(await mark.textContent()).toContain(`corrected by ${me.name}, was ${was}`);
  await page.locator(".step", { hasText: "corrected from" }).waitFor();
  expect(wrongs).toEqual([]);
  await context.close();
});

it("tells why a conversation is where it is", async () => {
  const [me] = system.people;
  const id = await write(me.brand, "Why am I here?", "Ex Plain");
  const { page, context } = await visit(system, `conversation/${id}`);
  await ready(page);
  await page.locator(".why details[open]").waitFor();
  await page.locator(".why .candidates .chosen").first().waitFor();
  await context.close();
});

it("checks settings and names the line of what is wrong", async () => {
  const [me] = system.people;
  const { page, context } = await visit(system, `brands/${me.brand}`);
  await ready(page);
  await page.getByRole("button", { name: "Start from those in force" }).click();
  const box = page.locator("textarea.code");
  const sound = await box.inputValue();
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.locator(".sound").waitFor();
  await box.fill(`${sound}\nrespond_in: 5m\n`);
  await page.getByRole("button", { name: "Check", exact: true }).click();
  await page.locator(".problems li").first().waitFor();
  expect(await page.locator(".problems").textContent()).toMatch(/Line \d+/);
  expect(await page.getByRole("button", { name: "Publish" }).isDisabled()).toBe(true);
  await context.close();
});

it("shows what other settings would change, and publishes them", async () => {
  const [me] = system.people;
  const { page, context, wrongs } = await visit(system, `brands/${me.brand}`, { as: me });
  await ready(page);
  await page.getByRole("button", { name: "Start from those in force" }).press("Enter");
  const box = page.locator("textarea.code");
  const line = `# written by a test at ${Date.now()}`;
  await box.fill(`${await box.inputValue()}\n${line}\n`);
  await page.getByRole("button", { name: "Check", exact: true }).press("Enter");
  await page.locator(".diff-new", { hasText: line }).waitFor();
  expect(await page.locator(".diff-gone", { hasText: /\S{2}/ }).count()).toBe(0);
  expect(await axe(page)).toEqual([]);
  await page.getByRole("button", { name: "Publish" }).press("Enter");
  await until(async () => (await api(`brands/${me.brand}`)).brand.yaml.includes(line));
  expect(wrongs).toEqual([]);
  await context.close();
});

it("switches a person on and off", async () => {
  const [, colleague] = system.people;
  const { page, context } = await visit(system, `brands/${colleague.brand}`);
  await ready(page);
  const toggle = page.getByRole("switch", { name: `${colleague.name}:` });
  const before = await toggle.getAttribute("aria-checked");
  await toggle.click();
  await expect.poll(() => toggle.getAttribute("aria-checked")).not.toBe(before);
  await toggle.click();
  await expect.poll(() => toggle.getAttribute("aria-checked")).toBe(before);
  await context.close();
});

it("lets a person settle a reply in doubt", async (test) => {
  // A real network's doubt takes a fault on the way; the tests of the whole system make one.
  if (system.real) test.skip();
  const [me] = system.people;
  const id = await write(me.brand, "Did you get my mail?", "Dow Tful");
  const { page, context } = await visit(system, `conversation/${id}`, { as: me });
  await ready(page);
  await page.locator("#write").fill("It has arrived, I read it now. #doubt");
  await page.getByRole("button", { name: "Send" }).click();
  const bubble = said(page, "I read it now");
  await bubble.locator(".settle").waitFor();
  await bubble.getByRole("button", { name: "It is there" }).click();
  await bubble.locator(".chip-good").waitFor();
  expect(await bubble.locator(".settle").count()).toBe(0);
  await context.close();
});

it("sends a reply in doubt again in one press where a person knows it is not there", async (test) => {
  if (system.real) test.skip();
  const [me] = system.people;
  const id = await write(me.brand, "Did you get my second mail?", "Dow Tless");
  const { page, context } = await visit(system, `conversation/${id}`, { as: me });
  await ready(page);
  await page.locator("#write").fill("The second one has arrived, too. #doubt");
  await page.getByRole("button", { name: "Send" }).click();
  const bubble = said(page, "The second one");
  await bubble.locator(".settle").getByRole("button", { name: "send it again" }).click();
  await bubble.locator(".chip-good").waitFor();
  expect(await bubble.locator(".settle").count()).toBe(0);
  await context.close();
});

it("waits until somebody else agrees, and goes on with what failed", async (test) => {
  // What asks for approval stands in the settings, and a part fails at the network; the tests of the whole system do both.
  if (system.real) test.skip();
  const [me, colleague] = system.people;
  const id = await write(me.brand, "Is anybody new here?", "Ap Proval");
  const mine = await visit(system, `conversation/${id}`, { as: me });
  await ready(mine.page);
  const waits = mine.page.locator(".held-one");
  await mine.page.locator("#write").fill("I am sorry, I am new. #ask ^Dana");
  await mine.page.locator("#write").press("Control+Enter");
  await waits.waitFor();
  expect(await waits.textContent()).toMatch(/Somebody else has to agree/);
  expect(await waits.getByRole("button", { name: "Agree and send" }).count()).toBe(0);
  expect(await axe(mine.page)).toEqual([]);
  const theirs = await visit(system, `inbox?view=approval&brand=${me.brand}`, { as: colleague });
  await ready(theirs.page);
  await theirs.page.locator(`.row-link[data-id="${id}"]`).click();
  await theirs.page.locator(".held-one", { hasText: "I am new" }).waitFor();
  await theirs.page.getByRole("button", { name: "Agree and send" }).press("Enter");
  await said(mine.page, "I am new").locator(".chip-good").waitFor();
  await waits.waitFor({ state: "detached" });
  await theirs.context.close();
  await mine.page.locator("#write").fill("I am sorry, this is long. #half ^Dana");
  await mine.page.locator("#write").press("Control+Enter");
  await waits.waitFor();
  expect(await waits.textContent()).toMatch(/1 of 2 parts are there; part 2 failed/);
  await waits.getByRole("button", { name: "Send the rest" }).press("Enter");
  await said(mine.page, "2/2").locator(".chip-good").waitFor();
  await waits.waitFor({ state: "detached" });
  await mine.page.locator("#write").fill("I am sorry, once more. #half ^Dana");
  await mine.page.locator("#write").press("Control+Enter");
  await waits.getByRole("button", { name: "Leave it at that" }).press("Enter");
  await waits.getByLabel("Reason").fill("he called meanwhile");
  await waits.getByLabel("Reason").press("Enter");
  await mine.page.locator(".step", { hasText: "he called meanwhile" }).waitFor();
  await waits.waitFor({ state: "detached" });
  await mine.context.close();
});

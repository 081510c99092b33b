// The desk beyond answering: the reply guard, calls, two tiers, the whole customer, and what rules kept out.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { api, axe, overflow, type Person, ready, type System, send, start, until, visit, write } from "./harness";

let system: System;

beforeAll(async () => {
  system = await start();
});
afterAll(() => system?.stop());

const said = (page: Page, text: string) => page.locator(".bubble", { hasText: text });

const asks = (page: Page) => page.locator('.finding[data-kind="asks_personal_data_in_public"]');

async function opened(text: string, name: string, as: Person = system.people[0]) {
  const id = await write(as.brand, text, name);
  const visited = await visit(system, `conversation/${id}`, { as });
  await ready(visited.page);
  return { id, ...visited };
}

it("marks what must not leave while it is typed, and asks in private with one press", async () => {
  const { page, context, wrongs } = await opened("Where is my parcel?", "Guy Guard");
  const box = page.locator("#write");
  await box.fill("I am sorry. Please send us your account number. #ok");
  await asks(page).waitFor();
  expect(await page.locator(".draft-marks .mark-stop").first().textContent()).toContain("account");
  expect(await box.getAttribute("aria-invalid")).toBe("true");
  expect(await axe(page)).toEqual([]);
  // The marks lie behind the very letters that they are about.
  const shift = await page.evaluate(() => {
    const [text, marks] = [document.querySelector("#write"), document.querySelector(".draft-marks")];
    if (!text || !marks) return "missing";
    const [one, other] = [text.getBoundingClientRect(), marks.getBoundingClientRect()];
    return [one.left - other.left, one.top - other.top].map(Math.round).join(" ");
  });
  expect(shift).toBe("0 0");
  await box.press("Control+Enter");
  await page.locator(".write .refused").waitFor();
  expect(await said(page, "I am sorry").count()).toBe(0);
  await asks(page).getByRole("button", { name: "Ask in private" }).press("Enter");
  await asks(page).waitFor({ state: "detached" });
  expect(await page.getByRole("switch", { name: "Private" }).getAttribute("aria-checked")).toBe("true");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("write");
  await page.keyboard.press("Control+Enter");
  await said(page, "send us your account").waitFor();
  expect(wrongs).toEqual([]);
  await context.close();
});

it("moves a matter to a private message with a word in public, in one step", async () => {
  const { page, context, wrongs } = await opened("Where is my third parcel?", "Moe Ve");
  await page.locator("#write").fill("I am sorry. Please send us your account number. #ok");
  await asks(page).getByRole("button", { name: "Ask in private" }).press("Enter");
  await page.getByRole("checkbox", { name: "Say in public" }).press("Space");
  await page.getByLabel("Said in public").fill("We have sent you a private message, please look there. #ok");
  expect(await axe(page)).toEqual([]);
  await page.locator("#write").press("Control+Enter");
  await said(page, "send us your account").waitFor();
  const word = said(page, "please look there");
  await word.waitFor();
  expect(await word.textContent()).toMatch(/the answer stands in private/);
  expect(wrongs).toEqual([]);
  await context.close();
});

it("sends what is stopped only with a reason, and only for who may", async () => {
  const { page, context } = await opened("Where is my other parcel?", "Ovi Ride");
  await page.locator("#write").fill("I am sorry. Please tell us your phone number here.");
  await asks(page).waitFor();
  const override = page.locator(".override");
  await override.locator("summary").press("Enter");
  const press = override.getByRole("button", { name: "Send with this reason" });
  expect(await press.isDisabled()).toBe(true);
  await override.getByLabel("Reason").fill("the customer asked for it");
  await press.press("Enter");
  const [sent, refused] = [said(page, "tell us your phone"), page.locator(".write .refused")];
  await sent.or(refused).first().waitFor();
  if (await refused.count()) expect(await refused.textContent()).toMatch(/supervisor|crisis|may/i);
  else await page.locator(".step", { hasText: "the customer asked for it" }).first().waitFor();
  await context.close();
});

it("shows the parts of a long reply before they leave", async () => {
  const { page, context } = await opened("Tell me all about it", "Len Gthy");
  await page.locator("#write").fill("I am sorry. We looked at the line and at the hub for you today. ".repeat(12));
  await page.locator(".parts summary").waitFor();
  await page.locator(".parts summary").press("Enter");
  const parts = page.locator(".parts li");
  expect(await parts.count()).toBeGreaterThan(1);
  expect(await page.locator(".parts summary").textContent()).toContain(String(await parts.count()));
  expect(await axe(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await context.close();
});

it("raises a conversation to the second tier and sends it back down", async () => {
  const { page, context } = await opened("My line is down again, everybody talks about it", "Tia Rise");
  await page.getByRole("button", { name: "Escalate" }).click();
  const form = page.locator(".desk-form");
  await form.getByLabel("Reason").fill("it spreads");
  await form.getByRole("button", { name: "Escalate" }).click();
  await page.locator(".step-alarm", { hasText: "it spreads" }).waitFor();
  await page.locator(".case-chips", { hasText: "escalated" }).waitFor();
  await page.locator(".facts", { hasText: "Raised to" }).waitFor();
  await page.getByRole("button", { name: "Send back down" }).click();
  await form.getByLabel("Reason").fill("it is calm again");
  await form.getByRole("button", { name: "Send back down" }).click();
  await page.locator(".step", { hasText: "sent it back down" }).waitFor();
  await page.getByRole("button", { name: "Escalate" }).waitFor();
  expect(await page.locator(".facts", { hasText: "Raised to" }).count()).toBe(0);
  await context.close();
});

it("books a call by the customer's clock, by keyboard, and marks it done", async () => {
  const { page, context, wrongs } = await opened("Please call me", "Cal Lback");
  await page.getByRole("button", { name: "Book a call" }).press("Enter");
  const form = page.getByRole("form", { name: "Book a call" });
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  await form.getByLabel("When").fill(`${tomorrow}T18:30`);
  await form.getByLabel("time zone").fill("Asia/Tokyo");
  await form.locator(".quiet", { hasText: "Here that is" }).waitFor();
  expect(await axe(page)).toEqual([]);
  await form.getByLabel("time zone").press("Enter");
  const call = page.locator(".calls li");
  await call.waitFor();
  expect(await call.textContent()).toMatch(/Booked.*18:30 in Asia\/Tokyo/);
  await page.locator(".step", { hasText: "Call booked" }).waitFor();
  await call.getByRole("button", { name: "The customer was called" }).press("Enter");
  await call.locator(".chip-good", { hasText: "Done" }).waitFor();
  expect(wrongs).toEqual([]);
  await context.close();
});

it("keeps what a customer was promised and granted, and what is known of him", async () => {
  const { page, context, wrongs } = await opened("You promised to come yesterday", "Pro Mise");
  const panel = page.locator(".customer");
  await panel.getByText("Promises").press("Enter");
  await panel.getByRole("button", { name: "Write down a promise" }).press("Enter");
  await panel.getByLabel("What").fill("an engineer on Friday");
  await panel.getByLabel("Until when").fill("2020-01-01T10:00");
  await panel.getByLabel("What").press("Enter");
  const promise = panel.locator(".given li", { hasText: "an engineer on Friday" });
  await promise.locator(".chip-ember", { hasText: "overdue" }).waitFor();
  await promise.getByRole("button", { name: "It was kept" }).press("Enter");
  await promise.locator(".chip-good", { hasText: "Kept" }).waitFor();
  await panel.getByText("Exceptions granted").press("Enter");
  await panel.getByRole("button", { name: "Write down an exception" }).press("Enter");
  await panel.getByLabel("What").fill("refund after the deadline");
  await panel.getByLabel("What").press("Enter");
  await panel.locator(".given li", { hasText: "refund after the deadline" }).waitFor();
  await panel.getByRole("button", { name: "Edit the profile" }).press("Enter");
  await panel.getByLabel("Tier").fill("gold");
  await panel.getByLabel("Customer since").fill("2019-03-01");
  await panel.getByLabel("Tier").press("Enter");
  await panel.locator("dd", { hasText: "gold" }).waitFor();
  await panel.locator("dd", { hasText: /\d+ years/ }).waitFor();
  expect(await axe(page)).toEqual([]);
  expect(wrongs).toEqual([]);
  await context.close();
});

it("writes down that a customer wants to be answered in private", async () => {
  const { page, context, wrongs } = await opened("Please answer where nobody reads it", "Dis Creet");
  const panel = page.locator(".customer");
  await panel.getByRole("button", { name: "Change how they want to be answered" }).press("Enter");
  const inPrivate = panel.getByLabel("in private");
  await inPrivate.check();
  expect(await axe(page)).toEqual([]);
  await inPrivate.press("Enter");
  await panel.locator("dd", { hasText: "where they wrote, in private" }).waitFor();
  expect(wrongs).toEqual([]);
  await context.close();
});

it("links two profiles of one person, shows their conversations together, and unlinks them", async () => {
  const [me] = system.people;
  const other = await write(me.brand, "The same from my other account", "Dop Pel");
  const { page, context } = await opened("From this account too", "Dop Pel Ganger");
  const panel = page.locator(".customer");
  await panel.getByText("Profiles of the same person").press("Enter");
  await panel.getByRole("button", { name: "Link another profile" }).press("Enter");
  await panel.getByLabel("A conversation of the other profile").fill("no such conversation");
  await panel.getByLabel("Reason").fill("he says so");
  await panel.getByLabel("Reason").press("Enter");
  await panel.locator(".refused").waitFor();
  await panel.getByLabel("A conversation of the other profile").fill(`${system.url}/#/conversation/${other}`);
  await panel.getByLabel("Reason").press("Enter");
  await panel.locator(`.others a[href="#/conversation/${other}"]`).waitFor();
  await panel.getByRole("button", { name: "Unlink" }).press("Enter");
  await panel.getByLabel("Reason").fill("it was his brother");
  await panel.getByLabel("Reason").press("Enter");
  await panel.locator(".others").waitFor({ state: "detached" });
  await context.close();
});

it("shows the settings that were in force at the instant that is looked at", async () => {
  const { page, context } = await opened("Which rules were these?", "Seth Ings");
  await page.locator("#time-slider").press("ArrowLeft");
  await page.locator(".banner-past").waitFor();
  await page.getByRole("button", { name: "Settings at that time" }).press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog
    .getByText(/teams:|built-in/)
    .first()
    .waitFor();
  expect(await dialog.textContent()).toMatch(/Settings as of .*(teams:|built-in)/s);
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await context.close();
});

it("finds what a rule kept out, brings it back with a reason, and tries other filters on it", async () => {
  const [me] = system.people;
  const mark = `giveaway-${Date.now()}`;
  if (system.real) {
    await send(me.brand, `#win a flight in our giveaway ${mark}`, "Lucky Day");
    await until(async () => (await api(`brands/${me.brand}/filtered?search=${mark}`)).posts?.length);
  }
  const { page, context, wrongs } = await visit(system, `filtered?brand=${me.brand}`, { as: me });
  await ready(page);
  const search = page.getByRole("searchbox");
  await search.fill(system.real ? mark : "free flight");
  await search.press("Enter");
  const post = page.locator(".kept-posts > li");
  await expect.poll(() => post.count()).toBe(1);
  expect(await post.textContent()).toContain("Promotion");
  await page.getByLabel("Kept as").selectOption({ label: "Competitor" });
  await page.locator(".empty").waitFor();
  await page.getByLabel("Kept as").selectOption({ label: "Promotion" });
  await post.getByRole("button", { name: "Bring back" }).press("Enter");
  await post.getByLabel("Reason").fill("a customer asks about it");
  expect(await axe(page)).toEqual([]);
  await post.getByLabel("Reason").press("Enter");
  await post.locator(".chip-good", { hasText: "Brought back" }).waitFor();
  await page.getByRole("button", { name: "Start from those in force" }).press("Enter");
  await page.getByRole("button", { name: "Try on stored posts" }).click();
  await page.locator(".settings summary", { hasText: "contest" }).press("Enter");
  expect(await page.locator(".settings").textContent()).toMatch(/stored posts tried/);
  await post.locator("a").click();
  await page.locator(".bubble-in").waitFor();
  expect(wrongs).toEqual([]);
  await context.close();
});

it("leads from a surge on the wall to its conversations, and from there to why each presses", async (test) => {
  // A real surge takes a past to stand out from; the tests of the whole system make one.
  if (system.real) test.skip();
  const { page, context } = await visit(system, "", { as: system.people[0] });
  await ready(page);
  const surge = page.locator(".surge").first();
  await surge.waitFor();
  await surge.getByRole("link").press("Enter");
  await page.locator(".row-link").first().waitFor();
  expect(page.url()).toContain("incident=");
  await page.locator(".row-link").first().click();
  await page.locator(".pressing a").waitFor();
  expect(await page.locator(".pressing").textContent()).toMatch(/Part of an incident/);
  await context.close();
});

// The way of a post: written on a network, sent by a signed webhook, answered at the console, read on the network again; and
// what comes while the console is cut off.

import { afterAll, beforeAll, expect, it } from "vitest";
import { axe, ready, type System, start, visit, write } from "./harness";

let system: System;

beforeAll(async () => {
  system = await start();
});
afterAll(() => system?.stop());

it("leads from a post on the sandbox to the reply that stands there, and on", async (test) => {
  // The mock has no network beside it.
  if (!system.sandbox) return test.skip();
  const [me] = system.people;
  const handle = `way${Date.now()}`;
  const network = await (await system.browser.newContext()).newPage();
  await network.goto(system.sandbox);
  await network.getByRole("combobox", { name: "Brand" }).fill(me.brand);
  await network.getByRole("textbox", { name: "Your handle" }).fill(handle);
  await network.getByRole("textbox", { name: "Name" }).fill("Way Farer");
  await network.getByRole("textbox", { name: "What happened?" }).fill("My parcel went the wrong way. Where is it?");
  await network.getByRole("button", { name: "Post", exact: true }).press("Enter");
  await network.getByText("Posted, and the brand has it.").waitFor();

  const { page, context, wrongs } = await visit(system, `inbox?view=unassigned&brand=${me.brand}`, { as: me });
  await ready(page);
  await page.locator("#inbox-search").fill("Way Farer");
  await page.locator(".row", { hasText: "Way Farer" }).locator(".row-link").press("Enter");
  await page.locator(".bubble", { hasText: "went the wrong way" }).waitFor();
  await page.locator("#write").fill("It is back with us and leaves again tonight.");
  await page.keyboard.press("Control+Enter");
  await page.locator(".bubble", { hasText: "leaves again tonight" }).locator(".chip-good").waitFor();

  const reply = network.locator("#timeline li.reply", { hasText: "leaves again tonight" });
  await reply.waitFor();
  expect(await reply.count()).toBe(1);
  expect(await axe(network)).toEqual([]);
  await reply.getByRole("button").press("Enter");
  await network.getByRole("textbox", { name: "Your handle" }).fill(handle);
  await network.getByRole("textbox", { name: "What happened?" }).fill("Thank you, that was quick!");
  await network.getByRole("button", { name: "Post", exact: true }).press("Enter");
  await page.locator(".bubble-in", { hasText: "that was quick" }).waitFor();
  expect(await page.locator(".bubble-in").count()).toBe(2);
  expect(wrongs).toEqual([]);
  await network.context().close();
  return context.close();
});

it("has all that came while it was cut off three times, once and in its order", async () => {
  const [me] = system.people;
  const author = `cut-${Date.now()}`;
  const said = ["The first, while all is well"];
  const id = await write(me.brand, said[0] ?? "", "Cut Off", author);
  const list = await visit(system, `inbox?view=everything&brand=${me.brand}`, { as: me });
  const { page, context, wrongs } = await visit(system, `conversation/${id}`, { as: me });
  await ready(list.page);
  await ready(page);
  for (let cut = 1; cut <= 3; cut++) {
    system.wire.cut();
    await page.locator(".lost").waitFor();
    for (let nth = 1; nth <= 5; nth++) {
      said.push(`Number ${nth} of cut ${cut}`);
      await write(me.brand, said.at(-1) ?? "", "Cut Off", author);
    }
    system.wire.mend();
    await page.locator(".lost").waitFor({ state: "detached" });
    await page.locator(".bubble-in", { hasText: `Number 5 of cut ${cut}` }).waitFor();
  }
  const read = await page.locator(".bubble-in .said").allTextContents();
  expect(read.map((text) => text.trim())).toEqual(said);
  await ready(list.page);
  const ids = await list.page
    .locator(".row-link")
    .evaluateAll((links) => links.map((link) => (link as HTMLElement).dataset.id));
  expect(new Set(ids).size).toBe(ids.length);
  expect(wrongs).toEqual([]);
  await list.context.close();
  await context.close();
});

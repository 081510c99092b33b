// The pictures of the project's README, taken when EARSHOT_PICTURES names the folder they go to.

import { afterAll, beforeAll, expect, it } from "vitest";
import { overflow, ready, type System, start, until, visit } from "./harness";

const FOLDER = process.env.EARSHOT_PICTURES ?? "";
const VIEWPORT = { width: 1600, height: 900 };

let system: System | undefined;

beforeAll(async () => {
  if (FOLDER) system = await start();
});
afterAll(() => system?.stop());

it.skipIf(!FOLDER)("takes the pictures", async () => {
  if (!system) throw new Error("there is no system");
  const [me] = system.people;
  const { page, context, wrongs } = await visit(system, "", { as: me, viewport: VIEWPORT });
  await ready(page);
  await page.locator(".card .figure-large").first().waitFor();
  await page.locator(".burning .chip, .wall .chip").first().waitFor();
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await page.screenshot({ path: `${FOLDER}/wallboard.png` });
  await page.goto(`${system.url}/#/inbox?brand=${me.brand}`);
  await page.locator(".row-link").first().click();
  await page.locator("#write").fill("I am sorry about this. Please send us your booking, and we look into it.");
  await page.locator(".finding").first().waitFor();
  await page.screenshot({ path: `${FOLDER}/conversation.png` });
  await page.goto(`${system.url}/#/scorecard`);
  await until(async () => (await page.locator(".scorecard .link").count()) + (await page.locator(".empty").count()));
  const row = page.locator(".scorecard .link").first();
  if (await row.count()) await row.click();
  await page.screenshot({ path: `${FOLDER}/scorecard.png` });
  expect(wrongs).toEqual([]);
  await context.close();
});

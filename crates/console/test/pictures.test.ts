// The pictures of the project's README, taken when EARSHOT_PICTURES names the folder they go to.

import { afterAll, beforeAll, expect, it } from "vitest";
import { overflow, ready, type System, start, until, visit } from "./harness";

const FOLDER = process.env.EARSHOT_PICTURES ?? "";
const MOVES = 7;
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
  // The demo has begun to move.
  await until(async () => (await page.locator(".ticker li").count()) >= MOVES);
  expect(await overflow(page)).toBeLessThanOrEqual(0);
  await page.screenshot({ path: `${FOLDER}/wallboard.png` });
  await page.goto(`${system.url}/#/inbox?brand=${me.brand}`);
  // One that everybody reads: in private the guard has less to say.
  await page.locator(".row:not(:has(.row-who .icon)) .row-link").first().click();
  await page.locator("#write").fill("I am sorry about this. Please post your account number here.");
  await page.locator(".finding").first().waitFor();
  await page.screenshot({ path: `${FOLDER}/conversation.png` });
  expect(wrongs).toEqual([]);
  await context.close();
});

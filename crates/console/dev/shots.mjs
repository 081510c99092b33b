// Takes pictures of every page, in both lights, on a phone and on a wall, to look at: npm run shots [NAME...]
// Against EARSHOT_URL, by default the mock on its usual port.

import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const base = process.env.EARSHOT_URL ?? "http://127.0.0.1:4173";
const out = new URL("../shots/", import.meta.url).pathname;
const wanted = process.argv.slice(2);
mkdirSync(out, { recursive: true });

const SIZES = {
  wall: { width: 1920, height: 1080 },
  desk: { width: 1366, height: 850 },
  phone: { width: 320, height: 700 },
};

const browser = await chromium.launch({
  executablePath: process.env.EARSHOT_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});

const list = await (await fetch(`${base}/api/v1/conversations?pageSize=200`)).json();
const by = (test) => list.conversations.find(test)?.conversationId;
const me = "aurora-air/dana";
const IDS = {
  busy: by((one) => (one.posts ?? 0) > 1 && one.newestReply && one.brand === "aurora-air"),
  doubt: by((one) => one.newestReply === "in_doubt"),
  edited: by((one) => one.handOffs || one.escalated),
  arabic: by((one) => one.language === "ar"),
  raised: by((one) => one.escalationTeam && one.callbacks),
  promised: by((one) => one.brand === "aurora-air" && (one.flags ?? []).length === 0 && one.posts === 1),
};

async function shot(
  name,
  hash,
  { size = "desk", theme = "light", lang = "en", setup, full = false, dir = "ltr" } = {},
) {
  if (wanted.length && !wanted.some((one) => name.includes(one))) return;
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme: theme, locale: lang });
  await context.addInitScript((who) => localStorage.setItem("earshot.me", who), me);
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && console.log(name, "console:", message.text()));
  page.on("pageerror", (error) => console.log(name, "error:", error.message));
  await page.goto(`${base}/#/${hash}`);
  if (dir === "rtl") await page.evaluate(() => document.documentElement.setAttribute("dir", "rtl"));
  await page.waitForTimeout(1800);
  if (setup) await setup(page);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (overflow > 0) console.log(name, `overflows sideways by ${overflow}px`);
  await page.screenshot({ path: `${out}${name}.png`, fullPage: full });
  await context.close();
}

await shot("wall-light", "", { size: "wall" });
await shot("wall-dark", "", { size: "wall", theme: "dark" });
await shot("wall-desk", "", { size: "desk", full: true });
await shot("wall-phone", "", { size: "phone", full: true });
await shot("wall-rtl", "", { size: "wall", dir: "rtl" });
for (const lang of ["bn", "zh", "ko", "et"]) await shot(`wall-${lang}`, "", { size: "wall", lang });
await shot("inbox-light", "inbox");
await shot("inbox-dark", "inbox", { theme: "dark", size: "wall" });
await shot("inbox-phone", "inbox", { size: "phone", full: true });
await shot("inbox-rtl", "inbox", { dir: "rtl" });
await shot("inbox-bn", "inbox", { lang: "bn" });
await shot("inbox-mine", "inbox?view=mine");
await shot("case-light", `conversation/${IDS.busy}`);
await shot("case-dark", `conversation/${IDS.doubt}`, { theme: "dark", size: "wall" });
await shot("case-edited", `conversation/${IDS.edited}`);
await shot("case-ar", `conversation/${IDS.arabic}`);
await shot("case-rtl", `conversation/${IDS.arabic}`, { dir: "rtl" });
await shot("case-phone", `conversation/${IDS.busy}`, { size: "phone", full: true });
await shot("case-past", `conversation/${IDS.busy}`, {
  setup: async (page) => {
    await page.locator("#time-slider").focus();
    for (let n = 0; n < 3; n++) await page.keyboard.press("ArrowLeft");
    await page.waitForTimeout(600);
  },
});
await shot("case-zh", `conversation/${IDS.busy}`, { lang: "zh" });
for (let n = 0; n < 11; n++) {
  const hostile = list.conversations.filter(
    (one) => one.region === "london" && one.tier === "standard" && one.network === "x",
  )[n]?.conversationId;
  if (hostile && wanted.includes("hostile"))
    await shot(`hostile-${n}`, `conversation/${hostile}`, { size: n % 2 ? "phone" : "desk" });
}
await shot("brands", "brands");
await shot("brand", "brands/aurora-air", { full: true });
await shot("brand-dark-phone", "brands/nordnet", { size: "phone", theme: "dark", full: true });
const LONG = "Sorry for the wait, Ann! ".repeat(120);
const draft = (text) => async (page) => {
  await page.locator("#write").fill(text);
  await page.waitForTimeout(900);
};
const STOPPED = "Please send us your booking and we recieve it!! Call +372 5551 2345.";
await shot("case-raised", `conversation/${IDS.raised}`);
await shot("case-raised-dark", `conversation/${IDS.raised}`, { theme: "dark", size: "wall" });
await shot("case-raised-phone", `conversation/${IDS.raised}`, { size: "phone", full: true });
await shot("guard", `conversation/${IDS.raised}`, { setup: draft(STOPPED) });
await shot("guard-phone", `conversation/${IDS.raised}`, { size: "phone", full: true, setup: draft(STOPPED) });
await shot("guard-parts", `conversation/${IDS.raised}`, {
  setup: async (page) => {
    await draft(LONG)(page);
    await page.locator(".parts summary").click();
  },
});
for (const lang of ["bn", "zh", "ko", "et"])
  await shot(`guard-${lang}`, `conversation/${IDS.raised}`, { lang, setup: draft(STOPPED) });
await shot("guard-rtl", `conversation/${IDS.raised}`, { dir: "rtl", theme: "dark", setup: draft(STOPPED) });
const openReady = async (page) => {
  await page.locator(".ready summary").click();
  await page.waitForTimeout(500);
};
await shot("ready", `conversation/${IDS.busy}`, { setup: openReady });
const hold = async (page) => {
  await page.locator("#write").fill("I am sorry, this is a long answer. #half ^Dana");
  await page.locator("#write").press("Control+Enter");
  await page.waitForTimeout(1200);
};
await shot("held", `conversation/${IDS.promised}`, { setup: hold });
await shot("news", "news", { full: true });
await shot("news-phone", "news", { full: true, size: "phone" });
await shot("news-bn", "news", { full: true, lang: "bn", theme: "dark" });
const seeShifts = async (page) => {
  await page.locator(".shifts button").click();
  await page.waitForTimeout(500);
};
await shot("shifts", "brands/aurora-air", { full: true, setup: seeShifts });
await shot("inbox-offered", "inbox?view=offered");
await shot("filtered", "filtered?brand=aurora-air", { full: true });
await shot("filtered-phone", "filtered?brand=aurora-air", { size: "phone", full: true });
await shot("filtered-dark", "filtered?brand=aurora-air", { theme: "dark" });
await shot("filtered-ko", "filtered?brand=aurora-air", { lang: "ko" });
const openRow = async (page) => page.locator(".scorecard th .link").first().click();
await shot("scorecard", "scorecard", { setup: openRow, full: true });
await shot("scorecard-dark", "scorecard", { setup: openRow, full: true, theme: "dark", size: "wall" });
await shot("scorecard-phone", "scorecard", { setup: openRow, full: true, size: "phone" });
await shot("scorecard-rtl", "scorecard", { setup: openRow, dir: "rtl" });
await shot("scorecard-months", "scorecard?side=MONTH", { full: true });
for (const lang of ["bn", "zh", "ko", "et"]) await shot(`scorecard-${lang}`, "scorecard", { lang, setup: openRow });
await shot("measures", "measures", { full: true });
await shot("measures-phone", "measures", { full: true, size: "phone" });
await shot("behind", "measures/answered_within_1h?brand=nordnet");
await shot("ledger", "ledger");
await shot("ledger-phone", "ledger", { size: "phone", full: true });
await browser.close();

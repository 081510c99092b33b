// Measures the console as a browser has it: bytes on the wire and time to the first live figure, memory after an hour of
// 50 events a second, and input over a list of 10,000 waiting conversations.
//
//   npm run build && npm run measure [-- wire memory list]
//
// In front of the mock gateway stands a server that compresses as the real one does, sends as many events as are wanted,
// and lists as many conversations. The hour is compressed: its 180,000 events (over 2,000 conversations) are sent as fast
// as the page reads them, with figures after each 50 of them, as they come once a second.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";

const HOUR_EVENTS = 50 * 3_600;
const CONVERSATIONS = 2_000;
const WAITING = 10_000;
const COLD_LOADS = 5;
const HERE = fileURLToPath(new URL("..", import.meta.url));
const chosen = process.argv.slice(2);

const mock = spawn(process.execPath, ["dev/mock-gateway.mjs", "--port", "0", "--every", "100000000", "--json"], {
  cwd: HERE,
  stdio: ["ignore", "pipe", "inherit"],
});
process.on("exit", () => mock.kill());
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
const [hello] = await once(mock.stdout, "data");
const behind = JSON.parse(hello).console;
const templates = (await (await fetch(`${behind}/api/v1/conversations?pageSize=200`)).json()).conversations.filter(
  (one) => one.status === "CONVERSATION_STATUS_OPEN",
);
const figures = await (await fetch(`${behind}/api/v1/measures?groupBy=BRAND`)).json();

let waiting = 0;
let streams = [];

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://measure");
  if (url.pathname === "/api/v1/events") return listen(response);
  if (waiting && url.pathname === "/api/v1/conversations") return json(response, page(url.searchParams));
  const made = /^\/api\/v1\/conversations\/([0-9a-f]{32})(.*)$/.exec(url.pathname);
  const path = made && waiting ? `/api/v1/conversations/${templateOf(made[1]).conversationId}${made[2]}` : url.pathname;
  const answer = await fetch(behind + path + url.search);
  const body = Buffer.from(await answer.arrayBuffer());
  const type = answer.headers.get("content-type") ?? "text/plain";
  return send(response, answer.status, type, body);
});

function send(response, status, type, body) {
  response.writeHead(status, { "content-type": type, "content-encoding": "gzip", "cache-control": "no-store" });
  response.end(gzipSync(body));
}

const json = (response, value) => send(response, 200, "application/json", Buffer.from(JSON.stringify(value)));

function listen(response) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(`retry: 1000\n\n${measures()}`);
  streams.push(response);
  response.on("close", () => {
    streams = streams.filter((one) => one !== response);
  });
}

const measures = () => `event: measures\ndata: ${JSON.stringify({ ...figures, snapshot: true })}\n\n`;

const idOf = (n) => n.toString(16).padStart(32, "0");
const templateOf = (id) => templates[Number.parseInt(id.slice(-8), 16) % templates.length];

function made(n, version) {
  const id = idOf(n);
  return { ...templateOf(id), conversationId: id, version: String(version) };
}

function page(query) {
  const from = Number(query.get("pageToken") || 0);
  const size = Number(query.get("pageSize") || 50);
  const conversations = [];
  for (let n = from; n < Math.min(from + size, waiting); n++) conversations.push(made(n, 1));
  const next = from + size < waiting ? { nextPageToken: String(from + size) } : {};
  return { conversations, totalSize: waiting, asOfSequence: "1", ...next };
}

let sequence = 10_000;

/** One event, as the gateway would send it. */
function event(among) {
  sequence += 1;
  const conversation = made((sequence * 7_919) % among, sequence);
  const data = { sequence: String(sequence), conversation, factKinds: ["PostReceived"] };
  return `id: ${sequence}\nevent: conversation\ndata: ${JSON.stringify(data)}\n\n`;
}

async function pour(stream, count, among) {
  for (let sent = 0; sent < count; sent += 50) {
    let piece = measures();
    for (let n = 0; n < 50; n++) piece += event(among);
    if (!stream.write(piece)) await once(stream, "drain");
  }
}

server.listen(0, "127.0.0.1");
await once(server, "listening");
const base = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({
  executablePath: process.env.EARSHOT_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});

async function open(hash) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 850 }, locale: "en" });
  await context.addInitScript(() => localStorage.setItem("earshot.me", "aurora-air/dana"));
  const tab = await context.newPage();
  const wire = await context.newCDPSession(tab);
  await wire.send("Network.enable");
  await wire.send("Performance.enable");
  return { context, tab, wire, go: () => tab.goto(`${base}/#/${hash}`) };
}

const middle = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function wire() {
  const [pages, files, times] = [[], [], []];
  for (let load = 0; load < COLD_LOADS; load++) {
    const { context, tab, wire: session, go } = await open("");
    const kinds = new Map();
    let [page, answers] = [0, 0];
    let done = false;
    session.on("Network.requestWillBeSent", ({ requestId, request }) => kinds.set(requestId, request.url));
    session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      if (done) return;
      if (kinds.get(requestId)?.includes("/api/")) answers += encodedDataLength;
      else page += encodedDataLength;
    });
    await tab.addInitScript(() => {
      new MutationObserver((_, observer) => {
        if (!document.querySelector(".card .figure-large")) return;
        window.firstFigure = performance.now();
        observer.disconnect();
      }).observe(document, { childList: true, subtree: true });
    });
    await go();
    await tab.waitForFunction(() => window.firstFigure);
    done = true;
    pages.push(page);
    files.push(answers);
    times.push(await tab.evaluate(() => window.firstFigure));
    await context.close();
  }
  console.log(
    `wallboard, cold, until its first figure: ${middle(pages)} bytes of the page, ${middle(files)} bytes of answers`,
  );
  console.log(`first live figure after ${Math.round(middle(times))} ms (median of ${COLD_LOADS} cold loads)`);
}

async function heap(session) {
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const found = (name) => metrics.find((one) => one.name === name)?.value ?? 0;
  return { megabytes: (found("JSHeapUsedSize") / 1e6).toFixed(1), nodes: found("Nodes") };
}

async function memory() {
  for (const hash of ["", "inbox?view=everything"]) {
    const { context, tab, wire: session, go } = await open(hash);
    await go();
    await tab.locator(".pill-live").waitFor();
    await tab.waitForTimeout(2_000);
    const told = [`at the start ${show(await heap(session))}`];
    const begun = Date.now();
    for (let part = 1; part <= 3; part++) {
      await pour(streams.at(-1), HOUR_EVENTS / 3, CONVERSATIONS);
      await tab.waitForTimeout(3_000);
      told.push(`after ${part * 20} min ${show(await heap(session))}`);
    }
    const seconds = Math.round((Date.now() - begun) / 1_000);
    console.log(`${hash || "wallboard"}: ${told.join(", ")}; ${HOUR_EVENTS} events in ${seconds} s`);
    await context.close();
  }
}

const show = ({ megabytes, nodes }) => `${megabytes} MB of heap and ${nodes} nodes`;

/** The number of the row that has the focus. */
const standsOn = (tab) =>
  tab.evaluate(() => {
    const row = document.activeElement?.closest(".row");
    return row ? row.parentElement.start + [...row.parentElement.children].indexOf(row) : Number.NaN;
  });

const WHEELS = 300;
const KEYS = 200;

async function list() {
  waiting = WAITING;
  const { context, tab, go } = await open("inbox");
  await go();
  await tab.locator(".row").first().waitFor();
  const begun = Date.now();
  while ((await tab.locator(".more").count()) > 0) {
    await tab.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    await tab.waitForTimeout(50);
  }
  const last = tab.locator(`.row-link[data-id="${idOf(WAITING - 1)}"]`);
  while ((await last.count()) === 0) {
    await tab.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    await tab.waitForTimeout(50);
  }
  console.log(
    `${WAITING} rows, page by page, in ${((Date.now() - begun) / 1_000).toFixed(1)} s of scrolling to the end`,
  );
  await tab.evaluate(() => window.scrollTo(0, 0));
  await tab.waitForTimeout(1_000);
  await tab.evaluate(() => {
    const seen = { wheel: 0, keydown: 0, delays: [], gaps: [], long: 0 };
    window.seen = seen;
    for (const kind of ["wheel", "keydown"]) {
      addEventListener(
        kind,
        (event) => {
          seen[kind] += 1;
          seen.delays.push(performance.now() - event.timeStamp);
        },
        { passive: true, capture: true },
      );
    }
    new PerformanceObserver((found) => {
      for (const one of found.getEntries()) seen.long = Math.max(seen.long, one.duration);
    }).observe({ type: "longtask" });
    let before = performance.now();
    const frame = (at) => {
      seen.gaps.push(at - before);
      before = at;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  const storm = setInterval(() => {
    for (const stream of streams)
      stream.write(event(WAITING) + event(WAITING) + event(WAITING) + event(WAITING) + event(WAITING));
  }, 100);
  await tab.mouse.move(800, 500);
  for (let n = 0; n < WHEELS; n++) await tab.mouse.wheel(0, 400);
  const scrolled = await tab.evaluate(() => window.scrollY);
  await tab.locator(".row-link").first().focus();
  const begins = await standsOn(tab);
  for (let n = 0; n < KEYS; n++) await tab.keyboard.press("j");
  // The last row is drawn in the next frames.
  await tab.waitForTimeout(500);
  const walked = (await standsOn(tab)) - begins;
  clearInterval(storm);
  const { wheel, keydown, delays, gaps, long } = await tab.evaluate(() => window.seen);
  const sorted = delays.sort((a, b) => a - b);
  const at = (share) => `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))])} ms`;
  const frames = gaps.sort((a, b) => a - b);
  console.log(
    `input over ${WAITING} rows with 50 events/s: ${wheel} of ${WHEELS} turns of the wheel, ${keydown} of ${KEYS} keys`,
  );
  console.log(`  scrolled ${Math.round(scrolled)} px, ${KEYS} times j led ${walked} rows down`);
  console.log(`  from input to handler: half within ${at(0.5)}, 98 of 100 within ${at(0.98)}, all within ${at(1)}`);
  console.log(
    `  frames: half within ${Math.round(frames[frames.length >> 1])} ms, longest task ${Math.round(long)} ms`,
  );
  waiting = 0;
  await context.close();
  if (wheel !== WHEELS || keydown !== KEYS || walked !== KEYS) process.exitCode = 1;
}

const all = { wire, memory, list };
for (const name of chosen.length > 0 ? chosen : Object.keys(all)) await all[name]();
await browser.close();
server.closeAllConnections();
server.close();
mock.kill();

// What the browser tests stand on: a gateway, a wire that can be cut, a browser, and ways to make things happen as the
// outside world does. The gateway is the one at EARSHOT_URL, else a real system started from EARSHOT_BIN, else the mock.

import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const HERE = fileURLToPath(new URL("..", import.meta.url));
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export interface Person {
  brand: string;
  person: string;
  name: string;
}

export interface System {
  /** True against a real system, where replies fare as its networks let them. */
  real: boolean;
  /** The page of a network that a real system of ours brings along. */
  sandbox?: string | undefined;
  /** The console's address through the wire. */
  url: string;
  wire: Wire;
  browser: Browser;
  /** Two people of one brand. */
  people: [Person, Person];
  stop: () => Promise<void>;
}

export interface Wire {
  cut: () => void;
  mend: () => void;
  stop: () => void;
  port: number;
}

export async function start(): Promise<System> {
  const { EARSHOT_URL, EARSHOT_BIN } = process.env;
  const gateway = EARSHOT_URL
    ? { url: EARSHOT_URL, sandbox: undefined, stop: async () => {} }
    : await startGateway(EARSHOT_BIN);
  const direct = gateway.url.replace(/\/$/, "");
  const wire = await startWire(new URL(direct));
  const browser = await chromium.launch({
    executablePath: process.env.EARSHOT_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
  const people = await twoPeople(direct);
  outside = direct;
  return {
    real: Boolean(EARSHOT_URL || EARSHOT_BIN),
    sandbox: gateway.sandbox,
    url: `http://127.0.0.1:${wire.port}`,
    wire,
    browser,
    people,
    stop: async () => {
      await browser.close();
      wire.stop();
      await gateway.stop();
    },
  };
}

/** The gateway itself, past the wire: the world goes on while a browser is cut off. */
let outside = "";

/** Starts a whole system with its demo, or the mock, and answers where its console is. */
async function startGateway(binary: string | undefined) {
  if (!existsSync(`${HERE}dist/index.html`)) throw new Error("the console is not built: npm run build");
  const kept = mkdtempSync(join(tmpdir(), "earshot-console-"));
  const [program, args] = binary
    ? [binary, ["up", "--data-dir", kept, "--free-ports", "--json"]]
    : [process.execPath, ["dev/mock-gateway.mjs", "--port", "0", "--every", "1200", "--json"]];
  const child = spawn(program, args, { cwd: HERE, stdio: ["ignore", "pipe", binary ? "ignore" : "inherit"] });
  const at = await new Promise<{ console: string; sandbox?: string }>((resolve, reject) => {
    let told = "";
    child.stdout.on("data", (text) => {
      told += text;
      const found = /^\{.*"console".*\}$/m.exec(told)?.[0];
      if (found) resolve(JSON.parse(found));
    });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`${program} ended with ${code} before it said where it is`)));
  });
  // It finishes what it has begun, as it would for a person who presses Ctrl-C.
  const stop = async () => {
    const ended = new Promise((resolve) => child.on("exit", resolve));
    child.kill("SIGINT");
    await ended;
    rmSync(kept, { recursive: true, force: true });
  };
  return { url: at.console, sandbox: at.sandbox, stop };
}

/** A wire between browser and gateway. Cut, it drops what is open and refuses what comes. */
async function startWire(to: URL): Promise<Wire> {
  const open = new Set<Socket>();
  let whole = true;
  const server: Server = createServer((near) => {
    if (!whole) return near.destroy();
    const far = connect(Number(to.port || 80), to.hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    cut: () => {
      whole = false;
      for (const socket of open) socket.destroy();
    },
    mend: () => {
      whole = true;
    },
    stop: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into, field by field
export async function api(path: string, body?: unknown): Promise<any> {
  const init = body
    ? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
    : {};
  const response = await fetch(`${outside}/api/v1/${path}`, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

async function twoPeople(url: string): Promise<[Person, Person]> {
  const { brands = [] } = await (await fetch(`${url}/api/v1/brands`)).json();
  for (const brand of brands) {
    const [first, second] = brand.people ?? [];
    if (!first || !second) continue;
    const of = (one: { person: string; name: string }) => ({ brand: brand.brand, person: one.person, name: one.name });
    return [of(first), of(second)];
  }
  throw new Error("the browser tests need a brand with at least two people");
}

/** Waits until something is so. What never becomes so ends with the test's own limit. */
export async function until(is: () => Promise<unknown>): Promise<void> {
  while (!(await is())) await new Promise((resolve) => setTimeout(resolve, 25));
}

let written = 0;

/** A customer's post comes in; answers with its conversation, or with nothing when a rule keeps it out. */
export async function send(brand: string, text: string, name: string, author = ""): Promise<string> {
  written += 1;
  const id = `${process.pid}-${Date.now()}-${written}`;
  const person = { id: author || `author-${id}`, name, handle: `handle_${written}`, followers: "12" };
  const post = { brand, network: "x", postId: `post-${id}`, author: person, text, postedAt: new Date().toISOString() };
  const { verdict, conversationId = "" } = await api("posts", { post, source: "browser-test" });
  if (!["VERDICT_ACCEPTED", "VERDICT_FILTERED"].includes(verdict)) throw new Error(`the post was refused: ${verdict}`);
  return conversationId;
}

/** A customer writes; answers when the conversation is routed. */
export async function write(brand: string, text: string, name = "Test Customer", author = ""): Promise<string> {
  const conversationId = await send(brand, text, name, author);
  await until(async () => (await api(`conversations/${conversationId}`).catch(() => ({})))?.conversation?.team);
  return conversationId;
}

export interface Visit {
  page: Page;
  context: BrowserContext;
  /** What went wrong in the page: errors, dialogs, requests to elsewhere. */
  wrongs: string[];
}

export async function visit(
  system: System,
  hash: string,
  options: BrowserContextOptions & { as?: Person | undefined } = {},
): Promise<Visit> {
  const { as, ...rest } = options;
  const context = await system.browser.newContext({
    viewport: { width: 1366, height: 850 },
    locale: "en",
    reducedMotion: "reduce",
    ...rest,
  });
  if (as) await context.addInitScript((who) => localStorage.setItem("earshot.me", who), `${as.brand}/${as.person}`);
  const page = await context.newPage();
  const wrongs = watchFor(page, system.url);
  await page.goto(`${system.url}/#/${hash}`);
  return { page, context, wrongs };
}

function watchFor(page: Page, origin: string): string[] {
  const wrongs: string[] = [];
  page.on("pageerror", (error) => wrongs.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    wrongs.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("data:"))
      wrongs.push(`request: ${request.url()}`);
  });
  return wrongs;
}

/** The page is there and what it shows is live. */
export async function ready(page: Page): Promise<void> {
  await page.locator(".pill-live").waitFor();
  await page.waitForFunction(() => !document.querySelector("main .loading"));
}

interface AxeFindings {
  violations: { id: string; nodes: { target: string[]; failureSummary?: string }[] }[];
}

/** All that axe finds, one line each. */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run: (root: Document, options: object) => Promise<AxeFindings> } };
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary = "" }) => `${id}: ${target.join(" ")}: ${failureSummary.split("\n")[1] ?? ""}`,
      ),
    );
  });
}

/** How many pixels the page is wider than its window. */
export async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

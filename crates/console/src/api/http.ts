// Requests to the gateway. A refusal is an answer like any other: it carries the reason in a form that can be
// shown beside the button that was pressed.

import { learnServerTime } from "../lib/clock";

/** Where the gateway is, seen from the page. */
const ROOT = "api/v1/";

export type Params = Record<string, string | number | boolean | readonly string[] | undefined>;

/** The gateway said no, with a reason (RFC 9457). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    readonly detail: string,
    readonly field: string,
  ) {
    super(detail);
  }
}

/** No answer came: the request may or may not have been carried out. */
export class Unreachable extends Error {}

export function apiUrl(path: string, params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value === undefined || value === "" || value === false || value === 0) continue;
    for (const one of typeof value === "object" ? value : [value]) query.append(key, String(one));
  }
  const text = query.toString();
  return new URL(`${ROOT}${path}${text ? `?${text}` : ""}`, document.baseURI.split("#")[0]).href;
}

export async function get<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  return ask<T>(apiUrl(path, params), { signal: signal ?? null, headers: { accept: "application/json" } });
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  const headers = { accept: "application/json", "content-type": "application/json" };
  return ask<T>(apiUrl(path), { method: "POST", headers, body: JSON.stringify(body) });
}

async function ask<T>(url: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable("no answer from the gateway");
  }
  learnServerTime(response.headers.get("date"));
  const text = await response.text().catch(() => "");
  const json = parse(text);
  if (response.ok && json !== undefined) return json as T;
  throw refusal(response.status, json);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusal(status: number, json: unknown): Refusal {
  const problem = (typeof json === "object" && json !== null ? json : {}) as Record<string, unknown>;
  const word = (key: string) => (typeof problem[key] === "string" ? (problem[key] as string) : "");
  const [first] = Array.isArray(problem.errors) ? problem.errors : [];
  const field = typeof first?.field === "string" ? first.field : "";
  return new Refusal(status, word("reason"), word("detail") || word("title"), field);
}

/** A fresh id for one intention; `crypto.randomUUID` is missing on pages that are not served from a secure origin. */
export function newRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

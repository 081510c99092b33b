// Addresses of the console. They live behind the #, so that every link works wherever the console is served from.

import { signal } from "@preact/signals";

export type Route =
  | { page: "wallboard" }
  | { page: "inbox"; params: URLSearchParams }
  | { page: "conversation"; id: string; at: string; reply: boolean }
  | { page: "brands"; brand: string }
  | { page: "ledger" }
  | { page: "setaside"; params: URLSearchParams }
  | { page: "news" }
  | { page: "filtered"; params: URLSearchParams }
  | { page: "scorecard"; params: URLSearchParams }
  | { page: "measures"; measure: string; params: URLSearchParams }
  | { page: "unknown" };

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const params = new URLSearchParams(query);
  const [page = "", name = "", ...more] = path.split("/").map(decode);
  if (more.some((part) => part !== "")) return { page: "unknown" };
  switch (page) {
    case "":
      return { page: "wallboard" };
    case "inbox":
      return { page: "inbox", params };
    case "conversation":
      return name
        ? { page: "conversation", id: name, at: params.get("at") ?? "", reply: params.has("reply") }
        : { page: "unknown" };
    case "brands":
      return { page: "brands", brand: name };
    case "ledger":
      return { page: "ledger" };
    case "set-aside":
      return { page: "setaside", params };
    case "news":
      return { page: "news" };
    case "filtered":
      return { page: "filtered", params };
    case "scorecard":
      return { page: "scorecard", params };
    case "measures":
      return { page: "measures", measure: name, params };
    default:
      return { page: "unknown" };
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function conversationLink(id: string, at = ""): string {
  return `#/conversation/${encodeURIComponent(id)}${at ? `?at=${encodeURIComponent(at)}` : ""}`;
}

/** An id, also out of a whole address of a conversation. */
export function idIn(text: string): string {
  return /conversation\/([^/?#]+)/.exec(text)?.[1] ?? text.trim();
}

export function brandLink(id: string): string {
  return `#/brands/${encodeURIComponent(id)}`;
}

export function inboxLink(params: Record<string, string>): string {
  return `#/inbox${asked(params)}`;
}

export function filteredLink(params: Record<string, string>): string {
  return `#/filtered${asked(params)}`;
}

export function setAsideLink(params: Record<string, string>): string {
  return `#/set-aside${asked(params)}`;
}

export function scorecardLink(params: object): string {
  return `#/scorecard${asked({ ...params })}`;
}

export function measuresLink(): string {
  return "#/measures";
}

/** The conversations behind a figure. */
export function behindLink(measure: string, params: Record<string, string>): string {
  return `#/measures/${encodeURIComponent(measure)}${asked(params)}`;
}

function asked(params: Record<string, string>): string {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value !== "")).toString();
  return query && `?${query}`;
}

export const route = signal<Route>({ page: "wallboard" });

/** The list that was last looked at, and what was opened from it: who comes back finds his place. */
export const lastInbox = signal("#/inbox");
export const lastOpened = signal("");

export function go(address: string): void {
  location.hash = address;
}

/** Changes the address without a new step of history: for filters and the time slider. */
export function replace(address: string): void {
  history.replaceState(null, "", address);
  route.value = parseRoute(address);
  if (route.value.page === "inbox") lastInbox.value = address;
}

export function startRouter(): void {
  const read = () => {
    route.value = parseRoute(location.hash);
    if (route.value.page === "inbox") lastInbox.value = location.hash;
  };
  read();
  window.addEventListener("hashchange", read);
}

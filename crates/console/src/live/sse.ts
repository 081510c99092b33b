// Server-sent events, read by hand: the browser's own EventSource shows no heartbeats, so that a dead connection
// looks like a quiet one, and it gives up for good at the first refusal.

export interface ServerEvent {
  name: string;
  data: string;
  /** The id of the event itself; empty when it has none. */
  id: string;
}

export interface Heard {
  events: ServerEvent[];
  /** Milliseconds to wait before reconnecting, when the server named them. */
  retry?: number;
}

/** A reader of one stream; it takes the text in any pieces. */
export function createReader(): (piece: string) => Heard {
  let rest = "";
  let name = "";
  let id = "";
  let data: string[] = [];
  return (piece) => {
    const heard: Heard = { events: [] };
    const lines = (rest + piece).split(/\r\n|\n|\r(?=[^\n])/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line === "") {
        if (data.length > 0) heard.events.push({ name: name || "message", data: data.join("\n"), id });
        name = "";
        id = "";
        data = [];
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") name = value;
      else if (field === "data") data.push(value);
      else if (field === "id" && !value.includes("\0")) id = value;
      else if (field === "retry" && /^\d+$/.test(value)) heard.retry = Number(value);
    }
    return heard;
  };
}

export type Link =
  | { state: "connecting" }
  | { state: "live" }
  /** Lost at `since`; the next try is at `nextTry`. */
  | { state: "lost"; since: number; nextTry: number };

export interface Follow {
  /** The address to ask, given where to go on; empty for from now on. */
  url: (after: string) => string;
  after: string;
  onEvent: (event: ServerEvent) => void;
  onLink: (link: Link) => void;
  /** Something came, if only a heartbeat. */
  onHeard: () => void;
  fetch?: typeof fetch;
  now?: () => number;
}

/** No heartbeat for so long means the connection is dead; the server sends one each 15 s. */
export const SILENCE_MS = 40_000;
export const LONGEST_WAIT_MS = 15_000;

export interface Following {
  stop: () => void;
  /** Tries at once instead of waiting, e.g. when the network is back. */
  nudge: () => void;
  /** Where it would go on. */
  position: () => string;
  /** Goes on from elsewhere at the next connection: after a reset nothing known counts. */
  forget: () => void;
  /** Asks anew at once, where it stands: the address says something else now. */
  again: () => void;
}

/** Milliseconds before the n-th try, from 1: growing, and never all browsers at once. */
export function delay(attempt: number, retry: number, chance: number): number {
  const grown = Math.min(retry * 2 ** Math.min(attempt - 1, 10), LONGEST_WAIT_MS);
  return Math.round(grown * (0.75 + chance * 0.5));
}

/** Follows a stream for ever: reconnects after every end and goes on after the last event it has seen. */
export function follow(options: Follow): Following {
  const ask = options.fetch ?? ((...args: Parameters<typeof fetch>) => fetch(...args));
  const clock = options.now ?? Date.now;
  let after = options.after;
  let retry = 2_000;
  let attempt = 0;
  let lostAt = 0;
  let stopped = false;
  let hurry = false;
  let wake = () => {};
  let cut = new AbortController();

  const lose = async () => {
    attempt += 1;
    lostAt ||= clock();
    const wait = delay(attempt, retry, Math.random());
    options.onLink({ state: "lost", since: lostAt, nextTry: clock() + wait });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    wake = () => {};
  };

  const hear = async (response: Response, guard: () => void) => {
    const read = createReader();
    const text = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const piece = await text?.read();
      if (!piece || piece.done || stopped) return;
      guard();
      options.onHeard();
      const heard = read(piece.value);
      if (heard.retry !== undefined) retry = heard.retry;
      for (const event of heard.events) {
        if (event.id) after = event.id;
        options.onEvent(event);
      }
    }
  };

  const connect = async () => {
    cut = new AbortController();
    let silence = setTimeout(() => cut.abort(), SILENCE_MS);
    const guard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => cut.abort(), SILENCE_MS);
    };
    try {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (after) headers["last-event-id"] = after;
      const response = await ask(options.url(after), { headers, cache: "no-store", signal: cut.signal });
      if (!response.ok || !response.body) return;
      attempt = 0;
      lostAt = 0;
      options.onLink({ state: "live" });
      await hear(response, guard);
    } catch {
      // An end of any kind is the same: wait, and go on after the last event.
    } finally {
      clearTimeout(silence);
    }
  };

  const run = async () => {
    options.onLink({ state: "connecting" });
    while (!stopped) {
      await connect();
      if (!stopped && !hurry) await lose();
      hurry = false;
    }
  };
  void run();

  return {
    stop: () => {
      stopped = true;
      cut.abort();
      wake();
    },
    nudge: () => wake(),
    again: () => {
      hurry = true;
      cut.abort();
      wake();
    },
    position: () => after,
    forget: () => {
      after = "";
    },
  };
}

// The stream: read in any pieces, taken up again where it stopped.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createReader, delay, follow, type Link, LONGEST_WAIT_MS, type ServerEvent, SILENCE_MS } from "./sse";

describe("reader", () => {
  const STREAM =
    'retry: 500\n: here\n\nid: 7\nevent: conversation\ndata: {"a":1}\n\ndata: one\ndata: two\r\n\r\nevent: reset\ndata: {}\n\n';
  const expected = [
    { name: "conversation", data: '{"a":1}', id: "7" },
    { name: "message", data: "one\ntwo", id: "" },
    { name: "reset", data: "{}", id: "" },
  ];

  it("reads a whole stream", () => {
    const heard = createReader()(STREAM);
    expect(heard.events).toEqual(expected);
    expect(heard.retry).toBe(500);
  });

  it("reads the same in pieces of any size", () => {
    for (let size = 1; size < 12; size++) {
      const read = createReader();
      const events: ServerEvent[] = [];
      for (let at = 0; at < STREAM.length; at += size) events.push(...read(STREAM.slice(at, at + size)).events);
      expect(events).toEqual(expected);
    }
  });

  it("tells nothing for heartbeats and half an event", () => {
    const read = createReader();
    expect(read(": here\n\n").events).toEqual([]);
    expect(read("event: x\ndata: y\n").events).toEqual([]);
    expect(read("\n").events).toEqual([{ name: "x", data: "y", id: "" }]);
  });
});

describe("delay", () => {
  it("grows, keeps its bound, and differs between browsers", () => {
    expect(delay(1, 2_000, 0.5)).toBe(2_000);
    expect(delay(3, 2_000, 0.5)).toBe(8_000);
    expect(delay(99, 2_000, 1)).toBeLessThanOrEqual(LONGEST_WAIT_MS * 1.25);
    expect(delay(1, 2_000, 0)).not.toBe(delay(1, 2_000, 1));
  });
});

/** A server one can speak through and hang up on. */
function fakeServer() {
  const asked: { url: string; lastEventId: string | null }[] = [];
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let down = false;
  const answer = (url: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    asked.push({ url: String(url), lastEventId: new Headers(init?.headers).get("last-event-id") });
    if (down) return Promise.reject(new TypeError("refused"));
    const body = new ReadableStream<Uint8Array>({
      start: (made) => {
        controller = made;
        init?.signal?.addEventListener("abort", () => made.error(new DOMException("cut", "AbortError")));
      },
    });
    return Promise.resolve(new Response(body, { status: 200 }));
  };
  return {
    asked,
    answer: answer as typeof fetch,
    say: (text: string) => controller?.enqueue(new TextEncoder().encode(text)),
    hangUp: () => controller?.close(),
    setDown: (is: boolean) => {
      down = is;
    },
  };
}

describe("follow", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function start(after = "") {
    const server = fakeServer();
    const events: ServerEvent[] = [];
    const links: Link["state"][] = [];
    let heard = 0;
    const following = follow({
      url: (from) => `/events?after=${from}`,
      after,
      onEvent: (event) => events.push(event),
      onLink: (link) => links.push(link.state),
      onHeard: () => {
        heard += 1;
      },
      fetch: server.answer,
    });
    return { server, events, links, following, heard: () => heard };
  }
  const settle = () => vi.advanceTimersByTimeAsync(0);

  it("goes on after the last event it has seen, with nothing missing or doubled", async () => {
    const { server, events, links, following } = start("40");
    await settle();
    server.say("id: 41\nevent: conversation\ndata: a\n\nevent: measures\ndata: m\n\nid: 42\nevent: conv");
    await settle();
    server.hangUp();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(server.asked.map((one) => one.lastEventId)).toEqual(["40", "41"]);
    expect(server.asked[1]?.url).toBe("/events?after=41");
    server.say("id: 42\nevent: conversation\ndata: b\n\n");
    await settle();
    expect(events.map((event) => event.data)).toEqual(["a", "m", "b"]);
    expect(links).toEqual(["connecting", "live", "lost", "live"]);
    following.stop();
  });

  it("keeps trying while the server is down, and at once when told to", async () => {
    const { server, following } = start();
    await settle();
    server.setDown(true);
    server.hangUp();
    await vi.advanceTimersByTimeAsync(120_000);
    const tries = server.asked.length;
    expect(tries).toBeGreaterThan(5);
    server.setDown(false);
    following.nudge();
    await settle();
    expect(server.asked.length).toBe(tries + 1);
    following.stop();
  });

  it("takes silence for a dead connection, and a heartbeat for a living one", async () => {
    const { server, links, following, heard } = start();
    await settle();
    for (let beat = 0; beat < 6; beat++) {
      await vi.advanceTimersByTimeAsync(15_000);
      server.say(": here\n\n");
      await settle();
    }
    expect(links).toEqual(["connecting", "live"]);
    expect(heard()).toBe(6);
    await vi.advanceTimersByTimeAsync(SILENCE_MS + 10);
    expect(links).toEqual(["connecting", "live", "lost"]);
    following.stop();
  });

  it("waits as long as the server asks", async () => {
    const { server, following } = start();
    await settle();
    server.say("retry: 10000\n\n");
    await settle();
    server.hangUp();
    await vi.advanceTimersByTimeAsync(7_000);
    expect(server.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(server.asked).toHaveLength(2);
    following.stop();
  });

  it("asks from nowhere after it has forgotten", async () => {
    const { server, following } = start("40");
    await settle();
    following.forget();
    server.hangUp();
    await vi.advanceTimersByTimeAsync(4_000);
    expect(server.asked[1]).toEqual({ url: "/events?after=", lastEventId: null });
    following.stop();
  });
});

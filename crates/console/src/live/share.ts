// One stream a browser: the tab that holds the lock follows the gateway and tells the others. When it is closed, the
// next one takes over where it stopped. Without locks (an insecure origin) each tab follows for itself.

import { type Follow, type Following, follow, type Link, type ServerEvent } from "./sse";

/** What the leading tab tells the others. */
type Told =
  | { kind: "event"; event: ServerEvent; position: string }
  | { kind: "link"; link: Link }
  | { kind: "heard" }
  /** A tab has just come and wants to know how things stand. */
  | { kind: "hello" };

export interface Shared {
  nudge: () => void;
  forget: () => void;
  /** Asks anew at once, by another address. */
  again: () => void;
}

/** Events of this kind carry the whole picture; the newest is repeated to a tab that comes later. */
const WHOLE = "measures";

export function followShared(options: Follow, name: string): Shared {
  if (!("locks" in navigator) || !("BroadcastChannel" in window)) return alone(follow(options));
  const channel = new BroadcastChannel(name);
  let following: Following | undefined;
  let position = options.after;
  let link: Link = { state: "connecting" };
  let whole: ServerEvent | undefined;
  const tell = (told: Told) => channel.postMessage(told);

  channel.onmessage = ({ data }: MessageEvent<Told>) => {
    if (following) {
      if (data.kind !== "hello") return;
      tell({ kind: "link", link });
      if (whole) tell({ kind: "event", event: whole, position: following.position() });
      return;
    }
    if (data.kind === "link") options.onLink(data.link);
    if (data.kind === "heard") options.onHeard();
    if (data.kind === "event") {
      position = data.position;
      options.onEvent(data.event);
    }
  };

  const lead = () => {
    following = follow({
      ...options,
      after: position,
      onEvent: (event) => {
        if (event.name === WHOLE) whole = event;
        options.onEvent(event);
        tell({ kind: "event", event, position: following?.position() ?? event.id });
      },
      onLink: (changed) => {
        link = changed;
        options.onLink(changed);
        tell({ kind: "link", link });
      },
      onHeard: () => {
        options.onHeard();
        tell({ kind: "heard" });
      },
    });
    // The lock is held as long as the tab lives.
    return new Promise<void>(() => {});
  };
  tell({ kind: "hello" });
  void navigator.locks.request(name, lead);
  return { nudge: () => following?.nudge(), forget: () => following?.forget(), again: () => following?.again() };
}

function alone(following: Following): Shared {
  return { nudge: following.nudge, forget: following.forget, again: following.again };
}

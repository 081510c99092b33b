// Who waits now, most urgent first: loaded once, kept true by the stream.

import { useEffect, useState } from "preact/hooks";
import { listConversations } from "../../api/calls";
import type { Summary } from "../../api/model";
import { byUrgency, isWaiting } from "../../lib/urgency";
import { epoch, newest, onChange, recentChanges } from "../../live/store";

const MOST = 200;
/** Changes come in bursts; the wall is drawn at most this often. */
const REDRAW_MS = 300;
const RELOAD_MS = 60_000;

export interface Waiting {
  list: Summary[];
  /** There are more than were loaded. */
  more: boolean;
  error: Error | undefined;
  loaded: boolean;
}

export function useWaiting(): Waiting {
  const [waiting, setWaiting] = useState<Waiting>({ list: [], more: false, error: undefined, loaded: false });
  const again = epoch.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a reset of the stream says when to load again
  useEffect(() => {
    const known = new Map<string, Summary>();
    const cut = new AbortController();
    let more = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = () => {
      timer = undefined;
      setWaiting({ list: [...known.values()].sort(byUrgency), more, error: undefined, loaded: true });
    };
    const take = (summary: Summary) => {
      if (isWaiting(summary)) known.set(summary.id, summary);
      else known.delete(summary.id);
    };
    const load = async () => {
      const page = await listConversations({ status: ["NEW", "OPEN"] }, MOST, "", cut.signal);
      known.clear();
      more = page.next !== "";
      for (const summary of page.conversations) take(newest(summary));
      for (const summary of recentChanges()) if (!known.has(summary.id)) take(summary);
      draw();
    };
    const reload = () => {
      load().catch((error) => {
        if (!cut.signal.aborted) setWaiting((old) => ({ ...old, error, loaded: true }));
      });
    };
    const stop = onChange(({ summary }) => {
      take(summary);
      timer ??= setTimeout(draw, REDRAW_MS);
    });
    const regularly = setInterval(reload, RELOAD_MS);
    reload();
    return () => {
      cut.abort();
      stop();
      clearInterval(regularly);
      clearTimeout(timer);
    };
  }, [again]);
  return waiting;
}

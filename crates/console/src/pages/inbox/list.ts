// A list that stays under the cursor. What changes in a shown conversation is shown at once and in its place; what
// would move, come or go only counts as news until the reader asks for it.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { listConversations, type Query } from "../../api/calls";
import type { Summary } from "../../api/model";
import { byUrgency, matches } from "../../lib/urgency";
import { epoch, newest, onChange } from "../../live/store";

/** The first page is there at once; what is scrolled to comes in larger ones. */
const PAGE = 50;
const MORE = 200;
const REDRAW_MS = 250;

export interface Listing {
  rows: Summary[];
  /** Ids of shown conversations that have left the list. */
  left: ReadonlySet<string>;
  total: number;
  /** So many came or went since the list was last in order. */
  news: number;
  more: boolean;
  loaded: boolean;
  loadingMore: boolean;
  error: Error | undefined;
  /** Puts the list in order: takes in what came and lets go what left. */
  refresh: () => void;
  loadMore: () => void;
}

interface Shown {
  order: string[];
  known: Map<string, Summary>;
  /** Conversations that belong to the list and are not shown yet. */
  come: Map<string, Summary>;
  total: number;
  next: string;
}

const nothing = (): Shown => ({ order: [], known: new Map(), come: new Map(), total: 0, next: "" });

/** `still` tells whether the reader is not pointing into the list: then it may put itself in order. */
export function useListing(key: string, query: Query | undefined, still: () => boolean): Listing {
  const shown = useRef<Shown>(nothing());
  const asked = useRef(query);
  asked.current = query;
  const [state, setState] = useState({ drawn: 0, loaded: false, loadingMore: false });
  const [error, setError] = useState<Error>();
  const again = epoch.value;
  const draw = useCallback(() => setState((old) => ({ ...old, drawn: old.drawn + 1 })), []);

  const refresh = useCallback(() => {
    settle(shown.current, asked.current);
    draw();
  }, [draw]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the query, a reset says to load again
  useEffect(() => {
    const cut = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    shown.current = nothing();
    setState((old) => ({ ...old, loaded: false }));
    setError(undefined);
    if (!query) return;
    listConversations(query, PAGE, "", cut.signal).then(
      (page) => {
        add(shown.current, page.conversations, page.total, page.next);
        setState((old) => ({ ...old, loaded: true, drawn: old.drawn + 1 }));
      },
      (failed) => {
        if (!cut.signal.aborted) setError(failed);
      },
    );
    const stop = onChange(({ summary }) => {
      if (!note(shown.current, summary, query)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        if (still()) settle(shown.current, query);
        draw();
      }, REDRAW_MS);
    });
    return () => {
      cut.abort();
      stop();
      clearTimeout(timer);
    };
  }, [key, again]);

  const loadMore = useCallback(() => {
    const { next } = shown.current;
    if (!next || !asked.current) return;
    setState((old) => ({ ...old, loadingMore: true }));
    listConversations(asked.current, MORE, next)
      .then((page) => add(shown.current, page.conversations, page.total, page.next), setError)
      .finally(() => setState((old) => ({ ...old, loadingMore: false, drawn: old.drawn + 1 })));
  }, []);

  const current = shown.current;
  const left = new Set(current.order.filter((id) => !belongs(current, id, query)));
  return {
    rows: current.order.flatMap((id) => current.known.get(id) ?? []),
    left,
    total: Math.max(current.total + current.come.size - left.size, current.order.length - left.size),
    news: current.come.size + left.size,
    more: current.next !== "",
    loaded: state.loaded,
    loadingMore: state.loadingMore,
    error,
    refresh,
    loadMore,
  };
}

function belongs(shown: Shown, id: string, query: Query | undefined): boolean {
  const summary = shown.known.get(id);
  return summary !== undefined && query !== undefined && matches(summary, query);
}

/** Adds a page that was loaded, with what the stream has said since. */
export function add(shown: Shown, page: readonly Summary[], total: number, next: string): void {
  for (const loaded of page) {
    const summary = newest(loaded);
    if (!shown.known.has(summary.id)) shown.order.push(summary.id);
    shown.known.set(summary.id, summary);
    shown.come.delete(summary.id);
  }
  shown.total = total;
  shown.next = next;
}

/** Takes one change: in its place when it is shown, else as news when it belongs here. Tells whether it did. */
export function note(shown: Shown, summary: Summary, query: Query): boolean {
  if (shown.known.has(summary.id)) shown.known.set(summary.id, summary);
  else if (matches(summary, query)) shown.come.set(summary.id, summary);
  else return shown.come.delete(summary.id);
  return true;
}

/** Puts everything where it belongs. */
export function settle(shown: Shown, query: Query | undefined): void {
  const gone = shown.order.filter((id) => !belongs(shown, id, query));
  for (const id of gone) shown.known.delete(id);
  for (const [id, summary] of shown.come) shown.known.set(id, summary);
  shown.total += shown.come.size - gone.length;
  shown.come.clear();
  const ordered = [...shown.known.values()].sort(byUrgency);
  shown.order = ordered.map((summary) => summary.id);
}

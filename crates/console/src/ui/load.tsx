// Things that are loaded: asked again when what they depend on changes, when the stream was reset, and on demand.

import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Refusal } from "../api/http";
import { t } from "../i18n";
import { epoch } from "../live/store";

export interface Loaded<T> {
  value: T | undefined;
  error: Error | undefined;
  reload: () => void;
}

/** Loads by `load`, anew whenever `key` changes. What was loaded before stays until the new is there. */
export function useLoad<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; value?: T; error?: Error }>({ key });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  const again = epoch.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the three say when to load again
  useEffect(() => {
    const cut = new AbortController();
    latest.current(cut.signal).then(
      (value) => setState({ key, value }),
      (error) => {
        if (!cut.signal.aborted) setState((old) => ({ ...(old.key === key ? old : {}), key, error }));
      },
    );
    return () => cut.abort();
  }, [key, round, again]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  const current = state.key === key;
  return { value: current ? state.value : undefined, error: current ? state.error : undefined, reload };
}

/** The title of a page that is not there yet. */
export function PageTitle({ children }: { children: ComponentChildren }) {
  return <h1 class="hidden">{children}</h1>;
}

export function Loading() {
  return (
    <p class="loading" role="status">
      {t("load.wait")}…
    </p>
  );
}

export function Failed({ error, reload }: { error: Error; reload: () => void }) {
  const detail = error instanceof Refusal ? error.detail : t("load.unreachable");
  return (
    <Empty title={t("load.failed")} hint={detail}>
      <button type="button" class="button" onClick={reload}>
        {t("load.again")}
      </button>
    </Empty>
  );
}

interface EmptyProps {
  title: string;
  hint?: string;
  /** It is all there is on the page, so its title is the page's. */
  whole?: boolean;
  children?: ComponentChildren;
}

/** Nothing to show, and what would change that. */
export function Empty({ title, hint, whole = false, children }: EmptyProps) {
  const Title = whole ? "h1" : "p";
  return (
    <div class="empty">
      <Title class="empty-title">{title}</Title>
      {hint && <p>{hint}</p>}
      {children}
    </div>
  );
}

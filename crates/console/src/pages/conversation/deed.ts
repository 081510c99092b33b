// Doing something to a conversation. One intention keeps one request id until it has succeeded, so that pressing
// again after a lost answer can never do it twice.

import { useRef, useState } from "preact/hooks";
import { act, type Deed, type Done } from "../../api/calls";
import { newRequestId, Unreachable } from "../../api/http";
import type { Summary } from "../../api/model";
import { t } from "../../i18n";
import { me } from "../../live/me";
import { learn } from "../../live/store";
import { announce } from "../../ui/announce";
import { plainWords } from "../../ui/refused";

export interface Doing {
  busy: boolean;
  /** Why the last try was refused, in plain words. */
  refused: string;
  /** Answers nothing when it was refused. */
  run: (deed: Deed) => Promise<Done | undefined>;
  clear: () => void;
}

/** Deeds that judge what was said: they are refused when something was said that the person has not seen. */
const NEEDS_SEEN: readonly Deed["do"][] = ["resolve", "merge"];

/** What a deed is done to. */
export type Target = Pick<Summary, "id" | "version">;

export function useDeed(summary: Target): Doing {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState("");
  const intention = useRef({ deed: "", requestId: "" });

  const run = async (deed: Deed) => {
    const mine = me.value;
    if (!mine) {
      setRefused(t("me.needed"));
      return undefined;
    }
    const text = JSON.stringify([summary.id, mine, deed]);
    if (intention.current.deed !== text) intention.current = { deed: text, requestId: newRequestId() };
    const expected = NEEDS_SEEN.includes(deed.do) ? { expectedVersion: summary.version } : {};
    setBusy(true);
    setRefused("");
    try {
      const done = await act(
        summary.id,
        { person: mine.person, requestId: intention.current.requestId, ...expected },
        deed,
      );
      intention.current = { deed: "", requestId: "" };
      learn(done.summary);
      announce(t(done.changed ? "do.done" : "do.already"));
      return done;
    } catch (error) {
      // Only a lost answer keeps the intention: a refusal has changed nothing, so the next try is a new one.
      if (!(error instanceof Unreachable)) intention.current = { deed: "", requestId: "" };
      setRefused(plainWords(error));
      return undefined;
    } finally {
      setBusy(false);
    }
  };
  return { busy, refused, run, clear: () => setRefused("") };
}

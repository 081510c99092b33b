// Doing something to a conversation or its customer. One intention keeps one request id until it has succeeded, so that
// pressing again after a lost answer can never do it twice.

import { useRef, useState } from "preact/hooks";
import { act, type Deed, type Done } from "../../api/calls";
import { actOnCustomer, type CustomerDeed } from "../../api/customers";
import { newRequestId, Unreachable } from "../../api/http";
import type { Summary } from "../../api/model";
import { t } from "../../i18n";
import { type Me, me } from "../../live/me";
import { learn } from "../../live/store";
import { announce } from "../../ui/announce";
import { plainWords } from "../../ui/refused";

/** Writes an intention down under its id; the same id again changes nothing. */
type Write<D, R> = (deed: D, mine: Me, requestId: string) => Promise<R>;

export interface Doer<D, R> {
  busy: boolean;
  /** Why the last try was refused, in plain words. */
  refused: string;
  /** Answers nothing when it was refused. */
  run: (deed: D) => Promise<R | undefined>;
  /** Says why it is not even tried. */
  refuse: (why: string) => void;
  clear: () => void;
}

export type Doing = Doer<Deed, Done>;

/** `about` is what the deeds are done to: the same deed to another thing is another intention. */
export function useIntention<D, R extends { changed: boolean }>(about: string, write: Write<D, R>): Doer<D, R> {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState("");
  const intention = useRef({ deed: "", requestId: "" });

  const run = async (deed: D) => {
    const mine = me.value;
    if (!mine) {
      setRefused(t("me.needed"));
      return undefined;
    }
    const text = JSON.stringify([about, mine, deed]);
    if (intention.current.deed !== text) intention.current = { deed: text, requestId: newRequestId() };
    setBusy(true);
    setRefused("");
    try {
      const done = await write(deed, mine, intention.current.requestId);
      intention.current = { deed: "", requestId: "" };
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
  return { busy, refused, run, refuse: setRefused, clear: () => setRefused("") };
}

/** Deeds that judge what was said: they are refused when something was said that the person has not seen. */
const NEEDS_SEEN: readonly Deed["do"][] = ["resolve", "merge"];

/** What a deed is done to. */
export type Target = Pick<Summary, "id" | "version">;

export function useDeed(summary: Target): Doing {
  return useIntention(summary.id, async (deed: Deed, mine, requestId) => {
    const expected = NEEDS_SEEN.includes(deed.do) ? { expectedVersion: summary.version } : {};
    const done = await act(summary.id, { person: mine.person, requestId, ...expected }, deed);
    learn(done.summary);
    return done;
  });
}

export function useCustomerDeed(customer: string): Doer<CustomerDeed, { changed: boolean }> {
  return useIntention(customer, (deed: CustomerDeed, mine, requestId) =>
    actOnCustomer(customer, mine.person, requestId, deed),
  );
}

// A draft that is kept, and looked at while it is typed.

import { useEffect, useRef, useState } from "preact/hooks";
import { type Beside, type Checked, checkDraft } from "../../api/guard";
import type { Summary } from "../../api/model";
import { tn } from "../../i18n";
import { me } from "../../live/me";
import { announce } from "../../ui/announce";

/** A draft outlives a look at another page. */
export const drafts = {
  read: (key: string) => {
    try {
      return sessionStorage.getItem(`earshot.draft.${key}`) ?? "";
    } catch {
      return "";
    }
  },
  write: (key: string, text: string) => {
    try {
      if (text) sessionStorage.setItem(`earshot.draft.${key}`, text);
      else sessionStorage.removeItem(`earshot.draft.${key}`);
    } catch {
      // Without storage a draft lives as long as its page.
    }
  },
};

/** Who types without a rest is not asked about every letter, but now and then: colleagues are told by it that he writes. */
const REST_MS = 400;
const MOST_MS = 3_000;

export interface Looked {
  checked: Checked | undefined;
  /** It is about the very text that stands in the box. */
  current: boolean;
}

const NOTHING: Looked = { checked: undefined, current: false };

/** What the guard says of a reply, a moment after the last letter. Without an answer nothing is said: the desk looks again. */
export function useGuard(
  summary: Summary,
  text: string,
  secret: boolean,
  on: boolean,
  beside: Beside | undefined,
): Looked {
  const [looked, setLooked] = useState<{ key: string; checked: Checked }>();
  const person = me.value?.brand === summary.brand ? me.value.person : "";
  const asks = on && person !== "" && text.trim() !== "";
  const key = `${summary.id} ${person} ${secret} ${beside ? `with ${beside.publicNote}` : ""} ${text}`;
  /** When it was asked last; the first letter after a pause waits for the next. */
  const asked = useRef(0);
  if (Date.now() - asked.current > MOST_MS) asked.current = Date.now();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key holds all that the question is made of
  useEffect(() => {
    if (!asks) return setLooked(undefined);
    let late = false;
    const wait = Math.max(0, Math.min(REST_MS, asked.current + MOST_MS - Date.now()));
    const timer = setTimeout(() => {
      asked.current = Date.now();
      checkDraft(summary.id, { person, text, private: secret }, beside).then(
        (checked) => {
          if (!late) setLooked({ key, checked });
        },
        () => {},
      );
    }, wait);
    return () => {
      late = true;
      clearTimeout(timer);
    };
  }, [asks, key]);
  const found = looked?.checked.findings;
  const told = found ? `${found.filter((one) => one.stops).length} ${found.length}` : "";
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is said when the counts change, not with each letter
  useEffect(() => {
    if (found && found.length > 0) announce(tn("guard.found", found.length));
  }, [told]);
  return asks && looked ? { checked: looked.checked, current: looked.key === key } : NOTHING;
}

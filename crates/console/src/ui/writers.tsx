// A colleague writes an answer to the same conversation: told before both send one.

import { named, t, tn } from "../i18n";
import { personName } from "../live/brands";
import { othersWriting, type Writer } from "../live/writing";

function names(writers: readonly Writer[]): string {
  const [first] = writers;
  if (!first) return "";
  const name = named(personName(first.brand, first.person));
  return writers.length > 1
    ? tn("writing.more", writers.length - 1, { person: name })
    : t("writing.one", { person: name });
}

/** In a list: as small as a chip. */
export function WritingChip({ conversation }: { conversation: string }) {
  const writers = othersWriting(conversation);
  if (writers.length === 0) return null;
  return (
    <span class="chip chip-info writing">
      <span class="pulse" aria-hidden="true" /> {names(writers)}
    </span>
  );
}

/** Above the box where the same is about to be done again. It stands there empty, so that it is heard when it is not. */
export function WritingHint({ conversation }: { conversation: string }) {
  const writers = othersWriting(conversation);
  return (
    <p class={writers.length > 0 ? "hint tone-amber writing" : "hidden"} role="status">
      {writers.length > 0 && <span class="pulse" aria-hidden="true" />} {names(writers)}
    </p>
  );
}

// What people wrote, shown as it is. Preact escapes; here each text gets its own direction and its own box, so that
// nothing in it can turn round, cover or stretch what stands beside it.

import { t } from "../i18n";
import { oddities, oneLine, shown } from "../lib/text";

/** A whole text of a customer or colleague. */
export function Said({ text, lang }: { text: string; lang?: string | undefined }) {
  const odd = oddities(text);
  return (
    <>
      <p class="said" dir="auto" lang={tag(lang)}>
        {shown(text)}
      </p>
      {odd.length > 0 && <p class="odd">{odd.map((one) => t(`case.odd.${one}`)).join(" · ")}</p>}
    </>
  );
}

/** One line of it. */
export function Line({ text, lang }: { text: string; lang?: string | undefined }) {
  return (
    <span class="line" dir="auto" lang={tag(lang)}>
      {oneLine(text)}
    </span>
  );
}

/** Nobody's name needs more than this. */
const LONGEST_NAME = 120;

export function Name({ children }: { children: string }) {
  return <bdi class="name">{oneLine(children, LONGEST_NAME)}</bdi>;
}

function tag(lang: string | undefined): string | undefined {
  return lang && lang !== "und" && /^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/.test(lang) ? lang : undefined;
}

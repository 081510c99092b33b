// What people wrote, shown as it is. Preact escapes; here each text gets its own direction and its own box, so that
// nothing in it can turn round, cover or stretch what stands beside it.

import type { ComponentChildren } from "preact";
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

export function Name({ children }: { children: ComponentChildren }) {
  return <bdi class="name">{children}</bdi>;
}

function tag(lang: string | undefined): string | undefined {
  return lang && lang !== "und" && /^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*$/.test(lang) ? lang : undefined;
}

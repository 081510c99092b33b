// A heading with what belongs to it, shut until somebody wants it unless there is something to see.

import type { ComponentChildren } from "preact";
import { num } from "../i18n";

interface FoldProps {
  title: string;
  /** What is to be seen in it; it is open from the start when there is any. */
  count: number;
  children: ComponentChildren;
}

export function Fold({ title, count, children }: FoldProps) {
  return (
    <details class="fold" open={count > 0}>
      <summary>
        {title} {count > 0 && <span class="count">{num(count)}</span>}
      </summary>
      {children}
    </details>
  );
}

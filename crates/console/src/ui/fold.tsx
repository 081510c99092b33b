// A heading with what belongs to it, shut until somebody wants it unless there is something to see.

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { num } from "../i18n";

interface FoldProps {
  title: string;
  /** What is to be seen in it; it opens when there is any, and only a person shuts it. */
  count: number;
  children: ComponentChildren;
}

export function Fold({ title, count, children }: FoldProps) {
  const [open, setOpen] = useState(count > 0);
  const before = useRef(count);
  if (count > before.current && !open) setOpen(true);
  before.current = count;
  return (
    <details class="fold" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {title} {count > 0 && <span class="count">{num(count)}</span>}
      </summary>
      {children}
    </details>
  );
}

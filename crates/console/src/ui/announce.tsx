// Changes, said politely to those who listen instead of look. One line at a time, and only what matters.

import { signal } from "@preact/signals";

const line = signal("");

export function announce(text: string): void {
  // The same words twice are said twice only when the line was empty between.
  line.value = "";
  queueMicrotask(() => {
    line.value = text;
  });
}

export function Announcer() {
  return (
    <div class="hidden" role="status" aria-live="polite">
      {line.value}
    </div>
  );
}

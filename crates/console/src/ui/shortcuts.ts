// Single letters as commands. They rest while somebody types or a window is open, and can be switched off.

import { useEffect, useRef } from "preact/hooks";

export type Commands = Record<string, () => void>;

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

export function useShortcuts(on: boolean, commands: Commands): void {
  const latest = useRef(commands);
  latest.current = commands;
  useEffect(() => {
    if (!on) return;
    const press = (event: KeyboardEvent) => {
      const held = event.ctrlKey || event.metaKey || event.altKey;
      if (held || event.defaultPrevented || isTyping(event.target) || document.querySelector("dialog[open]")) return;
      const command = Object.hasOwn(latest.current, event.key) ? latest.current[event.key] : undefined;
      if (!command) return;
      event.preventDefault();
      command();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [on]);
}

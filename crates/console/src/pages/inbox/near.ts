// What is near the view. A list may be ten thousand rows long: only what somebody sees, or sees next, is drawn and follows
// the clock. One observer looks after all of it.

import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

/** What is so far outside is drawn before it comes into view. */
const AHEAD = "900px";

type Tell = (near: boolean, height: number) => void;

const callbacks = new WeakMap<Element, Tell>();
let observer: IntersectionObserver | undefined;

function watch(element: Element, tell: Tell): () => void {
  observer ??= new IntersectionObserver(
    (seen) => {
      for (const one of seen) callbacks.get(one.target)?.(one.isIntersecting, one.boundingClientRect.height);
    },
    { rootMargin: `${AHEAD} 0px` },
  );
  callbacks.set(element, tell);
  observer.observe(element);
  return () => {
    callbacks.delete(element);
    observer?.unobserve(element);
  };
}

export interface Near {
  near: boolean;
  /** How high it was when it was seen last, in pixels; 0 while that is not known. */
  height: number;
}

/** Whether an element is near the view; `begin` until that is known. Where the focus stands is never far. */
export function useNear(box: RefObject<HTMLElement | null>, begin: boolean): Near {
  const [state, setState] = useState<Near>({ near: begin, height: 0 });
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    return watch(element, (near, height) => {
      const stays = near || element.contains(document.activeElement);
      setState((old) => (old.near === stays ? old : { near: stays, height: stays ? old.height : height }));
    });
  }, [box]);
  return state;
}

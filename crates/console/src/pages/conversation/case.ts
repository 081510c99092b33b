// One conversation, loaded and kept true: whenever the stream tells of it, its records are read again.

import { useEffect, useState } from "preact/hooks";
import { type Conversation, getConversation } from "../../api/calls";
import { onChange } from "../../live/store";
import { type Loaded, useLoad } from "../../ui/load";

/** Several records of one conversation often come together. */
const GATHER_MS = 120;

export function useCase(id: string): Loaded<Conversation | undefined> {
  const loaded = useLoad(id, (signal) => getConversation(id, "", signal));
  const { reload, value } = loaded;
  // Who asks for a conversation that was merged is answered with the one it goes on in.
  const other = value?.summary.id ?? "";
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onChange(({ summary }) => {
      const about = summary.id === id || (other !== "" && (summary.id === other || summary.mergedInto === other));
      if (!about) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        reload();
      }, GATHER_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [id, other, reload]);
  return loaded;
}

/** The conversation as it was at an instant; nothing when it is looked at as it is. */
export function usePast(
  id: string,
  at: string,
): Loaded<Conversation | undefined> & { shown: Conversation | undefined } {
  const loaded = useLoad(`${id} ${at}`, (signal) =>
    at ? getConversation(id, at, signal) : Promise.resolve(undefined),
  );
  const [shown, setShown] = useState<Conversation>();
  // While the slider moves, the last answer stays until the next is there.
  useEffect(() => {
    if (!at) setShown(undefined);
    else if (loaded.value) setShown(loaded.value);
  }, [at, loaded.value]);
  return { ...loaded, shown };
}

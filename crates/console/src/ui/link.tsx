// How fresh it all is. Old figures that look live are worse than none, so a lost connection is told loudly.

import { useEffect, useRef } from "preact/hooks";
import { duration, t } from "../i18n";
import { now } from "../lib/clock";
import { heardAt, link, reconnectNow } from "../live/store";
import { announce } from "./announce";

export function LinkPill() {
  const { state } = link.value;
  const age = heardAt.value > 0 ? t("link.heard", { age: duration(now.value - heardAt.value) }) : undefined;
  return (
    <span class={`pill pill-${state}`} title={age}>
      <span class="pulse" aria-hidden="true" />
      <span class="pill-text">{t(`link.${state}`)}</span>
    </span>
  );
}

export function LinkBanner() {
  const present = link.value;
  const { state } = present;
  const before = useRef(state);
  useEffect(() => {
    if (before.current === "lost" && state === "live") announce(t("link.back"));
    before.current = state;
  }, [state]);
  if (present.state !== "lost") return null;
  const age = duration(now.value - (heardAt.value || present.since));
  const wait = Math.max(0, present.nextTry - now.value);
  const detail = wait > 900 ? t("link.lost.detail", { age, wait: duration(wait) }) : t("link.lost.now", { age });
  return (
    <div class="lost">
      <p>
        <strong role="alert">{t("link.lost")}.</strong> {detail}
      </p>
      <button type="button" class="button" onClick={reconnectNow}>
        {t("link.retry")}
      </button>
    </div>
  );
}

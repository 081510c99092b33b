// Everything that happened, in the order of the log.

import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Summary } from "../../api/model";
import { t } from "../../i18n";
import { now } from "../../lib/clock";
import { conversationLink } from "../../lib/route";
import { ALARMS, type Item, type Step, type Steps } from "../../lib/timeline";
import { Ago, At } from "../../ui/time";
import { ContactBubble, NoteBubble, PostBubble, ReplyBubble } from "./bubble";
import { actorName, sentence } from "./sentences";

interface TimelineProps {
  items: readonly Item[];
  summary: Summary;
  steps: boolean;
  past: boolean;
}

export function Timeline({ items, summary, steps, past }: TimelineProps) {
  const box = useRef<HTMLElement>(null);
  const shown = steps ? items : items.filter((item) => item.kind !== "steps");
  useStayAtEnd(box, `${summary.id} ${shown.length} ${shown.at(-1)?.sequence}`);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and a keyboard must be able to scroll it
    <section ref={box} class="timeline" aria-label={t("case.timeline")} tabIndex={0}>
      {shown.map((item) => (
        <Piece key={`${item.kind} ${item.sequence} ${item.at}`} item={item} summary={summary} past={past} />
      ))}
    </section>
  );
}

function Piece({ item, summary, past }: { item: Item; summary: Summary; past: boolean }) {
  switch (item.kind) {
    case "post":
      return <PostBubble post={item} summary={summary} past={past} />;
    case "reply":
      return <ReplyBubble reply={item} summary={summary} past={past} />;
    case "note":
      return <NoteBubble note={item} brand={summary.brand} />;
    case "contact":
      return <ContactBubble contact={item} />;
    case "steps":
      return <StepGroup group={item} brand={summary.brand} />;
  }
}

/** A line a record: what was decided in it together stands together. */
function StepGroup({ group, brand }: { group: Steps; brand: string }) {
  const records = useMemo(() => byRecord(group.steps), [group]);
  const today = Math.floor(now.value / 3_600_000) * 3_600_000;
  return (
    <ul class="steps">
      {records.map((steps) => (
        <li key={steps[0]?.sequence} class={steps.some(isAlarm) ? "step step-alarm" : "step"}>
          <span class="step-what">
            {steps.map((step, index) => (
              <span key={`${step.kind} ${index}`}>
                {sentence(step.fact, brand, today)}
                <Elsewhere step={step} />
              </span>
            ))}
          </span>
          <span class="step-meta quiet">
            <bdi>{actorName(steps[0]?.actor ?? {}, brand)}</bdi> · <At at={steps[0]?.at ?? 0} /> ·{" "}
            <Ago at={steps[0]?.at ?? 0} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function byRecord(steps: readonly Step[]): Step[][] {
  const records = new Map<number, Step[]>();
  for (const step of steps) {
    const same = records.get(step.sequence);
    if (same) same.push(step);
    else records.set(step.sequence, [step]);
  }
  return [...records.values()];
}

function isAlarm(step: Step): boolean {
  return ALARMS.includes(step.kind);
}

/** The other conversation of a merge. */
function Elsewhere({ step }: { step: Step }) {
  const id = step.fact.merged?.into ?? step.fact.absorbed?.source;
  if (!id) return null;
  return (
    <>
      {" "}
      <a href={conversationLink(id)}>{t("case.goThere")}</a>
    </>
  );
}

const NEAR_END_PX = 160;

/** Keeps the newest in view for a reader who is at the end; one who reads further up is left alone. */
function useStayAtEnd(box: { current: HTMLElement | null }, key: string): void {
  const atEnd = useRef(true);
  useEffect(() => {
    const list = box.current;
    if (!list) return;
    const scrolled = () => {
      atEnd.current = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX;
    };
    list.addEventListener("scroll", scrolled, { passive: true });
    return () => list.removeEventListener("scroll", scrolled);
  }, [box]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says that something was added
  useEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [key]);
}

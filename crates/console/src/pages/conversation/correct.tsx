// What a post was read as, with how sure the classifier was, and a person's way to put it right.

import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Summary } from "../../api/model";
import { percent, t, word } from "../../i18n";
import { labelName } from "../../lib/labels";
import { type Answer, answerOf, choices, HEADS, type Head, type Reading, shownAnswers } from "../../lib/reading";
import { brandOf, personName } from "../../live/brands";
import { Icon } from "../../ui/icon";
import { Refused } from "../../ui/refusal";
import { useDeed } from "./deed";

const TONES: Partial<Record<Head, string>> = { urgency: "ember", churn: "ember", call: "amber", closing: "good" };

export function ReadAs({ reading, brand }: { reading: Reading; brand: string }) {
  return (
    <span class="chips">
      {shownAnswers(reading).map((answer) => (
        <Mark key={answer.head} answer={answer} model={reading.classified.modelVersion ?? ""} brand={brand} />
      ))}
    </span>
  );
}

function Mark({ answer, model, brand }: { answer: Answer; model: string; brand: string }) {
  const { head, label, corrected, unsure } = answer;
  const by = corrected && {
    name: personName(brand, corrected.person),
    was: corrected.was ? labelName(head, corrected.was) : t("read.nothing"),
  };
  const detail = by ? t("read.corrected", by) : [model, ...answer.reasons].filter(Boolean).join(", ");
  const tone = TONES[head] ?? "read";
  return (
    <span class={`chip chip-${tone}${unsure ? " chip-unsure" : ""}`} data-head={head} title={detail}>
      <bdi>{labelName(head, label)}</bdi>
      {!corrected && <span class="figure">{percent(answer.confidence)}</span>}
      {unsure && (
        <>
          <span aria-hidden="true">?</span>
          <span class="hidden">, {t("read.unsure")}</span>
        </>
      )}
      {by && (
        <>
          <Icon name="check" />
          <span class="hidden">, {t("read.corrected", by)}</span>
        </>
      )}
    </span>
  );
}

interface CorrectProps {
  postKey: string;
  reading: Reading;
  summary: Summary;
}

/** The button, and the form that it opens: which answer is wrong, and what is right. */
export function Correct({ postKey, reading, summary }: CorrectProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div class="correct">
      <button ref={button} type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("read.correct")}
      </button>
      {open && <CorrectForm postKey={postKey} reading={reading} summary={summary} onClose={close} />}
    </div>
  );
}

function CorrectForm({ postKey, reading, summary, onClose }: CorrectProps & { onClose: () => void }) {
  const doing = useDeed(summary);
  const first = useRef<HTMLSelectElement>(null);
  const [head, setHead] = useState<Head>("intent");
  const [label, setLabel] = useState("");
  const ids = useId();
  // Before anybody can press a key: Escape shuts it from the start.
  useLayoutEffect(() => first.current?.focus(), []);
  const now = answerOf(reading, head)?.label ?? "";
  const labels = choices(head, reading, brandOf(summary.brand)?.topics ?? []).filter((one) => one !== now);
  const chosen = labels.includes(label) ? label : "";
  const submit = async () => {
    if (chosen && (await doing.run({ do: "classification", postKey, head, label: chosen }))) onClose();
  };
  return (
    <form
      class="correct-form"
      aria-label={t("read.correct")}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <label class="field" for={`${ids}-head`}>
        <span>{t("read.head")}</span>
        <select
          id={`${ids}-head`}
          ref={first}
          value={head}
          onChange={(event) => setHead(event.currentTarget.value as Head)}
        >
          {HEADS.map((one) => (
            <option key={one} value={one} selected={one === head}>
              {word("head", one)}
            </option>
          ))}
        </select>
      </label>
      <label class="field" for={`${ids}-label`}>
        <span>{t("read.label")}</span>
        <select id={`${ids}-label`} value={chosen} required onChange={(event) => setLabel(event.currentTarget.value)}>
          <option value="">{t("read.choose", { now: now ? labelName(head, now) : t("read.nothing") })}</option>
          {labels.map((one) => (
            <option key={one} value={one} selected={one === chosen}>
              {labelName(head, one)}
            </option>
          ))}
        </select>
      </label>
      <p class="row-of-buttons">
        <button type="submit" class="button button-strong" disabled={doing.busy || !chosen}>
          {t("do.save")}
        </button>
        <button type="button" class="button button-quiet" onClick={onClose}>
          {t("cancel")}
        </button>
      </p>
      <Refused text={doing.refused} />
    </form>
  );
}

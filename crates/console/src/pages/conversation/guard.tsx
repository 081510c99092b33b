// What the guard found in a draft: marked in its place, told in plain words, each with one step out of it. Below, the
// parts in which a long reply leaves.

import { useState } from "preact/hooks";
import type { Checked, Finding } from "../../api/guard";
import { num, t, tn, word } from "../../i18n";
import { lengthOn } from "../../lib/length";
import { pieces } from "../../lib/marks";
import { Icon } from "../../ui/icon";
import { Said } from "../../ui/words";

/** Lies behind the text box, letter under letter, and colours what was found. */
export function Marks({ text, findings }: { text: string; findings: readonly Finding[] }) {
  return (
    <div class="draft-marks" aria-hidden="true" dir="auto">
      {pieces(text, findings).map((piece, index) =>
        piece.mark ? (
          <mark key={index} class={`mark-${piece.mark}`}>
            {piece.text}
          </mark>
        ) : (
          piece.text
        ),
      )}{" "}
    </div>
  );
}

export interface Ways {
  /** Shows where it stands. */
  show: (finding: Finding) => void;
  askInPrivate: () => void;
  /** Puts a word in its place. */
  correct: (finding: Finding) => void;
  /** Nothing when nobody signs. */
  sign: (() => void) | undefined;
}

interface FindingsProps {
  checked: Checked;
  secret: boolean;
  ways: Ways;
}

export function Findings({ checked, secret, ways }: FindingsProps) {
  const { findings, tooLong } = checked;
  if (findings.length === 0 && !tooLong) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long list scrolls, by keyboard too
    <ul class="findings" aria-label={t("guard.title")} tabIndex={0}>
      {tooLong && (
        <li class="finding finding-stop">
          <Icon name="warn" />
          <span>
            <strong>{t("guard.tooLong")}</strong>{" "}
            <span class="quiet" lang="en">
              {tooLong}
            </span>
          </span>
        </li>
      )}
      {findings.map((finding, index) => (
        <FindingLine key={`${finding.kind} ${finding.start} ${index}`} finding={finding} secret={secret} ways={ways} />
      ))}
    </ul>
  );
}

const IN_PUBLIC = ["personal_data_in_public", "asks_personal_data_in_public", "other_way"];

function FindingLine({ finding, secret, ways }: { finding: Finding; secret: boolean; ways: Ways }) {
  const { kind, stops, start, end, reason, wayOut, correction } = finding;
  return (
    <li class={stops ? "finding finding-stop" : "finding"} data-kind={kind}>
      <Icon name={stops ? "warn" : "note"} />
      <span class="finding-what">
        <span class={stops ? "chip chip-ember" : "chip chip-amber"}>{t(stops ? "guard.stops" : "guard.warns")}</span>{" "}
        {start < end ? (
          <button type="button" class="link" onClick={() => ways.show(finding)}>
            {word("guard", kind)}
          </button>
        ) : (
          <strong>{word("guard", kind)}</strong>
        )}{" "}
        <span class="quiet" lang="en">
          {reason}
        </span>
        <span class="finding-way">{way(kind, wayOut)}</span>
      </span>
      {IN_PUBLIC.includes(kind) && !secret && (
        <button type="button" class="button" onClick={ways.askInPrivate}>
          <Icon name="lock" /> {t("guard.askInPrivate")}
        </button>
      )}
      {kind === "unsigned" && ways.sign && (
        <button type="button" class="button" onClick={ways.sign}>
          {t("guard.sign")}
        </button>
      )}
      {correction && (
        <button type="button" class="button" onClick={() => ways.correct(finding)}>
          {t("guard.correct", { word: correction })}
        </button>
      )}
    </li>
  );
}

/** What to do instead, in the reader's language where the console knows the kind. */
function way(kind: string, told: string): string {
  const known = word("way", kind);
  return known === kind ? told : known;
}

interface PartsProps {
  parts: readonly string[];
  network: string;
  secret: boolean;
}

export function Parts({ parts, network, secret }: PartsProps) {
  if (parts.length < 2) return null;
  return (
    <details class="parts">
      <summary>{tn("guard.parts", parts.length)}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too */}
      <ol tabIndex={0} aria-label={tn("guard.parts", parts.length)}>
        {parts.map((part, index) => (
          <li key={index} class="bubble bubble-out">
            <Said text={part} />
            <span class="quiet figure">{used(network, secret, part)}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}

function used(network: string, secret: boolean, text: string): string {
  const { used: count, limit } = lengthOn(network, secret, text);
  if (limit === undefined) return t("write.length.plain", { used: num(count) });
  return t("write.length", { used: num(count), limit: num(limit) });
}

/** A supervisor may send what is stopped, and says why; the reason is written down. */
export function Override({ send, busy }: { send: (reason: string) => void; busy: boolean }) {
  const [reason, setReason] = useState("");
  return (
    <details class="override">
      <summary>{t("guard.override")}</summary>
      <p class="quiet">{t("guard.override.hint")}</p>
      <p class="row-of-buttons">
        <label class="field">
          <span>{t("do.reason")}</span>
          <input type="text" dir="auto" value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        </label>
        <button
          type="button"
          class="button"
          disabled={busy || reason.trim() === ""}
          onClick={() => send(reason.trim())}
        >
          {t("guard.override.send")}
        </button>
      </p>
    </details>
  );
}

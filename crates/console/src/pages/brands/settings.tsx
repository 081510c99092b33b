// The settings in force, and the way to change them: paste, check, see what would change, publish.

import { useRef, useState } from "preact/hooks";
import { checkSettings, getBrand, publishSettings } from "../../api/calls";
import { newRequestId } from "../../api/http";
import type { Brand } from "../../api/model";
import type { ProblemJson } from "../../gen/earshot/brand/v1/brand_service_pb";
import { num, t, tn } from "../../i18n";
import { diff, hunks } from "../../lib/diff";
import { brandName, loadBrands } from "../../live/brands";
import { announce } from "../../ui/announce";
import { Failed, useLoad } from "../../ui/load";
import { Refused } from "../../ui/refusal";
import { plainWords } from "../../ui/refused";
import { Yaml } from "../../ui/yaml";
import { short } from "../conversation/why";
import { Shifts } from "./shifts";

export function Settings({ brand: listed }: { brand: Brand | undefined }) {
  // The list of brands leaves their settings out; one brand has them.
  const { value, error, reload } = useLoad(`settings ${listed?.id} ${listed?.version}`, (signal) =>
    listed ? getBrand(listed.id, signal) : Promise.resolve(undefined),
  );
  const brand = value ?? listed;
  return (
    <section class="panel settings" aria-labelledby="settings-title">
      <h2 id="settings-title">{brand ? t("brands.settings") : t("brands.new")}</h2>
      {brand?.yaml && (
        <details>
          <summary>{t("brands.view")}</summary>
          <Yaml text={brand.yaml} />
        </details>
      )}
      {error && listed && <Failed error={error} reload={reload} />}
      <Change brand={brand} />
    </section>
  );
}

interface Checked {
  text: string;
  problems: ProblemJson[];
  version: string;
}

function Change({ brand }: { brand: Brand | undefined }) {
  const [text, setText] = useState("");
  const [checked, setChecked] = useState<Checked>();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState("");
  const [done, setDone] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const file = `${brand?.id ?? "brand"}.yaml`;
  const current = checked?.text === text ? checked : undefined;
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setRefused("");
    setDone("");
    await work().catch((error) => setRefused(plainWords(error)));
    setBusy(false);
  };
  const check = () =>
    attempt(async () => {
      const found = await checkSettings(text, file);
      setChecked({ text, ...found });
      announce(tn("brands.problems", found.problems.length));
    });
  const publish = () =>
    attempt(async () => {
      const published = await publishSettings(text, file, newRequestId());
      await loadBrands();
      const values = { version: short(published.version), brand: brandName(published.brand) };
      setDone(t(published.changed ? "brands.published" : "brands.unchanged", values));
      setChecked(undefined);
    });
  return (
    <form class="change" onSubmit={(event) => event.preventDefault()}>
      {brand && <h3>{t("brands.change")}</h3>}
      <label class="field field-wide">
        <span>{t("brands.paste")}</span>
        <textarea
          ref={box}
          rows={10}
          class="code"
          spellcheck={false}
          dir="ltr"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <p class="row-of-buttons">
        {brand?.yaml && text === "" && (
          <button type="button" class="button" onClick={() => setText(brand.yaml)}>
            {t("brands.startFrom")}
          </button>
        )}
        <button type="button" class="button" disabled={busy || text === ""} onClick={check}>
          {busy ? t("brands.checking") : t("brands.check")}
        </button>
        <button
          type="button"
          class="button button-strong"
          disabled={busy || !current || current.problems.length > 0}
          onClick={publish}
        >
          {t("brands.publish")}
        </button>
      </p>
      {brand && <Shifts brand={brand.id} yaml={text} />}
      <Refused text={refused} />
      {done && (
        <p class="sound" role="status">
          {done}
        </p>
      )}
      {current && <Verdict checked={current} brand={brand} show={(line) => showLine(box.current, line)} />}
    </form>
  );
}

/** Marks a line of the paste and brings it into view. */
function showLine(box: HTMLTextAreaElement | null, line: number): void {
  if (!box) return;
  const lines = box.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  box.focus();
  box.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
  box.scrollTop = (box.scrollHeight / Math.max(1, lines.length)) * Math.max(0, line - 4);
}

interface VerdictProps {
  checked: Checked;
  brand: Brand | undefined;
  show: (line: number) => void;
}

function Verdict({ checked, brand, show }: VerdictProps) {
  if (checked.problems.length > 0) {
    return (
      <div class="problems" role="status">
        <h3>{tn("brands.problems", checked.problems.length)}</h3>
        <ol>
          {checked.problems.map((one) => (
            <li key={`${one.line} ${one.column} ${one.key} ${one.what}`}>
              <button type="button" class="link" onClick={() => show(one.line ?? 1)}>
                {t("brands.line", { line: num(one.line ?? 0) })}
              </button>{" "}
              {one.key && <code>{one.key}</code>} <bdi>{one.what}</bdi>
              {one.cure && (
                <p class="quiet">
                  {t("brands.cure")}: <bdi>{one.cure}</bdi>
                </p>
              )}
            </li>
          ))}
        </ol>
      </div>
    );
  }
  const same = brand?.yaml === checked.text;
  return (
    <>
      <p class="sound" role="status">
        {same ? t("brands.same") : t("brands.sound", { version: short(checked.version) || "–" })}
      </p>
      {brand && !same && <Changes before={brand.yaml} after={checked.text} />}
    </>
  );
}

const SIGNS = { same: " ", gone: "−", new: "+" } as const;

function Changes({ before, after }: { before: string; after: string }) {
  return (
    <>
      <h3>{t("brands.changes")}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too */}
      <section class="yaml diff" tabIndex={0} aria-label={t("brands.changes")}>
        <ol>
          {hunks(diff(before, after)).map((line, index) => (
            <li key={index} class={line ? `diff-${line.kind}` : "diff-skip"} value={line?.line ?? 0}>
              <code>{line ? `${SIGNS[line.kind]} ${line.text}` : `… ${t("brands.skipped")}`}</code>
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

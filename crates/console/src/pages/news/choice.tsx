// Which news go which way, when it is quiet, and how long they are gathered.

import { useState } from "preact/hooks";
import { type Choice, getChoice, NEWS, type NewsKind, setChoice, type Way } from "../../api/news";
import { t, word } from "../../i18n";
import type { Me } from "../../live/me";
import { announce } from "../../ui/announce";
import { Failed, Loading, useLoad } from "../../ui/load";
import { Refused } from "../../ui/refusal";
import { plainWords } from "../../ui/refused";

export function HowTold({ mine }: { mine: Me }) {
  const { value, error, reload } = useLoad(`choice ${mine.brand} ${mine.person}`, (signal) =>
    getChoice(mine.brand, mine.person, signal),
  );
  return (
    <section class="panel" aria-labelledby="choice-title">
      <h2 id="choice-title">{t("choice.title")}</h2>
      {!value && (error ? <Failed error={error} reload={reload} /> : <Loading />)}
      {value?.byDefault && <p class="quiet">{t("choice.default")}</p>}
      {value && <ChoiceForm mine={mine} chosen={value.choice} ways={value.ways} reload={reload} />}
    </section>
  );
}

interface ChoiceProps {
  mine: Me;
  chosen: Choice;
  ways: readonly string[];
  reload: () => void;
}

function ChoiceForm({ mine, chosen, ways, reload }: ChoiceProps) {
  const [choice, setChosen] = useState(chosen);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState("");
  const [saved, setSaved] = useState(false);
  const change = (changed: Partial<Choice>) => {
    setSaved(false);
    setChosen((old) => ({ ...old, ...changed }));
  };
  const save = async () => {
    setBusy(true);
    setRefused("");
    try {
      await setChoice(mine.brand, mine.person, choice);
      setSaved(true);
      announce(t("choice.saved"));
      reload();
    } catch (error) {
      setRefused(plainWords(error));
    }
    setBusy(false);
  };
  return (
    <form
      class="choice"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <Ways ways={ways} chosen={choice.ways} change={(changed) => change({ ways: changed })} />
      <div class="filters">
        <Text label={t("choice.email")} type="email" value={choice.email} onInput={(email) => change({ email })} />
        <Text
          label={t("case.timezone")}
          type="text"
          value={choice.timezone}
          onInput={(timezone) => change({ timezone })}
        />
        <Quiet quiet={choice.quiet} change={(quiet) => change({ quiet })} />
      </div>
      <p class="row-of-buttons">
        <button type="submit" class="button button-strong" disabled={busy}>
          {t("do.save")}
        </button>
        {saved && <span class="chip chip-good">{t("choice.saved")}</span>}
      </p>
      <Refused text={refused} />
    </form>
  );
}

interface TextProps {
  label: string;
  type: "text" | "email" | "time";
  value: string;
  onInput: (text: string) => void;
}

function Text({ label, type, value, onInput }: TextProps) {
  const typed = (event: { currentTarget: HTMLInputElement }) => onInput(event.currentTarget.value);
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: one of the three is there
    <label class="field">
      <span>{label}</span>
      {type === "time" && <input type="time" value={value} onInput={typed} />}
      {type === "email" && <input type="email" dir="ltr" value={value} onInput={typed} />}
      {type === "text" && <input type="text" dir="ltr" value={value} onInput={typed} />}
    </label>
  );
}

const HOUR_MINUTES = 60;
const two = (n: number) => String(n).padStart(2, "0");
const clock = (minutes: number) => `${two(Math.floor(minutes / HOUR_MINUTES))}:${two(minutes % HOUR_MINUTES)}`;

/** Minutes of the day; nothing while the clock is not filled in. */
export function minutesOf(text: string): number | undefined {
  const [hours, minutes] = text.split(":").map(Number);
  return hours === undefined || minutes === undefined || Number.isNaN(hours + minutes)
    ? undefined
    : hours * HOUR_MINUTES + minutes;
}

function Quiet({ quiet, change }: { quiet: Choice["quiet"]; change: (quiet: Choice["quiet"]) => void }) {
  const [texts, setTexts] = useState({
    from: quiet ? clock(quiet.from) : "",
    until: quiet ? clock(quiet.until) : "",
  });
  const set = (changed: Partial<typeof texts>) => {
    const now = { ...texts, ...changed };
    setTexts(now);
    const [from, until] = [minutesOf(now.from), minutesOf(now.until)];
    change(from === undefined || until === undefined ? undefined : { from, until });
  };
  return (
    <>
      <Text label={t("choice.quietFrom")} type="time" value={texts.from} onInput={(from) => set({ from })} />
      <Text label={t("choice.quietUntil")} type="time" value={texts.until} onInput={(until) => set({ until })} />
    </>
  );
}

interface WaysProps {
  ways: readonly string[];
  chosen: readonly Way[];
  change: (ways: Way[]) => void;
}

/** One row a kind of news, one column a way. */
function Ways({ ways, chosen, change }: WaysProps) {
  const of = (way: string): Way => chosen.find((one) => one.way === way) ?? { way, news: [], digestMinutes: 0 };
  const put = (changed: Way) => change([...ways.filter((way) => way !== changed.way).map(of), changed]);
  const toggle = (way: string, kind: NewsKind, on: boolean) => {
    const old = of(way);
    put({ ...old, news: NEWS.filter((one) => (one === kind ? on : old.news.includes(one))) });
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: it groups no fields
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on small screens, by keyboard too
    <div class="table-scroll" role="group" tabIndex={0} aria-labelledby="choice-title">
      <table class="ledger">
        <thead>
          <tr>
            <th scope="col">{t("choice.what")}</th>
            {ways.map((way) => (
              <th key={way} scope="col">
                <bdi>{word("way-of", way)}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {NEWS.map((kind) => (
            <tr key={kind}>
              <th scope="row">{word("news", kind)}</th>
              {ways.map((way) => (
                <td key={way}>
                  <input
                    type="checkbox"
                    aria-label={`${word("news", kind)}, ${word("way-of", way)}`}
                    checked={of(way).news.includes(kind)}
                    onChange={(event) => toggle(way, kind, event.currentTarget.checked)}
                  />
                </td>
              ))}
            </tr>
          ))}
          <tr>
            <th scope="row">{t("choice.digest")}</th>
            {ways.map((way) => (
              <td key={way}>
                {way !== "console" && (
                  <input
                    type="number"
                    class="digest"
                    min="0"
                    max="1440"
                    aria-label={`${t("choice.digest")}, ${word("way-of", way)}`}
                    value={of(way).digestMinutes}
                    onInput={(event) => put({ ...of(way), digestMinutes: Number(event.currentTarget.value) || 0 })}
                  />
                )}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}

// What other filters would have caught: settings that are not published yet are tried on stored posts.

import { useState } from "preact/hooks";
import { getBrand } from "../../api/calls";
import { type Previewed, previewFilters } from "../../api/filtered";
import type { Brand } from "../../api/model";
import { num, t, tn, word } from "../../i18n";
import { Refused } from "../../ui/refusal";
import { plainWords } from "../../ui/refused";
import { KeptPost } from "./index";

const TRIED = 2_000;

type Answer = Awaited<ReturnType<typeof previewFilters>>;

export function Preview({ brand }: { brand: Brand | undefined }) {
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState("");
  const [found, setFound] = useState<Answer>();
  if (!brand) return null;
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setRefused("");
    await work().catch((error) => setRefused(plainWords(error)));
    setBusy(false);
  };
  const begin = () => attempt(async () => setText((await getBrand(brand.id))?.yaml ?? ""));
  const preview = () => attempt(async () => setFound(await previewFilters(brand.id, text, TRIED)));
  return (
    <section class="panel settings" aria-labelledby="preview-title">
      <h2 id="preview-title">{t("filt.preview")}</h2>
      <p class="quiet">{t("filt.preview.hint")}</p>
      <label class="field field-wide">
        <span>{t("brands.paste")}</span>
        <textarea
          rows={8}
          class="code"
          spellcheck={false}
          dir="ltr"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <p class="row-of-buttons">
        {text === "" && (
          <button type="button" class="button" disabled={busy} onClick={begin}>
            {t("brands.startFrom")}
          </button>
        )}
        <button type="button" class="button button-strong" disabled={busy || text === ""} onClick={preview}>
          {t("filt.try")}
        </button>
      </p>
      <Refused text={refused} />
      {found && <Caught answer={found} />}
    </section>
  );
}

function Caught({ answer }: { answer: Answer }) {
  return (
    <div role="status">
      <p>
        {t("filt.tried", { n: answer.tried })} {answer.letThrough > 0 && tn("filt.letThrough", answer.letThrough)}
      </p>
      {answer.filters.length === 0 && <p class="quiet">{t("filt.noFilters")}</p>}
      {answer.filters.map((one) => (
        <OneFilter key={one.rule} one={one} />
      ))}
    </div>
  );
}

function OneFilter({ one }: { one: Previewed }) {
  return (
    <details class="fold">
      <summary>
        <bdi>{one.rule}</bdi> <span class="chip chip-quiet">{word("kept", one.keptAs)}</span>{" "}
        {tn("filt.caught", one.caught)}{" "}
        {one.inCare > 0 && <span class="tone-amber">{t("filt.inCare", { n: num(one.inCare) })}</span>}
      </summary>
      <ul class="kept-posts">
        {one.examples.map((post) => (
          <li key={post.key} class="kept-post">
            <KeptPost post={post} />
          </li>
        ))}
      </ul>
    </details>
  );
}

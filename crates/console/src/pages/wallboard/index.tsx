// The start page, made for a wall: what burns and why, how fast the answers come, who is on, and how fresh it all is.

import { useState } from "preact/hooks";
import { catalogue } from "../../api/calls";
import type { Brand, Measures, Summary } from "../../api/model";
import { duration, num, t, tn } from "../../i18n";
import { measureDefinition, measureTitle, measureUnit, useMeasureWords } from "../../i18n/measures";
import { now } from "../../lib/clock";
import { perBrand, totals } from "../../lib/figures";
import { inboxLink } from "../../lib/route";
import { isLate } from "../../lib/urgency";
import { brands } from "../../live/brands";
import { incidents } from "../../live/incidents";
import { figures, heardAt, position } from "../../live/store";
import { DemoChip } from "../../ui/chips";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icon";
import { Empty, Failed, Loading, useLoad } from "../../ui/load";
import { Ticking } from "../../ui/time";
import { BrandCard } from "./brandcard";
import { Burning } from "./burning";
import { Happening, WhoIsOn } from "./happening";
import { Surges } from "./surges";
import { Traffic } from "./traffic";
import { useWaiting } from "./waiting";

export function Wallboard() {
  const waiting = useWaiting();
  const known = brands.value;
  const rows = perBrand(figures.value?.rows ?? []);
  if (waiting.error && !known) return <Failed error={waiting.error} reload={() => location.reload()} />;
  if (!known) return <Loading />;
  const cards = known.length > 0 ? known : fromRows(rows);
  if (cards.length === 0) return <Empty title={t("wall.empty")} hint={t("wall.empty.hint")} />;
  return (
    <div class="wall">
      <Surges list={incidents.value} />
      <Hero rows={rows} list={waiting.list} more={waiting.more} />
      <Traffic minutes={figures.value?.minutes ?? []} at={now.value} />
      <Cards cards={cards} rows={rows} list={waiting.list} />
      <Burning list={waiting.list} />
      <Happening />
      <WhoIsOn brands={cards} />
      <Foot />
    </div>
  );
}

function Cards({ cards, rows, list }: { cards: Brand[]; rows: Map<string, Measures>; list: Summary[] }) {
  const lateOf = (brand: string) => list.filter((one) => one.brand === brand && isLate(one, now.value)).length;
  return (
    <ul class="cards" aria-label={t("nav.brands")}>
      {cards.map((brand) => (
        <BrandCard
          key={brand.id}
          id={brand.id}
          name={brand.name}
          measures={rows.get(brand.id)}
          at={figures.value?.at ?? now.value}
          late={lateOf(brand.id)}
        />
      ))}
    </ul>
  );
}

/** Brands that have figures but, so far, no settings that could be read. */
function fromRows(rows: Map<string, Measures>): Brand[] {
  return [...rows.keys()]
    .sort()
    .map((id) => ({ id, name: id, version: "", teams: [], people: [], yaml: "", topics: [] }));
}

function Hero({ rows, list, more }: { rows: Map<string, Measures>; list: Summary[]; more: boolean }) {
  const sum = totals(rows.values());
  const at = figures.value?.at ?? now.value;
  const late = list.filter((one) => isLate(one, now.value)).length;
  const open = figures.value ? sum.open : list.length;
  return (
    <section class={late > 0 ? "panel hero hero-burning" : "panel hero"} aria-label={t("wall.title")}>
      <a class="hero-cell" href={inboxLink({})}>
        <span class="figure figure-huge">{num(open)}</span>
        <span class="label">{tn("wall.waiting", open)}</span>
      </a>
      <div class="hero-cell">
        <span class="figure figure-huge">
          {open > 0 && sum.longestWait !== undefined ? <Ticking since={at - sum.longestWait * 1_000} /> : "–"}
        </span>
        <span class="label">{t("wall.longest")}</span>
      </div>
      <div class={late > 0 ? "hero-cell tone-ember" : "hero-cell tone-good"}>
        <span class="figure figure-huge">
          {num(late)}
          {more && late === list.length && "+"}
        </span>
        <span class="label">{late > 0 ? tn("wall.late", late) : t("wall.late.none")}</span>
      </div>
      {sum.inDoubt > 0 && (
        <a class="hero-cell tone-ember" href="#/ledger">
          <span class="figure figure-huge">{num(sum.inDoubt)}</span>
          <span class="label">{tn("wall.doubt", sum.inDoubt)}</span>
        </a>
      )}
      {list.some((one) => one.demo) && (
        <div class="hero-demo">
          <DemoChip />
        </div>
      )}
    </section>
  );
}

function Foot() {
  const [open, setOpen] = useState(false);
  return (
    <footer class="wall-foot">
      <p class="quiet">
        {heardAt.value > 0 && `${t("link.heard", { age: duration(now.value - heardAt.value) })} · `}
        {t("link.position", { position: position.value })}
      </p>
      <p class="foot-actions">
        <button type="button" class="button button-quiet" onClick={() => setOpen(true)}>
          <Icon name="book" /> {t("wall.meaning")}
        </button>
        <button type="button" class="button button-quiet" onClick={toggleFullScreen}>
          <Icon name="full" /> {t("wall.fullscreen")}
        </button>
      </p>
      {open && <Meaning onClose={() => setOpen(false)} />}
    </footer>
  );
}

function toggleFullScreen(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen?.().catch(() => {});
}

/** Every figure in words. */
function Meaning({ onClose }: { onClose: () => void }) {
  useMeasureWords();
  const { value, error, reload } = useLoad("catalogue", catalogue);
  const shown = (value ?? []).map((measure) => ({ ...measure, name: measure.name ?? "" }));
  return (
    <Dialog title={t("wall.meaning")} onClose={onClose}>
      {error && !value && <Failed error={error} reload={reload} />}
      {!error && !value && <Loading />}
      <dl class="meaning">
        {shown.map((measure) => (
          <div key={measure.name}>
            <dt>
              {measureTitle(measure.name, measure.title)}{" "}
              {measure.unit && <span class="quiet">({measureUnit(measure.unit)})</span>}
            </dt>
            <dd lang={measureDefinition(measure).lang}>{measureDefinition(measure).text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

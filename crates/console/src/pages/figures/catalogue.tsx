// What every figure means, how it stands for each brand, and the way to the conversations behind it.

import { type Figure, figuresByBrand, listMeasures, type Measure } from "../../api/figures";
import { t, word } from "../../i18n";
import { measureDefinition, measureSettings, measureTitle, measureUnit, useMeasureWords } from "../../i18n/measures";
import { behindLink } from "../../lib/route";
import { brandName } from "../../live/brands";
import { Failed, Loading, useLoad } from "../../ui/load";
import { showInterval, showOf } from "./show";
import { Tabs } from "./tabs";

type ByBrand = readonly { brand: string; figures: ReadonlyMap<string, Figure> }[];

export function Catalogue() {
  useMeasureWords();
  const { value, error, reload } = useLoad("measures", listMeasures);
  const figures = useLoad("figures by brand", figuresByBrand);
  const chapters = [...new Set((value ?? []).map((one) => one.chapter))];
  return (
    <div class="page">
      <h1 tabIndex={-1} id="title">
        {t("meas.title")}
      </h1>
      <Tabs at="measures" />
      <p class="lead">{t("meas.lead")}</p>
      {error && !value && <Failed error={error} reload={reload} />}
      {!error && !value && <Loading />}
      {figures.error && !figures.value && <p class="hint">{t("meas.noFigures")}</p>}
      {chapters.map((chapter) => (
        <section key={chapter} class="panel" aria-label={word("chapter", chapter) || t("meas.title")}>
          {chapter && <h2>{word("chapter", chapter)}</h2>}
          <ul class="measures">
            {value
              ?.filter((one) => one.chapter === chapter)
              .map((one) => (
                <MeasureLine key={one.name} measure={one} rows={figures.value ?? []} />
              ))}
          </ul>
        </section>
      ))}
    </div>
  );
}

function MeasureLine({ measure, rows }: { measure: Measure; rows: ByBrand }) {
  const known = rows.flatMap((row) => {
    const figure = row.figures.get(measure.name);
    return figure?.value === undefined ? [] : [{ brand: row.brand, figure }];
  });
  return (
    <li id={`measure-${measure.name}`}>
      <h3>
        {measureTitle(measure.name, measure.title)}{" "}
        {measure.unit && <span class="quiet">({measureUnit(measure.unit)})</span>}
      </h3>
      {known.length > 0 && (
        <dl class="by-brand">
          {known.map(({ brand, figure }) => (
            <div key={brand}>
              <dt>
                <bdi>{brandName(brand)}</bdi>
              </dt>
              <dd>
                <a class="figure" href={behindLink(measure.name, { brand })}>
                  {showOf(measure, figure.value)}
                </a>{" "}
                <span class="quiet figure">{showInterval(measure, figure.low, figure.high)}</span>
              </dd>
            </div>
          ))}
        </dl>
      )}
      <Meaning measure={measure} />
    </li>
  );
}

/** In the reader's language. What a measure meant before stands as the server says it, in English. */
export function Meaning({ measure }: { measure: Measure }) {
  const definition = measureDefinition(measure);
  const settings = measureSettings(measure);
  return (
    <div class="meaning-of">
      <p lang={definition.lang}>{definition.text}</p>
      {measure.settings && (
        <p class="quiet">
          {t("meas.settings")} <bdi lang={settings.lang}>{settings.text}</bdi>
        </p>
      )}
      {measure.since > 1 && <p class="quiet">{t("meas.since", { n: measure.since })}</p>}
      {measure.former.map((one) => (
        <details key={one.name} class="fold">
          <summary>{t("meas.former", { n: one.since })}</summary>
          <p lang="en">{one.definition}</p>
        </details>
      ))}
    </div>
  );
}

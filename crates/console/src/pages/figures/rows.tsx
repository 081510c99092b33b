// The rows of a scorecard: points with a picture for each head, and under each row the measures that they are made of.

import { useState } from "preact/hooks";
import type { Scorecard as Card, Head, HeadScore, Measure, Score, ScorecardRow } from "../../api/figures";
import { decimal, languageName, num, t } from "../../i18n";
import { measureTitle, useMeasureWords } from "../../i18n/measures";
import { narrow } from "../../lib/period";
import { behindLink } from "../../lib/route";
import { networkName } from "../../lib/text";
import { brandName, personName, teamName } from "../../live/brands";
import { ScoreBar } from "./chart";
import { type Asked, headName } from "./scorecard";
import { showInterval, showOf } from "./show";

/** How a row of a kind is called. */
export function rowName(side: string, name: string, brand = ""): string {
  if (!name) return t("score.without");
  if (side === "BRAND") return brandName(name);
  if (side === "TEAM") return teamName(brand, name);
  if (side === "PERSON") return personName(brand, name);
  if (side === "CHANNEL") return networkName(name);
  return side === "LANGUAGE" ? languageName(name) : name;
}

interface RowsProps {
  card: Card;
  asked: Asked;
  measures: ReadonlyMap<string, Measure>;
}

export function Rows({ card, asked, measures }: RowsProps) {
  useMeasureWords();
  return (
    // biome-ignore lint/a11y/useSemanticElements: it groups no fields
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on small screens, by keyboard too
    <div class="panel table-scroll" role="group" tabIndex={0} aria-label={t("score.title")}>
      <table class="scorecard">
        <thead>
          <tr>
            <th scope="col">{t(`side.${asked.side}`)}</th>
            <th scope="col" class="num">
              {t("score.conversations")}
            </th>
            <th scope="col">{t("score.all")}</th>
            {card.heads.map((head) => (
              <th key={head.name} scope="col">
                {headName(head.name, head.title)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {card.rows.map((row) => (
            <Row key={row.name} row={row} heads={card.heads} asked={asked} measures={measures} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface RowProps extends Omit<RowsProps, "card"> {
  row: ScorecardRow;
  heads: readonly Head[];
}

function Row({ row, heads, asked, measures }: RowProps) {
  const [open, setOpen] = useState(false);
  const filter = { brand: asked.brand, from: asked.from, until: asked.until, ...narrow(asked.side, row.name) };
  return (
    <>
      <tr>
        <th scope="row">
          <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
            <bdi>{rowName(asked.side, row.name, asked.brand)}</bdi>
          </button>
        </th>
        <td class="num figure">{num(row.conversations)}</td>
        <td>
          <Points score={row.score} strong />
        </td>
        {heads.map((head) => (
          <td key={head.name}>
            <Points score={row.heads.find((one) => one.head === head.name)?.score ?? {}} />
          </td>
        ))}
      </tr>
      {open && (
        <tr class="scorecard-more">
          <td colSpan={heads.length + 3}>
            <div class="heads">
              {heads.map((head) => (
                <Parts
                  key={head.name}
                  head={head}
                  score={row.heads.find((one) => one.head === head.name)}
                  filter={filter}
                  measures={measures}
                />
              ))}
            </div>
          </td>
        </tr>
      )}
    </>
  );
}

function Points({ score, strong = false }: { score: Score; strong?: boolean }) {
  const { points, low, high } = score;
  if (points === undefined) return <span class="quiet">{t("score.tooFew")}</span>;
  const value = <span class="figure">{decimal(points)}</span>;
  return (
    <div class="points">
      <p>
        {strong ? <strong>{value}</strong> : value}{" "}
        {low !== undefined && high !== undefined && (
          <span class="quiet figure">
            {decimal(low)} – {decimal(high)}
          </span>
        )}
      </p>
      <ScoreBar score={score} />
    </div>
  );
}

interface PartsProps {
  head: Head;
  score: HeadScore | undefined;
  filter: Record<string, string>;
  measures: ReadonlyMap<string, Measure>;
}

/** What a head is made of. Each figure leads to the conversations behind it. */
function Parts({ head, score, filter, measures }: PartsProps) {
  return (
    <section aria-label={headName(head.name, head.title)}>
      <h2>{headName(head.name, head.title)}</h2>
      <dl class="components">
        {head.components.map((component, index) => {
          const found = score?.components[index];
          const measure = measures.get(component.measure);
          const figure = found?.figure;
          return (
            <div key={component.measure}>
              <dt>{measureTitle(component.measure, component.title)}</dt>
              <dd>
                <a class="figure" href={behindLink(component.measure, filter)}>
                  {showOf(measure, figure?.value)}
                </a>{" "}
                <span class="quiet figure">{showInterval(measure, figure?.low, figure?.high)}</span>{" "}
                <span class="quiet">
                  {t("score.of", { n: figure?.sample ?? 0 })}
                  {found?.points !== undefined && ` · ${t("score.points", { points: decimal(found.points) })}`}
                  {` · ${t("score.weight", { weight: decimal(component.weight) })}`}
                </span>
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

// The queues: all that waits, one's own, what nobody has, and each team's, with how many wait in each.

import { useEffect, useState } from "preact/hooks";
import { measures } from "../../api/calls";
import type { Measures } from "../../api/model";
import { num, t } from "../../i18n";
import { inboxLink } from "../../lib/route";
import { brands } from "../../live/brands";
import { epoch, onChange } from "../../live/store";
import { type Choice, VIEWS, writeChoice } from "./query";

/** Counts are asked for again at most this often, and only when something has changed. */
const AGAIN_MS = 4_000;

function useCounts(): Measures[] {
  const [rows, setRows] = useState<Measures[]>([]);
  const again = epoch.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a reset of the stream says when to load again
  useEffect(() => {
    const cut = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = () => {
      timer = undefined;
      measures(["BRAND", "TEAM"], "", cut.signal).then(setRows, () => {});
    };
    load();
    const stop = onChange(() => {
      timer ??= setTimeout(load, AGAIN_MS);
    });
    return () => {
      cut.abort();
      stop();
      clearTimeout(timer);
    };
  }, [again]);
  return rows;
}

export function Queues({ choice }: { choice: Choice }) {
  const rows = useCounts();
  const open = (brand: string, team = "") =>
    rows.filter((row) => row.brand === brand && (!team || row.team === team)).reduce((sum, row) => sum + row.open, 0);
  const link = (changed: Partial<Choice>) => inboxLink(writeChoice({ ...choice, ...changed }));
  return (
    <nav class="queues" aria-label={t("inbox.queues")}>
      <ul>
        {VIEWS.map((view) => (
          <li key={view}>
            <a href={link({ view })} aria-current={choice.view === view ? "page" : undefined}>
              {t(`inbox.${view}`)}
            </a>
          </li>
        ))}
      </ul>
      <ul class="queues-brands">
        <li>
          <a href={link({ brand: "", team: "" })} aria-current={choice.brand === "" ? "true" : undefined}>
            {t("inbox.allBrands")}
          </a>
        </li>
        {(brands.value ?? []).map((brand) => (
          <li key={brand.id}>
            <Queue
              href={link({ brand: brand.id, team: "" })}
              name={brand.name}
              open={open(brand.id)}
              current={choice.brand === brand.id && choice.team === ""}
            />
            <ul>
              {brand.teams.map((team) => (
                <li key={team.id}>
                  <Queue
                    href={link({ brand: brand.id, team: team.id })}
                    name={team.name}
                    open={open(brand.id, team.id)}
                    current={choice.brand === brand.id && choice.team === team.id}
                  />
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Queue({ href, name, open, current }: { href: string; name: string; open: number; current: boolean }) {
  return (
    <a href={href} aria-current={current ? "true" : undefined}>
      <bdi>{name}</bdi>
      {open > 0 && <span class="count">{num(open)}</span>}
    </a>
  );
}

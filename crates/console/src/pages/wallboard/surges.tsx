// The surges that are on: one matter, one place, many voices. It is told loudly, and leads to all who are part of it.

import type { Incident } from "../../api/calls";
import { named, num, t } from "../../i18n";
import { inboxLink } from "../../lib/route";
import { brandName, teamName } from "../../live/brands";
import { Icon } from "../../ui/icon";
import { Ago } from "../../ui/time";

export function Surges({ list }: { list: readonly Incident[] }) {
  if (list.length === 0) return null;
  return (
    <ul class="surges" aria-label={t("surge.title")}>
      {list.map((one) => (
        <li key={`${one.brand} ${one.id}`} class="surge">
          <Icon name="flame" />
          <strong>{t("surge.what", { region: named(one.region || "–"), topic: named(one.topic) })}</strong>
          <span>
            <bdi>{brandName(one.brand)}</bdi>
            {one.team && (
              <>
                {", "}
                <bdi>{teamName(one.brand, one.team)}</bdi>
              </>
            )}
          </span>
          <span>{t("surge.posts", { n: num(one.posts) })}</span>
          {one.firstPostAt !== undefined && (
            <span>
              {t("surge.since")} <Ago at={one.firstPostAt} />
            </span>
          )}
          <a href={inboxLink({ brand: one.brand, view: "everything", incident: one.id })}>
            {t("surge.conversations", { n: num(one.conversations) })}
          </a>
        </li>
      ))}
    </ul>
  );
}

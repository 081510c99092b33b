// Names inside sentences: a brand's people and teams, and times that need their date or not.

import { readTime } from "../../api/model";
import { clockTime, named, t } from "../../i18n";
import { personName, teamName } from "../../live/brands";

/** How a fact's codes are called, for one brand and one present. */
export interface Names {
  person: (id: string | undefined) => string;
  team: (id: string | undefined) => string;
  time: (text: string | undefined) => string;
}

/** `now` decides whether a time needs its date. */
export function namesOf(brand: string, now: number): Names {
  return {
    person: (id) => named(personName(brand, id ?? "")),
    team: (id) => named(teamName(brand, id ?? "") || t("noTeam")),
    time: (text) => {
      const at = readTime(text);
      return at === undefined ? "–" : clockTime(at, now);
    },
  };
}

export function because(said: string, reason: string | undefined): string {
  return reason ? `${said} – ${named(reason)}` : said;
}

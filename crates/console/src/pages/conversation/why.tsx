// Why it is where it is: each decision in words, with everything it was made of.

import { explain } from "../../api/calls";
import { readTime } from "../../api/model";
import type { ExplanationJson } from "../../gen/earshot/conversation/v1/conversation_service_pb";
import type { CandidateJson } from "../../gen/earshot/conversation/v1/facts_pb";
import { decimal, t } from "../../i18n";
import { Failed, Loading, useLoad } from "../../ui/load";
import { At } from "../../ui/time";

/** `until` hides what was decided later, when one looks at the past. */
export function Why({ id, version, until }: { id: string; version: number; until: number }) {
  const { value, error, reload } = useLoad(`why ${id} ${version}`, (signal) => explain(id, signal));
  const made = (value ?? []).filter((one) => (readTime(one.at) ?? 0) <= until).reverse();
  // Open is the newest that weighed candidates: that is the answer to the question.
  const weighed = Math.max(
    0,
    made.findIndex((one) => (one.candidates?.length ?? 0) > 0),
  );
  return (
    <section class="panel why" aria-labelledby="why-title">
      <h2 id="why-title">{t("case.why")}</h2>
      {error && !value && <Failed error={error} reload={reload} />}
      {!error && !value && <Loading />}
      {value && made.length === 0 && <p class="quiet">{t("case.why.none")}</p>}
      {made.map((one, index) => (
        <details key={`${one.sequence} ${one.text}`} open={index === weighed}>
          <summary>
            <bdi>{one.text}</bdi>
          </summary>
          <Decision one={one} />
        </details>
      ))}
    </section>
  );
}

function Decision({ one }: { one: ExplanationJson }) {
  const at = readTime(one.at);
  const versions = [
    one.settingsVersion && t("case.why.settings", { version: short(one.settingsVersion) }),
    one.modelVersion && t("case.why.model", { version: one.modelVersion }),
  ].filter(Boolean);
  return (
    <div class="decision">
      {(one.candidates?.length ?? 0) > 0 && <Candidates list={one.candidates ?? []} />}
      {(one.notes?.length ?? 0) > 0 && (
        <ul class="notes">
          {one.notes?.map((note) => (
            <li key={note}>
              <bdi>{note}</bdi>
            </li>
          ))}
        </ul>
      )}
      <p class="quiet">
        {at !== undefined && <At at={at} />}
        {versions.map((version) => ` · ${version}`)}
      </p>
    </div>
  );
}

function Candidates({ list }: { list: readonly CandidateJson[] }) {
  return (
    <div class="table-scroll">
      <table class="candidates">
        <thead>
          <tr>
            <th scope="col">{t("case.why.candidate")}</th>
            <th scope="col" class="num">
              {t("case.why.score")}
            </th>
            <th scope="col">{t("case.why.excluded")}</th>
          </tr>
        </thead>
        <tbody>
          {list.map((one) => (
            <tr key={`${one.kind} ${one.name}`} class={one.excluded ? "" : "chosen"}>
              <th scope="row">
                <span class="quiet">{kind(one.kind)}</span> <bdi>{one.name}</bdi>
              </th>
              <td class="num figure">{decimal(Number(one.score ?? 0))}</td>
              <td>{one.excluded ? <bdi>{one.excluded}</bdi> : <strong>{t("case.why.chosen")}</strong>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function kind(name: string | undefined): string {
  return name === "rule" || name === "team" ? t(`case.why.${name}`) : (name ?? "");
}

/** A settings version is a hash; its beginning tells it apart. */
export function short(version: string): string {
  return version.length > 16 ? version.slice(0, 12) : version;
}

// Which settings a conversation was decided by, and how the brand's settings stood at the instant that is looked at.

import { useState } from "preact/hooks";
import { getBrand } from "../../api/calls";
import type { Entry } from "../../api/model";
import { fullTime, t } from "../../i18n";
import { settingsVersion } from "../../lib/flags";
import { brandLink } from "../../lib/route";
import { Dialog } from "../../ui/dialog";
import { Failed, Loading, useLoad } from "../../ui/load";
import { Yaml } from "../../ui/yaml";
import { short } from "./why";

interface SettingsProps {
  brand: string;
  entries: readonly Entry[];
  /** The instant that is looked at; empty for now. */
  at: string;
}

export function SettingsThen({ brand, entries, at }: SettingsProps) {
  const [open, setOpen] = useState(false);
  const version = settingsVersion(entries);
  return (
    <>
      {version ? (
        <a href={brandLink(brand)} class="figure">
          <code>{short(version)}</code>
        </a>
      ) : (
        "–"
      )}{" "}
      {at && (
        <button type="button" class="link" onClick={() => setOpen(true)}>
          {t("case.settings.then")}
        </button>
      )}
      {open && <Then brand={brand} at={at} onClose={() => setOpen(false)} />}
    </>
  );
}

function Then({ brand, at, onClose }: { brand: string; at: string; onClose: () => void }) {
  const { value, error, reload } = useLoad(`settings ${brand} ${at}`, (signal) => getBrand(brand, signal, at));
  return (
    <Dialog title={t("case.settings.at", { time: fullTime(Date.parse(at)) })} onClose={onClose}>
      {error && !value && <Failed error={error} reload={reload} />}
      {!error && !value && <Loading />}
      {value && (
        <p class="quiet">
          {t("brands.version", {
            version: short(value.version) || "–",
            time: value.publishedAt === undefined ? "–" : fullTime(value.publishedAt),
          })}
        </p>
      )}
      {value && (value.yaml ? <Yaml text={value.yaml} /> : <p>{t("case.settings.none")}</p>)}
    </Dialog>
  );
}

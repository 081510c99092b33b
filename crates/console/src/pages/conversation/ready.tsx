// Ready replies that fit: what each says, why it is offered, and one press to put it into the box.

import { useState } from "preact/hooks";
import type { Summary } from "../../api/model";
import { type Ready, readyReplies } from "../../api/ready";
import { languageName, t, tn } from "../../i18n";
import { me } from "../../live/me";
import { Failed, Loading, useLoad } from "../../ui/load";
import { Said } from "../../ui/words";

interface ReadyProps {
  summary: Summary;
  secret: boolean;
  use: (text: string) => void;
}

export function ReadyReplies({ summary, secret, use }: ReadyProps) {
  const [open, setOpen] = useState(false);
  const mine = me.value;
  if (mine?.brand !== summary.brand) return null;
  return (
    <details class="ready" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("ready.title")}</summary>
      {open && (
        <Offers
          summary={summary}
          secret={secret}
          person={mine.person}
          use={(text) => {
            setOpen(false);
            use(text);
          }}
        />
      )}
    </details>
  );
}

function Offers({ summary, secret, person, use }: ReadyProps & { person: string }) {
  const { value, error, reload } = useLoad(`ready ${summary.id} ${summary.version} ${secret} ${person}`, (signal) =>
    readyReplies(summary.id, { person, private: secret }, signal),
  );
  if (!value) return error ? <Failed error={error} reload={reload} /> : <Loading />;
  if (value.length === 0) return <p class="quiet">{t("ready.none")}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long list scrolls, by keyboard too
    <ul class="ready-replies" aria-label={t("ready.title")} tabIndex={0}>
      {value.map((one) => (
        <Offer key={`${one.name} ${one.language}`} one={one} use={use} />
      ))}
    </ul>
  );
}

function Offer({ one, use }: { one: Ready; use: (text: string) => void }) {
  return (
    <li class="ready-reply">
      <p class="chips">
        <strong>
          <bdi>{one.name}</bdi>
        </strong>
        <span class="chip chip-outline">{languageName(one.language)}</span>
        {one.parts > 1 && <span class="chip chip-quiet">{tn("guard.parts", one.parts)}</span>}
        {one.stops && <span class="chip chip-ember">{t("guard.stops")}</span>}
        {one.reasons.length > 0 && (
          <span class="quiet" lang="en">
            {one.reasons.join("; ")}
          </span>
        )}
      </p>
      {one.text && <Said text={one.text} lang={one.language} />}
      {one.missing.length > 0 && <p class="tone-amber">{t("ready.missing", { what: one.missing.join(", ") })}</p>}
      {one.text && (
        <button type="button" class="button" onClick={() => use(one.text)}>
          {t("ready.use")}
        </button>
      )}
    </li>
  );
}

// Good morning and good evening, before anybody reads it: what the brand will post when its shifts begin and end.

import { useState } from "preact/hooks";
import { previewShifts, type ShiftPost } from "../../api/shifts";
import { t, word, zonedTime } from "../../i18n";
import { networkName } from "../../lib/text";
import { teamName } from "../../live/brands";
import { Refused } from "../../ui/refusal";
import { plainWords } from "../../ui/refused";
import { Said } from "../../ui/words";

/** `yaml` is tried instead of the settings in force, when there is any. */
export function Shifts({ brand, yaml }: { brand: string; yaml: string }) {
  const [posts, setPosts] = useState<ShiftPost[]>();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState("");
  const preview = async () => {
    setBusy(true);
    setRefused("");
    try {
      setPosts(await previewShifts(brand, yaml));
    } catch (error) {
      setRefused(plainWords(error));
    }
    setBusy(false);
  };
  return (
    <div class="shifts">
      <button type="button" class="button" disabled={busy} onClick={() => void preview()}>
        {t("shift.preview")}
      </button>
      <Refused text={refused} />
      {posts && (
        <div role="status">
          {posts.length === 0 && <p class="quiet">{t("shift.none")}</p>}
          <ul class="kept-posts">
            {posts.map((one) => (
              <li key={`${one.at} ${one.team} ${one.network} ${one.shift}`} class="kept-post">
                <p class="kept-head">
                  <strong>{zonedTime(one.at, "")}</strong>
                  <bdi>{teamName(brand, one.team)}</bdi>
                  <span class="chip chip-outline">{networkName(one.network)}</span>
                  <span class="chip chip-quiet">{word("shift", one.shift)}</span>
                  {one.problem && <span class="chip chip-ember">{word("shift", one.problem)}</span>}
                </p>
                {one.text && <Said text={one.text} />}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

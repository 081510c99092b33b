// The keys, on one card.

import { type Key, t } from "../i18n";
import { Dialog } from "./dialog";

const KEYS: [string[], Key][] = [
  [["j"], "help.next"],
  [["k"], "help.previous"],
  [["Enter", "o"], "help.enter"],
  [["c"], "help.claim"],
  [["r"], "help.reply"],
  [["u"], "help.back"],
  [["Ctrl+Enter"], "help.send"],
  [["."], "help.fresh"],
  [["/"], "help.search"],
  [["g w", "g i", "g s", "g f", "g b", "g l"], "help.go"],
  [["?"], "help.help"],
];

export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t("help.title")} onClose={onClose}>
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(what)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

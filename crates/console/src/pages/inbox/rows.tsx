// The rows of a list, in pieces: a piece that is far from the view is only as high as it was.

import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import type { Summary } from "../../api/model";
import { t } from "../../i18n";
import { useNear } from "./near";
import { Row } from "./row";

/** Rows of a piece. */
export const PIECE = 50;
/** How high a row is in most windows, for pieces that were never seen. */
const ROW_PX = 87;

interface RowsProps {
  rows: readonly Summary[];
  /** Ids of those that have left the list. */
  left: ReadonlySet<string>;
}

export function Rows({ rows, left }: RowsProps) {
  const drawn = useRef<{ rows: readonly Summary[]; gone: string; mixed: boolean; piece: VNode }[]>([]);
  const mixed = rows.some((summary) => !summary.demo);
  const pieces: VNode[] = [];
  for (let from = 0; from < rows.length; from += PIECE) {
    const own = rows.slice(from, from + PIECE);
    const gone = own.flatMap(({ id }) => (left.has(id) ? id : [])).join(" ");
    const known = drawn.current[pieces.length];
    // The very piece as before is skipped whole: a long list is drawn again with each change of any row.
    const same = known && known.gone === gone && known.mixed === mixed && alike(known.rows, own);
    const piece = same ? known.piece : <Piece key={from} from={from} rows={own} left={left} mixed={mixed} />;
    drawn.current[pieces.length] = { rows: own, gone, mixed, piece };
    pieces.push(piece);
  }
  drawn.current.length = pieces.length;
  return (
    // biome-ignore lint/a11y/useSemanticElements: it groups no fields
    <div class="rows" role="group" aria-label={t("inbox.list")}>
      {pieces}
    </div>
  );
}

const alike = (some: readonly Summary[], others: readonly Summary[]) =>
  some.length === others.length && some.every((summary, at) => summary === others[at]);

interface PieceProps extends RowsProps {
  from: number;
  mixed: boolean;
}

function Piece({ from, rows, left, mixed }: PieceProps) {
  const box = useRef<HTMLOListElement>(null);
  const first = from === 0;
  const { near, height } = useNear(box, first);
  return (
    <ol
      ref={box}
      class="piece"
      start={from + 1}
      style={near ? { blockSize: "auto" } : { blockSize: `${height || rows.length * ROW_PX}px` }}
    >
      {near &&
        rows.map((summary) => (
          <Row key={summary.id} summary={summary} gone={left.has(summary.id)} mixed={mixed} first={first} />
        ))}
    </ol>
  );
}

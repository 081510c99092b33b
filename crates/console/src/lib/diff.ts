// What a paste would change in the settings, line by line.

export type DiffLine = { kind: "same" | "gone" | "new"; text: string; line: number };

/** Beyond this many cells the longest common subsequence is not computed: everything counts as replaced. */
const MOST_CELLS = 4_000_000;

export function diff(before: string, after: string): DiffLine[] {
  const old = before.split("\n");
  const fresh = after.split("\n");
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start++;
  let oldEnd = old.length;
  let freshEnd = fresh.length;
  while (oldEnd > start && freshEnd > start && old[oldEnd - 1] === fresh[freshEnd - 1]) {
    oldEnd--;
    freshEnd--;
  }
  const middle = between(old.slice(start, oldEnd), fresh.slice(start, freshEnd), start);
  const same = (text: string, line: number): DiffLine => ({ kind: "same", text, line: line + 1 });
  return [
    ...fresh.slice(0, start).map((text, at) => same(text, at)),
    ...middle,
    ...fresh.slice(freshEnd).map((text, at) => same(text, freshEnd + at)),
  ];
}

function between(old: string[], fresh: string[], offset: number): DiffLine[] {
  const width = fresh.length + 1;
  const whole = (old.length + 1) * width > MOST_CELLS;
  const common = whole ? undefined : commonLengths(old, fresh);
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < fresh.length) {
    const below = common?.[(i + 1) * width + j] ?? 0;
    const beside = common?.[i * width + j + 1] ?? 0;
    if (common && i < old.length && j < fresh.length && old[i] === fresh[j]) {
      lines.push({ kind: "same", text: fresh[j] ?? "", line: offset + j + 1 });
      i++;
      j++;
    } else if (i < old.length && (j >= fresh.length || below >= beside)) {
      lines.push({ kind: "gone", text: old[i] ?? "", line: offset + i + 1 });
      i++;
    } else {
      lines.push({ kind: "new", text: fresh[j] ?? "", line: offset + j + 1 });
      j++;
    }
  }
  return lines;
}

/** Row by row from the end: how many lines two tails have in common. */
function commonLengths(old: string[], fresh: string[]): Uint32Array {
  const width = fresh.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      const diagonal = lengths[(i + 1) * width + j + 1] ?? 0;
      const below = lengths[(i + 1) * width + j] ?? 0;
      const beside = lengths[i * width + j + 1] ?? 0;
      lengths[i * width + j] = old[i] === fresh[j] ? diagonal + 1 : Math.max(below, beside);
    }
  }
  return lengths;
}

/** Only the changes and `context` lines around them; `undefined` stands for what is left out. */
export function hunks(lines: DiffLine[], context = 2): (DiffLine | undefined)[] {
  const near = lines.map((_, at) => {
    const around = lines.slice(Math.max(0, at - context), at + context + 1);
    return around.some((line) => line.kind !== "same");
  });
  const shown: (DiffLine | undefined)[] = [];
  lines.forEach((line, at) => {
    if (near[at]) shown.push(line);
    else if (shown.at(-1) !== undefined || shown.length === 0) shown.push(undefined);
  });
  return shown;
}

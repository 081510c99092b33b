// Plain pictures of points from 0 to 100. Each stands beside its numbers, so it is hidden from those who hear them.

import type { Score } from "../../api/figures";
import { num } from "../../i18n";

const WIDTH = 100;
const TICKS = [0, 25, 50, 75, 100];

/** One score: the dot is the points, the line is between what the true ones lie. */
export function ScoreBar({ score }: { score: Score }) {
  const { points, low, high } = score;
  return (
    <svg class="score-chart" viewBox={`-2 0 ${WIDTH + 4} 12`} preserveAspectRatio="none" aria-hidden="true">
      <path class="score-scale" d={TICKS.map((at) => `M${at} 1V11`).join("")} />
      {points !== undefined && <rect class="score-fill" x="0" y="4" width={points} height="4" />}
      {low !== undefined && high !== undefined && (
        <path class="score-sure" d={`M${low} 6H${high}M${low} 3V9M${high} 3V9`} />
      )}
      {points !== undefined && <path class="score-dot" d={`M${points} 2V10`} />}
    </svg>
  );
}

export interface Course {
  name: string;
  scores: readonly Score[];
}

const HIGH = 40;
const ALONE = "h.6";

/** The course of several scores over periods: a line each, with a band for how sure it is. */
export function CourseChart({ courses, label }: { courses: readonly Course[]; label: string }) {
  const most = Math.max(2, ...courses.map((one) => one.scores.length));
  const x = (index: number) => (index / (most - 1)) * WIDTH;
  const y = (points: number) => HIGH - (points / 100) * HIGH;
  return (
    <div class="course-box">
      <ol class="course-points figure quiet" aria-hidden="true">
        {TICKS.map((at) => (
          <li key={at}>{num(at)}</li>
        ))}
      </ol>
      <svg
        class="course"
        viewBox={`0 -1 ${WIDTH} ${HIGH + 2}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        {TICKS.map((at) => (
          <path key={at} class="course-scale" d={`M0 ${y(at)}H${WIDTH}`} />
        ))}
        {courses.map((course, index) => (
          <g key={course.name} class={`course-line course-${index}`}>
            <path class="course-band" d={band(course.scores, x, y)} />
            <path class="course-stroke" d={line(course.scores, x, y)} />
          </g>
        ))}
      </svg>
    </div>
  );
}

type At = (value: number) => number;

/** Where nothing is known the line has a gap; what stands alone between two gaps is a short stroke. */
export function line(scores: readonly Score[], x: At, y: At): string {
  let pen = "M";
  return scores
    .map(({ points }, index) => {
      if (points === undefined) {
        pen = "M";
        return "";
      }
      const alone = pen === "M" && scores[index + 1]?.points === undefined;
      const step = `${pen}${round(x(index))} ${round(y(points))}${alone ? ALONE : ""}`;
      pen = "L";
      return step;
    })
    .join("");
}

/** Between what the true ones lie; like the line, it ends where nothing is known. */
export function band(scores: readonly Score[], x: At, y: At): string {
  let [up, down]: [string[], string[]] = [[], []];
  let path = "";
  for (const [index, { low, high }] of [...scores, {} as Score].entries()) {
    if (low !== undefined && high !== undefined) {
      up.push(`${round(x(index))} ${round(y(high))}`);
      down.unshift(`${round(x(index))} ${round(y(low))}`);
      continue;
    }
    if (up.length > 1) path += `M${[...up, ...down].join("L")}Z`;
    [up, down] = [[], []];
  }
  return path;
}

const round = (value: number) => Math.round(value * 100) / 100;

import type { Curve, Point } from './messages';

/** So many live points are kept of a run. */
const mostLivePoints = 1200;

export const emptyCurve: Curve = { full: [], live: [] };

/**
 * The curve with further points. What lies before its end is not taken again: a run that is taken up begins with what it had measured.
 * Beyond 1,200 live points every other one is dropped, so that the curve stays as long in memory however long the run.
 */
export function extended({ full, live }: Curve, more: Curve): Curve {
  return { full: after(full, more.full), live: thinned(after(live, more.live)) };
}

function after(points: readonly Point[], more: readonly Point[]): readonly Point[] {
  const last = points.at(-1)?.[0] ?? -1;
  const fresh = more.filter(([update]) => update > last);
  return fresh.length === 0 ? points : [...points, ...fresh];
}

function thinned(points: readonly Point[]): readonly Point[] {
  return points.length <= mostLivePoints ? points : points.filter((_, index) => index % 2 === 0 || index === points.length - 1);
}

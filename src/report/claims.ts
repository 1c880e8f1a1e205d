import type { ReportResults } from './results';

/** One claim of the report beside our own result. */
export interface JudgedClaim {
  readonly claim: string;
  readonly report: string;
  readonly ours: string;
  readonly verdict: 'agrees' | 'differs';
  /** Why it differs, or what to know. */
  readonly note: string;
}

interface Claim {
  readonly notebook: string;
  readonly claim: string;
  readonly report: string;
  /** Our result from what the notebook stated, or undefined if it stated none. */
  judge(results: Readonly<Record<string, unknown>>): { ours: string; agrees: boolean; note?: string } | undefined;
}

const percent = (fraction: number) => `${(100 * fraction).toFixed(2)} %`;

/** A test accuracy agrees within `tolerance`: about what another seed changes. */
function testAccuracy(notebook: string, claim: string, reported: number, tolerance: number, note = ''): Claim {
  return {
    notebook,
    claim,
    report: percent(reported),
    judge({ testAccuracy }) {
      if (typeof testAccuracy !== 'number') return undefined;
      return { ours: percent(testAccuracy), agrees: Math.abs(testAccuracy - reported) <= tolerance, note: note || `within ${percent(tolerance)}, about what another seed changes` };
    },
  };
}

export const claims: readonly Claim[] = [
  testAccuracy('figure-3', 'Test accuracy after one cycle, n_s = 500 (figures 3 to 5)', 0.4571, 0.013),
  testAccuracy('figure-4', 'Test accuracy after three cycles, n_s = 800 (figures 6 to 8)', 0.4737, 0.013),
  testAccuracy('final-run', 'Test accuracy of the final run, lambda = 1.043e-6 (figures 9 to 11)', 0.513, 0.015),
];

/** The claims that the executed notebooks speak to. Results of synthetic data are compared with none. */
export function judgeClaims({ dataset, notebooks }: ReportResults): JudgedClaim[] {
  if (dataset.name === 'synthetic') return [];
  return claims.flatMap(({ notebook, claim, report, judge }) => {
    const results = notebooks[notebook]?.results;
    const judged = results && judge(results);
    if (judged === undefined) return [];
    return [{ claim, report, ours: judged.ours, verdict: judged.agrees ? 'agrees' : 'differs', note: judged.note ?? '' } as const];
  });
}

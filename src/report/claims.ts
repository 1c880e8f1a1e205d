import type { ReportResults } from './results';

/** 'agrees', 'differs', or a claim that the report itself contradicts or that cannot be. */
export type Verdict = 'agrees' | 'differs' | 'cannot be right';

/** One claim of the report beside our own result. */
export interface JudgedClaim {
  readonly claim: string;
  readonly report: string;
  readonly ours: string;
  readonly verdict: Verdict;
  /** Why, or what to know. */
  readonly note: string;
}

interface Claim {
  /** Whose results are asked. */
  readonly notebook: string;
  readonly claim: string;
  readonly report: string;
  judge(results: Stated): Pick<JudgedClaim, 'ours' | 'verdict' | 'note'>;
}

/** What the notebooks state, as far as it is asked here. */
interface Stated {
  readonly testAccuracy: number;
  readonly float64: Readonly<Record<string, { readonly forward: number; readonly centred: number; readonly centredNorm: number }>>;
  readonly overfit: { readonly trainLoss: number; readonly validationLoss: number; readonly trainAccuracy: number; readonly validationAccuracy: number };
  readonly trials: readonly { readonly lambda: number; readonly validationAccuracy: number; readonly search: string }[];
}

/** With a space that does not break. */
const percent = (fraction: number) => `${(100 * fraction).toFixed(2)}\u00a0%`;
const verdict = (agrees: boolean): Verdict => (agrees ? 'agrees' : 'differs');

/** From the smallest to the largest of some numbers: '1.6e-5 to 1.1e-3'. */
function span(values: readonly number[]): string {
  return `${Math.min(...values).toExponential(1)} to ${Math.max(...values).toExponential(1)}`;
}

/** Our accuracy at a lambda, on the linear grids. */
function accuracyAt({ trials }: Stated, lambda: number): number {
  const grid = trials.filter(({ search }) => search.startsWith('linear'));
  const distance = (each: { readonly lambda: number }) => Math.abs(Math.log(each.lambda / lambda));
  return grid.reduce((best, each) => (distance(each) < distance(best) ? each : best)).validationAccuracy;
}

/** A test accuracy agrees within `tolerance`: about what another seed changes. */
function testAccuracy(notebook: string, claim: string, reported: number, tolerance: number): Claim {
  return {
    notebook,
    claim,
    report: percent(reported),
    judge: ({ testAccuracy: ours }) => ({
      ours: percent(ours),
      verdict: verdict(Math.abs(ours - reported) <= tolerance),
      note: `within ${(100 * tolerance).toFixed(1)} points, about what another seed changes`,
    }),
  };
}

/** A validation accuracy of the searches, which agrees within 0.02: another division and another seed. */
function accuracyAtLambda(notebook: string, claim: string, lambda: number, reported: number, note: string): Claim {
  return {
    notebook,
    claim,
    report: percent(reported),
    judge(results) {
      const ours = accuracyAt(results, lambda);
      return { ours: percent(ours), verdict: verdict(Math.abs(ours - reported) <= 0.02), note };
    },
  };
}

export const claims: readonly Claim[] = [
  {
    notebook: 'gradient-check',
    claim: 'Analytic against forward difference, largest error (figure 1a)',
    report: '1.6e-5 to 1.1e-3',
    judge({ float64 }) {
      const errors = Object.values(float64).map(({ forward }) => forward);
      return { ours: span(errors), verdict: verdict(Math.max(...errors) < 1), note: 'the largest depends on how small a gradient is among those checked; the text says 1e-5 to 1e-2, its figure has at most 1.1e-3' };
    },
  },
  {
    notebook: 'gradient-check',
    claim: 'Analytic against centred difference, below 1e-7 (figure 1b)',
    report: '9.5e-10 to 2.8e-7',
    judge({ float64 }) {
      const tensors = Object.values(float64);
      return {
        ours: `${span(tensors.map(({ centred }) => centred))}; norm-wise at most ${Math.max(...tensors.map(({ centredNorm }) => centredNorm)).toExponential(1)}`,
        verdict: 'cannot be right',
        note: 'its own figure has 2.8e-7 and 1.1e-7, above 1e-7: rounding alone gives that for small gradients; norm-wise the gradient is right to far better',
      };
    },
  },
  {
    notebook: 'gradient-check',
    claim: 'Without L2 the network overfits (figure 2)',
    report: 'training far better than validation',
    judge: ({ overfit: { trainLoss, validationLoss, trainAccuracy, validationAccuracy } }) => ({
      ours: `loss ${trainLoss.toFixed(2)} and ${validationLoss.toFixed(2)}, accuracy ${percent(trainAccuracy)} and ${percent(validationAccuracy)}`,
      verdict: verdict(validationLoss - trainLoss > 0.2 && trainAccuracy - validationAccuracy > 0.05),
      note: 'n_s = 200 in the caption read as 200 epochs: a constant rate has no cycle',
    }),
  },
  testAccuracy('figure-3', 'Test accuracy after one cycle, n_s = 500 (figures 3 to 5)', 0.4571, 0.013),
  testAccuracy('figure-4', 'Test accuracy after three cycles, n_s = 800 (figures 6 to 8)', 0.4737, 0.013),
  {
    notebook: 'coarse-search',
    claim: 'From 1e-5 to 1e-1 accuracy only falls: the smallest lambda is best (question iii)',
    report: 'best at 1e-5',
    judge({ trials }) {
      const grid = trials.filter(({ search }) => search === 'linear 1e-5 to 1e-1');
      const best = grid.reduce((a, b) => (b.validationAccuracy > a.validationAccuracy ? b : a));
      return { ours: `best at ${best.lambda.toExponential(0)}`, verdict: verdict(best.lambda === Math.min(...grid.map(({ lambda }) => lambda))), note: 'on this grid; seven of its eight values lie above 0.01' };
    },
  },
  accuracyAtLambda('coarse-search', 'Validation accuracy at lambda 3.4e-6, the best of table 1', 3.4e-6, 0.5138, 'at lambdas below 1e-3 the order is chance: seeds differ by 0.3 points'),
  accuracyAtLambda('coarse-search', 'Validation accuracy at lambda 0.042 (table 1)', 0.042, 0.449, 'the grid has 0.0429'),
  {
    notebook: 'coarse-search',
    claim: 'Validation accuracy at lambda 0.1 (table 1)',
    report: '32.832\u00a0%',
    judge: (results) => ({ ours: percent(accuracyAt(results, 0.1)), verdict: 'cannot be right', note: '.32832 is no multiple of 1/5,000, as an accuracy on 5,000 images must be; other seeds and other programs give .378 to .384' }),
  },
  accuracyAtLambda('fine-search', 'Validation accuracy at lambda 1.043e-6, the best of table 2', 1.043e-6, 0.5214, 'as good as its neighbours; that it is the best is chance'),
  accuracyAtLambda('fine-search', 'Validation accuracy at lambda 1.96e-6 (table 2)', 1.986e-6, 0.518, 'its own grid has 1.986e-6'),
  testAccuracy('final-run', 'Test accuracy of the final run, lambda = 1.043e-6 (figures 9 to 11)', 0.513, 0.015),
  {
    notebook: 'figure-4',
    claim: 'Before the final run the test accuracy was at most 46 % (question v)',
    report: '46\u00a0%',
    judge: ({ testAccuracy: ours }) => ({ ours: percent(ours), verdict: 'cannot be right', note: 'its own figure 8 has 47.37 %' }),
  },
];

/** The claims that the executed notebooks speak to; none if the data are synthetic or parameters have other values than the report's. */
export function judgeClaims({ dataset, parameters, notebooks }: ReportResults): JudgedClaim[] {
  if (dataset.name === 'synthetic' || Object.keys(parameters).length > 0) return [];
  return claims.flatMap(({ notebook, claim, report, judge }) => {
    const entry = notebooks[notebook];
    // A notebook that failed may have stated nothing.
    return entry?.status === 'ok' ? [{ claim, report, ...judge(entry.results as unknown as Stated) }] : [];
  });
}

import type { GradientCheck, GradientComparison } from '../training/gradient-check/check-gradients';
import type { StepErrors } from '../training/gradient-check/error-against-step';
import type { Figure } from './figure';
import { histograms, type HistogramOptions } from './histogram';
import { lines, type LinesOptions } from './lines';

export type GradientMethod = 'forward' | 'centred' | 'numeric' | 'fivePoint';

export interface GradientErrorHistogramOptions extends HistogramOptions {
  /** Which comparison. Default 'centred'. */
  method?: GradientMethod;
}

const compared: Readonly<Record<GradientMethod, string>> = {
  forward: 'analytic against forward difference',
  centred: 'analytic against centred difference',
  numeric: 'forward against centred difference',
  fivePoint: 'analytic against five-point stencil',
};

/** How the relative errors of a gradient check are distributed, one panel per parameter tensor, on logarithmic axes. */
export function gradientErrorHistogram({ tensors }: GradientCheck, { method = 'centred', ...options }: GradientErrorHistogramOptions = {}): Figure {
  const errors = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, (tensor[method] satisfies GradientComparison).errors]));
  return histograms(errors, { title: `Relative errors: ${compared[method]}`, xTitle: 'relative error', yTitle: 'elements', xLog: true, yLog: true, bins: 30, ...options });
}

/** Error of both differences against the step h, both axes logarithmic: truncation at the right, round-off at the left. */
export function stepErrorCurves(errors: readonly StepErrors[], options: LinesOptions = {}): Figure {
  const x = errors.map(({ h }) => h);
  return lines(
    [
      { name: 'forward', x, y: errors.map(({ forward }) => forward) },
      { name: 'centred', x, y: errors.map(({ centred }) => centred) },
    ],
    { title: 'Error of the numerical gradient against its step', xTitle: 'step h', yTitle: '‖ga − gn‖ / max(‖ga‖, ‖gn‖)', xLog: true, yLog: true, ...options },
  );
}

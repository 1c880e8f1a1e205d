import type { Network } from '../../network/network';
import { normError } from '../../network/relative-error';
import { centredDifference, forwardDifference } from '../../network/stencil';
import { currentSignal } from '../interruption';
import { type CheckGradientsOptions, costsAround, requireStep, samplePlaces } from './check-gradients';
import { openCostProbe } from './cost-probe';
import { openFloat64Engine } from './float64-engine';
import type { LabelledImages } from './labelled-images';

export interface ErrorAgainstStepOptions extends Omit<CheckGradientsOptions, 'h' | 'wideH' | 'formula'> {
  /** The steps h. Default: 1e-1, 3.16e-2, 1e-2, … 1e-10. */
  readonly steps?: readonly number[];
}

/** How well both differences do with one step, on the elements of all tensors taken together. */
export interface StepErrors {
  readonly h: number;
  /** ‖ga − gn‖ / max(‖ga‖, ‖gn‖); NaN if no element is off kinks. */
  readonly forward: number;
  readonly centred: number;
  /** Elements left out because some pre-activation crosses the ReLU's kink within h. */
  readonly kinks: number;
  readonly checked: number;
}

const halfDecades = Array.from({ length: 19 }, (_, k) => Number((10 ** (-1 - k / 2)).toPrecision(3)));

/**
 * Error of the numerical gradients against the step h: for large h the truncation of the Taylor series (h for the forward, h² for
 * the centred difference), for small h the rounding of the cost, 1 / h. By default 200 elements of each tensor.
 *
 * @throws RangeError for a step that is not above 0
 */
export async function errorAgainstStep(network: Network, images: LabelledImages, options: ErrorAgainstStepOptions = {}): Promise<StepErrors[]> {
  const { steps = halfDecades, sample = 200, seed = 1, signal = currentSignal(), onProgress = () => {} } = options;
  for (const h of steps) requireStep('each step', h);
  const probe = await openCostProbe(await openFloat64Engine(options.engine), network, images, { ...options, signal });
  try {
    const results: StepErrors[] = [];
    for (const h of steps) {
      const together = { analytic: [] as number[], forward: [] as number[], centred: [] as number[] };
      let checked = 0;
      for (const [name, size] of Object.entries(probe.sizes)) {
        const places = samplePlaces(name, size, sample, seed);
        const around = await costsAround(probe, name, places, [{ stencil: forwardDifference, h }, { stencil: centredDifference, h }]);
        const [forward, centred] = [around.derivatives(forwardDifference, h), around.derivatives(centredDifference, h)];
        const kink = around.hasKink(centredDifference, h);
        checked += places.length;
        places.forEach((place, index) => {
          if (kink(index)) return;
          together.analytic.push(probe.gradients[name].data[place]);
          together.forward.push(forward[index]);
          together.centred.push(centred[index]);
        });
      }
      const { analytic } = together;
      const error = (numeric: readonly number[]) => (analytic.length === 0 ? NaN : normError(analytic, numeric));
      results.push({ h, forward: error(together.forward), centred: error(together.centred), kinks: checked - analytic.length, checked });
      onProgress(results.length, steps.length);
    }
    return results;
  } finally {
    await probe.dispose();
  }
}

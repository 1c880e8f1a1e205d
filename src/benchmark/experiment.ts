import { elements } from '../network/host-tensor';
import { fullyConnected } from '../network/network';
import { networksTogether } from '../training/evaluation-program';

/** What is trained: a network, its schedule and its mini-batches. */
export interface Experiment {
  readonly layers: readonly number[];
  readonly batchSize: number;
  readonly lambda: number;
  readonly etaMin: number;
  readonly etaMax: number;
  readonly stepSize: number;
  readonly seed: number;
}

/** The report's figure 4: three cycles on 10,000 images. */
export const figure4: Experiment = { layers: [3072, 50, 10], batchSize: 100, lambda: 0.01, etaMin: 1e-5, etaMax: 0.1, stepSize: 800, seed: 1 };

/** A network whose matrices are large enough to keep the processor at its arithmetic. */
export const wide: Experiment = { ...figure4, layers: [3072, 2000, 1000, 10] };

/**
 * How much of an experiment to do: so many updates, measured before the first one and then so many times, evenly. Without measurements it is
 * training alone, without updates it is the forward pass alone.
 */
export interface Work {
  readonly updates: number;
  readonly measurements: number;
}

/** The whole of figure 4. */
export const wholeFigure4: Work = { updates: 4800, measurements: 480 };

/** Images of a measurement: 10,000 of the training part and as many of the validation part. */
export const MEASURED_IMAGES = 20_000;

/** Updates between two measurements of figure 4. */
const UPDATES_PER_MEASUREMENT = 10;

/** Snapshots that are measured together: a share holds whole groups, as the whole does. */
const MEASURED_TOGETHER = networksTogether(fullyConnected(figure4));

/** About that share of figure 4, at least one group of measurements. */
export function shareOfFigure4(share: number): Work {
  const groups = Math.max(1, Math.round((share * wholeFigure4.measurements) / MEASURED_TOGETHER));
  const measurements = Math.min(wholeFigure4.measurements, MEASURED_TOGETHER * groups);
  return { updates: UPDATES_PER_MEASUREMENT * measurements, measurements };
}

/** Passes over the measured images: there is one before the first update. */
export function countMeasurements({ updates, measurements }: Work): number {
  return updates > 0 && measurements > 0 ? measurements + 1 : measurements;
}

/**
 * Floating-point operations of the matrix products in some work, 2 m n k for a product [m × k] [k × n]: each image goes through every matrix
 * once in a forward pass; backpropagation needs one product more for each matrix's gradient, and one for the gradient of each hidden layer.
 */
export function operations({ layers, batchSize }: Pick<Experiment, 'layers' | 'batchSize'>, work: Work, measuredImages = MEASURED_IMAGES): number {
  const weights = layers.slice(1).map((units, index) => elements([layers[index], units]));
  const all = weights.reduce((sum, count) => sum + count, 0);
  return 2 * batchSize * (3 * all - weights[0]) * work.updates + 2 * measuredImages * all * countMeasurements(work);
}

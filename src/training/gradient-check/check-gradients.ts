import type { Engine } from '../../engine/engine';
import type { Network } from '../../network/network';
import { type ErrorFormula, normError, relativeErrors, roundOffFloor } from '../../network/relative-error';
import { centredDifference, derivatives, fivePointStencil, forwardDifference, offsets, type Stencil } from '../../network/stencil';
import { permutation, random } from '../../random/random';
import { currentSignal } from '../interruption';
import { type CostProbe, openCostProbe, type ProbeOptions } from './cost-probe';
import { openFloat64Engine } from './float64-engine';
import type { LabelledImages } from './labelled-images';

export interface SampleOptions {
  /** How many elements of each tensor to check, drawn from the seed; fewer where the tensor has fewer. Default 1,000. */
  readonly sample?: number | 'all';
}

export interface CheckGradientsOptions extends ProbeOptions, SampleOptions {
  /** Step of the forward and the centred difference. Default 1e-5. */
  readonly h?: number;
  /** Step of the five-point stencil, which reaches twice as far. Default 1e-3. */
  readonly wideH?: number;
  /** Elementwise relative error. Default 'stanford'. */
  readonly formula?: ErrorFormula;
  /** An engine of float64. Default: 'onnx', or 'reference' where ONNX Runtime has no binary. */
  readonly engine?: Engine;
  /** Default: the running notebook cell's. */
  readonly signal?: AbortSignal;
  /** Told how many costs of how many are done. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Two gradients of one tensor, at the elements that are compared; all arrays [compared]. */
export interface GradientComparison {
  /** Places of the elements in the tensor, row by row. */
  readonly places: Int32Array;
  /** The first gradient: the analytic one, or the forward difference in `numeric`. */
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** Elementwise relative errors. */
  readonly errors: Float64Array;
  /** Relative error that round-off of the cost alone can make: 1e-16 · J / (h · |g|). */
  readonly floors: Float64Array;
  /** The largest elementwise relative error; NaN if no element could be compared. */
  readonly largest: number;
  /** The round-off floor of that element. */
  readonly floorOfLargest: number;
  /** ‖first − second‖ / max(‖first‖, ‖second‖); NaN if no element could be compared. */
  readonly norm: number;
}

/** One tensor's gradient, checked. Elements at a kink are counted, and are in none of the comparisons. */
export interface TensorCheck {
  /** Elements of the tensor. */
  readonly size: number;
  /** How many of them were checked, kinks included. */
  readonly checked: number;
  /** How many of those put some pre-activation across the ReLU's kink within h, where the cost has no derivative to compare. */
  readonly kinks: number;
  /** The same within twice `wideH`, the reach of the five-point stencil. */
  readonly wideKinks: number;
  /** Analytic against forward difference: the report's figure 1a. */
  readonly forward: GradientComparison;
  /** Analytic against centred difference: figure 1b. */
  readonly centred: GradientComparison;
  /** Forward against centred difference: figure 1c. */
  readonly numeric: GradientComparison;
  /** Analytic against the five-point stencil. */
  readonly fivePoint: GradientComparison;
}

export interface GradientCheck {
  readonly network: Network;
  readonly images: number;
  readonly lambda: number;
  readonly h: number;
  readonly wideH: number;
  readonly cost: number;
  readonly loss: number;
  /** What computed: 'ONNX Runtime 1.30.0, float64, 2 threads'. */
  readonly engineDescription: string;
  /** By name: W1, b1, … */
  readonly tensors: Readonly<Record<string, TensorCheck>>;
}

/**
 * Compares the analytic gradient of the cost with numerical ones, computed with the functions that train, in float64.
 *
 * @throws RangeError for options that cannot be right, an engine of float32, or images that do not fit the network
 */
export async function checkGradients(network: Network, images: LabelledImages, options: CheckGradientsOptions = {}): Promise<GradientCheck> {
  const { lambda = 0, seed = 1, h = 1e-5, wideH = 1e-3, formula, sample = 1000, signal = currentSignal(), onProgress = () => {} } = options;
  requireStep('h', h);
  requireStep('wideH', wideH);
  const engine = await openFloat64Engine(options.engine);
  const probe = await openCostProbe(engine, network, images, { ...options, signal });
  try {
    const chosen = Object.entries(probe.sizes).map(([name, size]) => ({ name, size, places: samplePlaces(name, size, sample, seed) }));
    const costsPerElement = new Set([...offsets(forwardDifference, h), ...offsets(centredDifference, h), ...offsets(fivePointStencil, wideH)]).size;
    const total = chosen.reduce((sum, { places }) => sum + places.length, 0) * costsPerElement;
    let done = 0;
    const counted = (count: number) => onProgress((done += count), total);
    const tensors: Record<string, TensorCheck> = {};
    for (const { name, size, places } of chosen) {
      const at = await costsAround(probe, name, places, [
        { stencil: forwardDifference, h },
        { stencil: centredDifference, h },
        { stencil: fivePointStencil, h: wideH },
      ], counted);
      tensors[name] = checkTensor(probe, { name, size, places }, at, { h, wideH, formula });
    }
    return { network, images: images.labels.length, lambda, h, wideH, cost: probe.cost, loss: probe.loss, engineDescription: engine.description, tensors };
  } finally {
    await probe.dispose();
  }
}

/** Costs and kinks of a tensor's elements at all offsets that stencils ask for. */
export interface CostsAround {
  /** Numerical gradient, [elements]. */
  derivatives(stencil: Stencil, h: number): Float64Array;
  /** Whether the cost has a kink somewhere the stencil reaches, by element. */
  hasKink(stencil: Stencil, h: number): (index: number) => boolean;
}

/**
 * Evaluates the cost wherever the stencils need it, each offset once.
 *
 * Between the two ends of what a stencil reaches, no pre-activation has changed its side of the kink if it is on the same side
 * at both: the first layer's are linear in the change, and so, as long as none of theirs crosses, are the next layer's.
 */
export async function costsAround(
  probe: CostProbe,
  name: string,
  places: Int32Array,
  wanted: readonly { readonly stencil: Stencil; readonly h: number }[],
  onCosts: (count: number) => void = () => {},
): Promise<CostsAround> {
  const at = new Map<number, { readonly costs: Float64Array; readonly crossings: Float64Array }>();
  for (const offset of new Set(wanted.flatMap(({ stencil, h }) => offsets(stencil, h)))) {
    // The unperturbed cost comes from the same path as the others, so that it is rounded as they are.
    at.set(offset, await probe.perturb(name, places, offset));
    onCosts(places.length);
  }
  return {
    derivatives: (stencil, h) => derivatives(stencil, h, (offset) => at.get(offset)!.costs),
    hasKink: (stencil, h) => {
      const reached = offsets(stencil, h).map((offset) => at.get(offset)!.crossings);
      return (index) => reached.some((crossings) => crossings[index] > 0);
    },
  };
}

/** Which elements of a tensor to check, in ascending order. */
export function samplePlaces(name: string, size: number, sample: number | 'all', seed: number): Int32Array {
  if (sample !== 'all' && !(Number.isInteger(sample) && sample >= 1)) throw new RangeError(`sample must be 'all' or a whole number, 1 or more, not ${sample}`);
  if (sample === 'all' || sample >= size) return Int32Array.from({ length: size }, (_, place) => place);
  return permutation(size, random(seed, 'gradient check', name)).slice(0, sample).sort();
}

interface Chosen {
  readonly name: string;
  readonly size: number;
  readonly places: Int32Array;
}

interface Comparing {
  readonly h: number;
  readonly wideH: number;
  readonly formula: ErrorFormula | undefined;
}

function checkTensor(probe: CostProbe, { name, size, places }: Chosen, at: CostsAround, { h, wideH, formula }: Comparing): TensorCheck {
  const all = probe.gradients[name].data;
  const analytic = Float64Array.from(places, (place) => all[place]);
  const [forward, centred, fivePoint] = [at.derivatives(forwardDifference, h), at.derivatives(centredDifference, h), at.derivatives(fivePointStencil, wideH)];
  const indices = Array.from(places.keys());
  const [kink, wideKink] = [at.hasKink(centredDifference, h), at.hasKink(fivePointStencil, wideH)];
  const [smooth, wideSmooth] = [indices.filter((index) => !kink(index)), indices.filter((index) => !wideKink(index))];
  const compare = (kept: readonly number[], first: Float64Array, second: Float64Array, step: number): GradientComparison =>
    compareGradients(pick(kept, places), pick(kept, first), pick(kept, second), { cost: probe.cost, h: step, formula });
  return {
    size,
    checked: places.length,
    kinks: places.length - smooth.length,
    wideKinks: places.length - wideSmooth.length,
    forward: compare(smooth, analytic, forward, h),
    centred: compare(smooth, analytic, centred, h),
    numeric: compare(smooth, forward, centred, h),
    fivePoint: compare(wideSmooth, analytic, fivePoint, wideH),
  };
}

interface Measured {
  readonly cost: number;
  readonly h: number;
  readonly formula: ErrorFormula | undefined;
}

function compareGradients(places: Int32Array, first: Float64Array, second: Float64Array, { cost, h, formula }: Measured): GradientComparison {
  const errors = relativeErrors(first, second, { formula });
  const floors = first.map((g) => roundOffFloor(g, cost, h));
  const worst = errors.reduce((at, error, index) => (error > errors[at] ? index : at), 0);
  const empty = places.length === 0;
  return { places, first, second, errors, floors, largest: errors[worst] ?? NaN, floorOfLargest: floors[worst] ?? NaN, norm: empty ? NaN : normError(first, second) };
}

/** The values at the given indices, in an array of the same kind. */
function pick<A extends Int32Array | Float64Array>(indices: readonly number[], values: A): A {
  const kept = values.slice(0, indices.length) as A;
  indices.forEach((index, k) => (kept[k] = values[index]));
  return kept;
}

export function requireStep(name: string, h: number): void {
  if (!Number.isFinite(h) || h <= 0) throw new RangeError(`${name} must be a finite step above 0, not ${h}`);
}

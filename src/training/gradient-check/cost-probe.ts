import type { Engine, Program } from '../../engine/engine';
import { castTensors, elements, hostTensor, type HostTensor, type HostTensors, mapTensors } from '../../network/host-tensor';
import { drawMask, droppedLayers, maskName } from '../../network/dropout';
import { initialise } from '../../network/initialise';
import { gradients } from '../../network/gradients';
import type { Network } from '../../network/network';
import { parameterShapes, pick } from '../../network/parameters';
import { adaptivePace, type Pace } from '../pace';
import { type LabelledImages, requireImages } from './labelled-images';
import { type GradientFunction, isPlain, perturbationProgram, type Target, targetOf, unperturbedProgram, wholeProgram } from './programs';

export interface ProbeOptions {
  /** Factor of the L2 term. Default 0. */
  readonly lambda?: number;
  /** Default: `initialise(network, { seed })`. */
  readonly parameters?: HostTensors;
  /** Seed of the initial parameters, and of the masks of dropout, which stay as they are. Default 1. */
  readonly seed?: number;
  /** Part of each label that is spread evenly over all classes. Default 0. */
  readonly labelSmoothing?: number;
  /** What claims to be the gradient. Default: the one that trains. */
  readonly gradient?: GradientFunction;
  readonly signal?: AbortSignal;
}

/** Costs of networks in which one element was changed. */
export interface PerturbedElements {
  /** [elements] */
  readonly costs: Float64Array;
  /** How many pre-activations crossed the ReLU's kink, over all images and hidden units, [elements]. */
  readonly crossings: Float64Array;
}

/** A network on a mini-batch, at one point in the space of its parameters, and the costs around that point. */
export interface CostProbe {
  readonly cost: number;
  readonly loss: number;
  /** By the gradient function, under the parameters' names. */
  readonly gradients: HostTensors;
  /** How many elements each parameter has, by name, first layer to last. */
  readonly sizes: Readonly<Record<string, number>>;
  /** The cost after each of the given elements (places in the tensor, row by row) alone has been changed by `delta`. */
  perturb(name: string, places: Int32Array, delta: number): Promise<PerturbedElements>;
  dispose(): Promise<void>;
}

/** Numbers in one tensor of a step: enough to keep the cores busy, few enough to stay in their caches. */
const STEP = 65_536;

/**
 * Computes cost and gradient once, and makes ready what perturbed networks start from.
 *
 * @throws RangeError if network, images, parameters or lambda do not fit together
 */
export async function openCostProbe(engine: Engine, network: Network, images: LabelledImages, options: ProbeOptions = {}): Promise<CostProbe> {
  const { lambda = 0, seed = 1, labelSmoothing = 0, gradient = gradients, signal } = options;
  if (!Number.isFinite(lambda) || lambda < 0) throw new RangeError(`lambda must be a finite number, 0 or more, not ${lambda}`);
  requireImages(network, images);
  const n = images.labels.length;
  const all = castTensors(options.parameters ?? initialise(network, { seed }), engine.precision);
  requireParameters(network, all);
  const parameters = pick(parameterShapes(network), all);
  const given = { ...parameters, ...drawMasks(network, n, seed), lambda: hostTensor([], Float64Array.of(lambda)) };
  const batch = { X: images.X, labels: hostTensor([n], Int32Array.from(images.labels)) };
  signal?.throwIfAborted();
  const unperturbed = await runOnce(await engine.compile(unperturbedProgram(network, n, gradient, labelSmoothing)), {
    ...given,
    ...batch,
  });

  const sizes = mapTensors(parameters, ({ data }) => data.length);
  const programs = new Map<string, Promise<Prepared>>();
  const prepareWhole = async (name: string): Promise<Prepared> => {
    const positions = hostTensor(parameters[name].shape, Float64Array.from(parameters[name].data.keys()));
    const which = (places: Int32Array, shape: readonly number[]) => ({ places: hostTensor(shape, Float64Array.from(places)) });
    return { program: await engine.compile(wholeProgram(network, name, n, labelSmoothing)), inputs: { ...given, ...batch, positions }, which, networks: 1, pace: adaptivePace() };
  };
  const prepareFromElement = async (name: string): Promise<Prepared> => {
    const networks = Math.max(1, Math.min(sizes[name], Math.floor(STEP / (n * widestChange(network, targetOf(name))))));
    const definition = perturbationProgram(network, targetOf(name), { images: n, networks }, labelSmoothing);
    const known: HostTensors = { ...unperturbed, ...given, labels: hostTensor([networks * n], repeated(images.labels, networks)) };
    const inputs = Object.fromEntries(Object.keys(definition.inputs).flatMap((input) => (input in known ? [[input, known[input]]] : [])));
    return { program: await engine.compile(definition), inputs, which: elementInputs(name, network.layers[targetOf(name).k]), networks, pace: adaptivePace() };
  };
  return {
    cost: unperturbed.cost.data[0],
    loss: unperturbed.loss.data[0],
    gradients: mapTensors(parameters, (_, name) => unperturbed[`gradient.${name}`]),
    sizes,
    async perturb(name, places, delta) {
      if (!(name in parameters)) throw new RangeError(`there is no parameter ${name}; there are ${Object.keys(parameters).join(', ')}`);
      const ready = programs.get(name) ?? (isPlain(network) ? prepareFromElement(name) : prepareWhole(name));
      programs.set(name, ready);
      return perturbAll(await ready, { places, delta, signal });
    },
    async dispose() {
      for (const ready of programs.values()) await (await ready).program.dispose();
    },
  };
}

interface Prepared {
  readonly program: Program;
  /** What is the same in every call. */
  readonly inputs: HostTensors;
  /** The inputs that say which elements are changed. */
  readonly which: (places: Int32Array, shape: readonly number[]) => HostTensors;
  /** Networks in one step. */
  readonly networks: number;
  readonly pace: Pace;
}

interface Request {
  readonly places: Int32Array;
  readonly delta: number;
  readonly signal: AbortSignal | undefined;
}

/** In calls of bounded length. Every step of every call has `networks` elements, so that the numbers do not depend on the cuts. */
async function perturbAll({ program, inputs, which, networks, pace }: Prepared, { places, delta, signal }: Request): Promise<PerturbedElements> {
  const costs = new Float64Array(places.length);
  const crossings = new Float64Array(places.length);
  for (let from = 0; from < places.length; ) {
    signal?.throwIfAborted();
    const steps = Math.min(pace.units(), Math.ceil((places.length - from) / networks));
    const indices = stepIndices(places, from, steps * networks);
    const started = performance.now();
    const result = await program.run({ ...inputs, ...which(indices, [steps, networks]), delta: hostTensor([], Float64Array.of(delta)) });
    pace.took(steps, performance.now() - started);
    const count = Math.min(indices.length, places.length - from);
    costs.set(result.costs.data.subarray(0, count), from);
    crossings.set(result.crossings.data.subarray(0, count), from);
    from += count;
  }
  return { costs, crossings };
}

/** For `perturbationProgram`: the units of elements of a layer with so many, and for weights their rows and places. */
function elementInputs(name: string, width: number): Prepared['which'] {
  return (places, shape) => {
    const shaped = (index: (place: number) => number) => hostTensor(shape, places.map(index));
    return {
      units: shaped((place) => place % width),
      ...(targetOf(name).kind === 'weights' && { rows: shaped((place) => Math.floor(place / width)), places: shaped((place) => place) }),
    };
  };
}

function drawMasks(network: Network, images: number, seed: number): HostTensors {
  return Object.fromEntries(droppedLayers(network).map((layer) => [maskName(layer.index), hostTensor([images, layer.units], drawMask(layer, images, seed, 1))]));
}

/** Units of the widest layer that is computed anew for each perturbed network. */
function widestChange({ layers }: Network, { k }: Target): number {
  return Math.max(...layers.slice(Math.min(k + 1, layers.length - 1)));
}

/** The places from `from` on; what is missing at the end is filled up with the last one. */
function stepIndices(places: Int32Array, from: number, count: number): Int32Array {
  const indices = new Int32Array(count).fill(places[places.length - 1]);
  indices.set(places.subarray(from, from + count));
  return indices;
}

async function runOnce(program: Program, inputs: HostTensors): Promise<HostTensors> {
  try {
    return await program.run(inputs);
  } finally {
    await program.dispose();
  }
}

function repeated(values: ArrayLike<number>, times: number): Int32Array {
  return Int32Array.from({ length: values.length * times }, (_, k) => values[k % values.length]);
}

function requireParameters(network: Network, parameters: HostTensors): void {
  for (const [name, shape] of Object.entries(parameterShapes(network))) {
    const given: HostTensor | undefined = parameters[name];
    if (given === undefined) throw new RangeError(`parameters have no ${name}; [${shape.join(' × ')}] would be right`);
    if (given.shape.join() !== shape.join() || given.data.length !== elements(given.shape)) throw new RangeError(`${name} must be [${shape.join(' × ')}], not [${given.shape.join(' × ')}]`);
  }
}

import type { Engine, Program } from '../../engine/engine';
import { castTensors, elements, hostTensor, type HostTensor, type HostTensors, mapTensors } from '../../network/host-tensor';
import { initialise } from '../../network/initialise';
import { gradients } from '../../network/gradients';
import type { Network } from '../../network/network';
import { parameterShapes } from '../../network/parameters';
import { adaptivePace, type Pace } from '../pace';
import { type LabelledImages, requireImages } from './labelled-images';
import { type GradientFunction, perturbationProgram, type Target, targetOf, unperturbedProgram } from './programs';

export interface ProbeOptions {
  /** Factor of the L2 term. Default 0. */
  readonly lambda?: number;
  /** Default: `initialise(network, { seed })`. */
  readonly parameters?: HostTensors;
  /** Seed of the initial parameters. Default 1. */
  readonly seed?: number;
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
  const { lambda = 0, seed = 1, gradient = gradients, signal } = options;
  if (!Number.isFinite(lambda) || lambda < 0) throw new RangeError(`lambda must be a finite number, 0 or more, not ${lambda}`);
  requireImages(network, images);
  const n = images.labels.length;
  const parameters = castTensors(options.parameters ?? initialise(network, { seed }), engine.precision);
  requireParameters(network, parameters);
  const given = { ...parameters, lambda: hostTensor([], Float64Array.of(lambda)) };
  signal?.throwIfAborted();
  const unperturbed = await runOnce(await engine.compile(unperturbedProgram(network, n, gradient)), {
    ...given,
    X: images.X,
    labels: hostTensor([n], Int32Array.from(images.labels)),
  });

  const sizes = mapTensors(parameters, ({ data }) => data.length);
  const programs = new Map<string, Promise<Prepared>>();
  const prepare = async (name: string): Promise<Prepared> => {
    const networks = Math.max(1, Math.min(sizes[name], Math.floor(STEP / (n * widestChange(network, targetOf(name))))));
    const definition = perturbationProgram(network, targetOf(name), { images: n, networks });
    const known: HostTensors = { ...unperturbed, ...given, labels: hostTensor([networks * n], repeated(images.labels, networks)) };
    const inputs = Object.fromEntries(Object.keys(definition.inputs).flatMap((input) => (input in known ? [[input, known[input]]] : [])));
    return { program: await engine.compile(definition), inputs, networks, pace: adaptivePace() };
  };
  return {
    cost: unperturbed.cost.data[0],
    loss: unperturbed.loss.data[0],
    gradients: mapTensors(parameters, (_, name) => unperturbed[`gradient.${name}`]),
    sizes,
    async perturb(name, places, delta) {
      if (!(name in parameters)) throw new RangeError(`there is no parameter ${name}; there are ${Object.keys(parameters).join(', ')}`);
      const ready = programs.get(name) ?? prepare(name);
      programs.set(name, ready);
      return perturbAll(await ready, { name, places, delta, width: network.layers[targetOf(name).k], signal });
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
  /** Networks in one step. */
  readonly networks: number;
  readonly pace: Pace;
}

interface Request {
  readonly name: string;
  readonly places: Int32Array;
  readonly delta: number;
  /** Units of the layer: columns of W. */
  readonly width: number;
  readonly signal: AbortSignal | undefined;
}

/** In calls of bounded length. Every step of every call has `networks` elements, so that the numbers do not depend on the cuts. */
async function perturbAll({ program, inputs, networks, pace }: Prepared, { name, places, delta, width, signal }: Request): Promise<PerturbedElements> {
  const costs = new Float64Array(places.length);
  const crossings = new Float64Array(places.length);
  for (let from = 0; from < places.length; ) {
    signal?.throwIfAborted();
    const steps = Math.min(pace.units(), Math.ceil((places.length - from) / networks));
    const indices = stepIndices(places, from, steps * networks);
    const shaped = (index: (place: number) => number) => hostTensor([steps, networks], indices.map(index));
    const started = performance.now();
    const result = await program.run({
      ...inputs,
      delta: hostTensor([], Float64Array.of(delta)),
      units: shaped((place) => place % width),
      ...(targetOf(name).kind === 'weights' && { rows: shaped((place) => Math.floor(place / width)), places: shaped((place) => place) }),
    });
    pace.took(steps, performance.now() - started);
    const count = Math.min(indices.length, places.length - from);
    costs.set(result.costs.data.subarray(0, count), from);
    crossings.set(result.crossings.data.subarray(0, count), from);
    from += count;
  }
  return { costs, crossings };
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

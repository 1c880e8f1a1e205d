import type { Algebra, Tensors } from '../algebra';
import type { Gradient, Gradients } from '../gradients';
import { hostTensor, type HostTensors } from '../host-tensor';
import type { Shapes } from '../parameters';

/** What an update step is told, each []. */
export interface Step<T> {
  /** The learning rate. */
  readonly eta: T;
  /** Factor of the L2 term, lambda Σ W², whose gradient is part of that of the cost. */
  readonly lambda: T;
  /** The optimiser's own `scalars` of this update. */
  readonly scalars: Tensors<T>;
}

/** An optimiser as plain JSON, for settings that are stored or sent: its type, and its settings where they are not the defaults. */
export type OptimiserDescription =
  | { readonly type: 'sgd' }
  | { readonly type: 'momentum' | 'nesterov'; readonly momentum?: number }
  | { readonly type: 'adam'; readonly beta1?: number; readonly beta2?: number; readonly epsilon?: number }
  | { readonly type: 'adamW'; readonly beta1?: number; readonly beta2?: number; readonly epsilon?: number; readonly weightDecay?: number };

export const OPTIMISER_TYPES = ['sgd', 'momentum', 'nesterov', 'adam', 'adamW'] as const satisfies readonly OptimiserDescription['type'][];

/** A rule by which gradients change parameters: pure functions, with all that it remembers in the training state. */
export interface Optimiser {
  /** With all settings, defaults too. */
  readonly description: OptimiserDescription;
  /** What it remembers of each parameter, such as 'momentum': tensors of the parameter's shape, 0 at first. */
  readonly moments: readonly string[];
  /** Numbers of update t = 1, 2, … that are computed beforehand, in float64; the same names for every t. */
  scalars(t: number): Readonly<Record<string, number>>;
  /** Parameters and moments after a step, under their names in `state`. */
  update<T>(A: Algebra<T>, gradients: Gradients<T>, state: Tensors<T>, step: Step<T>): Tensors<T>;
}

/** The name of a moment of a parameter in the training state: 'momentum.W1'. */
export const momentName = (moment: string, parameter: string) => `${moment}.${parameter}`;

/** The shapes of what an optimiser remembers of parameters of these shapes. */
export function momentShapes({ moments }: Optimiser, parameters: Shapes): Shapes {
  return Object.fromEntries(Object.entries(parameters).flatMap(([name, shape]) => moments.map((moment) => [momentName(moment, name), shape])));
}

/** What an optimiser remembers before the first update: nothing, in zeros. */
export function init(optimiser: Optimiser, parameters: Shapes): HostTensors {
  return Object.fromEntries(Object.entries(momentShapes(optimiser, parameters)).map(([name, shape]) => [name, hostTensor(shape, new Float64Array(shape.reduce((product, size) => product * size, 1)))]));
}

/** Puts together what `each` gives for every parameter. */
export function updateEach<T>(gradients: Gradients<T>, each: (name: string, gradient: Gradient<T>) => Tensors<T>): Tensors<T> {
  return Object.assign({}, ...Object.entries(gradients).map(([name, gradient]) => each(name, gradient)));
}

/** An error unless `value` is a fraction from 0 up to below 1. */
export function requireFraction(name: string, value: number): void {
  if (!(Number.isFinite(value) && value >= 0 && value < 1)) throw new RangeError(`${name} is ${value}; a number from 0 up to below 1 would be right`);
}

/** An error unless `value` is a finite number, 0 or more, or where `above` is given, above 0. */
export function requireNumber(name: string, value: number, above?: 0): void {
  if (Number.isFinite(value) && (above === 0 ? value > 0 : value >= 0)) return;
  throw new RangeError(`${name} is ${value}; a finite number${above === 0 ? ' above 0' : ', 0 or more,'} would be right`);
}

import type { Engine, EngineName } from '../../engine/engine';
import { openEngine } from '../../engine/select-engine';
import type { HostTensors } from '../../network/host-tensor';
import type { Network } from '../../network/network';
import { norm } from '../../network/relative-error';
import { currentSignal } from '../interruption';
import { openCostProbe, type ProbeOptions } from './cost-probe';
import { hasOnnx, openFloat64Engine } from './float64-engine';
import type { LabelledImages } from './labelled-images';

export interface CompareEnginesOptions extends ProbeOptions {
  /** The engines to hold against float64. Default: 'onnx' in float32 (where it has a binary) and 'tfjs'. */
  readonly engines?: readonly Engine[];
  /** The float64 engine. Default: 'onnx', or 'reference' where ONNX Runtime has no binary. */
  readonly reference?: Engine;
}

/** By engine, then by parameter: ‖ga − gr‖ / ‖gr‖, where gr is the gradient in float64. */
export type EngineErrors = Readonly<Partial<Record<EngineName, Readonly<Record<string, number>>>>>;

/** Gradients of engines at one point of the parameter space, against the float64 gradient there. */
export async function compareEngines(network: Network, images: LabelledImages, options: CompareEnginesOptions = {}): Promise<EngineErrors> {
  const { signal = currentSignal() } = options;
  const engines = options.engines ?? (await trainingEngines());
  const right = await gradientsOn(await openFloat64Engine(options.reference), network, images, { ...options, signal });
  const errors: Partial<Record<EngineName, Record<string, number>>> = {};
  for (const engine of engines) {
    const given = await gradientsOn(engine, network, images, { ...options, signal });
    errors[engine.name] = Object.fromEntries(Object.keys(right).map((name) => [name, relativeDistance(given[name].data, right[name].data)]));
  }
  return errors;
}

async function trainingEngines(): Promise<Engine[]> {
  const names: EngineName[] = hasOnnx() ? ['onnx', 'tfjs'] : ['tfjs'];
  return Promise.all(names.map((name) => openEngine({ name })));
}

async function gradientsOn(engine: Engine, network: Network, images: LabelledImages, options: ProbeOptions): Promise<HostTensors> {
  const probe = await openCostProbe(engine, network, images, options);
  await probe.dispose();
  return probe.gradients;
}

function relativeDistance(a: ArrayLike<number>, right: ArrayLike<number>): number {
  return norm(Float64Array.from({ length: right.length }, (_, k) => a[k] - right[k])) / (norm(right) || 1);
}

import type { Part } from '../data/dataset';
import type { Engine } from '../engine/engine';
import type { HostTensors } from '../network/host-tensor';
import { modelShapes, pick } from '../network/parameters';
import { networksTogether } from './evaluation-program';
import type { Evaluators } from './evaluators';
import type { Measurement } from './measurement';
import { onSamples, type Plan } from './plan';
import { score } from './scoring';
import type { Stopwatch } from './stopwatch';
import type { Snapshot, Trainer } from './trainer';

/**
 * Snapshots of the network are measured together if the first of them need not wait longer than about half of this for its measurement, in seconds: one
 * by one they take twice as long.
 */
const LONGEST_WAIT = 2;

/** Snapshots are measured by threads beside this one, while it trains on, if there is more than this left to measure, in seconds: the threads have to start. */
const WORTH_THREADS = 1;

/** How a run goes on. */
interface Gait {
  /** Snapshots that are measured together. */
  readonly together: number;
  /** Whether they are measured in threads beside this one, while it trains the next ones. */
  readonly aside: boolean;
}

export interface MeasuredSnapshot {
  readonly snapshot: Snapshot;
  readonly measurement: Measurement;
}

interface Instruments {
  readonly engine: Engine;
  readonly trainer: Trainer;
  readonly evaluators: Evaluators;
  readonly stopwatch: Stopwatch;
}

/** Trains to the updates in `at` and measures the network there, in order: one by one, several together, or beside the training, whichever takes least without a long wait. */
export async function* measuredSnapshots(plan: Plan, at: readonly number[], { engine, trainer, evaluators, stopwatch }: Instruments): AsyncGenerator<MeasuredSnapshot, undefined> {
  const { lanes = 1 } = engine;
  const most = networksTogether(plan.network, engine);
  const samples = onSamples(plan, plan.measuredImages);
  const left = [...at];
  let gait: Gait = { together: 1, aside: false };
  const advance = () => trainer.advance(left.splice(0, gait.together));
  let ahead: Snapshot[] | undefined;
  while (left.length > 0 || ahead) {
    const since = stopwatch.seconds();
    const snapshots: Snapshot[] = ahead ?? (await advance());
    const measuring = measure(samples, evaluators, snapshots, { most, aside: gait.aside });
    const [measurements, next] = await Promise.all([measuring, gait.aside && left.length > 0 ? advance() : undefined]);
    ahead = next;
    const perSnapshot = (stopwatch.seconds() - since) / snapshots.length;
    yield* snapshots.map((snapshot, k) => ({ snapshot, measurement: measurements[k] }));
    const together = perSnapshot * most < LONGEST_WAIT ? most : 1;
    gait = { together, aside: lanes > 1 && together > 1 && (gait.aside || perSnapshot * left.length > WORTH_THREADS) };
  }
  return undefined;
}

interface Measuring {
  /** As many snapshots as are best measured together. Default 1. */
  readonly most?: number;
  readonly aside: boolean;
}

/**
 * Measures snapshots together if there are as many as are best together, else one by one; aside, always together, the last one as often as there are too
 * few. The numbers are the same.
 */
async function measure(plan: Plan, evaluators: Evaluators, snapshots: readonly Snapshot[], { most = 1, aside }: Measuring): Promise<Measurement[]> {
  const filled = aside ? Array.from({ length: most }, (_, k) => snapshots[Math.min(k, snapshots.length - 1)]) : snapshots;
  const groups = filled.length === most ? [filled] : filled.map((snapshot) => [snapshot]);
  const measurements: Measurement[] = [];
  for (const group of groups) {
    const { program, pace } = await evaluators.for({ networks: group.length, aside });
    const networks = group.map(({ state }) => pick(modelShapes(plan.network), state));
    const scores = (part: Part) => score(program, networks, part.rows, { lambda: plan.lambda, signal: plan.signal, pace });
    const training = scores(plan.train);
    if (!aside) await training;
    const [train, validation] = await Promise.all([training, scores(plan.validation)]);
    group.forEach(({ update }, k) => measurements.push({ update, epoch: update / plan.batches.perEpoch, eta: plan.schedule(update), train: train[k], validation: validation[k] }));
  }
  return measurements.slice(0, snapshots.length);
}

/** Measures one network on the samples. */
export function measureSample(plan: Plan, evaluators: Evaluators): (update: number, state: HostTensors) => Promise<Measurement> {
  const samples = onSamples(plan, plan.live!.images);
  return async (update, state) => (await measure(samples, evaluators, [{ update, state }], { aside: false }))[0];
}

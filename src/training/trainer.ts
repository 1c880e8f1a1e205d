import type { Program } from '../engine/engine';
import { castTensors, type HostTensors, type Precision } from '../network/host-tensor';
import { initialise } from '../network/initialise';
import { init } from '../network/optimiser/optimiser';
import { parameterShapes } from '../network/parameters';
import type { LiveMeter } from './live';
import { adaptivePace, type Pace } from './pace';
import type { Plan } from './plan';
import { updateInputs } from './update-inputs';

/** The training state after an update, whose network is to be measured. */
export interface Snapshot {
  readonly update: number;
  readonly state: HostTensors;
}

/** Does the updates of a run, in order. */
export interface Trainer {
  /** Trains on to each of these updates, and returns the snapshots there. */
  advance(updates: readonly number[]): Promise<Snapshot[]>;
}

export interface TrainerOptions {
  /** That of `updatesProgram`. */
  readonly program: Program;
  /** The update done last, and the training state after it. */
  readonly start: Snapshot;
  readonly live?: LiveMeter;
  /** Told where the training stands between two calls of the engine. */
  readonly onCall: (at: Snapshot) => Promise<void>;
}

export function openTrainer(plan: Plan, { program, start, live, onCall }: TrainerOptions): Trainer {
  const pace = adaptivePace(plan.live && LIVE_CALL / plan.live.perSecond);
  let { update: trainedTo, state } = start;
  const between = async (at: Snapshot) => {
    await live?.(at.update, at.state);
    await onCall(at);
  };
  return {
    async advance(updates) {
      const snapshots: Snapshot[] = [];
      for (const update of updates) {
        await live?.(Math.max(0, trainedTo), state);
        state = await stretch(plan, program, state, { from: trainedTo, to: update, pace, between });
        trainedTo = update;
        snapshots.push({ update, state });
      }
      return snapshots;
    },
  };
}

/** Before the first update: the network's parameters, and an optimiser that remembers nothing. */
export function initialSnapshot({ network, optimiser, parameters, seed }: Plan, precision: Precision): Snapshot {
  const state: HostTensors = { ...(parameters ?? initialise(network, { seed })), ...init(optimiser, parameterShapes(network)) };
  return { update: -1, state: castTensors(state, precision) };
}

/** A call of the engine takes a little less than the time between two live measurements: 900 ms over their number a second. */
const LIVE_CALL = 900;

interface Stretch {
  /** The update done last. */
  readonly from: number;
  readonly to: number;
  readonly pace: Pace;
  /** Told where the training stands after each call but the last. */
  readonly between: (at: Snapshot) => Promise<void>;
}

/** The training state after updates `from` + 1 … `to`, in calls of bounded length. */
async function stretch(plan: Plan, program: Program, state: HostTensors, { from, to, pace, between }: Stretch): Promise<HostTensors> {
  const { signal, now } = plan;
  let current = state;
  for (let first = Math.max(1, from + 1); first <= to; ) {
    signal?.throwIfAborted();
    const last = Math.min(to, first + pace.units() - 1);
    const count = last - first + 1;
    const started = now();
    current = await program.run({ ...current, ...updateInputs(plan, first, last) });
    pace.took(count, now() - started);
    if (last < to) await between({ update: last, state: current });
    first = last + 1;
  }
  return current;
}

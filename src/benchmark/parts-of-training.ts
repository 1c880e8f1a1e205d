import type { Standardiser } from '../data/standardiser';
import type { Engine } from '../engine/engine';
import { castTensors } from '../network/host-tensor';
import { initialise } from '../network/initialise';
import type { Network } from '../network/network';
import { sgd } from '../network/optimiser/sgd';
import type { Schedule } from '../schedule/schedule';
import { miniBatches } from '../training/mini-batches';
import { programData } from '../training/model';
import { adaptivePace } from '../training/pace';
import { evaluationProgram } from '../training/evaluation-program';
import { updatesProgram } from '../training/programs';
import { score } from '../training/scoring';
import type { TrainingParts } from '../training/train-options';
import { updateInputs } from '../training/update-inputs';

export interface PartOfTraining {
  readonly network: Network;
  readonly parts: TrainingParts;
  readonly standardiser: Standardiser;
  readonly engine: Engine;
  readonly schedule: Schedule;
  readonly batchSize: number;
  readonly lambda: number;
  readonly seed: number;
}

/** Training without any measurement, by the program that `train` uses: a function from a number of updates to the seconds that they took. */
export async function openTrainingAlone({ network, parts, standardiser, engine, schedule, batchSize, lambda, seed }: PartOfTraining): Promise<(updates: number) => Promise<number>> {
  const program = await engine.compile(updatesProgram(network, programData(parts.train.dataset, standardiser), batchSize));
  const plan = { network, optimiser: sgd(), batches: miniBatches(parts.train.rows, { batchSize, seed }), batchSize, schedule, lambda, seed };
  const pace = adaptivePace();
  const start = castTensors(initialise(network, { seed }), engine.precision);
  return async (updates) => {
    let parameters = start;
    const begun = performance.now();
    for (let first = 1; first <= updates; ) {
      const count = Math.min(pace.units(), updates - first + 1);
      const called = performance.now();
      parameters = await program.run({ ...parameters, ...updateInputs(plan, first, first + count - 1) });
      pace.took(count, performance.now() - called);
      first += count;
    }
    return (performance.now() - begun) / 1000;
  };
}

/** Cost, loss and accuracy of one network on both parts, without training: a function from a number of measurements to the seconds that they took. */
export async function openForwardPass({ network, parts, standardiser, engine, lambda, seed }: PartOfTraining): Promise<(measurements: number) => Promise<number>> {
  const program = await engine.compile(evaluationProgram(network, programData(parts.train.dataset, standardiser), engine));
  const parameters = castTensors(initialise(network, { seed }), engine.precision);
  const pace = adaptivePace();
  return async (measurements) => {
    const begun = performance.now();
    for (let k = 0; k < measurements; k++) {
      for (const { rows } of [parts.train, parts.validation]) await score(program, [parameters], rows, { lambda, pace });
    }
    return (performance.now() - begun) / 1000;
  };
}

import type { Part } from '../data/dataset';
import type { Engine, EngineName } from '../engine/engine';
import { openEngine } from '../engine/select-engine';
import { currentSignal } from './interruption';
import type { Scores } from './measurement';
import { type Model, programData, requireFit } from './model';
import { evaluationProgram } from './evaluation-program';
import { score } from './scoring';

export interface EvaluateOptions {
  /** Factor of the L2 term in the cost. Default 0. */
  readonly lambda?: number;
  /** Default: that of `openEngine`. */
  readonly engine?: EngineName | Engine;
  /** Default: the running notebook cell's. */
  readonly signal?: AbortSignal;
}

/** Cost, loss and accuracy of a trained network on a part of the data, such as the test part. */
export async function evaluate(model: Model, part: Part, options: EvaluateOptions = {}): Promise<Scores> {
  const { lambda = 0, signal = currentSignal() } = options;
  requireFit(model.network, part);
  const engine = await resolveEngine(options.engine);
  const program = await engine.compile(evaluationProgram(model.network, programData(part.dataset, model.standardiser), engine));
  try {
    const [scores] = await score(program, [model.parameters], part.rows, { lambda, signal });
    return scores;
  } finally {
    await program.dispose();
  }
}

/** An engine as it is, or the one of that name. */
export async function resolveEngine(engine: EngineName | Engine | undefined): Promise<Engine> {
  return typeof engine === 'object' ? engine : openEngine({ name: engine });
}

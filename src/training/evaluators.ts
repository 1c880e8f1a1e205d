import type { Program } from '../engine/engine';
import { adaptivePace, type Pace, steadyPace } from './pace';

/** What is to be evaluated how. */
export interface Evaluation {
  /** So many networks at a time. */
  readonly networks: number;
  /** In threads beside this one. */
  readonly aside: boolean;
}

export interface Evaluator {
  readonly program: Program;
  readonly pace: Pace;
}

/** Programs that evaluate networks, each made ready when it is first needed. */
export interface Evaluators {
  for(evaluation: Evaluation): Promise<Evaluator>;
  dispose(): Promise<void>;
}

/** Chunks of images in a call aside: few enough for the threads to end at about the same time, and soon after an abort. */
const CHUNKS_ASIDE = 5;

export function openEvaluators(compile: (evaluation: Evaluation) => Promise<Program>): Evaluators {
  const ready = new Map<string, Promise<Evaluator>>();
  const make = async (evaluation: Evaluation): Promise<Evaluator> => ({ program: await compile(evaluation), pace: evaluation.aside ? steadyPace(CHUNKS_ASIDE) : adaptivePace() });
  return {
    for({ networks, aside }) {
      const key = `${networks} ${aside}`;
      const known = ready.get(key) ?? make({ networks, aside });
      ready.set(key, known);
      return known;
    },
    async dispose() {
      await Promise.all([...ready.values()].map(async (evaluator) => (await evaluator).program.dispose()));
    },
  };
}

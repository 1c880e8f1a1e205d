import type { Program } from '../engine/engine';
import { adaptivePace, type Pace } from './pace';

/** Programs that evaluate so many networks at a time, each made ready when it is first needed. */
export interface Evaluators {
  for(networks: number): Promise<{ readonly program: Program; readonly pace: Pace }>;
  dispose(): Promise<void>;
}

export function openEvaluators(compile: (networks: number) => Promise<Program>): Evaluators {
  const ready = new Map<number, { readonly program: Program; readonly pace: Pace }>();
  return {
    async for(networks) {
      const known = ready.get(networks);
      if (known !== undefined) return known;
      const made = { program: await compile(networks), pace: adaptivePace() };
      ready.set(networks, made);
      return made;
    },
    async dispose() {
      await Promise.all([...ready.values()].map(({ program }) => program.dispose()));
    },
  };
}

import type { HostTensors } from '../../network/host-tensor';
import type { Session } from './session';

/** Calls until the other session is tried again; twice as many each time that it is not the faster one. */
const [FIRST_PATIENCE, MOST_PATIENCE] = [25, 1600];
/** Calls in a row of a session that is tried. The first one wakes its threads and does not count. */
const TRIAL = 2;
/** The first calls. The first ones of all are slow in any session: they may be small, and nothing is in a cache yet. */
const BEGINNING = [0, 0, 0, 0, 1, 1, 0, 0];

export interface FastestSessionOptions {
  /** How much work a call with these inputs is, in any unit. */
  readonly workOf: (inputs: HostTensors) => number;
  /** Whether other work of ours has the cores: then the first session is called. */
  readonly crowded: () => boolean;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
}

/**
 * Two sessions that give the same bytes, as one: each call goes to the one that takes less time for the same work. Which one that is depends on the machine and on what
 * else goes on there, so the other one is tried from time to time, and whenever it was the faster one when it was tried last.
 */
export function fastestSession(sessions: readonly [Session, Session], { workOf, crowded, now = () => performance.now() }: FastestSessionOptions): Session {
  const times = [NaN, NaN]; // milliseconds per unit of work when it was called last, a mean in which the newest call is half
  const next = [...BEGINNING]; // as far as that is settled
  let [best, previous, inRow, sinceTrial, patience] = [0, 0, 0, 0, FIRST_PATIENCE];

  const choose = (): number => {
    const other = 1 - best;
    if (next.length === 0 && (++sinceTrial > patience || times[other] < times[best])) next.push(...Array<number>(TRIAL).fill(other));
    return next.shift() ?? best;
  };
  const took = (which: number, time: number) => {
    inRow = which === previous ? inRow + 1 : 1;
    previous = which;
    if (inRow > 1) times[which] = inRow === 2 ? time : (times[which] + time) / 2;
    if (which === best || next.length > 0) return;
    sinceTrial = 0;
    if (times[which] < times[best]) [best, patience] = [which, FIRST_PATIENCE];
    else patience = Math.min(2 * patience, MOST_PATIENCE);
  };

  return {
    async run(inputs) {
      if (crowded()) return sessions[0].run(inputs);
      const which = choose();
      const started = now();
      const outputs = await sessions[which].run(inputs);
      took(which, (now() - started) / workOf(inputs));
      return outputs;
    },
    release: async () => void (await Promise.all(sessions.map((session) => session.release()))),
  };
}

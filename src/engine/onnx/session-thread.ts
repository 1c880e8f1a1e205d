import { workerData } from 'node:worker_threads';
import type { HostTensors } from '../../network/host-tensor';
import { type AsidePlan, ENDED, UNDER_WAY } from './aside';
import { openSession, type Session } from './session';

const plan = workerData as AsidePlan;
let session: Promise<Session> | undefined;

/** A thread of `asideSession`: one call of the session, which each of the threads opens for itself. */
export default async function run(inputs: HostTensors): Promise<HostTensors> {
  const { calls } = plan;
  Atomics.add(calls, UNDER_WAY, 1);
  try {
    if (Atomics.load(calls, ENDED) === 1) throw new Error('the session has been released');
    session ??= openSession(plan);
    return await (await session).run(inputs);
  } finally {
    Atomics.sub(calls, UNDER_WAY, 1);
    Atomics.notify(calls, UNDER_WAY);
  }
}

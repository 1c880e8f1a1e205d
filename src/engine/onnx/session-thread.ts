import { workerData } from 'node:worker_threads';
import type { HostTensors } from '../../network/host-tensor';
import { openSession, type Session, type SessionPlan } from './session';

let session: Promise<Session> | undefined;

/** A thread of `asideSession`: one call of the session, which each of the threads opens for itself. */
export default async function run(inputs: HostTensors): Promise<HostTensors> {
  session ??= openSession(workerData as SessionPlan);
  return (await session).run(inputs);
}

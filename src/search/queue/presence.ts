import type { Redis } from 'ioredis';
import { workerKey, workersKey } from './keys';
import { parseWorkerDescription, type WorkerDescription } from './records';

/** Milliseconds between two signs of life, and after which a worker that gives none counts as gone. */
const [signInterval, gone] = [5000, 16_000];

/** Tells every few seconds that a worker is there. Returns how to end that. */
export function announce(client: Redis, worker: WorkerDescription): () => Promise<void> {
  const tell = () => void client.multi().set(workerKey(worker.name), JSON.stringify(worker), 'PX', gone).sadd(workersKey, worker.name).exec().catch(() => {});
  tell();
  const timer = setInterval(tell, signInterval);
  return async () => {
    clearInterval(timer);
    if (client.status === 'ready') await client.multi().del(workerKey(worker.name)).srem(workersKey, worker.name).exec().catch(() => {});
  };
}

/** The workers that are there, by name; those that describe themselves in ways unknown here are left out. Forgets those that are gone. */
export async function presentWorkers(client: Redis): Promise<WorkerDescription[]> {
  const names = (await client.smembers(workersKey)).sort();
  if (names.length === 0) return [];
  const found = await client.mget(names.map(workerKey));
  const lost = names.filter((_, index) => found[index] === null);
  if (lost.length > 0) await client.srem(workersKey, ...lost);
  return found.flatMap((text) => (text === null ? [] : describedBy(text)));
}

function describedBy(text: string): WorkerDescription[] {
  try {
    return [parseWorkerDescription(text)];
  } catch {
    return [];
  }
}

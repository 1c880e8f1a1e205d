import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { tell } from '../runs/tell';
import { openDatasetWithProgress } from './open-dataset-with-progress';
import { number } from './run-options';
import { userPath } from './user-path';

interface Flags {
  readonly queue?: string;
  readonly concurrency: number;
  readonly name?: string;
  readonly data?: string;
  readonly lostAfter: number;
}

/** `clr-lab worker`: trains the trials of a queue until SIGTERM or Ctrl-C. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('train the trials of searches over a queue; the first SIGTERM or Ctrl-C finishes those in hand, the second gives them back')
    .option('--queue <url>', 'the Redis, such as redis://host:6379 (default: CLR_LAB_QUEUE, else redis://127.0.0.1:6379)')
    .option('--concurrency <trials>', 'trials at once, each on one thread', number, availableParallelism())
    .option('--name <name>', "by which askers know it (default: the host's name and the process's number)")
    .option('--data <folder>', 'folder with the CIFAR-10 binary batches (default: CIFAR10_DIR, else data/)')
    .option('--lost-after <seconds>', 'after so long without a sign of life its trials are taken by others', number, 15)
    .action(work);
}

async function work({ queue, concurrency, name, data, lostAfter }: Flags): Promise<void> {
  const { serveQueue } = await import('../search/queue/serve-queue.js');
  const { defaultQueue } = await import('../search/queue/address.js');
  const { openStore } = await import('../runs/store.js');
  const [finish, stop] = [new AbortController(), new AbortController()];
  const onSignal = () => {
    if (finish.signal.aborted) stop.abort();
    else tell('finishing the trials in hand; once more gives them back to the queue');
    finish.abort();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal);
  const dataset = await openDatasetWithProgress(data === undefined ? {} : { directory: userPath(data) });
  await serveQueue({ queue: queue ?? defaultQueue(), dataset, store: openStore(), concurrency, name, lostAfterSeconds: lostAfter, finish: finish.signal, stop: stop.signal, onMessage: tell });
  process.exit(); // where Redis is away, BullMQ would wait for it
}

import { Command } from 'commander';
import { say } from './output';
import { openDatasetWithProgress } from './open-dataset-with-progress';
import { number } from './run-options';
import { userPath } from './user-path';

interface Flags {
  readonly port: number;
  readonly host: readonly string[];
  readonly data?: string;
  readonly threads?: number;
  readonly queue?: string | true;
}

/** `clr-lab explore`: the live explorer in a browser, until Ctrl-C. */
export function exploreCommand(): Command {
  return new Command('explore')
    .description('explore hyperparameters in a browser: change a setting and see at once what it does')
    .option('--port <number>', 'port on 127.0.0.1; 0 takes any free one', number, 0)
    .option('--host <names...>', 'further names of hosts under which a proxy shows it', [])
    .option('--data <folder>', 'folder with the CIFAR-10 binary batches (default: CIFAR10_DIR, else data/)')
    .option('--threads <count>', 'threads that train (default: one less than there are cores)', number)
    .option('--queue [url]', 'train searches on the workers of a queue: the Redis, such as redis://host:6379 (without one: CLR_LAB_QUEUE, else redis://127.0.0.1:6379)')
    .action(explore);
}

async function explore({ port, host, data, threads, queue }: Flags): Promise<void> {
  const { startServer } = await import('../explorer/server.js');
  const { trainingThreads } = await import('../explorer/threads.js');
  const { defaultQueue } = await import('../search/queue/address.js');
  const { openStore } = await import('../runs/store.js');
  const dataset = await openDatasetWithProgress(data === undefined ? {} : { directory: userPath(data) });
  const server = await startServer({ dataset, store: openStore(), port, hosts: host, threads: threads ?? trainingThreads(), queue: queue === true ? defaultQueue() : queue });
  say(`The explorer is at ${server.url}`);
  say(`From another machine: ssh -L ${server.port}:127.0.0.1:${server.port} HOST, then the same link. Who has the link can train here. Ctrl-C ends it.`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  await server.close();
}

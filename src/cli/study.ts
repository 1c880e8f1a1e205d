import { Command } from 'commander';
import type { StudyContents } from '../search/queue/studies';
import { tell } from '../runs/tell';
import { percent, say, sayJson } from './output';

interface Flags {
  readonly queue?: string;
  readonly json?: boolean;
}

/** `clr-lab study …`: the studies in a queue's Redis. */
export function studyCommand(): Command {
  const study = new Command('study').description('the studies of searches over a queue');
  const queued = (command: Command) => command.option('--queue <url>', 'the Redis, such as redis://host:6379 (default: CLR_LAB_QUEUE, else redis://127.0.0.1:6379)');
  queued(study.command('list')).description('all studies, oldest first').option('--json', 'as JSON', false).action(list);
  queued(study.command('show')).description('the trials of one study, and who trained them').argument('<name>', 'its name').option('--json', 'as JSON', false).action(show);
  queued(study.command('export')).description('one study with all that is known of its trials, as JSON').argument('<name>', 'its name').action((name: string, flags: Flags) => show(name, { ...flags, json: true }));
  queued(study.command('delete')).description('remove one study with its results').argument('<name>', 'its name').action(remove);
  return study;
}

async function list({ queue, json }: Flags): Promise<void> {
  const { listStudies } = await import('../search/queue/studies.js');
  const studies = await withRedis(queue, listStudies);
  if (json) return sayJson(studies);
  if (studies.length === 0) return say('no studies');
  for (const { name, created, dataset, asked, ended } of studies) say(`${name}  ${created}  ${dataset.name} ${dataset.checksum.slice(0, 12)}  ${ended} of ${asked} trials ended`);
}

async function show(name: string, { queue, json }: Flags): Promise<void> {
  const { readStudy } = await import('../search/queue/studies.js');
  const study = await withRedis(queue, (client) => readStudy(client, name));
  if (json) return sayJson(study);
  for (const trial of study.trials) say(line(trial));
}

async function remove(name: string, { queue }: Flags): Promise<void> {
  const { deleteStudy } = await import('../search/queue/studies.js');
  await withRedis(queue, (client) => deleteStudy(client, name));
  say(`deleted ${name}`);
}

async function withRedis<T>(queue: string | undefined, work: (client: import('ioredis').Redis) => Promise<T>): Promise<T> {
  const { connect } = await import('../search/queue/connection.js');
  const { defaultQueue } = await import('../search/queue/address.js');
  const connection = await connect(queue ?? defaultQueue(), { onMessage: tell });
  try {
    return await work(connection.client);
  } finally {
    connection.close();
  }
}

function line({ number, parameters, seed, result }: StudyContents['trials'][number]): string {
  const tried = Object.entries(parameters).map(([name, value]) => `${name} ${value.toPrecision(4)}`).join('  ');
  const last = result?.history.at(-1);
  const outcome = result === undefined ? 'not ended' : result.state === 'failed' ? `failed: ${result.reason}` : `${result.state}  validation ${last ? percent(last.validation.accuracy) : '?'}`;
  return `${number}  ${tried}  seed ${seed}  ${outcome}${result === undefined ? '' : `  ${result.seconds.toFixed(1)} s  ${result.worker ?? 'from a store'}`}`;
}

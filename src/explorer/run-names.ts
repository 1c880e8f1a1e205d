import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';

/** Names that people gave to stored runs, in a file beside the runs. */
export interface RunNames {
  /** By key. */
  all(): Promise<Readonly<Record<string, string>>>;
  /** An empty name removes it. */
  set(key: string, name: string): Promise<void>;
}

const fileName = 'names.json';

export function runNames(directory: string): RunNames {
  const path = join(directory, fileName);
  let turn: Promise<void> = Promise.resolve();
  const all = async () => {
    try {
      const names: unknown = JSON.parse(await readFile(path, 'utf8'));
      const entries = typeof names === 'object' && names !== null ? Object.entries(names) : [];
      return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
    } catch {
      return {}; // none yet, or a damaged file: names are a convenience
    }
  };
  return {
    all,
    set(key, name) {
      const write = async () => {
        const { [key]: _before, ...others } = await all();
        await writeFileAtomic(path, `${JSON.stringify(name === '' ? others : { ...others, [key]: name }, null, 1)}\n`);
      };
      // One after another, so that no name is lost.
      const done = turn.then(write);
      turn = done.catch(() => {});
      return done;
    },
  };
}

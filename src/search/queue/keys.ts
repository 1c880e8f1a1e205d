import { randomBytes } from 'node:crypto';
import { sha256 } from '../../runs/canonical-json';
import { protocolVersion } from '../protocol';
import { QueueError } from './queue-error';

/** What all keys in Redis begin with. */
export const prefix = 'clr-lab';

/** All names of studies: a set. */
export const studiesKey = `${prefix}:studies`;
/** All names of workers, some of which may be gone: a set. */
export const workersKey = `${prefix}:workers`;
/** A worker that is there: its description as JSON, which lapses unless it is written again. */
export const workerKey = (name: string) => `${prefix}:worker:${name}`;

/** The keys of a study. */
export interface StudyKeys {
  /** A string: the description, JSON. */
  readonly description: string;
  /** A hash: number → what was asked, JSON. */
  readonly asked: string;
  /** A hash: number → how it ended, JSON. */
  readonly results: string;
  /** A hash: number → the run, bytes. */
  readonly runs: string;
  /** A stream: what happens to trials on their way. */
  readonly events: string;
}

export function studyKeys(name: string): StudyKeys {
  const study = `${prefix}:study:${requireName(name)}`;
  return { description: study, asked: `${study}:asked`, results: `${study}:results`, runs: `${study}:runs`, events: `${study}:events` };
}

/** BullMQ's queue of the trials on one data set, in one protocol: a worker with others never sees them. */
export const queueName = (checksum: string) => `trials-${protocolVersion}-${sha256(checksum).slice(0, 16)}`;

/** The name of a trial in BullMQ's queue, by which it is there once at most. */
export const trialId = (study: string, number: number) => `${study}/${number}`;

/** Letters, digits, dot, hyphen and underscore, at most 64. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A name that no other study has. */
export const newName = () => `search-${randomBytes(4).toString('hex')}`;

export function requireName(name: string): string {
  if (namePattern.test(name)) return name;
  throw new QueueError(`${JSON.stringify(name)} is no name of a study; letters, digits, dots, hyphens and underscores, 64 at most, would be right`);
}

import type { Redis } from 'ioredis';
import { QueueError } from './queue-error';
import type { AskedTrial, StudyDescription, TrialResult } from './records';
import { studyNames, studyRecord } from './study-record';

/** A study in a line. */
export interface StudySummary extends StudyDescription {
  /** Trials that were asked for, and those of them that have ended. */
  readonly asked: number;
  readonly ended: number;
}

/** A trial as Redis knows it. */
export interface StudyTrial extends AskedTrial {
  readonly number: number;
  /** undefined while it waits or is trained. */
  readonly result?: TrialResult;
}

/** A study with its trials. */
export interface StudyContents extends StudyDescription {
  readonly trials: readonly StudyTrial[];
}

/** All studies in Redis, oldest first. */
export async function listStudies(client: Redis): Promise<StudySummary[]> {
  const studies = await Promise.all((await studyNames(client)).map(async (name) => {
    const study = studyRecord(client, name);
    const description = await study.describe();
    return description && { ...description, ...(await study.counts()) };
  }));
  return studies.filter((study) => study !== undefined).sort((a, b) => (a.created < b.created ? -1 : 1));
}

/** A study with its trials, by number. Throws a QueueError if it is not there. */
export async function readStudy(client: Redis, name: string): Promise<StudyContents> {
  const study = studyRecord(client, name);
  const [description, asked, results] = await Promise.all([study.describe(), study.asked(), study.results()]);
  if (description === undefined) throw await notThere(client, name);
  const trials = [...asked].map(([number, trial]): StudyTrial => {
    const result = results.get(number);
    return { number, ...trial, ...(result && { result }) };
  });
  return { ...description, trials };
}

/** Removes a study with its results; trials of it that are being trained are stopped. Throws a QueueError if it is not there. */
export async function deleteStudy(client: Redis, name: string): Promise<void> {
  if (!(await studyRecord(client, name).remove())) throw await notThere(client, name);
}

async function notThere(client: Redis, name: string): Promise<QueueError> {
  const names = await studyNames(client);
  return new QueueError(`there is no study ${name}; ${names.length === 0 ? 'there are none' : `there ${names.length === 1 ? 'is' : 'are'} ${names.join(', ')}`}`);
}

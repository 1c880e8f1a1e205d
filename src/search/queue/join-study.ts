import type { Dataset } from '../../data/dataset';
import type { StoredRun } from '../../runs/stored-run';
import type { Trial } from '../trial';
import type { Workers } from '../workers';
import { connect } from './connection';
import { packRun } from './packed-run';
import { QueueError } from './queue-error';
import { queueWorkers } from './queue-workers';
import type { AskedTrial } from './records';
import { studyRecord } from './study-record';

/** A study in Redis as one of its askers has it. */
export interface JoinedStudy {
  readonly name: string;
  readonly workers: Workers;
  /** Says what a trial is, unless an asker did before; returns what it is. */
  claim(number: number, asked: AskedTrial): Promise<AskedTrial>;
  /** Keeps how a trial ended, with its run if it comes from the asker's store, unless that is known. */
  tell(trial: Trial, run?: StoredRun): Promise<void>;
  /** Leaves the study; it goes on without this asker. */
  leave(): Promise<void>;
}

export interface JoinOptions {
  /** URL of the Redis. */
  readonly queue: string;
  /** Joins the study of this name, or begins it. */
  readonly study: string;
  readonly dataset: Dataset;
  readonly onMessage: (text: string) => void;
  readonly date?: () => Date;
}

/**
 * Joins a study in Redis, or begins it.
 *
 * @throws QueueError if Redis cannot be reached, or the study is on another data set
 */
export async function joinStudy({ queue, study, dataset: { name, checksum }, onMessage, date = () => new Date() }: JoinOptions): Promise<JoinedStudy> {
  const connection = await connect(queue, { onMessage });
  try {
    const record = studyRecord(connection.client, study);
    const { dataset } = await record.create({ format: 1, name: study, created: date().toISOString(), dataset: { name, checksum } });
    if (dataset.checksum !== checksum) throw new QueueError(`the study ${study} is on another data set: ${dataset.name} ${dataset.checksum} there, ${name} ${checksum} here`);
    const workers = queueWorkers({ connection, study: record, dataset: checksum, onMessage });
    return {
      name: study,
      workers,
      claim: (number, asked) => record.claim(number, asked),
      async tell({ number, state, reason = null, history, seconds, fromStore, stint }, run) {
        if ((await record.ended([number])).size > 0) return;
        await record.record(number, { state, reason, history, seconds, engine: run?.environment.engine ?? null, fromStore, worker: stint?.worker ?? null, from: stint?.from ?? null, to: stint?.to ?? null }, run && packRun(run));
      },
      async leave() {
        await workers.close();
        connection.close();
      },
    };
  } catch (error) {
    connection.close();
    throw error;
  }
}

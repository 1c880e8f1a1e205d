import { setTimeout as delay } from 'node:timers/promises';
import { backOff, type Connection } from './connection';
import { parseTrialEvent, type TrialEvent } from './records';
import { type StudyRecord, timeOf } from './study-record';

/** What happens to a study's trials, as it happens. */
export interface TrialStream {
  close(): void;
}

/** So many events are read at once; so long, in milliseconds, Redis holds the question if there are none. */
const [most, hold] = [1000, 5000];

/**
 * Reads the events of a study, from the oldest that is kept, each once and in order; `at` is when it was told, on Redis's clock. While
 * Redis is away it waits. What is no event is left out.
 */
export function readEvents(connection: Connection, study: StudyRecord, onEvent: (number: number, event: TrialEvent, at: number) => void): TrialStream {
  const client = connection.client.duplicate();
  let closed = false;
  const read = async () => {
    let last = '0';
    for (let failures = 0; !closed; ) {
      try {
        const [[, entries] = ['', []]] = (await client.xread('COUNT', most, 'BLOCK', hold, 'STREAMS', study.keys.events, last)) ?? [];
        failures = 0;
        for (const [place, fields] of entries) {
          last = place;
          const [number, event] = parsed(fields) ?? [];
          if (number !== undefined && event !== undefined) onEvent(number, event, timeOf(place));
        }
      } catch {
        if (!closed) await delay(backOff(++failures));
      }
    }
  };
  void read();
  return {
    close() {
      closed = true;
      client.disconnect();
    },
  };
}

function parsed(fields: readonly string[]): [number, TrialEvent] | undefined {
  try {
    const { number, event } = Object.fromEntries(fields.flatMap((field, index) => (index % 2 === 0 ? [[field, fields[index + 1]]] : []))) as { readonly number?: string; readonly event?: string };
    return [Number(number), parseTrialEvent(event)];
  } catch {
    return undefined;
  }
}

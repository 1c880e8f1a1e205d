import type { ServerEvent } from '../messages';

/** What the server answers to a request; throws an Error with its words where it refuses. Addresses are relative to the page, whose path has the token. */
export async function ask<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const response = await fetch(`api/${path}`, { method, ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) });
  const answer = (await response.json()) as T & { error?: string };
  if (!response.ok) throw new Error(answer.error ?? `the explorer answered ${response.status}`);
  return answer;
}

/** Milliseconds until a stream that the browser has given up is opened anew. */
const reopenAfter = 2000;

/** Listens to what happens. A lost connection is taken up again; then the state comes first. Events are handed on in groups. */
export function listen(onEvents: (events: readonly ServerEvent[]) => void, onLost: () => void): () => void {
  let source: EventSource;
  let waiting: ServerEvent[] = [];
  let flushing: ReturnType<typeof setTimeout> | undefined;
  let reopening: ReturnType<typeof setTimeout> | undefined;
  const flush = () => {
    flushing = undefined;
    const events = waiting;
    waiting = [];
    onEvents(events);
  };
  const open = () => {
    source = new EventSource('api/events');
    source.onmessage = ({ data }: MessageEvent<string>) => {
      waiting.push(JSON.parse(data) as ServerEvent);
      flushing ??= setTimeout(flush, 40);
    };
    source.onerror = () => {
      onLost();
      if (source.readyState === EventSource.CLOSED) reopening = setTimeout(open, reopenAfter);
    };
  };
  open();
  return () => {
    clearTimeout(flushing);
    clearTimeout(reopening);
    source.close();
  };
}

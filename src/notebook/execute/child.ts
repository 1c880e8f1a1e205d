import type { CellOutput } from '../kernel/cell-output';
import { Session, type CellOutcome } from '../kernel/session';

/*
 * The process that executes one notebook: the kernel's session, without the sockets of Jupyter's protocol. It is given
 * cells by its parent and sends back their outputs, over the channel between Node processes.
 */

export type Request =
  | { type: 'run'; source: string; count: number }
  | { type: 'interrupt' }
  | { type: 'end' };

export type Report =
  | { type: 'ready' }
  | { type: 'output'; count: number; output: CellOutput }
  | { type: 'done'; count: number; outcome: CellOutcome };

function main(): void {
  const send = (report: Report) => process.send!(report);
  const session = new Session();
  process.on('SIGINT', () => session.interrupt());
  // The parent is gone.
  process.on('disconnect', () => process.exit(1));
  process.on('message', (request: Request) => {
    if (request.type === 'end') process.exit(0);
    else if (request.type === 'interrupt') session.interrupt();
    else void run(request.source, request.count);
  });
  async function run(source: string, count: number): Promise<void> {
    const outcome = await session.run(source, count, (output) => send({ type: 'output', count, output }));
    send({ type: 'done', count, outcome });
  }
  send({ type: 'ready' });
}

if (process.send !== undefined) main();

import { execFileSync } from 'node:child_process';

/** Workers and kernels run the built library: it is brought up to date once, before any test. */
export default function build(): void {
  // npm test has just done so.
  if (process.env.npm_lifecycle_event?.startsWith('test')) return;
  execFileSync(process.execPath, ['src/cli/start.mjs', 'build'], { stdio: 'inherit' });
}

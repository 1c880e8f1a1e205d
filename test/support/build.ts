import { execFileSync } from 'node:child_process';

/** Workers and kernels run the built library: it is brought up to date once, before any test. */
export default function build(): void {
  execFileSync(process.execPath, ['src/cli/start.mjs', 'build'], { stdio: 'inherit' });
}

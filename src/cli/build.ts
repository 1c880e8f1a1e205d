import { Command } from 'commander';

/** `clr-lab build`: the build is brought up to date before any command runs, so nothing is left to do. */
export function buildCommand(): Command {
  return new Command('build')
    .description('install the locked packages and compile src/ where they are out of date')
    .action(() => void process.stderr.write('clr-lab: dist/ is up to date\n'));
}

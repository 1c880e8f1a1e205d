import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Command } from 'commander';
import { projectRoot } from '../notebook/kernel/project';

interface Step {
  readonly name: string;
  /** A script of an installed package, and its arguments. */
  readonly script: string;
  readonly parameters: readonly string[];
}

const steps: readonly Step[] = [
  { name: 'types', script: 'typescript/bin/tsc', parameters: ['-p', 'test/tsconfig.json'] },
  { name: "types of the explorer's page", script: 'typescript/bin/tsc', parameters: ['-p', 'src/explorer/page'] },
  { name: 'lint', script: 'eslint/bin/eslint.js', parameters: ['-c', 'test/lint/eslint.config.mjs', 'src', 'test'] },
  { name: 'floors', script: 'dependency-cruiser/bin/dependency-cruise.mjs', parameters: ['--config', 'test/lint/floors.cjs', 'src'] },
];

/** `clr-lab test`: types, lint, and the tests; what is named goes to the test runner. */
export function testCommand(): Command {
  return new Command('test')
    .description('check types and lint, run the tests')
    .option('--all', 'also what needs Jupyter, Chromium and the like; where they are missing, it says so', false)
    .argument('[files...]', 'only these tests, by a part of their path')
    .action(async (files: readonly string[], { all }: { readonly all: boolean }) => {
      const runner: Step = { name: 'tests', script: 'vitest/vitest.mjs', parameters: ['run', '--config', 'test/vitest.config.mts', ...files] };
      for (const step of files.length > 0 ? [runner] : [...steps, runner]) {
        const code = await run(step, { ...process.env, ...(all && { CLR_LAB_TEST_ALL: '1' }) });
        if (code !== 0) {
          process.stderr.write(`clr-lab: ${step.name} failed\n`);
          process.exitCode = code;
          return;
        }
      }
    });
}

function run({ name, script, parameters }: Step, env: NodeJS.ProcessEnv): Promise<number> {
  process.stdout.write(`\n${name}\n`);
  const child = spawn(process.execPath, [join(projectRoot, 'node_modules', script), ...parameters], { cwd: projectRoot, env, stdio: 'inherit' });
  return new Promise((resolve, reject) => child.once('error', reject).once('close', (code) => resolve(code ?? 1)));
}

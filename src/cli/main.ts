import { Command } from 'commander';
import { buildCommand } from './build';
import { kernelCommand } from './kernel';
import { labCommand } from './lab';
import { reportCommand } from './report';
import { testCommand } from './test';
import { resolveEnvironmentPaths } from './user-path';

resolveEnvironmentPaths();

const program = new Command('clr-lab')
  .description('A laboratory for small networks trained with cyclical learning rates on CIFAR-10')
  .addCommand(buildCommand())
  .addCommand(kernelCommand())
  .addCommand(labCommand())
  .addCommand(reportCommand())
  .addCommand(testCommand());

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`clr-lab: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

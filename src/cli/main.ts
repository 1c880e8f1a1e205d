import { Command } from 'commander';
import { benchCommand } from './bench';
import { buildCommand } from './build';
import { dataCommand } from './data';
import { exportCommand } from './export';
import { exploreCommand } from './explore';
import { gradientCheckCommand } from './gradient-check';
import { kernelCommand } from './kernel';
import { labCommand } from './lab';
import { predictCommand } from './predict';
import { reportCommand } from './report';
import { runsCommand } from './runs';
import { searchCommand } from './search';
import { studyCommand } from './study';
import { testCommand } from './test';
import { trainCommand } from './train';
import { resolveEnvironmentPaths } from './user-path';
import { workerCommand } from './worker';

resolveEnvironmentPaths();

const program = new Command('clr-lab')
  .description('A laboratory for small networks trained with cyclical learning rates on CIFAR-10')
  .addCommand(reportCommand())
  .addCommand(trainCommand())
  .addCommand(searchCommand())
  .addCommand(workerCommand())
  .addCommand(studyCommand())
  .addCommand(gradientCheckCommand())
  .addCommand(runsCommand())
  .addCommand(predictCommand())
  .addCommand(exportCommand())
  .addCommand(dataCommand())
  .addCommand(exploreCommand())
  .addCommand(benchCommand())
  .addCommand(labCommand())
  .addCommand(kernelCommand())
  .addCommand(buildCommand())
  .addCommand(testCommand());

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`clr-lab: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});

import { Command } from 'commander';

/** `clr-lab lab`: Jupyter on the notebooks, with the project's kernel, which need not be installed. */
export function labCommand(): Command {
  return new Command('lab')
    .description('open the notebooks in JupyterLab, or in Notebook where there is no Lab')
    .argument('[arguments...]', 'handed on to Jupyter, after --')
    .allowUnknownOption()
    .action(async (given: string[]) => {
      const { startLab } = await import('../notebook/kernel/lab.js');
      process.exitCode = await startLab(given);
    });
}

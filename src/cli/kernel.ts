import { Command, Option } from 'commander';

interface InstallOptions {
  user?: boolean;
  sysPrefix?: boolean;
  prefix?: string;
  path?: string;
}

/** `clr-lab kernel …`: the Jupyter kernel. */
export function kernelCommand(): Command {
  const kernel = new Command('kernel').description('the Jupyter kernel "TypeScript (clr-lab)"');
  kernel
    .command('install')
    .description('make the kernel known to Jupyter and VS Code (by default for this user)')
    .option('--user', 'into this user\'s Jupyter folder; the default')
    .addOption(new Option('--sys-prefix', 'into the Python environment that is active').conflicts(['user', 'prefix', 'path']))
    .addOption(new Option('--prefix <dir>', 'into DIR/share/jupyter/kernels').conflicts(['user', 'path']))
    .addOption(new Option('--path <dir>', 'into DIR itself, a folder of kernelspecs').conflicts('user'))
    .action(async (options: InstallOptions) => {
      const { installKernelspec, kernelsFolder } = await import('../notebook/kernel/kernelspec.js');
      const place = options.path !== undefined ? { path: options.path }
        : options.prefix !== undefined ? { prefix: options.prefix }
          : options.sysPrefix ? { sysPrefix: true } : {};
      process.stdout.write(`installed the kernel: ${await installKernelspec(kernelsFolder(place))}\n`);
    });
  kernel
    .command('start', { hidden: true })
    .description('be a kernel; called by Jupyter')
    .argument('<connection-file>')
    .action(async (file: string) => {
      const { startKernel } = await import('../notebook/kernel/start.js');
      await startKernel(file);
    });
  return kernel;
}

import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';

/**
 * Builds the constructs for other CDK apps from `lib/index.ts` under `root` into `lib/dist`: a CommonJS module, which CDK apps of either
 * kind can load, its types, and the functions' bundles from `dist/lambda`, which must have been built before.
 */
export async function buildConstructs(root: string): Promise<void> {
  const dist = join(root, 'lib/dist');
  await rm(dist, { recursive: true, force: true });
  await Promise.all([
    build({
      absWorkingDir: root,
      entryPoints: ['lib/index.ts'],
      outfile: 'lib/dist/index.cjs',
      bundle: true,
      platform: 'node',
      format: 'cjs',
      // What lib/package.json promises in `engines`.
      target: 'node20',
      external: ['aws-cdk-lib', 'constructs'],
      logLevel: 'warning',
    }),
    // The files that the types are in, one by one: one file would repeat what they use of aws-cdk-lib, which takes minutes.
    promisify(execFile)(process.execPath, [
      join(root, 'node_modules/typescript-7/bin/tsc'),
      '-p',
      join(root, 'tools/constructs-types.tsconfig.json'),
    ]),
    cp(join(root, 'dist/lambda'), join(dist, 'lambda'), { recursive: true }),
  ]);
  console.log('lib/dist index.cjs types lambda');
}

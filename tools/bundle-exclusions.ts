import type { Plugin } from 'esbuild';
import { usedCommands } from './redis-command-names';

/** Sessions follow the slots of a cluster themselves (docs/decisions/0019-cluster-mode.md). */
export const withoutCluster = replaceModule({
  name: 'no-redis-cluster',
  imported: /^\.\/cluster$/,
  importer: /[\\/]ioredis[\\/]built[\\/]/,
  contents:
    "exports.default = class { constructor() { throw new Error('Redis cluster mode is not in this bundle'); } };",
});

/**
 * esbuild plugins that keep out of the functions' bundles what they never run; together more than a third of a bundle,
 * which every cold start would read and compile.
 */
export const bundleExclusions: readonly Plugin[] = [
  // Lambda puts credentials into the environment. The SDK's default looks in ten more places: files, SSO, metadata …
  replaceModule({
    name: 'credentials-from-environment',
    imported: /^@aws-sdk\/credential-provider-node$/,
    contents: "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
  }),
  // Lambda has no ~/.aws/config, which the SDK would look for at each start.
  replaceModule({
    name: 'no-configuration-files',
    imported: /\/loadSharedConfigFiles$/,
    importer: /[\\/]@smithy[\\/]core[\\/]/,
    contents: `export const CONFIG_PREFIX_SEPARATOR = '.';
      export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
  }),
  // No operation that the functions call has an event stream. What `import()` reaches, esbuild also wraps in functions of its own,
  // with all that it shares with the rest of the SDK: V8 then reads each of them twice.
  replaceModule({
    name: 'no-event-streams',
    imported: /^@smithy\/core\/event-streams$/,
    contents: "throw new Error('Event streams of the AWS SDK are not in this bundle');",
  }),
  // An environment that runs several invocations at a time keeps logger and metrics of each apart: Powertools asks for that variable
  // at every access, several times for each value. Lambda runs one invocation at a time here.
  replaceModule({
    name: 'one-invocation-at-a-time',
    imported: /^\.\/envUtils\.js$/,
    importer: /[\\/]commons[\\/]lib[\\/]esm[\\/]InvocationScoped\.js$/,
    contents: 'export const shouldUseInvokeStore = () => false;',
  }),
  // The names are the client's methods. What is known about each command serves cluster mode, key prefixes and pipelines.
  replaceModule({
    name: 'redis-command-names',
    imported: /^@ioredis\/commands$/,
    contents: (root) => `exports.list = ${JSON.stringify(usedCommands(root))};
      const names = new Set(exports.list);
      exports.exists = (name) => names.has(String(name).toLowerCase());
      exports.hasFlag = () => false;
      exports.getKeyIndexes = () => { throw new Error('The keys of Redis commands are not in this bundle'); };`,
  }),
  // Prints what ioredis does if DEBUG is set.
  replaceModule({
    name: 'no-debug-output',
    imported: /^debug$/,
    importer: /[\\/]ioredis[\\/]built[\\/]/,
    contents: 'exports.default = () => Object.assign(() => undefined, { enabled: false });',
  }),
  withoutCluster,
  // An `import` of one of Node's modules reads all its exports, which loads what they need: readline for fs, reports for process.
  {
    name: 'required-node-modules',
    setup(build) {
      const namespace = 'required-node-modules';
      build.onResolve({ filter: /^node:/ }, ({ kind, path }) =>
        kind === 'import-statement' ? { path, namespace } : undefined,
      );
      build.onLoad({ filter: /^/, namespace }, ({ path }) => ({ contents: `module.exports = require('${path}');` }));
    },
  },
];

interface Replacement {
  readonly name: string;
  /** The import as it is written. */
  readonly imported: RegExp;
  /** Path of the importing file. @default any */
  readonly importer?: RegExp;
  /**
   * The module that is taken instead, or what makes it for the folder that contains `lambda`; it resolves its own imports from the
   * importing file's folder.
   */
  readonly contents: string | ((root: string) => string);
}

function replaceModule({ name, imported, importer = /^/, contents }: Replacement): Plugin {
  return {
    name,
    setup(build) {
      build.onResolve({ filter: imported }, (args) =>
        importer.test(args.importer) ? { path: name, namespace: name, pluginData: args.resolveDir } : undefined,
      );
      build.onLoad({ filter: /^/, namespace: name }, (args) => ({
        contents: typeof contents === 'string' ? contents : contents(build.initialOptions.absWorkingDir ?? '.'),
        resolveDir: args.pluginData as string,
      }));
    },
  };
}

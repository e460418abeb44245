// How jest loads a file. Sources are compiled by esbuild; tsc checks their types (make lint). Lua is its own text, as in the bundles.
// A package is loaded by Node itself, once for a worker: jest alone would evaluate aws-cdk-lib or an SDK client again for each test file.
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');

// One esbuild for the worker, where transformSync would start one for each file.
process.env.ESBUILD_WORKER_THREADS = '1';
const { transformSync, version } = require('esbuild');

const own = readFileSync(__filename);

const loadedByNode = "module.exports = process.getBuiltinModule('node:module').createRequire(__filename)(__filename);";
const isPackage = (path) => path.includes('/node_modules/');

module.exports = {
  getCacheKey: (_, path) =>
    createHash('sha256').update(own).update(version).update(path).update(readFileSync(path)).digest('hex'),
  process(source, path) {
    if (isPackage(path)) return { code: loadedByNode };
    if (path.endsWith('.lua')) {
      // Not `source`, of which jest has removed a first line that begins with #!, and with it the script's flags. With a default, as
      // tools/lua-require.cjs does and for its reason.
      return { code: `module.exports = { __esModule: true, default: ${JSON.stringify(readFileSync(path, 'utf8'))} };` };
    }
    const { code, map } = transformSync(source, {
      sourcefile: path,
      loader: 'ts',
      format: 'cjs',
      target: 'node24',
      platform: 'node',
      // jest's own module loader knows require() only.
      supported: { 'dynamic-import': false },
      sourcemap: 'external',
      sourcesContent: false,
    });
    return { code, map };
  },
};

// Lets tsx (CommonJS) import a .lua file as its text, as the bundles do.
const { readFileSync } = require('node:fs');

require.extensions['.lua'] = (module, path) => {
  module.exports = readFileSync(path, 'utf8');
};

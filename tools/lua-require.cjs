// Lets tsx (CommonJS) import a .lua file as its text, as the bundles do.
const { readFileSync } = require('node:fs');

require.extensions['.lua'] = (module, path) => {
  // As a module with a default: for a bare text the import would build an object on String.prototype, which makes `charCodeAt`
  // ten times slower in the whole process.
  module.exports = { __esModule: true, default: readFileSync(path, 'utf8') };
};

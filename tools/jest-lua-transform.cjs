// Lets jest import a .lua file as its text, as the bundles do.
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');

module.exports = {
  // Jest takes a first line that begins with #! off the source it hands over, and with it the script's flags: read the file itself.
  process: (_, path) => ({ code: `module.exports = ${JSON.stringify(readFileSync(path, 'utf8'))};` }),
  getCacheKey: (_, path) => createHash('sha1').update(path).update(readFileSync(path)).digest('hex'),
};

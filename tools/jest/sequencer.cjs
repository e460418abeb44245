// The longest suites first, so that no worker begins one when the others are done. How long they take is known from a run
// (`npm run suite-times`), since a fresh clone has none of its own.
const { relative } = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');
const seconds = require('./suite-seconds.json');

module.exports = class extends Sequencer {
  sort(tests) {
    const expected = ({ path, context }) => seconds[relative(context.config.rootDir, path)] ?? 0;
    return super.sort(tests).sort((a, b) => expected(b) - expected(a));
  }
};

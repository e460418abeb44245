// One context for all test files of a worker, so that packages, which Node loads once (transform.cjs), and tests share Array, Error and
// the other classes. What a test file leaves in the environment's variables does not reach the next one.
const SingleContextEnvironment = require('jest-environment-node-single-context');

module.exports = class extends SingleContextEnvironment {
  async setup() {
    await super.setup();
    this.variables = { ...process.env };
  }

  async teardown() {
    for (const name of Object.keys(process.env)) if (!(name in this.variables)) delete process.env[name];
    Object.assign(process.env, this.variables);
    await super.teardown();
  }
};

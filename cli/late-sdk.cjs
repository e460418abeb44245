// Has each client of the AWS SDK loaded when it is first used. All of them take more than a second, EC2's alone half of that, and
// a command uses one or two, or none.
const Module = require('node:module');

const requireNow = Module.prototype.require;

Module.prototype.require = function requireLate(id) {
  if (!id.startsWith('@aws-sdk/client-')) return requireNow.call(this, id);
  return new Proxy({}, { get: (_, name) => requireNow.call(this, id)[name] });
};

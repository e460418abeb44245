// Loaded before a Node program: replaces DNS answers and shifts the clock.
//   FAULTS_ADDRESS_FILE      a file with the address that `localhost` has; read at each look-up
//   FAULTS_CLOCK_OFFSET_MS   how far this process's clock is ahead
const dns = require('node:dns');
const { readFileSync } = require('node:fs');

const file = process.env.FAULTS_ADDRESS_FILE;
const { lookup } = dns;
if (file) {
  dns.lookup = (name, options, callback) => {
    if (typeof options === 'function') [options, callback] = [{}, options];
    if (name !== 'localhost') return lookup(name, options, callback);
    const address = readFileSync(file, 'utf8').trim();
    setImmediate(() => (options?.all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4)));
  };
}

const offset = Number(process.env.FAULTS_CLOCK_OFFSET_MS ?? 0);
if (offset !== 0) {
  const Time = Date;
  globalThis.Date = class extends Time {
    constructor(...parts) {
      super(...(parts.length > 0 ? parts : [Time.now() + offset]));
    }
    static now() {
      return Time.now() + offset;
    }
  };
}

#!/usr/bin/env node
// `npx model-events`: runs the program's TypeScript in this very process, so that there is no build to forget.
require('./late-sdk.cjs');
require('tsx/cjs/api').register();
require('../tools/lua-require.cjs');
require('./main.ts').main(process.argv.slice(2));

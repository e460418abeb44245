// Lets jest import a .lua file as its text, as the bundles do.
module.exports = { process: (source) => ({ code: `module.exports = ${JSON.stringify(source)};` }) };

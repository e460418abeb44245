/**
 * Sets the variables of this process, and removes all others. An assignment to `process.env` would do so only for this file's
 * view: `os.tmpdir()` reads the process, in which other tests run later.
 */
export function setVariables(variables: Readonly<NodeJS.ProcessEnv>): void {
  for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, variables);
}

/** A Redis script's text; every loader (esbuild, jest, tsx) hands it over unchanged. */
declare module '*.lua' {
  const source: string;
  export default source;
}

/** Asks Redis again until it is so; the test's own limit ends it. Each question is a round trip, so that nothing spins. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}

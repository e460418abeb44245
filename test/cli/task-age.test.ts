import { ageFindings } from '../../cli/doctor/task-age';

const service = { family: 'hokusai-api-development', cluster: 'hokusai-development' };
const day = (number: number): Date => new Date(Date.UTC(2026, 10, number));
/** The token was rotated on the 10th and on the 20th. */
const rotations = { lastButOne: day(10), last: day(20) };

test('a task from before the last rotation is a warning: Redis accepts its token until the next one', () => {
  expect(ageFindings(service, [day(15), day(21)], rotations)).toEqual([
    expect.objectContaining({
      result: 'warn',
      found: '1 running tasks of hokusai-api-development are older than the rotation of 2026-11-20T00:00:00.000Z',
    }),
  ]);
});

test('a task from before the last but one rotation is a failure: its token is no longer valid', () => {
  expect(ageFindings(service, [day(5), day(15)], rotations)).toEqual([
    expect.objectContaining({
      result: 'fail',
      found: '1 running tasks of hokusai-api-development hold a token that Redis no longer accepts',
    }),
  ]);
});

test('tasks newer than the last rotation pass', () => {
  expect(ageFindings(service, [day(21), day(22)], rotations)).toEqual([]);
  expect(ageFindings(service, [day(5)], { last: day(4), lastButOne: undefined })).toEqual([]);
});

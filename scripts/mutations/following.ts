import type { Mutation } from './mutation.ts';

const following = 'src/features/events/event-following-service.ts';
const stream = 'src/api/stream.ts';
const router = 'src/api/router.ts';
const pools = 'src/features/pool/pool-store.ts';
const streaming = 'test/http/events-stream.test.ts';
const answers = 'test/http/stream.test.ts';
const low = 'test/database/pool-low.test.ts';

/** What holds for those who follow events, for answers that are streams, and for telling that a pool runs low. */
export const followingMutations: readonly Mutation[] = [
  {
    guard: 'a follower whose key is no longer good hears nothing more',
    edits: [{ file: following, from: 'if (!(await reader.isKeyGood().catch(() => false))) return;', to: '' }],
    tests: [streaming],
  },
  {
    guard: 'a follower goes on from what it has seen, and from what its filters left out',
    edits: [{ file: following, from: 'after = page.nextAfter ?? after;', to: '' }],
    tests: [streaming],
  },
  {
    guard: 'a follower gives its place back, however it ends',
    edits: [{ file: following, from: '    waiting.leave();\n', to: '' }],
    tests: [streaming],
  },
  {
    guard: 'a follower does not follow for ever',
    edits: [{ file: following, from: 'performance.now() + pace.lifeMs', to: 'Number.POSITIVE_INFINITY' }],
    tests: [streaming],
  },
  {
    guard: 'whoever waits and has gone is noticed',
    edits: [{ file: router, from: "res.once('close', () => controller.abort());", to: '' }],
    tests: [streaming],
  },
  {
    guard: 'a stream is made at the pace of its reader',
    edits: [
      {
        file: stream,
        from: 'if (!res.write(bit) && !(await drained(res, gone, stalledMs)))',
        to: 'await new Promise(setImmediate);\n    if (!res.write(bit) && res.destroyed)',
      },
    ],
    tests: [answers],
  },
  {
    guard: 'a reader who takes nothing is cut off',
    edits: [
      { file: stream, from: 'setTimeout(settle, stalledMs, false)', to: 'setTimeout(() => {}, stalledMs)' },
    ],
    tests: [answers],
  },
  {
    guard: 'a stream that fails is cut off, not ended',
    edits: [
      { file: 'src/api/problems.ts', from: 'return void res.destroy();', to: 'return void res.end();' },
    ],
    tests: [answers],
  },
  {
    guard: 'a pool that is low is told of once an hour',
    edits: [
      {
        file: pools,
        from: 'when p.low_told_at > now() - make_interval(secs => $6) then p.low_told_at',
        to: 'when false then p.low_told_at + make_interval(secs => $6)',
      },
    ],
    tests: [low],
  },
];

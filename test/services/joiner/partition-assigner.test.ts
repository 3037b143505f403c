import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { assignNumbers, copartitioned } from '../../../services/joiner/partition-assigner.ts';

const { AssignerProtocol } = kafkajs;

test('every partition number goes to one member, evenly, in whatever order the members are told', () => {
  const members = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 9 });
  fc.assert(
    fc.property(members, fc.integer({ min: 1, max: 40 }), (ids, count) => {
      const numbers = Array.from({ length: count }, (_, i) => i);
      const dealt = assignNumbers(ids, numbers);
      assert.deepEqual(
        [...dealt.values()].flat().sort((a, b) => a - b),
        numbers,
      );
      const sizes = [...dealt.values()].map((own) => own.length);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
      assert.deepEqual(assignNumbers([...ids].reverse(), [...numbers, ...numbers].reverse()), dealt);
    }),
  );
});

test('partition n of both inputs goes to the same member, also with 8 partitions and 3 members', async () => {
  const partitions = Array.from({ length: 8 }, (_, partitionId) => ({ partitionId }));
  const assigner = copartitioned({
    groupId: 'group',
    cluster: { findTopicPartitionMetadata: () => partitions },
  } as unknown as Parameters<typeof copartitioned>[0]);
  const members = ['c', 'a', 'b'].map((memberId) => ({ memberId, memberMetadata: Buffer.alloc(0) }));
  const assigned = await assigner.assign({ members, topics: ['reports', 'images'] });
  assert.equal(assigned.length, 3);
  for (const { memberAssignment } of assigned) {
    const assignment = AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment;
    assert.ok((assignment?.['reports']?.length ?? 0) >= 2);
    assert.deepEqual(assignment?.['reports'], assignment?.['images']);
  }
});

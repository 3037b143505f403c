import kafkajs, { type PartitionAssigner } from 'kafkajs';

const { AssignerProtocol } = kafkajs;

const NAME = 'interleave-copartitioned';
const VERSION = 1;

/**
 * Gives partition n of every topic to the same member. kafkajs' own round robin counts through all topics and gives the
 * report half and the image half of a case to different members (8 partitions and 3 members, for one).
 */
export const copartitioned: PartitionAssigner = ({ cluster }) => ({
  name: NAME,
  version: VERSION,

  async assign({ members, topics }) {
    const numbers = topics.flatMap((topic) =>
      cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId),
    );
    return [
      ...assignNumbers(
        members.map(({ memberId }) => memberId),
        numbers,
      ),
    ].map(([memberId, own]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({
        version: VERSION,
        assignment: Object.fromEntries(topics.map((topic) => [topic, own])),
        userData: Buffer.alloc(0),
      }),
    }));
  },

  protocol({ topics }) {
    return {
      name: NAME,
      metadata: AssignerProtocol.MemberMetadata.encode({
        version: VERSION,
        topics,
        userData: Buffer.alloc(0),
      }),
    };
  },
});

/** Deals partition numbers out to members, evenly to within one, the same for every order of the arguments. */
export function assignNumbers(
  memberIds: readonly string[],
  numbers: readonly number[],
): Map<string, number[]> {
  const members = [...new Set(memberIds)].sort();
  const dealt = new Map<string, number[]>(members.map((member) => [member, []]));
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  for (const [i, number] of sorted.entries()) dealt.get(members[i % members.length] ?? '')?.push(number);
  return dealt;
}

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FoundStudies, FoundStudy, StudySpan } from '../../../../cli/import/archive/archive.ts';
import {
  FIRST_SPAN_DAYS,
  MAX_SPAN_DAYS,
  MAX_STUDIES_OF_DAY,
  MAX_STUDIES_OF_SPAN,
  ROUND_NUMBER,
  SHORTEST_SPAN_SECONDS,
} from '../../../../cli/import/archive/limits.ts';
import { walkStudies } from '../../../../cli/import/archive/study-walk.ts';
import { InterleaveError } from '../../../../core/errors.ts';

interface Archive {
  studies: FoundStudy[];
  /** what one answer names at most */
  most?: number;
  /** how it says that there are more */
  says?: 'incomplete' | 'busy' | 'nothing';
}

function study(uid: string, date: string, time = '080000'): FoundStudy {
  return { uid, date, time, modalities: null, instances: null };
}

/** An archive as the walk sees it: ranges match what has a value (PS3.4 C.2.2.2.5). */
function archiveOf({ studies, most = Number.POSITIVE_INFINITY, says = 'incomplete' }: Archive) {
  const asked: StudySpan[] = [];
  const find = async (span: StudySpan, limit: number): Promise<FoundStudies> => {
    asked.push(span);
    const { from, to, times } = span;
    const found = studies.filter(
      ({ date, time }) =>
        date >= from &&
        date <= to &&
        (times === null || (time !== '' && time >= times.from && time <= times.to)),
    );
    if (found.length > most && says === 'busy') throw new InterleaveError('DICOM_QUERY_BUSY');
    const named = found.slice(0, Math.min(most, limit));
    const complete = named.length === found.length || (says === 'nothing' && named.length === most);
    return { studies: named.reverse(), complete, unreadable: 0 };
  };
  return { asked, find };
}

async function walked(archive: Archive, from = '20200101', to = '20201231') {
  const { asked, find } = archiveOf(archive);
  const uids: string[] = [];
  const unseen: string[] = [];
  for await (const step of walkStudies({ from, to, find })) {
    if ('study' in step) uids.push(step.study.uid);
    else unseen.push(`${step.unseen.from} ${step.code}`);
  }
  return { uids, unseen, asked };
}

const dayOf = (n: number) =>
  new Date(Date.UTC(2020, 0, 1 + n)).toISOString().slice(0, 10).replaceAll('-', '');
const timeOf = (n: number) => new Date(n * 1000).toISOString().slice(11, 19).replaceAll(':', '');
const sorted = (studies: FoundStudy[]) =>
  [...studies]
    .sort((a, b) => (`${a.date}${a.time}${a.uid}` < `${b.date}${b.time}${b.uid}` ? -1 : 1))
    .map(({ uid }) => uid);

describe('the walk through an archive', () => {
  it('names every study once, by date, time and UID, whatever the archive answers first', async () => {
    const studies = Array.from({ length: 300 }, (_, n) =>
      study(`1.2.${n}`, dayOf((n * 7) % 366), timeOf(n * 97)),
    );
    const { uids, unseen } = await walked({ studies });
    assert.deepEqual(uids, sorted(studies));
    assert.deepEqual(unseen, []);
  });

  it('asks for longer spans where there is little', async () => {
    const { asked } = await walked({ studies: [] }, '19700101', '20201231');
    assert.ok(asked.length < 30, `${asked.length} queries`);
    assert.equal(asked[0]?.to, '19700201');
    assert.equal(asked.at(-1)?.to, '20201231');
    const days = (span: StudySpan) =>
      (Date.parse(`${span.to.slice(0, 4)}-${span.to.slice(4, 6)}-${span.to.slice(6)}`) -
        Date.parse(`${span.from.slice(0, 4)}-${span.from.slice(4, 6)}-${span.from.slice(6)}`)) /
      86_400_000;
    assert.ok(Math.max(...asked.map(days)) < MAX_SPAN_DAYS);
  });

  for (const says of ['incomplete', 'busy'] as const)
    it(`asks for less where an archive names few at a time (${says}), and misses none`, async () => {
      const studies = Array.from({ length: 500 }, (_, n) =>
        study(`1.2.${n}`, dayOf(n % 60), timeOf((n * 977) % 86_400)),
      );
      const { uids, unseen } = await walked({ studies, most: 7, says });
      assert.deepEqual(uids, sorted(studies));
      assert.deepEqual(unseen, []);
    });

  it('divides a day by time', async () => {
    const studies = Array.from({ length: 50 }, (_, n) => study(`1.2.${n}`, '20200310', timeOf(n * 1_700)));
    const { uids, asked } = await walked({ studies, most: 7, says: 'busy' });
    assert.deepEqual(uids, sorted(studies));
    assert.ok(asked.some(({ times }) => times !== null));
  });

  it('asks again with less where there is exactly a round number: some archives name no more, and do not say so', async () => {
    const studies = Array.from({ length: 250 }, (_, n) => study(`1.2.${n}`, '20200310', timeOf(n * 300)));
    const { uids, unseen } = await walked({ studies, most: ROUND_NUMBER, says: 'nothing' });
    assert.deepEqual(uids, sorted(studies));
    assert.deepEqual(unseen, []);
  });

  it('tells a day of which the archive does not name all, and goes on', async () => {
    const crowd = Array.from({ length: 30 }, (_, n) => study(`1.2.${n}`, '20200310', '101010'));
    const { uids, unseen } = await walked({ studies: [...crowd, study('1.9', '20200801')], most: 7 });
    assert.equal(uids.length, 8);
    assert.equal(uids.at(-1), '1.9');
    assert.deepEqual(unseen, ['20200310 DICOM_QUERY_LIMIT']);
  });

  it('tells that studies without a time may be missing of a day that had to be divided', async () => {
    const crowd = Array.from({ length: 20 }, (_, n) =>
      study(`1.2.${n}`, '20200310', n < 5 ? '' : timeOf(n * 3_000)),
    );
    const { unseen } = await walked({ studies: crowd, most: 7 });
    assert.deepEqual(unseen, ['20200310 DICOM_QUERY_LIMIT']);
  });

  it('rejects where the archive has no resources for the shortest span', async () => {
    const crowd = Array.from({ length: 30 }, (_, n) => study(`1.2.${n}`, '20200310', '101010'));
    await assert.rejects(walked({ studies: crowd, most: 7, says: 'busy' }), { code: 'DICOM_QUERY_BUSY' });
  });

  it('tells answers that could not be read', async () => {
    const steps = [];
    const find = async () => ({ studies: [study('1.2', '20200101')], complete: true, unreadable: 2 });
    for await (const step of walkStudies({ from: '20200101', to: '20200101', find })) steps.push(step);
    assert.deepEqual(steps.at(-1), {
      unseen: { from: '20200101', to: '20200101', times: null },
      code: 'DICOM_DATA_SET_UNREADABLE',
    });
  });

  it('takes so many studies of a span and of a day', async () => {
    const limits: number[] = [];
    const find = async (span: StudySpan, most: number) => {
      limits.push(most);
      return { studies: [], complete: span.from === span.to, unreadable: 0 };
    };
    for await (const _ of walkStudies({ from: '20200101', to: '20200101', find }));
    for await (const _ of walkStudies({ from: '20200101', to: '20200102', find }));
    assert.deepEqual([...new Set(limits)], [MAX_STUDIES_OF_DAY, MAX_STUDIES_OF_SPAN]);
    assert.equal(MAX_STUDIES_OF_DAY, 50_000);
    assert.equal(MAX_STUDIES_OF_SPAN, 1_000);
    assert.equal(FIRST_SPAN_DAYS, 32);
    assert.equal(SHORTEST_SPAN_SECONDS, 60);
  });
});

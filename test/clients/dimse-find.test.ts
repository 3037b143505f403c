import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DimseAssociation } from '../../clients/dimse-association.ts';
import { FIND_PROPOSAL, type FindRequest, find } from '../../clients/dimse-find.ts';
import { CANCEL_MS, FIND_ANSWER_MS } from '../../clients/limits.ts';
import { KEY } from '../../core/dicom/identifier.ts';
import { MAX_IDENTIFIER_LENGTH } from '../../core/dicom/limits.ts';
import { TRANSFER_SYNTAX } from '../../core/dicom/uids.ts';
import { buildDataSet, type Item } from '../core/dicom/data-set-builder.ts';
import { answerTo, COMMAND, scriptedPacs, type Talk } from './scripted-pacs.ts';

const IMPLICIT = { transferSyntaxUid: TRANSFER_SYNTAX.IMPLICIT_LITTLE };
const study = (uid: string): Buffer =>
  buildDataSet(
    [
      [0x00080005, 'CS', 'ISO_IR 100'],
      [0x00080020, 'DA', '20200101'],
      [0x00100010, 'PN', 'M\xfcller^Eva'],
      [0x0020000d, 'UI', uid],
    ] satisfies Item,
    IMPLICIT,
  );

/** What `find` gives for a PACS that answers so. */
async function asked(
  script: (talk: Talk) => Promise<void>,
  more: Partial<FindRequest> = {},
  refuses = false,
) {
  const pacs = await scriptedPacs(script, { accepts: () => !refuses });
  try {
    const association = await DimseAssociation.open({
      host: '127.0.0.1',
      port: pacs.port,
      callingAeTitle: 'US',
      calledAeTitle: 'PACS',
      presentationContexts: [FIND_PROPOSAL],
      timeoutMs: 5_000,
    });
    const keys = new Map<number, string>([
      [KEY.STUDY_DATE, '20200101-20200131'],
      [KEY.STUDY, ''],
    ]);
    const { answers, complete, unreadable } = await find(association, {
      level: 'STUDY',
      keys,
      maxAnswers: 10,
      ...more,
    });
    await association.release();
    return { uids: answers.map((answer) => answer.string(KEY.STUDY)), complete, unreadable };
  } finally {
    await pacs.close();
  }
}

describe('C-FIND', () => {
  it('asks with a study root identifier in Implicit VR, in the order of the tags, and reads what is pending', async () => {
    let identifier: Buffer = Buffer.alloc(0);
    const found = await asked(async ({ next, say }) => {
      const query = await next();
      assert.ok(query);
      identifier = query.dataSet;
      assert.equal(query.command.sopClassUid, '1.2.840.10008.5.1.4.1.2.2.1');
      say(query.contextId, answerTo(query, 0xff00), study('1.2.3'));
      say(query.contextId, answerTo(query, 0xff01), study('1.2.4'));
      say(query.contextId, answerTo(query, 0x0000));
      await next();
    });
    assert.deepEqual(found, { uids: ['1.2.3', '1.2.4'], complete: true, unreadable: 0 });
    const wanted = buildDataSet(
      [
        [0x00080020, 'DA', '20200101-20200131'],
        [0x00080052, 'CS', 'STUDY'],
        [0x0020000d, 'UI', ''],
      ],
      IMPLICIT,
    );
    assert.deepEqual(identifier, wanted);
  });

  it('counts an answer that cannot be read, and reads the others', async () => {
    const explicit = buildDataSet([
      [0x00080020, 'DA', '20200101'],
      [0x0020000d, 'UI', '1.2.9'],
    ]);
    const found = await asked(async ({ next, say }) => {
      const query = await next();
      assert.ok(query);
      say(query.contextId, answerTo(query, 0xff00), explicit);
      say(query.contextId, answerTo(query, 0xff00), study('1.2.3').subarray(0, 30));
      say(query.contextId, answerTo(query, 0xff00), study('1.2.3'));
      say(query.contextId, answerTo(query, 0x0000));
      await next();
    });
    assert.deepEqual(found, { uids: ['1.2.3'], complete: true, unreadable: 2 });
  });

  it('does not read an identifier that is too long', async () => {
    const endless = asked(async ({ next, say }) => {
      const query = await next();
      assert.ok(query);
      say(query.contextId, answerTo(query, 0xff00), Buffer.alloc(MAX_IDENTIFIER_LENGTH + 2));
      assert.equal(await next(), null, 'the association is aborted');
    });
    await assert.rejects(endless, { code: 'DICOM_DATA_SET_TOO_LARGE' });
  });

  it('cancels where a PACS has more than is wanted, and keeps what came', async () => {
    let cancelled = 0;
    const found = await asked(
      async ({ next, say }) => {
        const query = await next();
        assert.ok(query);
        for (let n = 1; n <= 4; n++) say(query.contextId, answerTo(query, 0xff00), study(`1.2.${n}`));
        const cancel = await next();
        assert.equal(cancel?.command.field, COMMAND.C_CANCEL_RQ);
        assert.equal(cancel?.command.messageId, query.command.messageId);
        cancelled += 1;
        say(query.contextId, answerTo(query, 0xfe00));
        await next();
      },
      { maxAnswers: 2 },
    );
    assert.deepEqual(found, { uids: ['1.2.1', '1.2.2'], complete: false, unreadable: 0 });
    assert.equal(cancelled, 1);
  });

  it('leaves a PACS that never ends answering, whatever it is asked', async () => {
    const endless = asked(
      async ({ next, say, socket }) => {
        const query = await next();
        assert.ok(query);
        for (let n = 1; !socket.destroyed; n++) {
          say(query.contextId, answerTo(query, 0xff00), study(`1.2.${n}`));
          await new Promise((resolve) => setTimeout(resolve, 1));
        }
      },
      { maxAnswers: 2, cancelMs: 50 },
    );
    await assert.rejects(endless, { code: 'DICOM_PEER_UNREACHABLE' });
  });

  it('leaves a PACS that says nothing', async () => {
    const silent = asked(
      async ({ next }) => {
        await next();
        await next();
      },
      { answerMs: 50 },
    );
    await assert.rejects(silent, { code: 'DICOM_TIMEOUT' });
  });

  it('sends C-CANCEL when it is to stop', async () => {
    const stopping = new AbortController();
    let field = 0;
    const stopped = asked(
      async ({ next, say }) => {
        const query = await next();
        assert.ok(query);
        say(query.contextId, answerTo(query, 0xff00), study('1.2.3'));
        stopping.abort();
        const cancel = await next();
        field = cancel?.command.field ?? 0;
        say(query.contextId, answerTo(query, 0xfe00));
        await next();
      },
      { signal: stopping.signal },
    );
    await assert.rejects(stopped, { name: 'AbortError' });
    assert.equal(field, COMMAND.C_CANCEL_RQ);
  });

  const ends: [status: number, code: string][] = [
    [0xa700, 'DICOM_QUERY_BUSY'],
    [0xa900, 'DICOM_QUERY_REFUSED'],
    [0xc001, 'DICOM_QUERY_REFUSED'],
    [0x0122, 'DICOM_QUERY_REFUSED'],
  ];
  for (const [status, code] of ends)
    it(`ends with ${code} at status ${status.toString(16)}`, async () => {
      const refused = asked(async ({ next, say }) => {
        const query = await next();
        assert.ok(query);
        say(query.contextId, { ...answerTo(query, status), comment: 'Müller^Eva' });
        await next();
      });
      await assert.rejects(refused, (error: Error & { code?: string }) => {
        assert.equal(error.code, code);
        assert.doesNotMatch(error.message, /Müller/);
        return true;
      });
    });

  it('takes "cancelled" that it did not ask for as the end of what a PACS gives', async () => {
    const found = await asked(async ({ next, say }) => {
      const query = await next();
      assert.ok(query);
      say(query.contextId, answerTo(query, 0xff00), study('1.2.3'));
      say(query.contextId, answerTo(query, 0xfe00));
      await next();
    });
    assert.deepEqual(found, { uids: ['1.2.3'], complete: false, unreadable: 0 });
  });

  it('says that a PACS offers no queries', async () => {
    await assert.rejects(
      asked(async ({ next }) => void (await next()), {}, true),
      { code: 'DICOM_RETRIEVE_UNSUPPORTED' },
    );
  });

  it('has times for an answer and for the end after C-CANCEL', () => {
    assert.equal(FIND_ANSWER_MS, 60_000);
    assert.equal(CANCEL_MS, 10_000);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DimseAssociation } from '../../clients/dimse-association.ts';
import type { PresentationContextProposal } from '../../clients/dimse-proposals.ts';
import {
  GET_PROPOSAL,
  get,
  type IncomingObject,
  MOVE_PROPOSAL,
  move,
  type RetrieveOptions,
} from '../../clients/dimse-retrieve.ts';
import { MAX_GET_OBJECTS, RETRIEVE_ANSWER_MS, RETRIEVE_STILL_MS } from '../../clients/limits.ts';
import { decodeIdentifier, encodeIdentifier, KEY } from '../../core/dicom/identifier.ts';
import { TRANSFER_SYNTAX } from '../../core/dicom/uids.ts';
import {
  type Asked,
  answerTo,
  COMMAND,
  type ScriptedPacs,
  scriptedPacs,
  type Talk,
} from './scripted-pacs.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const MR = '1.2.840.10008.5.1.4.1.1.4';
const EXPLICIT = TRANSFER_SYNTAX.EXPLICIT_LITTLE;
const STORAGE: PresentationContextProposal[] = [CT, MR].map((abstractSyntax) => ({
  abstractSyntax,
  transferSyntaxes: [EXPLICIT],
  role: 'scp',
}));
const CT_CONTEXT = 3;
const SERIES = { study: '1.2', series: '1.2.3' };

async function withPacs<T>(
  script: (talk: Talk) => Promise<void>,
  presentationContexts: PresentationContextProposal[],
  use: (association: DimseAssociation, pacs: ScriptedPacs) => Promise<T>,
): Promise<T> {
  const pacs = await scriptedPacs(script);
  try {
    const association = await DimseAssociation.open({
      host: '127.0.0.1',
      port: pacs.port,
      callingAeTitle: 'US',
      calledAeTitle: 'PACS',
      presentationContexts,
      timeoutMs: 5_000,
    });
    return await use(association, pacs);
  } finally {
    await pacs.close();
  }
}

const moved = (script: (talk: Talk, asked: Asked) => Promise<void>, options: RetrieveOptions = {}) =>
  withPacs(
    async (talk) => {
      const asked = await talk.next();
      assert.ok(asked);
      await script(talk, asked);
    },
    [MOVE_PROPOSAL],
    (association) => move(association, 'GATEWAY', { ...SERIES, instances: null }, options),
  );

const counts = (remaining: number | null, completed: number, failed: number, warning: number) => ({
  subOperations: { remaining, completed, failed, warning },
});

describe('C-MOVE', () => {
  it('names the destination and the series, and counts what became of the objects', async () => {
    let asked: Asked | null = null;
    const failed = Buffer.concat([
      encodeIdentifier('IMAGE', new Map([[KEY.FAILED_SOP_INSTANCES, '1.2.3.8\\1.2.3.9']])),
    ]);
    const result = await moved(async ({ say, next }, request) => {
      asked = request;
      say(request.contextId, { ...answerTo(request, 0xff00), ...counts(3, 1, 0, 0) });
      say(request.contextId, { ...answerTo(request, 0xff00), ...counts(1, 2, 1, 0) });
      say(request.contextId, { ...answerTo(request, 0xb000), ...counts(null, 2, 2, 1) }, failed);
      await next();
    });
    assert.deepEqual(result, {
      remaining: null,
      completed: 2,
      failed: 2,
      warning: 1,
      failedInstances: ['1.2.3.8', '1.2.3.9'],
    });
    const { command, dataSet } = asked as unknown as Asked;
    assert.equal(command.field, COMMAND.C_MOVE_RQ);
    assert.equal(command.moveDestination, 'GATEWAY');
    const keys = decodeIdentifier(dataSet, [KEY.LEVEL, KEY.STUDY, KEY.SERIES]);
    assert.deepEqual(
      [KEY.LEVEL, KEY.STUDY, KEY.SERIES].map((key) => keys.string(key)),
      ['SERIES', '1.2', '1.2.3'],
    );
  });

  it('keeps the counts where the last answer says none, and where the list of failures cannot be read', async () => {
    const result = await moved(async ({ say, next }, request) => {
      say(request.contextId, { ...answerTo(request, 0xff00), ...counts(0, 2, 1, 0) });
      say(request.contextId, answerTo(request, 0xb000), Buffer.from('0800580000ff', 'hex'));
      await next();
    });
    assert.deepEqual(result, { remaining: 0, completed: 2, failed: 1, warning: 0, failedInstances: [] });
  });

  const ends: [status: number, code: string][] = [
    [0xa801, 'DICOM_MOVE_DESTINATION_UNKNOWN'],
    [0xa701, 'DICOM_QUERY_BUSY'],
    [0xa702, 'DICOM_RETRIEVE_FAILED'],
    [0xa900, 'DICOM_QUERY_REFUSED'],
    [0xc000, 'DICOM_QUERY_REFUSED'],
    [0xfe00, 'DICOM_QUERY_CANCELLED'],
  ];
  for (const [status, code] of ends)
    it(`ends with ${code} at status ${status.toString(16)}`, async () => {
      const refused = moved(async ({ say, next }, request) => {
        say(request.contextId, answerTo(request, status));
        await next();
      });
      await assert.rejects(refused, { code });
    });

  it('leaves a PACS that answers for ever and sends nothing more', async () => {
    const endless = moved(
      async ({ say, socket }, request) => {
        while (!socket.destroyed) {
          say(request.contextId, { ...answerTo(request, 0xff00), ...counts(3, 1, 0, 0) });
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      },
      { stillMs: 50 },
    );
    await assert.rejects(endless, { code: 'DICOM_TIMEOUT' });
  });

  it('rejects where the association drops in the middle', async () => {
    const dropped = moved(async ({ say, socket }, request) => {
      say(request.contextId, { ...answerTo(request, 0xff00), ...counts(3, 1, 0, 0) });
      socket.end();
    });
    await assert.rejects(dropped, { code: 'DICOM_PEER_UNREACHABLE' });
  });

  it('sends C-CANCEL when it is to stop', async () => {
    const stopping = new AbortController();
    let cancel: Asked | null = null;
    const stopped = moved(
      async ({ say, next }, request) => {
        stopping.abort();
        cancel = await next();
        say(request.contextId, { ...answerTo(request, 0xfe00), ...counts(3, 1, 0, 0) });
        await next();
      },
      { signal: stopping.signal },
    );
    await assert.rejects(stopped, { name: 'AbortError' });
    assert.equal((cancel as Asked | null)?.command.field, COMMAND.C_CANCEL_RQ);
  });

  it('takes no objects on its association', async () => {
    const wrong = moved(async ({ say, next }, request) => {
      say(
        request.contextId,
        { field: COMMAND.C_STORE_RQ, sopClassUid: CT, sopInstanceUid: '1.2.3.4' },
        Buffer.alloc(8),
      );
      await next();
    });
    await assert.rejects(wrong, { code: 'DICOM_PDU_INVALID' });
  });
});

describe('C-GET', () => {
  it('proposes to take objects (role selection), and has each before it answers', async () => {
    const taken: [IncomingObject, string][] = [];
    const statuses: number[] = [];
    await withPacs(
      async ({ request, next, say }) => {
        assert.deepEqual(request.user.roles, [
          { sopClassUid: CT, scu: false, scp: true },
          { sopClassUid: MR, scu: false, scp: true },
        ]);
        const asked = await next();
        assert.ok(asked);
        assert.equal(asked.command.field, COMMAND.C_GET_RQ);
        assert.equal(
          decodeIdentifier(asked.dataSet, [KEY.SOP_INSTANCE]).string(KEY.SOP_INSTANCE),
          '1.2.3.1\\1.2.3.2',
        );
        for (const uid of ['1.2.3.1', '1.2.3.2']) {
          say(
            CT_CONTEXT,
            { field: COMMAND.C_STORE_RQ, messageId: 7, sopClassUid: CT, sopInstanceUid: uid },
            Buffer.from(`${uid} `),
          );
          const answer = await next();
          assert.equal(answer?.command.field, COMMAND.C_STORE_RSP);
          assert.equal(answer?.command.messageId, 7);
          statuses.push(answer?.command.status ?? -1);
          say(asked.contextId, { ...answerTo(asked, 0xff00), ...counts(1, 1, 0, 0) });
        }
        say(asked.contextId, { ...answerTo(asked, 0), ...counts(0, 2, 0, 0) });
        await next();
      },
      [GET_PROPOSAL, ...STORAGE],
      async (association) => {
        assert.ok(association.maySendToUs(CT));
        const retrieval = { ...SERIES, instances: ['1.2.3.1', '1.2.3.2'] };
        await get(association, retrieval, (object) => {
          let text = '';
          return {
            write: async (bytes) => {
              text += bytes.toString();
            },
            async finish() {
              taken.push([object, text]);
              return object.sopInstanceUid === '1.2.3.2' ? 0xc001 : 0;
            },
          };
        });
        await association.release();
      },
    );
    assert.deepEqual(
      taken,
      ['1.2.3.1', '1.2.3.2'].map((sopInstanceUid) => [
        { sopClassUid: CT, sopInstanceUid, transferSyntaxUid: EXPLICIT },
        `${sopInstanceUid} `,
      ]),
    );
    assert.deepEqual(statuses, [0, 0xc001]);
  });

  const none = () => {
    throw new Error('nothing is to be taken');
  };

  it('takes no object of another class than its context, nor under a UID that is none', async () => {
    const statuses: (number | undefined)[] = [];
    await withPacs(
      async ({ next, say }) => {
        const asked = await next();
        assert.ok(asked);
        for (const wrong of [
          { sopClassUid: MR, sopInstanceUid: '1.2.3.1' },
          { sopClassUid: CT, sopInstanceUid: '../../1.2' },
          { sopClassUid: CT, sopInstanceUid: '' },
        ]) {
          say(CT_CONTEXT, { field: COMMAND.C_STORE_RQ, ...wrong }, Buffer.alloc(64));
          statuses.push((await next())?.command.status);
        }
        say(asked.contextId, answerTo(asked, 0));
        await next();
      },
      [GET_PROPOSAL, ...STORAGE],
      (association) => get(association, { ...SERIES, instances: null }, none),
    );
    assert.deepEqual(statuses, [0x0122, 0x0122, 0x0122]);
  });

  it('ends the association where an object cannot be handed on', async () => {
    const away = withPacs(
      async ({ next, say }) => {
        await next();
        say(
          CT_CONTEXT,
          { field: COMMAND.C_STORE_RQ, sopClassUid: CT, sopInstanceUid: '1.2.3.1' },
          Buffer.alloc(64),
        );
        assert.equal(await next(), null);
      },
      [GET_PROPOSAL, ...STORAGE],
      (association) =>
        get(association, { ...SERIES, instances: null }, () => ({
          write: async () => undefined,
          finish: async () => {
            throw new Error('the gateway is away');
          },
        })),
    );
    await assert.rejects(away, /the gateway is away/);
  });

  it('leaves a PACS that sends without end', async () => {
    let sent = 0;
    const endless = withPacs(
      async ({ next, say, socket }) => {
        await next();
        for (; !socket.destroyed; sent++) {
          say(
            CT_CONTEXT,
            { field: COMMAND.C_STORE_RQ, sopClassUid: CT, sopInstanceUid: `1.2.${sent}` },
            Buffer.alloc(2),
          );
          if ((await next()) === null) break;
        }
      },
      [GET_PROPOSAL, ...STORAGE],
      (association) =>
        get(
          association,
          { ...SERIES, instances: null },
          () => ({ write: async () => undefined, finish: async () => 0 }),
          { maxObjects: 5 },
        ),
    );
    await assert.rejects(endless, { code: 'DICOM_PDU_INVALID' });
    assert.equal(sent, 5);
  });

  it('has times, and takes no more objects than a series has', () => {
    assert.equal(MAX_GET_OBJECTS, 100_000);
    assert.equal(RETRIEVE_ANSWER_MS, 600_000);
    assert.equal(RETRIEVE_STILL_MS, 600_000);
  });
});

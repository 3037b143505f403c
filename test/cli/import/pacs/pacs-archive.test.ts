/** What an import does with a PACS that fails in part, refuses or goes away: the unit comes again, and nothing is lost. */
import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { ArchiveSource } from '../../../../cli/import/archive/archive-source.ts';
import { MAX_REFUSED_MOVES, MAX_ROUNDS } from '../../../../cli/import/archive/limits.ts';
import type { ImportOutcome } from '../../../../cli/import/import-source.ts';
import { PacsArchive } from '../../../../cli/import/pacs/pacs-archive.ts';
import { runImport } from '../../../../cli/import/run-import.ts';
import { dicomObjectOf } from '../../../../core/dicom/dicom-object.ts';
import { decodeIdentifier, KEY } from '../../../../core/dicom/identifier.ts';
import { STUDY_ROOT, TRANSFER_SYNTAX } from '../../../../core/dicom/uids.ts';
import {
  type Asked,
  answerTo,
  COMMAND,
  type ScriptedPacs,
  scriptedPacs,
  type Talk,
} from '../../../clients/scripted-pacs.ts';
import { buildDataSet, type Item } from '../../../core/dicom/data-set-builder.ts';

const CT = '1.2.840.10008.5.1.4.1.1.2';
const STUDY = '1.2.3';
const SERIES = '1.2.3.4';
const UIDS = ['1.2.3.4.1', '1.2.3.4.2', '1.2.3.4.3'];

type Retrieve = (talk: Talk, asked: Asked, uids: string[]) => Promise<void>;

const identifier = (elements: Item) =>
  buildDataSet(elements, { transferSyntaxUid: TRANSFER_SYNTAX.IMPLICIT_LITTLE });

let pacs: ScriptedPacs | null = null;
afterEach(async () => {
  await pacs?.close();
  pacs = null;
});

/** One study with three CT images; `retrieve` says what becomes of those that are asked for. */
async function imported(
  retrieve: Retrieve,
  {
    moveTo = 'GATEWAY',
    gatewayIsThere = false,
    accepts = () => true,
    agrees = true,
  }: {
    moveTo?: string | null;
    gatewayIsThere?: boolean;
    accepts?: (sopClass: string) => boolean;
    agrees?: boolean;
  } = {},
) {
  pacs = await scriptedPacs((talk) => serve(talk, retrieve), { accepts, agrees });
  const gateway = {
    host: '127.0.0.1',
    // The PACS answers C-ECHO, too; port 1 nobody.
    port: gatewayIsThere ? pacs.port : 1,
    calledAeTitle: 'GATEWAY',
    callingAeTitle: 'US',
    timeoutMs: 2_000,
  };
  const archive = new PacsArchive({
    host: '127.0.0.1',
    port: pacs.port,
    calledAeTitle: 'PACS',
    callingAeTitle: 'US',
    moveTo,
    gateway,
  });
  const choice = { from: '20200101', to: '20200131', modalities: [], keyImages: null };
  const source = new ArchiveSource(archive, choice, { waitsMs: [1, 1], busyWaitMs: 1 });
  const sent: string[] = [];
  const outcomes: ImportOutcome[] = [];
  const left: string[] = [];
  const waiting: string[] = [];
  await runImport(source, {
    door: {
      message: async () => assert.fail('an archive of images has no messages'),
      async object(item: string, file: Buffer): Promise<ImportOutcome> {
        assert.equal(dicomObjectOf(file).sopInstanceUid, item);
        sent.push(item);
        return { item, kind: 'image', accepted: true, code: '0000' };
      },
      close: async () => undefined,
    },
    turns: null,
    done: null,
    signal: new AbortController().signal,
    waits: { firstMs: 1, mostMs: 50 },
    told: () => undefined,
    known: () => undefined,
    brought: (of) => outcomes.push(...of),
    passOver: () => undefined,
    left: (code) => left.push(code),
    waiting: (code) => waiting.push(code),
  });
  const accepted = outcomes.filter((one) => one.accepted).map(({ item }) => item);
  const refused = outcomes.filter((one) => !one.accepted).map(({ item, code }) => `${item} ${code}`);
  return { sent, accepted: accepted.sort(), refused, left, waiting };
}

async function serve(talk: Talk, retrieve: Retrieve): Promise<void> {
  for (let asked = await talk.next(); asked !== null; asked = await talk.next()) {
    const { contextId, command, dataSet } = asked;
    if (command.field === COMMAND.C_ECHO_RQ) talk.say(contextId, answerTo(asked, 0));
    else if (command.field === COMMAND.C_FIND_RQ) {
      const level = decodeIdentifier(dataSet, [KEY.LEVEL]).string(KEY.LEVEL);
      for (const answer of answers(level)) talk.say(contextId, answerTo(asked, 0xff00), identifier(answer));
      talk.say(contextId, answerTo(asked, 0));
    } else {
      const listed = decodeIdentifier(dataSet, [KEY.SOP_INSTANCE]).strings(KEY.SOP_INSTANCE);
      await retrieve(talk, asked, listed.length === 0 ? UIDS : listed);
    }
  }
}

function answers(level: string): Item[] {
  if (level === 'STUDY')
    return [
      [
        [0x00080020, 'DA', '20200110'],
        [0x0020000d, 'UI', STUDY],
      ],
    ];
  if (level === 'SERIES')
    return [
      [
        [0x00080060, 'CS', 'CT'],
        [0x0020000e, 'UI', SERIES],
      ],
    ];
  return UIDS.map((uid) => [
    [0x00080016, 'UI', CT],
    [0x00080018, 'UI', uid],
  ]);
}

function say(talk: Talk, asked: Asked, status: number, uids: string[], failed: string[], named = true): void {
  const subOperations = {
    remaining: null,
    completed: uids.length - failed.length,
    failed: failed.length,
    warning: 0,
  };
  const list = identifier([[0x00080058, 'UI', failed.join('\\')]]);
  talk.say(
    asked.contextId,
    { ...answerTo(asked, status), subOperations },
    ...(named && failed.length > 0 ? [list] : []),
  );
}

function store(talk: Talk, uid: string): Promise<Asked | null> {
  const context = talk.request.contexts.find(({ abstractSyntax }) => abstractSyntax === CT);
  const dataSet = buildDataSet([
    [0x00080016, 'UI', CT],
    [0x00080018, 'UI', uid],
  ]);
  talk.say(context?.id ?? 0, { field: COMMAND.C_STORE_RQ, sopClassUid: CT, sopInstanceUid: uid }, dataSet);
  return talk.next();
}

describe('a PACS by C-MOVE', () => {
  it('is asked again for what failed, and only for that', async () => {
    const asks: string[][] = [];
    const result = await imported(async (talk, asked, uids) => {
      asks.push(uids);
      const failed = asks.length === 1 ? uids.slice(1, 2) : [];
      say(talk, asked, failed.length > 0 ? 0xb000 : 0, uids, failed);
    });
    assert.deepEqual(asks, [UIDS, [UIDS[1]]]);
    assert.deepEqual(result, {
      sent: [],
      accepted: UIDS,
      refused: [],
      left: [],
      waiting: ['DICOM_RETRIEVE_FAILED'],
    });
  });

  it('is asked for each object alone where it does not say which failed', async () => {
    const asks: string[][] = [];
    const result = await imported(async (talk, asked, uids) => {
      asks.push(uids);
      say(
        talk,
        asked,
        0xb000,
        uids,
        uids.includes(UIDS[2] ?? '') && asks.length < 5 ? [UIDS[2] ?? ''] : [],
        false,
      );
    });
    assert.deepEqual(asks, [UIDS, ...UIDS.map((uid) => [uid]), [UIDS[2]]]);
    assert.deepEqual(result.accepted, UIDS);
  });

  it('that counts fewer objects than it names is asked again', async () => {
    const asks: string[][] = [];
    const result = await imported(async (talk, asked, uids) => {
      asks.push(uids);
      say(talk, asked, 0, asks.length === 1 ? uids.slice(1) : uids, []);
    });
    assert.deepEqual(asks, [UIDS, ...UIDS.map((uid) => [uid])]);
    assert.deepEqual(result.accepted, UIDS);
  });

  it('that never sends one object of a study has it told, after many rounds', async () => {
    let asks = 0;
    const result = await imported(
      async (talk, asked, uids) => {
        asks += 1;
        say(
          talk,
          asked,
          0xb000,
          uids,
          uids.filter((uid) => uid === UIDS[0]),
        );
      },
      { gatewayIsThere: true },
    );
    assert.deepEqual(result.refused, [`${UIDS[0]} DICOM_RETRIEVE_FAILED`]);
    assert.deepEqual(result.accepted, UIDS.slice(1));
    assert.equal(asks, MAX_ROUNDS);
  });

  it('has nothing told as refused while the gateway is away, or where nothing comes at all: the next import tries it', async () => {
    const some = await imported(async (talk, asked, uids) =>
      say(
        talk,
        asked,
        0xb000,
        uids,
        uids.filter((uid) => uid === UIDS[0]),
      ),
    );
    assert.deepEqual([some.accepted, some.refused, some.left], [[], [], ['DICOM_RETRIEVE_FAILED']]);
    await pacs?.close();
    const none = await imported(async (talk, asked) => talk.say(asked.contextId, answerTo(asked, 0xa702)), {
      gatewayIsThere: true,
    });
    assert.deepEqual([none.accepted, none.refused, none.left], [[], [], ['DICOM_RETRIEVE_FAILED']]);
  });

  it('that drops the association in the middle is asked again', async () => {
    let asks = 0;
    const result = await imported(async (talk, asked, uids) => {
      asks += 1;
      if (asks === 1) talk.socket.destroy();
      else say(talk, asked, 0, uids, []);
    });
    assert.deepEqual(result.accepted, UIDS);
    assert.deepEqual(result.waiting, ['DICOM_PEER_UNREACHABLE']);
  });

  it('that does not know the destination ends the import', async () => {
    await assert.rejects(
      imported(async (talk, asked) => talk.say(asked.contextId, answerTo(asked, 0xa801))),
      { code: 'DICOM_MOVE_DESTINATION_UNKNOWN', message: /GATEWAY at port 1 of this machine/ },
    );
    assert.equal(MAX_REFUSED_MOVES, 2);
  });
});

describe('a PACS that cannot be reached', () => {
  it('is said to be the PACS: an import speaks to the gateway, too', async () => {
    const titles = { calledAeTitle: 'ARCHIVE', callingAeTitle: 'US' };
    const peer = { host: '127.0.0.1', port: 1, ...titles };
    const archive = new PacsArchive({ ...peer, moveTo: null, gateway: peer });
    await assert.rejects(archive.series('1.2.3', new AbortController().signal), {
      code: 'DICOM_PEER_UNREACHABLE',
      message: /closed the connection\. It is the PACS ARCHIVE, port 1 of 127\.0\.0\.1\.$/,
    });
  });
});

describe('a PACS by C-GET', () => {
  it('that drops the association in the middle is asked again for what did not come', async () => {
    const asks: string[][] = [];
    const result = await imported(
      async (talk, asked, uids) => {
        asks.push(uids);
        for (const uid of uids) {
          await store(talk, uid);
          if (asks.length === 1) return void talk.socket.destroy();
        }
        say(talk, asked, 0, uids, []);
      },
      { moveTo: null },
    );
    assert.deepEqual(asks, [UIDS, UIDS.slice(1)]);
    assert.deepEqual(result.sent, UIDS);
    assert.deepEqual(result.accepted, UIDS);
  });

  it('that says it sent all, and did not, is asked again', async () => {
    const asks: string[][] = [];
    const result = await imported(
      async (talk, asked, uids) => {
        asks.push(uids);
        for (const uid of asks.length === 1 ? uids.slice(1) : uids) await store(talk, uid);
        say(talk, asked, 0, uids, []);
      },
      { moveTo: null },
    );
    assert.deepEqual(asks, [UIDS, [UIDS[0]]]);
    assert.deepEqual(result.accepted, UIDS);
  });

  it('that offers none ends the import', async () => {
    await assert.rejects(
      imported(async () => assert.fail('nothing is asked for'), {
        moveTo: null,
        accepts: (sopClass) => sopClass !== STUDY_ROOT.GET,
      }),
      { code: 'DICOM_RETRIEVE_UNSUPPORTED' },
    );
  });

  it('that does not agree to send us such objects has each told', async () => {
    const result = await imported(async () => assert.fail('nothing is asked for'), {
      moveTo: null,
      agrees: false,
    });
    assert.deepEqual(
      result.refused,
      UIDS.map((uid) => `${uid} DICOM_SOP_CLASS_UNSUPPORTED`),
    );
  });
});

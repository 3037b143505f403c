import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { archiveChoice } from '../../../../cli/import/archive/options.ts';
import { MAX_AUTHORIZATION_BYTES, readAuthorization } from '../../../../cli/import/dicomweb/authorization.ts';
import { dicomwebCommand } from '../../../../cli/import/dicomweb/dicomweb-command.ts';
import { pacsCommand } from '../../../../cli/import/pacs/pacs-command.ts';
import { parseVerb } from '../../../../cli/verb.ts';
import { importVerb } from '../../../../cli/verbs/import.ts';
import { DEFAULT_KEY_IMAGE_RULE } from '../../../../core/dicom/key-image.ts';

const input = (...args: string[]) =>
  parseVerb(importVerb, args, { say: () => undefined, print: () => undefined });
const gateway = { host: '127.0.0.1', port: 11_112, calledAeTitle: 'INTERLEAVE', callingAeTitle: 'US' };
const targets = { hl7: { host: '127.0.0.1', port: 2575 }, dicom: gateway, tls: null };

describe('what of an archive is chosen', () => {
  const now = new Date('2026-03-01T10:00:00Z');

  it('is all of it from the first day until tomorrow where nothing is said', () => {
    assert.deepEqual(archiveChoice(input('pacs'), {}, now), {
      from: '19700101',
      to: '20260302',
      modalities: [],
      keyImages: null,
    });
  });

  it('are days, modalities and key images by the settings of the gateway', () => {
    const words = [
      'pacs',
      '--from',
      '2015-01-01',
      '--to',
      '20151231',
      '--modality',
      'CT, mr',
      '--only',
      'key-images',
    ];
    const env = { INTERLEAVE_KEY_IMAGE_MODALITIES: 'CR', INTERLEAVE_KEY_IMAGE_SERIES_MAXIMUM: '3' };
    assert.deepEqual(archiveChoice(input(...words), env, now), {
      from: '20150101',
      to: '20151231',
      modalities: ['CT', 'MR'],
      keyImages: { ...DEFAULT_KEY_IMAGE_RULE, modalities: ['CR'], seriesMaximum: 3 },
    });
    const said = archiveChoice(input(...words, '--key-modalities', 'US,XA', '--small-series', '8'), env, now);
    assert.deepEqual(said.keyImages, {
      ...DEFAULT_KEY_IMAGE_RULE,
      modalities: ['US', 'XA'],
      seriesMaximum: 8,
    });
  });

  for (const wrong of [
    ['--from', '2015-02-30'],
    ['--from', 'yesterday'],
    ['--from', '2016-01-01', '--to', '2015-01-01'],
    ['--only', 'some'],
    ['--small-series', '-1'],
  ])
    it(`is not ${wrong.join(' ')}`, () => {
      assert.throws(() => archiveChoice(input('pacs', ...wrong), {}, now), { code: 'USAGE' });
    });
});

describe('import pacs', () => {
  const place = ['--host', 'pacs.example', '--port', '104', '--pacs-title', 'ARCHIVE'];

  it('has to know where the PACS is, how it is called, and how it is to send', async () => {
    for (const [wrong, words] of [
      [[], /--host HOST --port PORT/],
      [place.slice(0, 4), /--pacs-title/],
      [place, /--get, or --move-to/],
      [[...place, '--get', '--move-to', 'US'], /--get, or --move-to/],
      [[...place, '--move-to', 'A TITLE THAT IS TOO LONG'], /1 to 16 characters/],
      [[...place, '--get', '--archive-tls-ca', 'file'], /--archive-tls, too/],
      [[...place, '--get', 'word'], /options only/],
    ] as const) {
      const given = input('pacs', ...wrong);
      await assert.rejects(pacsCommand.open(given, given.positionals.slice(1), targets), {
        code: 'USAGE',
        message: words,
      });
    }
    const right = input('pacs', ...place, '--get');
    await (await pacsCommand.open(right, [], targets)).close();
  });
});

describe('import dicomweb', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'interleave-token-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function tokenFile(text: string, mode = 0o600): Promise<string> {
    const file = join(folder, String(Math.random()));
    await writeFile(file, text);
    await chmod(file, mode);
    return file;
  }

  it('takes an address without secrets, and sends a token by https or to this machine only', async () => {
    const file = await tokenFile('of-this-test\n');
    for (const [wrong, words] of [
      [[], /Say which server/],
      [['archive.example'], /https:/],
      [['ftp://archive.example/'], /https:/],
      [['https://name:password@archive.example/'], /no name, password/],
      [['https://archive.example/?token=1'], /no name, password/],
      [['http://archive.example/', '--token-file', file], /https only/],
    ] as const) {
      const given = input('dicomweb', ...wrong);
      await assert.rejects(
        dicomwebCommand.open(given, given.positionals.slice(1), targets),
        (error: Error) => {
          assert.match(error.message, words);
          assert.doesNotMatch(error.message, /of-this-test|name:password/);
          return true;
        },
      );
    }
    for (const right of [
      ['https://archive.example/'],
      ['http://127.0.0.1:8042/dicom-web'],
      ['http://archive.example/'],
    ]) {
      const token = right[0] === 'http://archive.example/' ? [] : ['--token-file', file];
      await (await dicomwebCommand.open(input('dicomweb', ...token), right, targets)).close();
    }
  });

  it('reads a token, or a scheme with what belongs to it, from a file that is not for others', async () => {
    assert.equal(await readAuthorization(await tokenFile(' abc.def\n')), 'Bearer abc.def');
    assert.equal(await readAuthorization(await tokenFile('Basic YWJj\n')), 'Basic YWJj');
    const secret = 'not-to-be-said';
    for (const [text, mode] of [
      [secret, 0o640],
      [`${secret}\r\nX-Other: 1`, 0o600],
      ['', 0o600],
      [secret.repeat(MAX_AUTHORIZATION_BYTES / secret.length + 1), 0o600],
    ] as const)
      await assert.rejects(
        readAuthorization(await tokenFile(text, mode)),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, 'CONFIG_INVALID');
          assert.ok(!error.message.includes(secret));
          return true;
        },
      );
    await assert.rejects(readAuthorization(join(folder, 'none')), { code: 'CONFIG_INVALID' });
  });
});

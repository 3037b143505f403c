import { basename, extname } from 'node:path';
import { InterleaveError } from '../../core/errors.ts';
import { type CopiedFile, digestOfFile } from '../bundle.ts';
import { MAX_BUNDLE_FILE_BYTES, MAX_TEXT_CHARACTERS, MAX_TOKENIZER_BYTES } from '../limits.ts';
import { BUNDLE_NAME, type BundleFile, type ManifestOf } from '../manifest.ts';
import { hasExternalData } from '../onnx/external-data.ts';
import {
  type DescribedImage,
  type DescribedText,
  type EncoderDescription,
  readDescription,
} from './description.ts';
import { plainFile } from './plain-file.ts';

type EncoderKind = 'image-encoder' | 'text-encoder';

/** One encoder of a folder as its manifest will say it, but for what is only known when it was opened. */
interface Side<Kind extends EncoderKind> {
  kind: Kind;
  name: string;
  input: ManifestOf<Kind>['input'];
  files: CopiedFile[];
  /** the graph's file */
  graph: CopiedFile;
}

export type ImageSide = Side<'image-encoder'>;
export type TextSide = Side<'text-encoder'>;
export type DescribedSide = ImageSide | TextSide;

export interface DescribedEncoder {
  description: EncoderDescription;
  image: ImageSide | null;
  text: TextSide | null;
}

/**
 * What the folder of a user says, its files looked at but not opened. Two encoders of one folder get its name with their kind.
 * @throws InterleaveError ENCODER_DESCRIPTION_INVALID, ENCODER_FILE_REFUSED
 */
export async function describedEncoder(folder: string, called?: string): Promise<DescribedEncoder> {
  const description = await readDescription(folder);
  const name = called ?? description.name;
  const { image, text } = description;
  const named = (kind: string): string => {
    const one = image === undefined || text === undefined ? name : `${name}-${kind}`;
    if (BUNDLE_NAME.safeParse(one).success) return one;
    throw new InterleaveError(
      'ENCODER_DESCRIPTION_INVALID',
      `A bundle is not called ${one.slice(0, 100)}: at most 64 small letters, digits, . and -.`,
    );
  };
  return {
    description,
    image: image === undefined ? null : await imageSide(folder, named('image'), image),
    text: text === undefined ? null : await textSide(folder, named('text'), text),
  };
}

/**
 * SHA-256 of a side's graph, which was seen to be whole.
 * @throws InterleaveError ENCODER_FILE_REFUSED where it is no model, or keeps its weights in another file
 */
export async function digestOfGraph({ graph }: DescribedSide): Promise<string> {
  const name = basename(graph.copyOf);
  let external: boolean;
  try {
    external = hasExternalData(graph.copyOf);
  } catch (cause) {
    throw new InterleaveError('ENCODER_FILE_REFUSED', `${name} is no ONNX model.`, { cause });
  }
  if (external)
    throw new InterleaveError(
      'ENCODER_FILE_REFUSED',
      `${name} keeps its weights in another file. Write it as one: python -c "import onnx; onnx.save(onnx.load('${name}'), 'whole.onnx')".`,
    );
  return digestOfFile(graph.copyOf);
}

const LAYOUTS = { nchw: 'channels-first', nhwc: 'channels-last' } as const;

async function imageSide(folder: string, name: string, said: DescribedImage): Promise<ImageSide> {
  const names = namesOf(said.input, said.output);
  const graph = await copiedGraph(folder, said.file, names);
  const { size, resize: fit, colour, layout, pooling } = said;
  const times = said.range === '0..1' ? 255 : 1;
  return {
    kind: 'image-encoder',
    name,
    input: {
      takes: 'image',
      size,
      colour,
      fit,
      mean: scaled(said.mean, times),
      scale: scaled(said.std, times),
      windows: ['object'],
      mask: 'none',
      ...(layout === undefined ? {} : { layout: LAYOUTS[layout] }),
      ...(pooling === 'none' ? {} : { pooling }),
    },
    files: [graph],
    graph,
  };
}

async function textSide(folder: string, name: string, said: DescribedText): Promise<TextSide> {
  const { inputs, output, tokenizer, contextLength, padding, pooling, language } = said;
  const { ids, mask, types } = inputs;
  const others = { ...(mask === undefined ? {} : { mask }), ...(types === undefined ? {} : { types }) };
  const names = output === undefined ? undefined : { input: ids, output, ...others };
  if (names === undefined && (ids !== 'input_ids' || mask !== undefined || types !== undefined))
    throw new InterleaveError(
      'ENCODER_DESCRIPTION_INVALID',
      'encoder.json: text.output: must be there where text.inputs is.',
    );
  const graph = await copiedGraph(folder, said.file, names);
  const isJson = extname(tokenizer.file) === '.json';
  const vocabulary = await copied(
    folder,
    tokenizer.file,
    isJson ? ['vocabulary', 'json', 'tokenizer.json'] : ['vocabulary', 'text', 'vocab.txt'],
    MAX_TOKENIZER_BYTES,
  );
  const merges =
    tokenizer.merges === undefined
      ? []
      : [await copied(folder, tokenizer.merges, ['merges', 'text', 'merges.txt'], MAX_TOKENIZER_BYTES)];
  return {
    kind: 'text-encoder',
    name,
    input: {
      takes: 'text',
      of: 'sentence',
      language,
      tokenizer: tokenizer.kind,
      pooling,
      maxTokens: contextLength,
      maxCharacters: MAX_TEXT_CHARACTERS,
      ...(padding === undefined ? {} : { padding }),
    },
    files: [graph, vocabulary, ...merges],
    graph,
  };
}

function namesOf(input: string | undefined, output: string | undefined): BundleFile['names'] {
  if (input !== undefined && output !== undefined) return { input, output };
  if (input === undefined && output === undefined) return undefined;
  throw new InterleaveError(
    'ENCODER_DESCRIPTION_INVALID',
    `encoder.json: image.${input === undefined ? 'input' : 'output'}: must be there where the other is.`,
  );
}

async function copiedGraph(folder: string, file: string, names: BundleFile['names']): Promise<CopiedFile> {
  const graph = await copied(folder, file, ['graph', 'onnx', 'model.onnx'], MAX_BUNDLE_FILE_BYTES);
  return names === undefined ? graph : { ...graph, names };
}

async function copied(
  folder: string,
  file: string,
  [role, format, path]: [BundleFile['role'], BundleFile['format'], string],
  maxBytes: number,
): Promise<CopiedFile> {
  const copyOf = await plainFile(folder, file, maxBytes);
  return { role, format, path, package: null, copyOf };
}

function scaled<T extends number | [number, number, number]>(value: T, times: number): T {
  return (typeof value === 'number' ? value * times : value.map((one) => one * times)) as T;
}

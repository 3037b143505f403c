import type { JsonDataSet, JsonElement, JsonValue } from './json-model.ts';

/**
 * A data set as DICOM JSON text, its attributes and those of its items by rising tag (PS3.18 F.2.2). `JSON.stringify`
 * cannot do that: a JavaScript object names keys of digits alone that begin with no zero ("20500020") before all others.
 */
export function dicomJson(dataSet: JsonDataSet): string {
  const elements = Object.entries(dataSet)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tag, element]) => `${JSON.stringify(tag)}:${elementText(element)}`);
  return `{${elements.join(',')}}`;
}

function elementText(element: JsonElement): string {
  const { vr, Value: values } = element;
  if (vr === 'PN' || !values?.some(isDataSet)) return JSON.stringify(element);
  const items = values.map((value) => (isDataSet(value) ? dicomJson(value) : JSON.stringify(value)));
  return `{"vr":${JSON.stringify(vr)},"Value":[${items.join(',')}]}`;
}

/** Objects are the items of a sequence (PS3.18 F.2.3), but for the names of persons. */
function isDataSet(value: JsonValue): value is JsonDataSet {
  return typeof value === 'object' && value !== null;
}

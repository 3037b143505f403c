import { InterleaveError } from '../../core/errors.ts';

/** `SCHEMA_UNKNOWN`: a record was written with a schema that this process has not been told of. It waits. */
export class UnknownSchemaError extends InterleaveError {
  readonly schemaId: number;

  constructor(schemaId: number) {
    super('SCHEMA_UNKNOWN', `It has the id ${schemaId}.`);
    this.schemaId = schemaId;
  }
}

/**
 * CSV after RFC 4180, read so that one broken record costs one line and not the rest of the file. Gives records in batches, so that a caller
 * on a busy thread can let others run in between. Knows no columns.
 */
import { parse } from "csv-parse/sync";

/** `line`: where the record begins in the file, from 1. */
export type CsvRecord = { line: number; cells: string[] };
export type CsvBatch = { records: CsvRecord[]; problems: { line: number; problem: string }[] };

/** Records in one batch: about ten milliseconds of work. */
const BATCH_RECORDS = 1_000;

/** Batches of records in order; empty lines are left out. After a broken record reading goes on at the next line. */
export function* readCsvBatches(source: string): Generator<CsvBatch, void> {
  const starts = lineStarts(source);
  const blank = (line: number): boolean => /^\s*$/.test(source.slice(starts[line], starts[line + 1]));
  const skipBlank = (line: number): number => {
    let next = line;
    while (next < starts.length && blank(next)) next += 1;
    return next;
  };
  let line = skipBlank(0);
  while (line < starts.length) {
    const batch: CsvBatch = { records: [], problems: [] };
    const base = line;
    const takeRecord = ({ record, info }: { record: string[]; info: { lines: number } }): null => {
      batch.records.push({ line: line + 1, cells: record });
      line = skipBlank(base + info.lines);
      return null;
    };
    try {
      parse(source.slice(starts[base]), {
        info: true,
        relax_column_count: true,
        skip_empty_lines: true,
        skip_records_with_empty_values: true,
        to: BATCH_RECORDS,
        on_record: takeRecord as never,
      });
      if (batch.records.length < BATCH_RECORDS) line = starts.length;
    } catch (error) {
      batch.problems.push({ line: line + 1, problem: `not CSV (${(error as { code?: string }).code ?? "unknown"})` });
      line = skipBlank(line + 1);
    }
    yield batch;
  }
}

function lineStarts(source: string): number[] {
  const starts = [0];
  for (let at = source.indexOf("\n"); at >= 0 && at + 1 < source.length; at = source.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

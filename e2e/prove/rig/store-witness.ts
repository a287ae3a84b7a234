/** Reads what is on disk: the entries of the log, straight from the database file, beside a running relay or after one. */
import BetterSqlite3 from "better-sqlite3";
import { textOf, type Message } from "@allhours/protocol";
import { sightingIn, type Sighting } from "../ledger.ts";

export type StoredMessage = { conversationId: string; seq: number; id: string; author: Message["author"]["kind"]; text: string };

/** Every message in the log by conversation and `seq`. Reads the write-ahead log too; changes nothing. */
export function storedMessages(databaseFile: string): StoredMessage[] {
  const database = new BetterSqlite3(databaseFile, { readonly: true });
  try {
    const rows = database.prepare("select conversation_id, seq, event from entries order by conversation_id, seq").all() as {
      conversation_id: string;
      seq: number;
      event: string;
    }[];
    return rows.flatMap((row) => {
      const event = JSON.parse(row.event) as { type: string; message?: Message };
      const { message } = event;
      if (message === undefined) return [];
      return [
        { conversationId: row.conversation_id, seq: row.seq, id: message.id, author: message.author.kind, text: textOf(message.parts) },
      ];
    });
  } finally {
    database.close();
  }
}

/** The ledger messages among them, of these authors. */
export function sightingsOf(messages: readonly { author: string; text: string }[], author: string): Sighting[] {
  return messages.flatMap((message) => (message.author === author ? (sightingIn(message.text) ?? []) : []));
}

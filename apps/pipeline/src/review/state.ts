import type { DatabaseSync } from "node:sqlite";
import { InputError } from "@mmgeo/dataset";
import { z } from "zod";
import { digestOfValue } from "../store/digest.js";
import type { Judgement } from "./agreement.js";
import type { ReviewItem } from "./items.js";

/** What people said, kept in one SQLite file: every judgement is on the disk before the page hears of it. */
export interface ReviewState {
  items: readonly ReviewItem[];
  judgements(): Judgement[];
  /** Notes a judgement; of an item that the annotator judged before, the last counts. */
  judge(judgement: Judgement): void;
  /** Takes the annotator's last judgement back and returns the item's position; null where there is none. */
  undo(annotator: string): number | null;
  close(): void;
}

const schema = `
create table if not exists review (digest text not null);
create table if not exists items (position integer primary key, record text not null, kind text not null, image text not null, caption text not null, fits integer not null, false_claims text not null);
create table if not exists judgements (id integer primary key autoincrement, annotator text not null, position integer not null references items, fits integer not null, at text not null, unique (annotator, position));`;

const judgementRow = z.object({ annotator: z.string(), position: z.number(), fits: z.number() });

/** @throws {InputError} on a Node without its own SQLite (before 22.13), and for a file that is no SQLite file */
async function openDatabase(file: string): Promise<DatabaseSync> {
  const sqlite = await import("node:sqlite").catch(() => null);
  if (sqlite === null) throw new InputError({ message: "reviews need Node 22.13 or newer, which brings SQLite with it; this is an older one" });
  try {
    const database = new sqlite.DatabaseSync(file);
    database.exec(schema);
    return database;
  } catch (error) {
    throw new InputError({ message: `cannot be opened as the state of a review (${error instanceof Error ? error.message : String(error)}); name another file with --state`, file, cause: error });
  }
}

/**
 * Opens the state of a review. A new one keeps the items given; one that was begun has to be of the same items, so that
 * judgements are never counted for others.
 */
export async function openReview({ file, items }: { file: string; items: readonly ReviewItem[] }): Promise<ReviewState> {
  const database = await openDatabase(file);
  const digest = digestOfValue(items);
  const begun = database.prepare("select digest from review").get();
  if (begun === undefined) keepItems(database, items, digest);
  else if (begun["digest"] !== digest) {
    database.close();
    throw new InputError({ message: "is of another sample (another dataset, seed, number or kinds); name another file with --state, or take the same sample again", file });
  }
  const judge = database.prepare("insert into judgements (annotator, position, fits, at) values (?, ?, ?, ?)");
  const forget = database.prepare("delete from judgements where annotator = ? and position = ?");
  const last = database.prepare("select position from judgements where annotator = ? order by id desc limit 1");
  const all = database.prepare("select annotator, position, fits from judgements order by id");
  return {
    items,
    judgements: () => z.array(judgementRow).parse(all.all()).map(({ annotator, position, fits }) => ({ annotator, position, fits: fits === 1 })),
    judge({ annotator, position, fits }) {
      inTransaction(database, () => {
        forget.run(annotator, position);
        judge.run(annotator, position, Number(fits), new Date().toISOString());
      });
    },
    undo(annotator) {
      const row = last.get(annotator);
      if (row === undefined) return null;
      const position = Number(row["position"]);
      forget.run(annotator, position);
      return position;
    },
    close: () => database.close(),
  };
}

function keepItems(database: DatabaseSync, items: readonly ReviewItem[], digest: string): void {
  const insert = database.prepare("insert into items (position, record, kind, image, caption, fits, false_claims) values (?, ?, ?, ?, ?, ?, ?)");
  inTransaction(database, () => {
    for (const { position, record, kind, image, caption, fits, falseClaims } of items) insert.run(position, record, kind, image, caption, Number(fits), JSON.stringify(falseClaims));
    database.prepare("insert into review (digest) values (?)").run(digest);
  });
}

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec("begin immediate");
  try {
    work();
    database.exec("commit");
  } catch (error) {
    database.exec("rollback");
    throw error;
  }
}

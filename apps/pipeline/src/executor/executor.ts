import type { TaskRequest } from "../tasks/task.js";

/** A task that failed three times and is set aside: the run goes on without it, and says so. */
export interface SetAside {
  request: TaskRequest;
  error: string;
}

/** How often a task is tried before it is set aside. */
export const TRIES = 3;

/** Does the tasks of a stage, in any order and place. */
export interface Executor {
  /** Returns when each task's folder is in the store or the task is set aside. Throws where the machine is what fails (a full disk). */
  run(options: { store: string; requests: readonly TaskRequest[]; onDone: (done: number) => void }): Promise<SetAside[]>;
  /** Drops what the executor still keeps of tasks whose folders were gathered. */
  forget?(requests: readonly TaskRequest[]): Promise<void>;
  close(): Promise<void>;
}

const machineErrors = /^(?:storage: |(?:ENOSPC|EDQUOT|EIO|ENOMEM|EMFILE|ENFILE|EROFS|EACCES|EPERM)\b)/u;

/** True for errors of the machine and not of the task, for which a task must not be set aside. Only the message crosses threads and queues. */
export function isMachineError(error: unknown): boolean {
  return error instanceof Error && machineErrors.test(error.message);
}

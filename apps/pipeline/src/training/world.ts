import { type Meeting, meetingOfEnvironment } from "@mmgeo/engine";

/** What says how many processes there are, for torchrun, Slurm, Kubernetes and the engine's launcher. */
const sizeVariables = ["WORLD_SIZE", "SLURM_STEP_NUM_TASKS", "MMGEO_ADDRESSES"];
/** What tells one job of a scheduler from another. */
const jobVariables = ["MMGEO_JOB", "SLURM_JOB_ID", "TORCHELASTIC_RUN_ID"];

/** The processes that a scheduler started with the same command: one runs, the others help it train. */
export interface World extends Pick<Meeting, "rank" | "size"> {
  job: string;
  /** for the processes that train */
  environment: NodeJS.ProcessEnv;
}

/**
 * What the environment says of other processes; null for a process on its own. It is taken out of this process's environment:
 * only the processes that train together are to wait for each other, and those get it back.
 *
 * @throws {InputError} where the environment says it in part
 */
export function takeWorld(environment: NodeJS.ProcessEnv = process.env): World | null {
  const meeting = meetingOfEnvironment(environment);
  if (meeting === null) return null;
  const { rank, size } = meeting;
  const job = jobVariables.map((name) => environment[name]).find((value) => value !== undefined && value !== "") ?? "job";
  const world = { rank, size, job: job.replaceAll(/[^\w.-]/gu, "_"), environment: { ...environment } };
  for (const name of sizeVariables) delete environment[name];
  return world;
}

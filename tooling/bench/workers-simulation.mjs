/**
 * Many workers on many problems, event by event, from what tasks were measured to cost. Each worker asks the queue, computes and publishes; the
 * queue (one thread of Redis) and the file system serve one after the other; then one process gathers what was published, as a run does.
 */

/** Of a shared file system: operations a second (make a file or a folder, rename), an assumption for one good server. */
const FILE_OPERATIONS = 20_000;
/** A worker is lost so often, in hours, and what it had begun is given to another after so many seconds. */
const HOURS_BETWEEN_LOSSES = 24;
const LOST_SECONDS = 10;
/** Tasks that are played through; what they take is scaled to all of them. */
const PLAYED = 200_000;

/** Draws that are the same every time. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/** Workers by when they are free, the first first. */
class Heap {
  constructor(times) {
    this.times = times;
  }
  /** The earliest time, replaced by what `next` makes of it. */
  replace(next) {
    const { times } = this;
    const value = next(times[0]);
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= times.length) break;
      const least = left + 1 < times.length && times[left + 1] < times[left] ? left + 1 : left;
      if (times[least] >= value) break;
      times[at] = times[least];
      at = least;
    }
    times[at] = value;
  }
}

export function simulate({ costs, workers = 1000, captions = 1e9, negatives = 10, problemsATask = 20, sharded = false }) {
  const random = generator(1);
  const tasks = Math.ceil(captions / problemsATask);
  const compute = problemsATask * (costs.drawSeconds + negatives * costs.redrawSeconds + 3 * negatives * costs.mineSeconds);
  // A picture is a file of its own, unless a task writes one shard; then its folder, records.jsonl, task.json and the rename.
  const files = (sharded ? 1 : problemsATask * (1 + negatives)) + 4;
  const heap = new Heap(new Float64Array(workers));
  let [queueFree, filesFree, end, busy, lost] = [0, 0, 0, 0, 0];
  const played = Math.min(tasks, PLAYED);
  for (let task = 0; task < played; task += 1) {
    heap.replace((free) => {
      queueFree = Math.max(queueFree, free) + costs.redisSeconds;
      // Problems differ: the sum of twenty exponential draws, whose mean is the measured cost.
      let work = 0;
      for (let problem = 0; problem < problemsATask; problem += 1) work -= Math.log(random()) / problemsATask;
      work *= compute;
      if (random() < work / (HOURS_BETWEEN_LOSSES * 3600)) {
        lost += 1;
        work += LOST_SECONDS + work * random();
      }
      filesFree = Math.max(filesFree, queueFree + work) + files / FILE_OPERATIONS;
      busy += work;
      end = Math.max(end, filesFree);
      return filesFree;
    });
  }
  const scale = tasks / played;
  const taskHours = (end * scale) / 3600;
  const gatherHours = sharded ? 0 : (captions * costs.gatherSeconds) / 3600;
  return {
    workers,
    captions,
    tasks,
    sharded,
    taskHours,
    gatherHours,
    /** shares of the time of the tasks */
    workersBusy: busy / (end * workers),
    queueBusy: (played * costs.redisSeconds) / end,
    filesBusy: (played * files) / FILE_OPERATIONS / end,
    lostWorkers: lost * scale,
    bytes: captions * ((1 + negatives) * costs.pictureBytes + 3 * negatives * costs.lineBytes),
  };
}

const percent = (share) => `${(share * 100).toFixed(0)} %`;

export function simulationText(one) {
  return [
    `simulated: ${one.workers} workers, ${one.captions.toExponential()} captions, ${one.tasks.toExponential()} tasks${one.sharded ? ", each publishing one shard" : ""}`,
    `  tasks ${one.taskHours.toFixed(0)} h (workers busy ${percent(one.workersBusy)}, queue ${percent(one.queueBusy)}, file system ${percent(one.filesBusy)}; ${Math.round(one.lostWorkers)} workers lost)`,
    `  gathering ${one.gatherHours.toFixed(0)} h; data ${(one.bytes / 1e12).toFixed(0)} TB`,
  ].join("\n");
}

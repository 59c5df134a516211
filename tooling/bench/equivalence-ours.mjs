// Judges the cases of a file: one pass to warm up, then the processor time of whole passes for at least a second. Prints JSON.
import { equivalenceReport, readEquivalenceCases } from "@mmgeo/evaluation";

const cases = await readEquivalenceCases(process.argv[2]);
const { accuracy } = equivalenceReport(cases);
let passes = 0;
const start = process.cpuUsage();
const seconds = () => process.cpuUsage(start).user / 1e6;
while (seconds() < 1) {
  equivalenceReport(cases);
  passes += 1;
}
process.stdout.write(JSON.stringify({ accuracy, casesPerSecond: (passes * cases.length) / seconds() }));

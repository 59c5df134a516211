// One measurement of stage-three.mjs: node stage-three-run.mjs FOLDER full|lora float32|bfloat16 STEPS.
import { useNativeBackend } from "@mmgeo/engine";
import { loadModel, trainStage } from "@mmgeo/mmgeolm";

const [folder, kind, precision, steps] = process.argv.slice(2);
await useNativeBackend({ threads: 2 });
const model = await loadModel(folder);

// Each sample is 256 tokens long, template and all, and most of it is the answer.
const words = "In triangle ABC, DE is parallel to BC, AD is 2 and DB is 4, so that the ratio of the sides is 1 to 3. ".repeat(20);
const sampleOf = (answer) => [{ role: "user", text: "How long is BC?" }, { role: "assistant", text: answer }];
const length = (answer) => model.tokenizer.encode(model.chat.render(sampleOf(answer), { generate: false }).trimEnd()).length;
const tokens = model.tokenizer.encode(words);
let count = 200;
while (length(model.tokenizer.decode(tokens.slice(0, count))) < 256) count += 1;
const conversations = Array.from({ length: 4 }, (_, index) => ({ id: String(index), kind: "text", images: [], choices: null, answer: "", turns: sampleOf(model.tokenizer.decode(tokens.slice(0, count))) }));

const times = [];
let [last, lastProcessor] = [0, process.cpuUsage()];
const processors = [];
await trainStage({
  stage: 3,
  model,
  conversations,
  batchSize: 4,
  steps: Number(steps) + 1,
  learningRate: 1e-5,
  precision,
  ...(kind === "lora" ? { lora: { rank: 16 } } : {}),
  onProgress: ({ step }) => {
    const now = performance.now();
    const { user, system } = process.cpuUsage(lastProcessor);
    // The first step captures the graph.
    if (step > 1) {
      times.push(now - last);
      processors.push((user + system) / 1000);
    }
    [last, lastProcessor] = [now, process.cpuUsage()];
  },
});
const middle = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
console.log(JSON.stringify({ milliseconds: middle(times), processor: middle(processors), memory: process.resourceUsage().maxRSS * 1024 }));

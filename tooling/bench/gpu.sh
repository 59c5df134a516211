#!/usr/bin/env bash
# Tests and benchmarks the engine on an NVIDIA GPU, in one command, from the root of a checkout that `npm run setup` has prepared:
#   tooling/bench/gpu.sh [FOLDER OF WHEELS]
# Without a folder pip downloads TensorFlow's GPU wheel and the CUDA 12 wheels (2.3 GB) and PyTorch. With one, nothing is
# downloaded: fill it elsewhere with
#   pip download --dest FOLDER --only-binary=:all: tensorflow==2.21.0 torch==2.15.0 numpy -r packages/engine/native/requirements-cuda.txt
# NOT RUN YET: no machine with a GPU was at hand when it was written. It stops at the first thing that fails.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
export PATH="$root/node_modules/.bin:$PATH"

command -v nvidia-smi >/dev/null || { echo "gpu.sh: there is no nvidia-smi: this machine has no NVIDIA driver" >&2; exit 2; }
nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader

if [ $# -gt 0 ]; then
  wheels=$(cd "$1" && pwd)
  export PIP_NO_INDEX=1 PIP_FIND_LINKS="$wheels"
fi

echo "== providing TensorFlow for the GPU"
node packages/engine/bin/mmgeo-engine.mjs install --gpu
info=$(node packages/engine/bin/mmgeo-engine.mjs info | tee /dev/stderr | tail -n 1)
node -e 'const { device } = JSON.parse(process.argv[1]); if (device !== "gpu") { console.error(`gpu.sh: TensorFlow runs on the ${device}: its log (TF_CPP_MIN_LOG_LEVEL=0) says which CUDA library is missing`); process.exit(1); }' "$info"

echo "== the engine's tests on the GPU"
(cd packages/engine && vitest run)

echo "== training steps beside PyTorch on the same card, float32 and bfloat16"
node tooling/bench/bench.mjs --rounds 3 --steps 20 --compile --device cuda

#pragma once

namespace mmgeo {

// Registers the engine's operations once, and lets their loops use so many threads.
void RegisterKernels(int threads);

// Parts of it, each beside its kernels.
void RegisterAttention();
void RegisterOptimizer();
void RegisterDecoding();

}  // namespace mmgeo

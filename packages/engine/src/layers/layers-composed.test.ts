import { beforeAll, expect } from "vitest";
import { requireBackend } from "../backend/backend.js";
import { useNativeBackend } from "../index.js";
import { testLayers } from "./layers-cases.js";

// As on a GPU, or where the engine's addon did not compile: layers composed of TensorFlow's own operations.
beforeAll(async () => {
  await useNativeBackend({ capture: false });
  expect(requireBackend().kernels).toBe(false);
});

testLayers();

import { beforeAll, expect } from "vitest";
import { requireBackend } from "../backend/backend.js";
import { useNativeBackend } from "../index.js";
import { testLayers } from "./layers-cases.js";

beforeAll(async () => {
  await useNativeBackend();
  expect(requireBackend().kernels).toBe(true);
});

testLayers();

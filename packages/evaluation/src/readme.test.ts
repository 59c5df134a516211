import { fileURLToPath } from "node:url";
import { testReadme } from "@mmgeo/config/readme-test";

testReadme(fileURLToPath(new URL("..", import.meta.url)));

import { join } from "node:path";
import { imageFileOf, readRecords, type Scene, writeFileAtomic } from "@mmgeo/dataset";
import { parseProgram } from "../language/parse.js";
import { exportDiagram, exportExtensions, type ExportFormat } from "./exporters.js";

/** Writes every diagram of a dataset, image negatives too, as code; files are named like the images. Returns their number. */
export async function exportDataset({ folder, format, out }: { folder: string; format: ExportFormat; out: string }): Promise<number> {
  let files = 0;
  const write = async (image: string, program: string, scene: Scene): Promise<void> => {
    const statements = parseProgram(program).lines.map(({ statement }) => statement);
    const name = image.replace(/^images\//, "").replace(/\.[a-z]+$/i, "");
    await writeFileAtomic(imageFileOf(out, join(".", `${name}.${exportExtensions[format]}`)), exportDiagram({ scene, statements, format }));
    files += 1;
  };
  for await (const record of readRecords(folder)) {
    await write(record.image, record.program, record.scene);
    for (const negative of record.negatives) if (negative.kind === "image") await write(negative.image, negative.program, negative.scene);
  }
  return files;
}

"""Writes src/checkpoint/__fixtures__/types.gguf and types.json: one tensor of each type read, and its numbers, as the
gguf package (pip install gguf) quantises and dequantises them."""

import json
import pathlib

import gguf
import numpy

TYPES = ["F32", "F16", "BF16", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q4_K", "Q6_K"]
folder = pathlib.Path(__file__).parent.parent / "src" / "checkpoint" / "__fixtures__"
folder.mkdir(exist_ok=True)
random = numpy.random.default_rng(7)
writer = gguf.GGUFWriter(folder / "types.gguf", "llama")
writer.add_name("fixture")
writer.add_array("test.words", ["one", "zwei", "τρία"])
writer.add_array("test.numbers", [1, -2, 3])
writer.add_float64("test.real", 0.5)
writer.add_bool("test.flag", True)
expected = {}
for name in TYPES:
    kind = gguf.GGMLQuantizationType[name]
    block, size = gguf.GGML_QUANT_SIZES[kind]
    shape = (2, 256)
    values = random.normal(size=shape).astype(numpy.float32)
    try:
        data = gguf.quants.quantize(values, kind)
    except NotImplementedError:
        # Any bytes are numbers of these types; the scales are kept small and finite.
        data = random.integers(0, 256, size=(2, 256 // block * size), dtype=numpy.uint8)
        scale = numpy.frombuffer(numpy.array([0.01, 0.002], dtype=numpy.float16).tobytes(), dtype=numpy.uint8)
        if name == "Q4_K":
            data[:, :4] = scale
        else:
            data[:, -2:] = scale[:2]
    writer.add_tensor(f"tensor.{name}", data, raw_dtype=kind)
    expected[name] = [float(f"{value:.7g}") for value in gguf.quants.dequantize(data, kind).flatten()]
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
(folder / "types.json").write_text(json.dumps(expected) + "\n")

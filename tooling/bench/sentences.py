"""One embedding of sentences.mjs by sentence-transformers, timed: sentences.py TEXTS.json MODEL PRECISION OUT"""

import json
import sys
import time

import numpy
import torch
from sentence_transformers import SentenceTransformer, models

file, folder, precision, out = sys.argv[1:5]
texts = json.load(open(file))
word = models.Transformer(folder)
model = SentenceTransformer(modules=[word, models.Pooling(word.get_word_embedding_dimension(), pooling_mode="mean"), models.Normalize()], device="cpu")
with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
    model.encode(texts[:64])
    started, processor = time.perf_counter(), time.process_time()
    vectors = model.encode(texts, batch_size=32)
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
numpy.asarray(vectors, dtype=numpy.float32).tofile(out)
print(json.dumps({"seconds": seconds, "processor": processor}))

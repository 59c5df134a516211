"""One search of search.mjs by FAISS IndexFlatIP, timed: search_faiss.py VECTORS.npy QUERIES COUNT OUT"""

import json
import resource
import sys
import time

import faiss
import numpy

file, queries, count, out = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
vectors = numpy.load(file).astype(numpy.float32)
faiss.normalize_L2(vectors)
index = faiss.IndexFlatIP(vectors.shape[1])
index.add(vectors)
index.search(vectors[:128], count)
started, processor = time.perf_counter(), time.process_time()
_, found = index.search(vectors[:queries], count)
seconds, processor = time.perf_counter() - started, time.process_time() - processor
found.astype(numpy.int32).tofile(out)
print(json.dumps({"seconds": seconds, "processor": processor, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))

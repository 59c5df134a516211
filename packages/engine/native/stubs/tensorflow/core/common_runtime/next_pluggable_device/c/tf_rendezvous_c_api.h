// Stands in for a header that TensorFlow's kernels.h includes for one declaration, which is not used here.
#pragma once

typedef struct TF_RendezvousThunk TF_RendezvousThunk;
